import { Authorizer, QueryError } from '@arcturus/core'
import { expect } from 'vitest'
import { DefiniteRows } from './definiteRows.js'
import { Random } from './random.js'

/** The actor. */
export class User {
  id = 1
  items: readonly Item[] = []
}
/** A row with a column of each kind that databases compute with. */
export class Item {
  id = 0
  whole = 0
  number: number | null = null
  ratio: number | null = null
  flag: boolean | null = null
  text = ''
  other: string | null = null
  parts: Item[] = []
  tags: string[] = []
  main: Item | null = null
}

export const authorizerFor = (rules: string): Authorizer => {
  const authorizer = new Authorizer({ evaluator: 'machine' })
    .registerClass(User, { key: 'id', fields: { id: { type: 'integer', nullable: false }, items: { many: 'Item' } } })
    .registerClass(Item, {
      key: 'id',
      closed: true,
      fields: {
        id: { type: 'integer', nullable: false },
        whole: { type: 'integer', nullable: false },
        number: 'integer',
        ratio: 'float',
        flag: Boolean,
        text: { type: String, nullable: false },
        other: String,
        parts: { many: 'Item' },
        tags: { type: String, list: true, nullable: false },
        main: { one: 'Item' },
      },
    })
  authorizer.loadSync(rules)
  return authorizer
}

/** The filter of rules about items, as printers are given it and in memory, against the query machine's checks. */
export function expectSameAsCheck(rules: string, cases = 12): void {
  const authorizer = authorizerFor(rules)
  const rows = new DefiniteRows(authorizer.schema)
  for (let index = 0; index < cases; index++) {
    const items = randomItems(Random.ofCase(5, index))
    const user = new User()
    user.items = items.slice(0, 2)
    const filter = authorizer.filter(user, 'read', 'Item')
    for (const item of items) {
      const expected = isAllowed(authorizer, user, item)
      const row = JSON.stringify(shown(item))
      if (rows.holds(filter.definite(), item) !== expected) expect.fail(`${row}: ${expected}\n${filter}`)
      if (filter.matches(item) !== expected) expect.fail(`in memory, ${row}: ${expected}`)
    }
  }
}

function randomItems(random: Random): readonly Item[] {
  const items = Array.from({ length: 6 }, () => new Item())
  for (const [index, item] of items.entries()) {
    item.id = index
    item.whole = random.integer(-1, 3)
    item.number = random.pick([null, -1, 0, 1, 2])
    item.ratio = random.pick([null, 0, 0.5, 1, 3, -0.6])
    item.flag = random.pick([true, false, null])
    item.text = random.pick(['', 'a', 'ab', 'null'])
    item.other = random.pick([null, 'a', 'b', 'ab'])
    item.parts = items.filter(() => random.chance(0.2))
    item.tags = ['x', 'y'].filter(() => random.chance(0.5))
    item.main = random.chance(0.3) ? null : random.pick(items)
  }
  return items
}

function isAllowed(authorizer: Authorizer, user: User, item: Item): boolean {
  try {
    return authorizer.can(user, 'read', item)
  } catch (error) {
    if (error instanceof QueryError) return false
    throw error
  }
}

function shown({ main, parts, ...item }: Item): object {
  return {
    ...item,
    parts: parts.length,
    main: main && { whole: main.whole, parts: main.parts.length, tags: main.tags },
  }
}
