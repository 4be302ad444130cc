import { describe, expect, test } from 'vitest'
import { Authorizer } from '../../authorizer/authorizer.js'

class User {
  constructor(
    readonly id: unknown,
    readonly roles: unknown,
    readonly items: unknown = [],
  ) {}
}
class Doc {
  constructor(fields: object) {
    Object.assign(this, fields)
  }
}

const count = 60
const rules = (write: (at: number) => string): string => Array.from({ length: count }, (_, at) => write(at)).join('\n')

/** Policies of which parts are functions: long disjunctions and conjunctions, and alternatives that a literal tells apart. */
const policies = {
  numbers: rules((at) =>
    at % 5 === 0
      ? `p(u: User, d: Doc) if d.kind = ${at} and "e${at}" in u.roles;`
      : at % 5 === 1
        ? `p(u: User, d: Doc) if d.kind = ${at} and d.owner.id = u.id;`
        : at % 5 === 2
          ? `p(_: User, d: Doc) if d.size > ${at} and d.kind = ${at};`
          : `p(u: User, d: Doc) if d.kind = ${at % 9} and d.kind = ${at} and d.ownerId = u.id;`,
  ),
  texts: rules((at) => `p(u: User, d: Doc) if d.name = "n${at % 40}" and d.size < ${at} and d.ownerId = u.id;`),
  'texts alone': rules((at) => `p(u: User, d: Doc) if d.name = "n${at}" or u.id = 9;`),
  elements: rules((at) => `p(u: User, d: Doc) if item in u.items and item.name = "n${at}" and item.size > d.size;`),
  'a long conjunction': `p(u: User, d: Doc) if u.id = 1 and ${Array.from({ length: 400 }, (_, at) => `d.kind != ${at + 100}`).join(' and ')};`,
  'a long disjunction': rules((at) =>
    [1, 2, 3].map((more) => `p(u: User, d: Doc) if d.size > ${at * more} and d.kind < u.id - ${at};`).join('\n'),
  ),
}
const entries = `
  allow(u: User, "read", d: Doc) if p(u, d);
  allow(u: User, "hide", d: Doc) if not p(u, d);
  allow(u: User, "both", d: Doc) if not p(u, d) or d.kind = 7;`

const kinds = [...Array(12).keys(), 30, 31, 55, 7n, -0, Number.NaN, null, undefined, 'x', true, new Date(5), [5], {}]
const sizes = [200, 3, null, undefined, 'x']
const names = ['n3', 'n39', 'other', null, undefined, 3, false]

/** Reads declared fields, or fields of which nothing is known. */
function load(text: string, evaluator: 'source' | 'machine', isDeclared: boolean): Authorizer {
  const authorizer = new Authorizer({ log() {}, evaluator, limits: { syncTime: 60_000, steps: 1e9 } })
    .registerClass(User, {
      key: 'id',
      fields: isDeclared ? { id: 'integer', roles: { type: 'string', list: true } } : {},
    })
    .registerClass(Doc, {
      fields: isDeclared
        ? { kind: 'integer', size: 'integer', ownerId: 'integer', name: 'string', owner: { one: 'User' } }
        : {},
    })
  authorizer.loadSync(text + entries)
  return authorizer
}

const questions = kinds.flatMap((kind, at) =>
  [0, 1, 2].map((turn) => {
    const [size, name] = [sizes[(at + turn) % sizes.length], names[(at * 3 + turn) % names.length]]
    const user = new User(
      1 + turn,
      ['e5', `e${at}`],
      [
        { name, size: 4 },
        { name: 'n3', size: 250 },
      ],
    )
    return [user, new Doc({ kind, size, name, ownerId: at % 3, owner: at % 4 === 0 ? null : new User(1, []) })] as const
  }),
)

async function outcome(ask: () => boolean | Promise<boolean>): Promise<string> {
  try {
    return String(await ask())
  } catch (error) {
    return String((error as { readonly code?: string }).code)
  }
}

describe.each(Object.entries(policies))('functions of parts agree with the machine: %s', (_, text) => {
  test.each([true, false])('on values of every kind, declared: %s', async (isDeclared) => {
    const [source, machine] = [load(text, 'source', isDeclared), load(text, 'machine', isDeclared)]
    const counts = new Map<string, number>()
    for (const [user, doc] of questions) {
      for (const action of ['read', 'hide', 'both']) {
        const expected = await outcome(() => machine.can(user, action, doc))
        counts.set(expected, (counts.get(expected) ?? 0) + 1)
        expect([action, user, doc, await outcome(() => source.can(user, action, doc))]).toEqual([
          action,
          user,
          doc,
          expected,
        ])
        if (action !== 'hide') continue
        const later = new Doc({ ...doc, ownerId: Promise.resolve(1), kind: Promise.resolve(Reflect.get(doc, 'kind')) })
        const expectedLater = await outcome(() => machine.isAllowed(user, action, later))
        expect(await outcome(() => source.isAllowed(user, action, later))).toBe(expectedLater)
      }
    }
    expect(counts.get('true')).toBeGreaterThan(3)
    expect(counts.get('false')).toBeGreaterThan(3)
    expect(source.statistics.predicate).toBeGreaterThan(questions.length / 2)
  })
})
