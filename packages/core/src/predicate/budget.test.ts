import { describe, expect, it } from 'vitest'
import { Budget } from './budget.js'

const limits = { steps: 1_000, syncTime: 1_000 }

describe('Budget.of', () => {
  it('uses a budget again after its evaluation', () => {
    const begin = Budget.of(limits, 1)
    const first = begin()
    first.spend(700)
    first.enter()
    first.finish()
    const second = begin()
    expect(second).toBe(first)
    expect(() => second.spend(700)).not.toThrow()
    expect(() => second.spend(700)).toThrow()
  })

  it('gives an evaluation within another one a budget of its own', () => {
    const begin = Budget.of(limits, 1)
    const outer = begin()
    outer.spend(700)
    const inner = begin()
    expect(inner).not.toBe(outer)
    inner.spend(700)
    inner.finish()
    expect(() => outer.spend(700)).toThrow()
  })

  it('starts the table of recursive calls anew', () => {
    const begin = Budget.of(limits, 1)
    const first = begin()
    first.enter()
    first.call('f1', [1])
    first.finish()
    const second = begin()
    second.enter()
    // A call without a result would be a cycle.
    expect(second.call('f1', [1]).answer).toBeUndefined()
  })
})
