import { expect, test } from 'vitest'
import { Authorizer } from '../../authorizer/authorizer.js'
import { printCondition } from '../../condition/print.js'
import { UnsupportedFilterError } from '../../errors.js'

class User {
  readonly id = 1
}
class Score {
  readonly value: number = Number.NaN
}
class Repo {
  readonly id = 2
}
class Issue {
  readonly id = 3
}

/** Returns the definite filter of issues, printed. */
function definiteOf(rules: string): string {
  const authorizer = new Authorizer()
    .registerClass(User, { key: 'id', fields: { id: { type: 'integer', nullable: false } } })
    .registerClass(Repo, {
      key: 'id',
      fields: {
        id: { type: 'integer', nullable: false },
        name: String,
        stars: { type: 'integer', nullable: false },
        topics: { type: String, list: true, nullable: false },
        labels: { type: String, list: true },
        owner: { one: 'User' },
        fork: { one: 'Repo' },
      },
    })
    .registerClass(Issue, {
      key: 'id',
      fields: {
        id: { type: 'integer', nullable: false },
        title: String,
        due: Date,
        count: 'integer',
        ratio: { type: 'float', nullable: false },
        open: { type: Boolean, nullable: false },
        repo: { one: 'Repo' },
        home: { one: 'Repo', nullable: false },
        parent: { one: 'Issue' },
        children: { many: 'Issue' },
      },
    })
  authorizer.loadSync(rules)
  return printCondition(authorizer.filter(new User(), 'read', 'Issue').definite())
}

test('rows of unrelated models are equal only if both are nil, whatever their keys', () => {
  for (const goal of ['i.repo = i.parent', 'i.repo == i.parent', 'i.repo in [i.parent]'])
    expect(definiteOf(`allow(_: User, "read", i: Issue) if ${goal};`)).toBe(
      'resource.repo = nil and resource.parent = nil',
    )
  expect(definiteOf('allow(_: User, "read", i: Issue) if i.repo != i.parent;')).toBe(
    'resource.repo != nil or resource.parent != nil',
  )
})

test('an argument of a recursion is read first, and is an error if it cannot be read', () => {
  const rules = (call: string): string => `
    allow(_: User, "read", i: Issue) if ${call};
    starred(r: Repo) if r.stars > 3;
    starred(r: Repo) if r.fork != nil and starred(r.fork);`
  const reach =
    'reach starred.0 from resource.parent.home by fork in starred.0.fork where starred.0.fork != nil where starred.0.stars > 3'
  expect(definiteOf(rules('starred(i.parent.home)'))).toBe(`resource.parent != nil and ${reach}`)
  expect(definiteOf(rules('not starred(i.parent.home)'))).toBe(`resource.parent != nil and not (${reach})`)
})

test('an error of one rule excludes no row of another, in every order of the rules', () => {
  const rules = [
    'allow(u: User, "read", i: Issue) if i.repo.owner = u;',
    'allow(u: User, "read", i: Issue) if i.repo.fork.owner = u;',
    'allow(_: User, "read", i: Issue) if i.open = true;',
  ]
  const orders = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ]
  const found = orders.map((order) =>
    definiteOf(order.map((at) => rules[at]).join('\n'))
      .split(' or ')
      .sort(),
  )
  for (const parts of found)
    expect(parts).toEqual(['resource.open = true', 'resource.repo.fork.owner.id = 1', 'resource.repo.owner.id = 1'])
})

test('a recursion over a list has a filter before and after a rule that can be an error', () => {
  const rules = ['known(i: Issue) if c in i.children and known(c);', 'known(i: Issue) if i.repo.stars > 3;']
  const reach = 'reach known.0 from resource by c in known.0.children where'
  for (const order of [rules, rules.toReversed()]) {
    const of = (call: string): string => definiteOf(`allow(_: User, "read", i: Issue) if ${call}; ${order.join('\n')}`)
    expect(of('known(i)')).toBe(`${reach} known.0.repo.stars > 3`)
    // A row that is an error below is an error.
    expect(of('not known(i)')).toBe(`not (${reach} known.0.repo = nil or known.0.repo.stars > 3)`)
  }
})

