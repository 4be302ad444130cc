import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { successor } from './prefix.js'

const order = (left: string, right: string): number => Buffer.compare(Buffer.from(left), Buffer.from(right))

describe('The first text after all with a prefix', () => {
  it.each([
    ['a', 'b'],
    ['100%', '100&'],
    ['a\u{10ffff}', 'b'],
    ['\ud7ff', '\ue000'],
    ['\u{10ffff}', undefined],
    ['', undefined],
  ])('of %j is %j', (prefix, next) => {
    expect(successor(prefix)).toBe(next)
  })

  it('bounds just the texts that begin with it', () => {
    const unit = fc.string({ unit: 'binary', minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(unit, unit, fc.boolean(), (prefix, other, begins) => {
        const text = begins ? prefix + other : other
        const next = successor(prefix)
        const within = order(text, prefix) >= 0 && (next === undefined || order(text, next) < 0)
        expect(within).toBe(text.startsWith(prefix))
      }),
    )
  })
})
