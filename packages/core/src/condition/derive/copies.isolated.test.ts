import { beforeEach, expect, test, vi } from 'vitest'
import type { Authorizer as AuthorizerOf } from '../../authorizer/authorizer.js'

const copies = vi.hoisted(() => ({ count: 0 }))

vi.mock(import('../substitute.js'), async (original) => {
  const { substitute, substituteOperand } = await original()
  const counted = (count: (() => void) | undefined) => (): void => {
    copies.count++
    count?.()
  }
  return {
    substitute: (condition, replace, count) => substitute(condition, replace, counted(count)),
    substituteOperand: (operand, replace, count) => substituteOperand(operand, replace, counted(count)),
  }
})

// The setup of the tests has imported modules that the mock replaces.
vi.resetModules()
Reflect.deleteProperty(globalThis, Symbol.for('arcturus.parts'))
await import('../../sync.js')
const { Authorizer } = await import('../../authorizer/authorizer.js')

class User {}
class Row {
  readonly id = 1
  readonly sum: number
  constructor(sum: number) {
    this.sum = sum
  }
}

/** Returns an authorizer whose policy chooses 0 or 1 for each variable, and compares their sum. */
function choices(count: number): AuthorizerOf {
  const names = Array.from({ length: count }, (_, at) => `x${at}`)
  const authorizer = new Authorizer({ evaluator: 'source' })
  authorizer.registerClass(User).registerClass(Row, { key: 'id', fields: { sum: 'integer' } })
  const chosen = names.map((name) => `${name} in [0, 1]`).join(' and ')
  authorizer.loadSync(`allow(_: User, "read", row: Row) if ${chosen} and row.sum = ${names.join(' + ')};`)
  return authorizer
}

beforeEach(() => {
  copies.count = 0
})

test('a condition of few alternatives copies its parts', () => {
  const authorizer = choices(8)
  expect(authorizer.can(new User(), 'read', new Row(8))).toBe(true)
  expect(copies.count).toBeGreaterThan(5_000)
  expect(authorizer.filter(new User(), 'read', 'Row').matches(new Row(8))).toBe(true)
})

test.each([10, 20, 40])('the copies of a condition of 2^%d alternatives are limited', (count) => {
  const authorizer = choices(count)
  expect(authorizer.can(new User(), 'read', new Row(0))).toBe(true)
  expect(copies.count).toBeLessThanOrEqual(40_001)
})

test('the machine answers for alternatives whose condition is too large', () => {
  const authorizer = choices(10)
  const allowed = [-1, 0, 1, 10, 11].filter((sum) => authorizer.can(new User(), 'read', new Row(sum)))
  expect(allowed).toEqual([0, 1, 10])
  expect(() => authorizer.filter(new User(), 'read', 'Row').definite()).toThrow(
    expect.objectContaining({ code: 'opaque-condition' }),
  )
})
