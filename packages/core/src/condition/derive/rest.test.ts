import { describe, expect, test } from 'vitest'
import { Authorizer } from '../../authorizer/authorizer.js'
import type { AuthorizerOptions } from '../../authorizer/options.js'
import { planFilter } from '../../authorizer/plans/plans.js'
import { modelOfClass } from '../../authorizer/registration.js'
import { Source } from '../../language/source.js'
import { buildPolicy } from '../../policy/buildPolicy.js'
import { allChecks } from '../../policy/checks/all.js'
import { FunctionPool } from '../../predicate/write/pool.js'
import { programText, writePredicate } from '../../predicate/write/writer.js'
import { createSchema } from '../../values/builtIns.js'
import type { Condition, Definition } from '../condition.js'

class User {
  constructor(fields: object) {
    Object.assign(this, fields)
  }
}
class Row extends User {}

/** The classes `M0`, `M1` … of a hierarchy. A row of a level refers to rows of the next level by `p0`, `p1` …. */
const classes = Array.from({ length: 25 }, (_, at) => ({ [`M${at}`]: class extends Row {} })[`M${at}`]!)

/** Returns the fields of a level. `ways` is the number of references to the next level. */
function fieldsOf(level: number, levels: number, ways: number) {
  const up = level < levels ? Array.from({ length: ways }, (_, way) => [`p${way}`, { one: `M${level + 1}` }]) : []
  return {
    id: { type: 'integer', nullable: false },
    name: { type: String, nullable: false },
    stars: 'integer',
    owner: { one: 'User' },
    members: { many: 'User' },
    ...(Object.fromEntries(up) as Readonly<Record<string, { readonly one: string }>>),
  } as const
}

const times = (count: number, text: (at: number) => string, separator = '\n'): string =>
  Array.from({ length: count }, (_, at) => text(at)).join(separator)

/** Returns the rules of the relation between neighboring levels: one for each reference. */
const relations = (levels: number, ways: number): string =>
  times(levels, (at) => times(ways, (way) => `has_relation(p: M${at + 1}, "parent", x: M${at}) if p = x.p${way};`))

/** A policy over a hierarchy of any size. */
interface PolicyOfSize {
  readonly of: (levels: number, ways: number) => string
  /** The policy for two levels and two ways. */
  readonly example: string
}

