import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { Actions, useCan } from './client.js'

function Button({ action }: { action: string }) {
  return useCan()(action) ? createElement('p', null, action) : null
}

describe('useCan', () => {
  it('returns the actions of the nearest <Actions>', () => {
    const inner = createElement(Actions, { allowed: ['close'] }, createElement(Button, { action: 'close' }))
    const page = createElement(
      Actions,
      { allowed: new Set(['open']) },
      createElement(Button, { action: 'open' }),
      createElement(Button, { action: 'close' }),
      inner,
    )
    expect(renderToStaticMarkup(page)).toBe('<p>open</p><p>close</p>')
  })

  it('does not take nothing for an answer', () => {
    expect(() => renderToStaticMarkup(createElement(Button, { action: 'open' }))).toThrow('<Actions')
  })
})
