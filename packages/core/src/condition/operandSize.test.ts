import { expect, test } from 'vitest'
import { Authorizer } from '../authorizer/authorizer.js'
import { QueryError } from '../errors.js'
import type { Field, ScalarType } from '../schema/model.js'

class User {
  id = 1
}
class Page {
  id = 1
  views = 1
  title = 'a'
}

function column(name: string, type: ScalarType): [string, Field] {
  return [name, { kind: 'scalar', name, type, nullable: false, list: false }]
}

const levels = 60
const chain = (write: (level: number) => string, separator: string): string =>
  Array.from({ length: levels }, (_, level) => write(level)).join(separator)

// Each level uses the one before it twice, so that the value of the last is made of 2^60 others.
const policies: readonly (readonly [name: string, policy: string])[] = [
  [
    'arithmetic',
    `allow(_: User, "read", p: Page) if v0 = p.views and ${chain((n) => `v${n + 1} = v${n} + v${n}`, ' and ')} and v${levels} = 5;`,
  ],
  [
    'methods',
    `allow(_: User, "read", p: Page) if v0 = p.title and ${chain((n) => `v${n + 1} = v${n}.slice(v${n}.length)`, ' and ')} and v${levels} = "b";`,
  ],
  [
    'lists',
    `allow(_: User, "read", p: Page) if v0 = p.views and ${chain((n) => `v${n + 1} = [v${n}, v${n}]`, ' and ')} and v${levels} = p.title;`,
  ],
  [
    'arguments of rules',
    `allow(_: User, "read", p: Page) if f0(p.views); ${chain((n) => `f${n}(x) if f${n + 1}(x + x);`, ' ')} f${levels}(x) if x = 5;`,
  ],
  [
    'arguments of methods in rules',
    `allow(_: User, "read", p: Page) if f0(p.title); ${chain((n) => `f${n}(x) if f${n + 1}(x.slice(x.length));`, ' ')} f${levels}(x) if x = "b";`,
  ],
]

test.each(policies)('%s that double at each step end, in checks and filters', async (_, policy) => {
  for (const evaluator of ['source', 'closures', 'machine'] as const) {
    const authorizer = new Authorizer({ evaluator }).registerClass(User).registerModels([
      {
        name: 'Page',
        class: Page,
        key: ['id'],
        closed: true,
        isaCheck: undefined,
        fields: new Map([column('id', 'integer'), column('views', 'integer'), column('title', 'string')]),
      },
    ])
    await authorizer.load(policy)
    const ask = [
      (): unknown => authorizer.can(new User(), 'read', new Page()),
      (): unknown => authorizer.filter(new User(), 'read', 'Page').kind,
      (): unknown => authorizer.check().length,
    ]
    for (const one of ask) {
      try {
        expect(one()).not.toBe(true)
      } catch (error) {
        expect(error).toBeInstanceOf(QueryError)
      }
    }
  }
})