/** Policies in which a goal with several solutions is followed by more such goals. */
const policies: Readonly<Record<string, PolicyOfSize>> = {
  'roles over relations': {
    of: (levels, ways) => `
      actor User {}
      ${times(
        levels + 1,
        (at) => `
          resource M${at} {
            roles = ["reader", "owner"];
            permissions = ["read"];
            "read" if "reader";
            "reader" if "owner";
            ${at < levels ? `relations = { parent: M${at + 1} };` : ''}
            ${at < levels ? '"reader" if "reader" on "parent";' : ''}
            ${at < levels ? '"owner" if "owner" on "parent";' : ''}
          }
          has_role(u: User, "owner", x: M${at}) if x.owner = u;
          has_role(u: User, "reader", x: M${at}) if u in x.members;`,
      )}
      ${relations(levels, ways)}
      allow(actor, action, row) if has_permission(actor, action, row);`,
    example: `
      actor User {}
      resource M0 {
        roles = ["reader", "owner"];
        permissions = ["read"];
        "read" if "reader";
        "reader" if "owner";
        relations = { parent: M1 };
        "reader" if "reader" on "parent";
        "owner" if "owner" on "parent";
      }
      has_role(u: User, "owner", x: M0) if x.owner = u;
      has_role(u: User, "reader", x: M0) if u in x.members;
      resource M1 {
        roles = ["reader", "owner"];
        permissions = ["read"];
        "read" if "reader";
        "reader" if "owner";
        relations = { parent: M2 };
        "reader" if "reader" on "parent";
        "owner" if "owner" on "parent";
      }
      has_role(u: User, "owner", x: M1) if x.owner = u;
      has_role(u: User, "reader", x: M1) if u in x.members;
      resource M2 {
        roles = ["reader", "owner"];
        permissions = ["read"];
        "read" if "reader";
        "reader" if "owner";
      }
      has_role(u: User, "owner", x: M2) if x.owner = u;
      has_role(u: User, "reader", x: M2) if u in x.members;
      has_relation(p: M1, "parent", x: M0) if p = x.p0;
      has_relation(p: M1, "parent", x: M0) if p = x.p1;
      has_relation(p: M2, "parent", x: M1) if p = x.p0;
      has_relation(p: M2, "parent", x: M1) if p = x.p1;
      allow(actor, action, row) if has_permission(actor, action, row);`,
  },
  'calls in a row': {
    of: (levels, ways) => `
      ${relations(levels, ways)}
      allow(u: User, "read", x0: M0) if
        ${times(levels, (at) => `has_relation(x${at + 1}, "parent", x${at})`, ' and ')} and
        x${levels}.owner = u and x0.stars > x${levels}.stars and u in x${levels}.members;`,
    example: `
      has_relation(p: M1, "parent", x: M0) if p = x.p0;
      has_relation(p: M1, "parent", x: M0) if p = x.p1;
      has_relation(p: M2, "parent", x: M1) if p = x.p0;
      has_relation(p: M2, "parent", x: M1) if p = x.p1;
      allow(u: User, "read", x0: M0) if
        has_relation(x1, "parent", x0) and has_relation(x2, "parent", x1) and
        x2.owner = u and x0.stars > x2.stars and u in x2.members;`,
  },
  'relations of relations': {
    of: (levels, ways) => `
      ${relations(levels, ways)}
      above1(p: M1, x: M0) if has_relation(p, "parent", x);
      ${times(levels - 1, (at) => `above${at + 2}(p: M${at + 2}, x: M0) if above${at + 1}(q, x) and has_relation(p, "parent", q);`)}
      allow(u: User, "read", x: M0) if above${levels}(p, x) and p.owner = u;`,
    example: `
      has_relation(p: M1, "parent", x: M0) if p = x.p0;
      has_relation(p: M1, "parent", x: M0) if p = x.p1;
      has_relation(p: M2, "parent", x: M1) if p = x.p0;
      has_relation(p: M2, "parent", x: M1) if p = x.p1;
      above1(p: M1, x: M0) if has_relation(p, "parent", x);
      above2(p: M2, x: M0) if above1(q, x) and has_relation(p, "parent", q);
      allow(u: User, "read", x: M0) if above2(p, x) and p.owner = u;`,
  },
  alternatives: {
    of: (levels, ways) => `
      allow(u: User, "read", x0: M0) if
        ${times(levels, (at) => `(${times(ways, (way) => `x${at + 1} = x${at}.p${way}`, ' or ')}) and x${at + 1} != nil`, ' and ')} and
        x${levels}.owner = u and u in x${levels}.members;`,
    example: `
      allow(u: User, "read", x0: M0) if
        (x1 = x0.p0 or x1 = x0.p1) and x1 != nil and
        (x2 = x1.p0 or x2 = x1.p1) and x2 != nil and
        x2.owner = u and u in x2.members;`,
  },
  'elements of a list': {
    of: (levels, ways) => `
      allow(u: User, "read", x0: M0) if
        ${times(levels, (at) => `x${at + 1} in [${times(ways, (way) => `x${at}.p${way}`, ', ')}] and x${at + 1} != nil`, ' and ')} and
        x${levels}.owner = u and u in x${levels}.members;`,
    example: `
      allow(u: User, "read", x0: M0) if
        x1 in [x0.p0, x0.p1] and x1 != nil and
        x2 in [x1.p0, x1.p1] and x2 != nil and
        x2.owner = u and u in x2.members;`,
  },
  negations: {
    of: (levels, ways) => `
      ${relations(levels, ways)}
      allow(u: User, "read", x0: M0) if not (
        ${times(levels, (at) => `has_relation(x${at + 1}, "parent", x${at}) and x${at + 1}.stars > 1 and not x${at + 1}.owner = u`, ' and ')});`,
    example: `
      has_relation(p: M1, "parent", x: M0) if p = x.p0;
      has_relation(p: M1, "parent", x: M0) if p = x.p1;
      has_relation(p: M2, "parent", x: M1) if p = x.p0;
      has_relation(p: M2, "parent", x: M1) if p = x.p1;
      allow(u: User, "read", x0: M0) if not (
        has_relation(x1, "parent", x0) and x1.stars > 1 and not x1.owner = u and
        has_relation(x2, "parent", x1) and x2.stars > 1 and not x2.owner = u);`,
  },
}

