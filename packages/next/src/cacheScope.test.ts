import { workUnitAsyncStorage } from 'next/dist/server/app-render/work-unit-async-storage.external.js'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { assertNotKept } from './cacheScope.js'

describe('a decision during the prefetch of a page', () => {
  afterEach(() => void vi.restoreAllMocks())

  const decide = (phase: 'render' | 'after') => {
    // Sound: no more of the scope is read.
    vi.spyOn(workUnitAsyncStorage, 'getStore').mockReturnValue({ type: 'prerender-runtime', phase } as never)
    assertNotKept()
  }

  it('asks Next whether the page may read the request', () => {
    expect(() => decide('render')).toThrow('outside a request scope')
  })

  it('is made in work behind the response, which renders nothing', () => {
    expect(() => decide('after')).not.toThrow()
  })
})