test('a call of a recursion before another goal is false if it is neither true nor an error', () => {
  expect(
    definiteOf(`
      allow(_: User, "read", i: Issue) if not (known(i) and i.open);
      known(i: Issue) if i.repo.stars > 3;
      known(i: Issue) if i.parent != nil and known(i.parent);`),
  ).toBe(
    'not (reach known.0 from resource by parent in known.0.parent where known.0.parent != nil where known.0.repo = nil or known.0.repo.stars > 3) or (resource.open = false and reach known.0 from resource by parent in known.0.parent where known.0.parent != nil where known.0.repo.stars > 3)',
  )
})

test('a negated goal with an alternative that can be an error is false if another one is true', () => {
  expect(definiteOf('allow(_: User, "read", i: Issue) if not ((i.open or i.repo.stars > 3) and i.count = 1);')).toBe(
    '(resource.open = false and resource.repo != nil and resource.repo.stars <= 3) or (resource.count != 1 and (resource.open = true or resource.repo.stars > 3))',
  )
})

test('a negated conjunction of parts that can be an error grows with their number', () => {
  const parts = (count: number): number => {
    const goals = Array.from({ length: count }, (_, at) => `i.repo.stars > ${at}`)
    return definiteOf(`allow(_: User, "read", i: Issue) if not (${goals.join(' and ')});`).split('resource').length
  }
  expect(parts(80)).toBeLessThan(2.1 * parts(40))
})

const cases: readonly (readonly [string, string, string])[] = [
  [
    'a path that is only read may end in nil',
    'allow(_: User, "read", i: Issue) if _name = i.repo.name and i.open;',
    'resource.repo != nil and resource.open = true',
  ],
  [
    'a comparison that is an error for all values is decided by nil',
    'allow(_: User, "read", i: Issue) if i.title != 1;',
    'resource.title = nil',
  ],
  [
    'a comparison that is an error for all values is false for nil, where it is an ordering',
    'allow(_: User, "read", i: Issue) if not i.title < 1;',
    'resource.title = nil',
  ],
  [
    'two columns of different types are equal where both are nil',
    'allow(_: User, "read", i: Issue) if i.title = i.count;',
    'resource.title = nil and resource.count = nil',
  ],
  [
    'two relations are equal where both have no row',
    'allow(_: User, "read", i: Issue) if i.repo = i.parent.repo;',
    '(resource.repo = nil and resource.parent != nil and resource.parent.repo = nil) or resource.repo.id = resource.parent.repo.id',
  ],
  [
    'arithmetic has a result where none of its operands is nil',
    'allow(_: User, "read", i: Issue) if not i.count + 1 > 3;',
    'resource.count + 1 <= 3 and resource.count != nil',
  ],
  [
    'a product of whole numbers has 64 bits, and one with a float beyond them has a result',
    'allow(_: User, "read", i: Issue) if i.id * i.ratio != 3;',
    'resource.id * resource.ratio != 3 and (resource.id * resource.ratio <= 9223372036854775807 or resource.ratio > 9007199254740991 or resource.ratio < -9007199254740991) and (resource.id * resource.ratio >= -9223372036854775808 or resource.ratio > 9007199254740991 or resource.ratio < -9007199254740991)',
  ],
  [
    'a remainder by what is not zero is one of fractions too',
    'allow(_: User, "read", i: Issue) if i.ratio rem 2 = 1;',
    'resource.ratio rem 2 = 1',
  ],
  [
    'an infinity less an infinity is in no order',
    'allow(_: User, "read", i: Issue) if i.count != nil and not i.count / i.count > 0.5;',
    '(resource.count / resource.count != resource.count / resource.count or resource.count / resource.count <= 0.5) and resource.count != nil',
  ],
  [
    'a count that asks for a row is a quantifier',
    'allow(_: User, "read", i: Issue) if i.parent.children.length > 0 or not 1 > i.children.length;',
    '(some one in resource.parent.children where true) or (some one in resource.children where true)',
  ],
  [
    'a count is compared as a number',
    'allow(_: User, "read", i: Issue) if i.repo.topics.length >= 1.5;',
    'count of resource.repo.topics >= 1.5',
  ],
  [
    'texts that are put together are none where the first is nil',
    'allow(_: User, "read", i: Issue) if i.title.concat("!") = "a!";',
    'resource.title.concat("!") = "a!" and resource.title != nil',
  ],
  [
    'nil is looked for in a text as the text that JavaScript makes of it',
    'allow(_: User, "read", i: Issue) if "a null".endsWith(i.title);',
    'resource.title = nil or "a null" endsWith resource.title',
  ],
  [
    'a boolean is 0 or 1 beside a number',
    'allow(_: User, "read", i: Issue) if i.count < i.open;',
    '(resource.open = true and resource.count < 1) or (resource.open = false and resource.count < 0)',
  ],
  [
    'what waits for a value that nothing gives is an error, for which no row is listed',
    'allow(u: User, "read", i: Issue) if u.id != _anything and i.open;',
    'false',
  ],
  [
    'in a text a character is looked for, and nothing else is found',
    'allow(_: User, "read", i: Issue) if not "x" in i.title or "xy" in i.title or 1 in i.title;',
    'resource.title != nil and not (resource.title includes "x")',
  ],
  [
    'a text that is known is a list of its characters',
    'allow(_: User, "read", i: Issue) if i.title in "aé";',
    'resource.title in ["a", "é"]',
  ],
  ['a text has no length', 'allow(_: User, "read", i: Issue) if i.open or i.title.length > 1;', 'resource.open = true'],
]