test.each(Object.entries(policies))('the generator writes its example: %s', (_, { of, example }) => {
  const words = (text: string): string => text.replace(/\s+/g, ' ').trim()
  expect(words(of(2, 2))).toBe(words(example))
})

/** Returns the number of parts of a condition. Those of a definition count once. */
function sizeOf(condition: Condition, seen: Set<Definition>): number {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.of.reduce((sum, one) => sum + sizeOf(one, seen), 1)
    case 'not':
      return 1 + sizeOf(condition.of, seen)
    case 'some':
      return 1 + sizeOf(condition.where, seen)
    case 'ref':
      if (seen.has(condition.definition)) return 1
      seen.add(condition.definition)
      return 1 + sizeOf(condition.definition.condition, seen)
    case 'opaque':
      throw new Error(condition.reason.message)
    default:
      return 1
  }
}

/** Returns the size of the condition of a policy, and of the source of its predicate. */
function sizes(text: string, levels: number, ways: number): { readonly condition: number; readonly predicate: number } {
  const schema = createSchema()
  schema.registerModel(modelOfClass(schema, User, { key: 'id', fields: { id: 'integer' } }))
  for (const [at, cls] of classes.slice(0, levels + 1).entries())
    schema.registerModel(modelOfClass(schema, cls, { key: 'id', fields: fieldsOf(at, levels, ways) }))
  const { policy, diagnostics } = buildPolicy([new Source(text)], schema, allChecks())
  if (!policy) throw new Error(diagnostics.map((one) => one.message).join('\n'))
  const condition = planFilter(policy, schema, { model: 'User' }, { action: 'read' }, 'M0')
  const pool = new FunctionPool()
  const { text: predicate } = writePredicate(condition, schema, pool)
  const code = programText([...pool.calledBy(predicate).values(), predicate])
  return { condition: sizeOf(condition, new Set()), predicate: code.length }
}

describe('the size of a condition grows with the number of rules, not of paths', () => {
  const [levelsOf, waysOf] =
    process.env['ARCTURUS_TESTS'] === 'all'
      ? [
          [1, 2, 3, 4, 6, 9, 12],
          [1, 2, 3, 5],
        ]
      : [
          [1, 3, 12],
          [1, 2, 5],
        ]
  const depths = levelsOf!.flatMap((levels) => waysOf!.map((ways) => [levels, ways] as const))
  test.each(Object.entries(policies))('%s', (_, { of }) => {
    for (const [levels, ways] of depths) {
      const { condition, predicate } = sizes(of(levels, ways), levels, ways)
      expect(condition).toBeLessThan(30 * levels * ways + 100)
      expect(predicate).toBeLessThan(8_000 * levels * ways + 20_000)
    }
  })
})

function load(text: string, levels: number, options: AuthorizerOptions): Authorizer {
  const authorizer = new Authorizer(options)
  authorizer.registerClass(User, { key: 'id', fields: { id: { type: 'integer', nullable: false } } })
  for (const [at, cls] of classes.slice(0, levels + 1).entries())
    authorizer.registerClass(cls, { key: 'id', fields: fieldsOf(at, levels, 2) })
  authorizer.loadSync(text)
  return authorizer
}

