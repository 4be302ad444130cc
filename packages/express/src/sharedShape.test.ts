import { describe, expect, it } from 'vitest'
import { shareShape } from './sharedShape.js'

describe('a shape that is shared', () => {
  it('keeps the type of the property', () => {
    const get = (): string => '/'
    const request = Object.defineProperty({ url: '/a' }, 'originalUrl', { get, enumerable: false, configurable: true })
    const before = Object.getOwnPropertyDescriptors(request)
    for (const name of ['url', 'originalUrl', 'toString', 'missing']) shareShape(request, name)
    expect(Object.getOwnPropertyDescriptors(request)).toEqual(before)
  })

  it('keeps properties that must not be removed', () => {
    const request = Object.freeze({ url: '/a' })
    shareShape(request, 'url')
    expect(request.url).toBe('/a')
  })
})
