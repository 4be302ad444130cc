import { describe, expect, test } from 'vitest'
import { hasExcludedList } from './callerLists.js'

const list = [1, 2, 3]

describe('a where of the caller', () => {
  test.each<readonly [string, object]>([
    ['notIn', { id: { notIn: list } }],
    ['NOT', { NOT: { id: { in: list } } }],
    ['a list of NOT', { AND: [{ NOT: [{ id: 1 }, { id: { in: list } }] }] }],
    ['not', { id: { not: { in: list } } }],
    ['none', { tags: { none: { id: { in: list } } } }],
    ['every', { tags: { every: { docId: { notIn: list } } } }],
    ['isNot', { OR: [{ owner: { isNot: { id: { in: list } } } }] }],
    ['NOT and some', { NOT: { tags: { some: { id: { in: list } } } } }],
    ['a condition of the prototype', { NOT: Object.create({ id: { in: list } }) as object }],
    ['an object that Prisma writes down as another', { NOT: { toJSON: () => ({ id: { in: list } }) } }],
    ['a list that Prisma writes down itself', { NOT: { id: { in: { toJSON: () => list } } } }],
  ])('excludes a list by %s', (_, where) => {
    expect(hasExcludedList(where)).toBe(true)
  })

  test.each<readonly [string, unknown]>([
    ['nothing', undefined],
    ['a list that rows may have', { id: { in: list }, NOT: { title: 'a' } }],
    ['a list below some', { tags: { some: { id: { in: list } } } }],
    ['a single value', { NOT: { id: { in: [1] } } }],
    [
      'dates, bytes and decimals',
      { NOT: { at: new Date(), bytes: new Uint8Array(3), price: { toFixed: () => '1', toJSON: () => '1' } } },
    ],
  ])('with %s excludes no list', (_, where) => {
    expect(hasExcludedList(where)).toBe(false)
  })
})