/** Returns random rows of a hierarchy. Some have no owner, and some refer to no row. */
function rowsOf(levels: number, ways: number, users: readonly object[]): readonly object[] {
  let state = 1
  const next = (below: number): number => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
  let rows: readonly object[] = []
  for (let level = levels; level >= 0; level--) {
    const above = rows
    const up = (): object | null => (next(6) === 0 ? null : above[next(above.length)]!)
    rows = Array.from({ length: 12 }, (_, at) => {
      const ups = level < levels ? Array.from({ length: ways }, (_none, way) => [`p${way}`, up()]) : []
      const members = users.filter(() => next(2) === 0)
      const owner = next(4) === 0 ? null : users[next(users.length)]!
      const stars = next(5) === 0 ? null : next(9)
      return new classes[level]!({ id: at, name: `${next(3)}`, stars, owner, members, ...Object.fromEntries(ups) })
    })
  }
  return rows
}

describe('the continuation of a goal with several solutions runs as in the machine', () => {
  /** Two calls with two solutions each. */
  const calls = 'has_relation(x1, "parent", x0) and has_relation(x2, "parent", x1)'
  /** The continuation. It tests each of the three rows and their relations. */
  const rest = `x2.owner = u and (x2.stars > 3 or x1.stars > x2.stars or x2.name = x0.name or x2.name != x1.name) and
    u in x2.members and not (m in x2.members and m = x1.owner and m.id > 2) and forall(m in x1.members, m.id != x2.id) and
    (x2.owner.id != x1.id or x0.owner.id = 1) and (x2.name != "7" or x1.name != "7" or x0.name != "7") and
    (x2.stars != 7 or x1.stars != 7 or x2.members.length > 1)`
  const bodies: Readonly<Record<string, string>> = {
    'after two calls': `${calls} and ${rest}`,
    'under a negation': `not (${calls} and ${rest})`,
    'in a `forall`': `forall(has_relation(x1, "parent", x0), has_relation(x2, "parent", x1) and ${rest})`,
    'after a comparison that waits for a call': `x2.stars > 2 and ${calls} and ${rest}`,
    'after a `cut`': `x0.stars > 2 and cut and ${calls} and ${rest}`,
    'after two disjunctions': `(x1 = x0.p0 or x1 = x0.p1) and (x2 = x1.p0 or x2 = x1.p1) and ${rest}`,
    'after calls that bind nil': `loose(x1, x0) and loose(x2, x1) and ${rest}`,
    'after a disjunction over the actor': `loose(x1, x0) and loose(x2, x1) and (u = x1.owner or x2.owner = u) and ${rest}`,
  }
  const text = (body: string): string => `
    ${relations(2, 2)}
    loose(p, x: M0) if p = x.p0 or p = x.p1;
    loose(p, x: M1) if p = x.p0;
    loose(p, x: M1) if p = x.p1;
    allow(u: User, "read", x0: M0) if ${body};
    allow(u: User, "read", x0: M0) if x0.name = "2" and u = x0.owner;`

  test.each(Object.entries(bodies))('%s', (_, body) => {
    const authorizers = (['machine', 'closures', 'source'] as const).map((evaluator) =>
      load(text(body), 2, { evaluator }),
    )
    const users = [1, 2, 3].map((id) => new User({ id }))
    const answers = new Set<string>()
    for (const user of users) {
      for (const row of rowsOf(2, 2, users)) {
        const asked = authorizers.map((authorizer) => {
          try {
            return String(authorizer.can(user, 'read', row))
          } catch (error) {
            return String((error as { readonly code?: unknown }).code)
          }
        })
        expect(asked).toEqual(asked.map(() => asked[0]))
        answers.add(asked[0]!)
      }
    }
    expect([...answers]).toEqual(expect.arrayContaining(['true', 'false']))
  })
})

