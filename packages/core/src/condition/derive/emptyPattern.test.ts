import { expect, test } from 'vitest'
import { Authorizer } from '../../authorizer/authorizer.js'
import { ArcturusError } from '../../errors.js'

class User {}
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

function answer(authorizer: Authorizer, item: Item): boolean | string {
  try {
    return authorizer.can(new User(), 'read', item)
  } catch (error) {
    if (error instanceof ArcturusError) return error.code
    throw error
  }
}