test.each(cases)('%s', (_, rules, expected) => {
  expect(definiteOf(rules)).toBe(expected)
})

const refused: readonly (readonly [string, string])[] = [
  ['a date ordered with a number', 'i.due >= 3'],
  ['a method of a row, also where nothing depends on it', 'not (i.title.trim() = nil)'],
  ['arithmetic with what is not known', 'i.repo.extra + 1 = 2'],
  ['a remainder by what can be zero, of what can be a fraction', 'i.ratio rem i.id = 1'],
]

test.each(refused)('%s is rejected', (_, goals) => {
  expect(() => definiteOf(`allow(${/\bu\b/.test(goals) ? 'u' : '_'}: User, "read", i: Issue) if ${goals};`)).toThrow(
    UnsupportedFilterError,
  )
})

test('no ordering with NaN is true, and its negation is true of every row', () => {
  const authorizer = new Authorizer()
    .registerClass(Score, { fields: { value: 'float' } })
    .registerClass(Issue, { key: 'id', fields: { id: { type: 'integer', nullable: false }, count: 'integer' } })
  authorizer.loadSync('allow(score: Score, "read", i: Issue) if not i.count >= score.value;')
  expect(printCondition(authorizer.filter(new Score(), 'read', 'Issue').definite())).toBe('true')
})

test('a decimal of the application is a number, which no text is comparable with', () => {
  const authorizer = new Authorizer({ print: () => {} })
    .registerClass(User, { key: 'id', fields: { id: { type: 'integer', nullable: false } } })
    .registerClass(Repo, { key: 'id', fields: { id: { type: 'integer', nullable: false }, name: String } })
    .registerConstant({ [Symbol.toStringTag]: 'Decimal', toString: () => '1.5' }, 'ratio')
  authorizer.loadSync('allow(_: User, "read", repo: Repo) if repo.name != nil and repo.name != ratio;')
  const repo = Object.assign(new Repo(), { name: '1.5' })
  expect(() => authorizer.can(new User(), 'read', repo)).toThrow('"1.5" != Object')
  expect(authorizer.filter(new User(), 'read', 'Repo').definite()).toEqual({ kind: 'false' })
})

test('a test of membership in a nil list is an error', () => {
  const rules = (condition: string): string => `allow(_: User, "read", i: Issue) if i.home != nil and ${condition};`
  for (const field of ['labels', 'topics'])
    for (const condition of [
      `not ("a" in i.home.${field})`,
      `not (x in i.home.${field} and x = "a")`,
      `forall(x in i.home.${field}, x = "a")`,
      `i.home.${field}.length < 5`,
      `not (i.home.${field}.length = i.count)`,
    ])
      expect([condition, /resource\.home\.labels (!= nil|is List)/.test(definiteOf(rules(condition)))]).toEqual([
        condition,
        field === 'labels',
      ])
})