describe('the continuation knows only what its own branch has tested', () => {
  class Item {
    constructor(
      readonly id: number,
      readonly within: Item | null = null,
    ) {}
  }
  class Secret extends Item {}
  class Page {
    constructor(
      readonly item: Item | null,
      readonly first: string,
      readonly second: string,
    ) {}
  }
  const bodies = [
    'i = p.item and ((i matches Secret and n = p.first) or n = p.second) and i matches Secret and n = "x"',
    'i = p.item and (n = p.second or (i matches Secret and n = p.first)) and i matches Secret and n = "x"',
    'i = p.item and ((i matches Secret and n = p.first) or (i matches Item and n = p.second)) and i matches Secret and n = "x"',
    'i = p.item and ((i matches Item and n = p.first) or n = p.second) and i matches Item and n = "x"',
    'i = p.item and ((i matches Item and n = i.within) or n = i) and i matches Item and i.within = n',
    '((p.item matches Secret and n = p.first) or n = p.second) and p.item matches Secret and n = "x"',
    'i = p.item and j = i and ((j matches Secret and n = p.first) or n = p.second) and i matches Secret and n = "x"',
    'i = p.item and either(i, n, p) and i matches Secret and n = "x"',
    'i = p.item and ((i matches Secret and n = p.first) or n = p.second) and ((i matches Secret and m = p.first) or m = p.second) and i matches Secret and n = m',
  ]
  const items = [new Item(1), new Secret(2), new Item(3, new Item(1)), new Secret(4, new Secret(2)), null]
  const pages = items.flatMap((item) =>
    ['x', 'y'].flatMap((first) => ['x', 'y'].map((second) => new Page(item, first, second))),
  )
  const user = new User({ id: 1 })

  test.each(bodies.flatMap((body) => [true, false].map((isDeclared) => [body, isDeclared] as const)))(
    '%s; with declared fields: %s',
    (body, isDeclared) => {
      const [machine, ...others] = (['machine', 'closures', 'source'] as const).map((evaluator) => {
        const authorizer = new Authorizer({ evaluator }).registerClass(User, { key: 'id' })
        const fields = {
          Item: { id: 'integer', within: { one: 'Item', nullable: true } },
          Page: { item: { one: 'Item', nullable: true }, first: 'string', second: 'string' },
        } as const
        authorizer.registerClass(Item, { key: 'id', ...(isDeclared && { fields: fields.Item }) })
        authorizer.registerClass(Secret)
        authorizer.registerClass(Page, isDeclared ? { fields: fields.Page } : {})
        authorizer.loadSync(`allow(_: User, "read", p: Page) if ${body};
          either(i, n, p) if i matches Secret and n = p.first;
          either(_, n, p) if n = p.second;`)
        return authorizer
      })
      const answerOf = (authorizer: Authorizer, page: Page): unknown => {
        try {
          return authorizer.can(user, 'read', page)
        } catch (error) {
          return (error as { readonly code?: unknown }).code
        }
      }
      const expected = pages.map((page) => answerOf(machine!, page))
      for (const authorizer of others) {
        expect(pages.map((page) => answerOf(authorizer, page))).toEqual(expected)
        const filter = authorizer.filter(user, 'read', 'Page')
        expect(pages.map((page) => filter.matches(page))).toEqual(expected.map((answer) => answer === true))
      }
    },
  )
})

test('a filter with too many alternatives is rejected at once', {
  timeout: 5_000,
}, () => {
  const authorizer = load(policies['calls in a row']!.of(24, 2), 24, { limits: { syncTime: 50 } })
  const user = new User({ id: 1 })
  const filter = authorizer.filter(user, 'read', 'M0')
  expect(() => filter.definite()).toThrow(expect.objectContaining({ code: 'filter-too-large' }))
  const top = new classes[24]!({ id: 1, name: 'top', stars: 1, owner: new User({ id: 2 }), members: [] })
  const row = Array.from({ length: 24 }).reduceRight<object>(
    (above, _, at) => new classes[at]!({ id: 1, name: '', stars: 2, owner: null, members: [], p0: above, p1: above }),
    top,
  )
  // The check takes too long, too.
  expect(() => filter.matches(row)).toThrow(expect.objectContaining({ code: 'time-limit' }))
})
