import type { ReactElement, ReactNode } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Actions, Authorization, Can, type Policy, useCan } from './index.js'

function Offer({ action, row }: { action: string; row?: unknown }): ReactNode {
  const can = useCan()
  return (row === undefined ? can(action) : can(action, row)) ? <p>{action}</p> : null
}
const html = (element: ReactElement): string => renderToStaticMarkup(element)

const ownTickets: Policy = {
  can: (actor, action, row) => action === 'close' && (row as { owner: unknown }).owner === actor,
}
const ada = { name: 'ada' }
const [own, other] = [{ owner: ada }, { owner: null }]

afterEach(() => {
  vi.restoreAllMocks()
})

describe('useCan', () => {
  it('returns the actions of the nearest <Actions>', () => {
    const page = (
      <Actions allowed={new Set(['open'])}>
        <Offer action="open" />
        <Offer action="close" />
        <Actions allowed={['close']}>
          <Offer action="close" />
          <Offer action="open" />
        </Actions>
      </Actions>
    )
    expect(html(page)).toBe('<p>open</p><p>close</p>')
  })

  it('allows nothing while the actions are not known', () => {
    expect(
      html(
        <Actions allowed={undefined}>
          <Offer action="open" />
        </Actions>,
      ),
    ).toBe('')
  })

  it('asks the policy of the nearest <Authorization> about a row', () => {
    const page = (
      <Authorization policy={ownTickets} actor={ada}>
        <Offer action="close" row={own} />
        <Offer action="open" row={own} />
        <Offer action="close" row={other} />
      </Authorization>
    )
    expect(html(page)).toBe('<p>close</p>')
  })

  it('tells a visitor from a user who is not known yet', () => {
    const visitor = (
      <Authorization policy={{ can: (actor) => actor === null }} actor={null}>
        <Offer action="read" row={own} />
      </Authorization>
    )
    const unknown = (
      <Authorization policy={{ can: () => true }} actor={undefined}>
        <Offer action="read" row={own} />
      </Authorization>
    )
    expect([html(visitor), html(unknown)]).toEqual(['<p>read</p>', ''])
  })

  it('takes an error of the policy and an answer that is no boolean as no', () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
    const failing: Policy = {
      can() {
        throw new Error('relation-not-loaded')
      },
    }
    // Sound: JavaScript can pass such a policy.
    const asynchronous = { can: async () => true } as unknown as Policy
    const onError = vi.fn()
    for (const [policy, handler] of [
      [failing, undefined],
      [failing, onError],
      [asynchronous, onError],
    ] as const) {
      const page = (
        <Authorization policy={policy} actor={ada} {...(handler && { onError: handler })}>
          <Offer action="close" row={own} />
        </Authorization>
      )
      expect(html(page)).toBe('')
    }
    expect(logged).toHaveBeenCalledOnce()
    expect(onError.mock.calls).toEqual([[new Error('relation-not-loaded'), { action: 'close', resource: own }]])
  })

  it('names the component that is missing', () => {
    expect(() => html(<Offer action="open" />)).toThrow('<Actions allowed=')
    expect(() => html(<Offer action="open" row={own} />)).toThrow('<Authorization policy=')
  })
})

describe('<Can>', () => {
  it('shows its children or the fallback', () => {
    const page = (
      <Actions allowed={['close']}>
        <Can do="close">yes</Can>
        <Can do="open" fallback="no">
          yes
        </Can>
        <Can do="open">{(allowed) => <input disabled={!allowed} />}</Can>
      </Actions>
    )
    expect(html(page)).toBe('yesno<input disabled=""/>')
  })

  it('denies a row that is missing', () => {
    const page = (
      <Actions allowed={['close']}>
        <Authorization policy={{ can: () => true }} actor={ada}>
          <Can do="close" on={own}>
            one
          </Can>
          <Can do="close" on={undefined}>
            two
          </Can>
        </Authorization>
      </Actions>
    )
    expect(html(page)).toBe('one')
  })
})
