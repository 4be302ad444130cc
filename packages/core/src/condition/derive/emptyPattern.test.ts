import { expect, test } from 'vitest'
import { Authorizer } from '../../authorizer/authorizer.js'
import { ArcturusError } from '../../errors.js'

class User {
  readonly value: unknown

  constructor(value?: unknown) {
    this.value = value
  }
}
class Item {
  readonly value: unknown

  constructor(value: unknown) {
    this.value = value
  }
}

const values = [[], 1, 'x', true, new Date(0), {}, { a: 1 }, { a: null }, { a: { b: 1 } }, null]

test.each([
  'i.value matches {a: {}}',
  'i.value matches {a: {b: {}}}',
  'not i.value matches {a: {}}',
  'v in [i.value] and v matches {a: {}}',
])('a field is read that an empty pattern matches: %s', (condition) => {
  const [machine, ...others] = (['machine', 'closures', 'source'] as const).map((evaluator) => {
    const authorizer = new Authorizer({ evaluator, print: () => {} })
      .registerClass(User)
      .registerClass(Item, { fields: { value: 'unknown' } })
    authorizer.loadSync(`allow(_: User, "read", i: Item) if ${condition};`)
    return authorizer
  })
  const items = values.map((value) => new Item(value))
  const expected = items.map((item) => answer(machine!, item))
  expect(expected).toContain('missing-attribute')
  for (const authorizer of others) {
    expect(items.map((item) => answer(authorizer, item))).toEqual(expected)
    const filter = authorizer.filter(new User(), 'read', 'Item')
    expect(items.map((item) => filter.matches(item))).toEqual(expected.map((one) => one === true))
  }
})

/** A number that an ORM reads from a decimal column. */
class Decimal {
  readonly d = [1]
  readonly [Symbol.toStringTag] = 'Decimal'
  toString() {
    return '1'
  }
}

test.each(
  ['string', 'unknown', 'decimal'].flatMap((type) =>
    ['{a: {}}', '{a: 1}', '{a: {b: 1}}', '{d: {}}'].flatMap((pattern) => [
      [type, `u.value matches ${pattern}`],
      [type, `not u.value matches ${pattern}`],
    ]),
  ),
)('a text or a number has no field that a pattern could name, for a filter too: %s, %s', (type, condition) => {
  const [machine, ...others] = (['machine', 'closures', 'source'] as const).map((evaluator) => {
    const authorizer = new Authorizer({ evaluator })
      .registerClass(User, { fields: { value: type as 'string' } })
      .registerClass(Item)
    authorizer.loadSync(`allow(u: User, "read", _: Item) if ${condition};`)
    return authorizer
  })
  for (const value of [...values, new Decimal(), 2n]) {
    const expected = answer(machine!, new Item(1), new User(value))
    for (const authorizer of others) {
      expect(answer(authorizer, new Item(1), new User(value))).toBe(expected)
      const bound = (): boolean => authorizer.filter(new User(value), 'read', 'Item').matches(new Item(1))
      if (typeof expected === 'boolean') expect(bound()).toBe(expected)
      else expect(bound).toThrow(expect.objectContaining({ code: expected }))
    }
  }
})

function answer(authorizer: Authorizer, item: Item, user = new User()): boolean | string {
  try {
    return authorizer.can(user, 'read', item)
  } catch (error) {
    if (error instanceof ArcturusError) return error.code
    throw error
  }
}
