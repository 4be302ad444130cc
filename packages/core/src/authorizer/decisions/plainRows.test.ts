import { describe, expect, test } from 'vitest'
import { moduleOf } from '../../../../compile/src/testing/moduleOf.js'
import { Oso } from '../../../../oso/src/index.js'
import { Authorizer } from '../authorizer.js'
import type { AuthorizerOptions } from '../options.js'
import type { ModelDeclaration } from '../registration.js'

const toOrg = { org: { one: 'Org', from: 'orgId', to: 'id', nullable: false }, orgId: 'integer' } as const
const models: readonly ModelDeclaration[] = [
  {
    name: 'User',
    key: 'id',
    fields: { id: 'integer', memberships: { many: 'Membership' }, best: { one: 'Membership' } },
  },
  { name: 'Org', key: 'id', fields: { id: 'integer', owner: { one: 'User' } } },
  { name: 'Membership', key: 'id', fields: { id: 'integer', role: 'string', ...toOrg } },
  { name: 'Doc', key: 'id', fields: { id: 'integer', since: 'date', size: 'bigint', ...toOrg } },
]

/** The ways in which a condition can compare the organization of a membership with that of a document. */
const forms = {
  unified: 'm in user.memberships and m.org = doc.org',
  mirrored: 'm in user.memberships and doc.org = m.org',
  '==': 'm in user.memberships and m.org == doc.org',
  'not !=': 'm in user.memberships and not m.org != doc.org',
  'in a list': 'm in user.memberships and doc.org in [m.org]',
  'class and fields': 'm in user.memberships and m matches Membership{org: doc.org}',
  'fields alone': 'm in user.memberships and m matches {org: doc.org}',
  'class of a relation': 'm in user.memberships and m.org matches Org{id: doc.orgId}',
  dictionaries: 'm in user.memberships and {org: m.org} = {org: doc.org}',
  lists: 'm in user.memberships and [m.org] = [doc.org]',
  variables: 'm in user.memberships and one = m.org and other = doc.org and one = other',
  'a rule': 'm in user.memberships and same(m.org, doc.org)',
  'a role': 'm in user.memberships and m.role = "member" and m.org = doc.org',
  forall: '_ in user.memberships and forall(n in user.memberships, n.org = doc.org)',
}
const policy = Object.entries(forms).flatMap(([name, form]) => [
  `allow(user: User, "${name}", doc: Doc) if ${form};`,
  `allow(user: User, "not ${name}", doc: Doc) if not (${form});`,
])
policy.push('same(one: Org, other: Org) if one = other;')

type Can = (actor: object, action: string, resource: object) => boolean

const evaluators = ['machine', 'closures', 'source', 'module'] as const

/** The models are those of tables. */
function authorizerOf(text: string, options: AuthorizerOptions = {}, declared = models): Authorizer {
  const authorizer = new Authorizer(options).registerModels(declared)
  authorizer.loadSync(text)
  return authorizer
}

function withEvaluator(evaluator: (typeof evaluators)[number], text: string, declared = models): Can {
  if (evaluator !== 'module') {
    const authorizer = authorizerOf(text, { evaluator }, declared)
    return (actor, action, resource) =>
      authorizer.can(authorizer.as('User', actor), action, authorizer.as('Doc', resource))
  }
  const authorizer = authorizerOf(text, {}, declared)
  const compiled = moduleOf(authorizer)({ classes: {} })
  const { as } = authorizer
  return (actor, action, resource) =>
    compiled.can(as.call(authorizer, 'User', actor), action, as.call(authorizer, 'Doc', resource))
}

function codeOf(ask: () => unknown): unknown {
  try {
    return ask()
  } catch (error) {
    return (error as { readonly code?: unknown }).code ?? error
  }
}

const json = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value
const userOf = (...orgs: readonly number[]) =>
  json({ id: 1, memberships: orgs.map((id, at) => ({ id: at, role: 'member', orgId: id, org: { id } })) })
const docOf = (org: number) => json({ id: 1, orgId: org, org: { id: org } })

describe.each(evaluators)('with %s, plain objects that relations lead to', (evaluator) => {
  const can = withEvaluator(evaluator, policy.join('\n'))

  test.each(Object.keys(forms))('are rows: %s', (form) => {
    expect(can(userOf(7), form, docOf(7))).toBe(true)
    expect(can(userOf(7), `not ${form}`, docOf(7))).toBe(false)
    expect(can(userOf(8), form, docOf(7))).toBe(false)
    expect(can(userOf(8), `not ${form}`, docOf(7))).toBe(true)
    expect(can(userOf(), form, docOf(7))).toBe(false)
  })

  test('are rows when they are frozen, without a prototype, or have a key "constructor"', () => {
    const org = JSON.parse('{"id": 7, "constructor": "class Org", "__proto__": {"id": 8}}') as { id: number }
    const bare = Object.assign(Object.create(null), { id: 7 }) as { id: number }
    for (const one of [org, bare, Object.freeze({ id: 7 })]) {
      const user = { id: 1, memberships: Object.freeze([{ id: 1, role: 'member', orgId: 7, org: one }]) }
      expect(can(user, 'unified', docOf(7))).toBe(true)
      expect(can(user, 'not unified', docOf(7))).toBe(false)
    }
  })

  test('are rows of the model that the relation of the schema names', () => {
    const renamed = models.map((model) => JSON.parse(JSON.stringify(model).replaceAll('Org', 'Tenant')) as typeof model)
    const other = withEvaluator(evaluator, policy.join('\n').replaceAll('Org', 'Tenant'), renamed)
    const [user, doc] = [userOf(7), docOf(7)]
    for (const ask of [can, other, can]) {
      expect(ask(user, 'unified', doc)).toBe(true)
      expect(ask(user, 'not unified', doc)).toBe(false)
    }
  })
})

describe.each(['machine', 'closures', 'source'] as const)('with %s', (evaluator) => {
  const authorizer = authorizerOf(policy.join('\n'), { evaluator })

  test.each(Object.keys(forms))('keys are enough if rows are omitted: %s', (form) => {
    if (form === 'class of a relation') return
    const user = (orgId: number) => authorizer.as('User', { id: 1, memberships: [{ id: 1, role: 'member', orgId }] })
    const doc = authorizer.as('Doc', { id: 1, orgId: 7 })
    expect(authorizer.can(user(7), form, doc)).toBe(true)
    expect(authorizer.can(user(7), `not ${form}`, doc)).toBe(false)
    expect(authorizer.can(user(8), form, doc)).toBe(false)
    expect(authorizer.filter(user(7), form, 'Doc').matches(doc)).toBe(true)
    expect(authorizer.filter(user(7), `not ${form}`, 'Doc').matches(doc)).toBe(false)
  })

  test('a relation without row and key counts as not loaded, never as empty', () => {
    const doc = authorizer.as('Doc', docOf(7))
    for (const form of ['unified', 'not unified']) {
      expect(codeOf(() => authorizer.can(authorizer.as('User', { id: 1 }), form, doc))).toBe('relation-not-loaded')
      expect(
        codeOf(() => authorizer.can(authorizer.as('User', json({ id: 1, memberships: [{ id: 1 }] })), form, doc)),
      ).toBe('relation-not-loaded')
    }
  })

  test('rows that are added after `as`, or are fields of instances, count as rows', () => {
    class Session {
      constructor(
        readonly id: number,
        readonly memberships: unknown,
      ) {}
    }
    const own = new Authorizer({ evaluator }).registerModels(models.filter(({ name }) => name !== 'User'))
    own.registerClass(Session, { name: 'User', key: 'id', fields: { memberships: { many: 'Membership' } } })
    own.loadSync(policy.join('\n'))
    const doc = own.as('Doc', { id: 1, orgId: 7 })
    Object.assign(doc, { org: { id: 7 } })
    for (const form of Object.keys(forms)) {
      expect(own.can(new Session(1, userOf(7).memberships), form, doc)).toBe(true)
      expect(own.can(new Session(1, userOf(7).memberships), `not ${form}`, doc)).toBe(false)
      expect(own.filter(new Session(1, userOf(7).memberships), form, 'Doc').matches(doc)).toBe(true)
    }
    const rows = [doc, own.as('Doc', docOf(8)), own.as('Doc', docOf(7))]
    expect(own.canMany(new Session(1, userOf(7).memberships), 'unified', rows)).toEqual([true, false, true])
  })

  test('rows that arrive later are rows as well', async () => {
    const doc = authorizer.as('Doc', docOf(7))
    const user = authorizer.as('User', { id: 1, memberships: Promise.resolve(userOf(7).memberships) })
    expect(await authorizer.isAllowed(user, 'unified', doc)).toBe(true)
    expect(await authorizer.isAllowed(user, 'not unified', doc)).toBe(false)
    const loading = new Authorizer({ evaluator }).registerModels(models, async () => userOf(7).memberships)
    loading.loadSync(policy.join('\n'))
    expect(await loading.isAllowed(loading.as('User', { id: 1 }), 'unified', doc)).toBe(true)
    expect(await loading.isAllowed(loading.as('User', { id: 1 }), 'not unified', doc)).toBe(false)
    const filter = await loading.loadFilter(loading.as('User', { id: 1 }), 'not unified', 'Doc')
    expect(filter.matches(doc)).toBe(false)
  })

  test('rows nested in a tagged row can be checked', async () => {
    const own = authorizerOf(
      'allow(user: User, "see", m: Membership) if m in user.memberships; allow_field(_: User, "read", _: Org, "id");',
      { evaluator },
    )
    const user = own.as('User', json({ ...userOf(7), best: { id: 0, orgId: 7, org: { id: 7, secret: 1 } } }))
    expect(own.can(user, 'see', user.memberships[0])).toBe(true)
    expect(await own.authorizedFields(user, 'read', user.best.org)).toEqual(new Set(['id']))
    expect(await own.pickAuthorized(user, 'read', user.best.org)).toEqual({ id: 7 })
  })
})

/** The schema does not say what these fields of a user hold. */
const silent: readonly ModelDeclaration[] = [
  { name: 'User', key: 'id', fields: { id: 'integer', memberships: 'json', best: 'json' } },
  ...models.slice(1),
]

describe.each(evaluators)('with %s, a plain object of unknown model', (evaluator) => {
  const can = withEvaluator(
    evaluator,
    `${policy.join('\n')}
    allow(user: User, "is", doc: Doc) if user.best = doc.org; allow(user: User, "is not", doc: Doc) if not user.best = doc.org;
    allow(user: User, "!=", doc: Doc) if user.best != doc.org; allow(user: User, "==", doc: Doc) if not user.best == doc.org;
    allow(user: User, "in", doc: Doc) if not doc.org in user.memberships;
    allow(user: User, "class", _: Doc) if user.best matches Org; allow(user: User, "no class", _: Doc) if not user.best matches Org;
    allow(user: User, "pattern", doc: Doc) if not doc matches Doc{org: user.best};
    allow(user: User, "dictionary", doc: Doc) if not {a: doc.org} = {a: user.best};
    allow(user: User, "list", doc: Doc) if not [doc.org, 1] = [user.best, 1];
    allow(user: User, "rule", _: Doc) if not is_org(user.best); is_org(_: Org);`,
    silent,
  )
  const actions = [
    'is',
    'is not',
    '!=',
    '==',
    'in',
    'class',
    'no class',
    'pattern',
    'dictionary',
    'list',
    'rule',
    'not unified',
    'unified',
  ]

  test.each(actions)('is neither a row nor equal to one: %s', (action) => {
    const user = json({ ...userOf(7), memberships: [{ id: 7, org: { id: 7 } }], best: { id: 7 } })
    expect(codeOf(() => can(user, action, docOf(7)))).toBe('unknown-row')
    expect(codeOf(() => can(user, action, { id: 1, orgId: 7, org: { id: 7 } }))).toBe('unknown-row')
  })
})

test.each(['is not', '!=', 'in', 'no class'])('a filter throws for a plain object of unknown model: %s', (action) => {
  const authorizer = authorizerOf(
    `allow(user: User, "is not", doc: Doc) if not user.best = doc.org;
    allow(user: User, "!=", doc: Doc) if user.best != doc.org;
    allow(user: User, "in", doc: Doc) if not doc.org in user.memberships;
    allow(user: User, "no class", _: Doc) if not user.best matches Org;`,
    {},
    silent,
  )
  const user = authorizer.as('User', json({ id: 1, memberships: [{ id: 7 }], best: { id: 7 } }))
  expect(codeOf(() => authorizer.filter(user, action, 'Doc').definite())).toBe('unknown-row')
})

test('a plain object of a model with subclasses has a key, and no class test', () => {
  class Pet {}
  class Cat extends Pet {}
  class Home {}
  for (const evaluator of ['machine', 'closures', 'source'] as const) {
    const authorizer = new Authorizer({ evaluator })
      .registerClass(Pet, { key: 'id', fields: { id: 'integer' } })
      .registerClass(Cat)
      .registerClass(Home, { key: 'id', fields: { id: 'integer', pet: { one: Pet }, animal: { one: Pet } } })
    authorizer.loadSync(`
      allow(home: Home, "same", other: Home) if home.pet = other.pet;
      allow(home: Home, "other", other: Home) if not home.pet = other.pet;
      allow(home: Home, "cat", _: Home) if home.pet matches Cat;
      allow(home: Home, "no cat", _: Home) if not home.pet matches Cat;
      allow(home: Home, "pet", _: Home) if home.pet matches Pet;`)
    const home = () => authorizer.as('Home', json({ id: 1, pet: { id: 3 } }))
    const cats = authorizer.as('Home', { id: 2, pet: Object.assign(new Cat(), { id: 3 }) })
    expect(authorizer.can(home(), 'same', cats)).toBe(true)
    expect(authorizer.can(home(), 'other', cats)).toBe(false)
    expect(authorizer.can(home(), 'pet', cats)).toBe(true)
    for (const action of ['cat', 'no cat']) {
      expect(codeOf(() => authorizer.can(home(), action, cats))).toBe('unknown-row')
      expect(authorizer.can(cats, action, home())).toBe(action === 'cat')
    }
    const known = home()
    authorizer.as('Cat', known.pet)
    expect(authorizer.can(known, 'cat', cats)).toBe(true)
  }
})

test('an object that two relations give different models has an unknown class', () => {
  const authorizer = authorizerOf(
    'allow(user: User, "post", doc: Doc) if not (m in user.memberships and m.org = doc.org);',
  )
  const one = { id: 7 }
  const user = authorizer.as('User', { ...userOf(7), best: one })
  expect(codeOf(() => authorizer.can(user, 'post', authorizer.as('Doc', { id: 1, org: one })))).toBe('unknown-row')
})

test('cyclic plain objects are rows', () => {
  const authorizer = authorizerOf('allow(user: User, "read", doc: Doc) if doc.org.owner = user;')
  const org: { id: number; owner?: object } = { id: 7 }
  org.owner = { id: 1, memberships: [{ id: 1, org }] }
  expect(authorizer.can(authorizer.as('User', { id: 1 }), 'read', authorizer.as('Doc', { id: 1, org }))).toBe(true)
  expect(authorizer.can(authorizer.as('User', { id: 2 }), 'read', authorizer.as('Doc', { id: 1, org }))).toBe(false)
})

test.each([
  ['a text for a date', { id: 1, since: '2026-01-01T00:00:00.000Z' }],
  ['a number for a date', { id: 1, since: 0 }],
  ['a text for a bigint', { id: 1, size: '12' }],
  ['a text in a related row', { id: 1, org: { id: '7' } }],
  ['a text deep inside', { id: 1, org: { id: 7, owner: { id: 1, memberships: [{ id: '1' }] } } }],
])('as rejects %s', (_, row) => {
  const authorizer = new Authorizer().registerModels(models)
  expect(codeOf(() => authorizer.as('Doc', row))).toBe('invalid-argument')
  expect(authorizer.modelOf(row)).toBeUndefined()
})

test.each(['machine', 'closures', 'source'] as const)(
  'a key "constructor" of a plain object is data, not its class: %s',
  (evaluator) => {
    class User {}
    class Doc {
      constructor(readonly meta: unknown) {}
    }
    const authorizer = new Authorizer({ evaluator }).registerClass(User).registerClass(Doc)
    authorizer.loadSync('allow(_: User, "read", doc: Doc) if ok(doc.meta); ok("admin"); ok(_: User);')
    const ask = (meta: unknown) => codeOf(() => authorizer.can(new User(), 'read', new Doc(meta)))
    expect(['admin', 'guest', new User()].map(ask)).toEqual([true, false, true])
    for (const name of ['admin', 'class User', 'guest', 1])
      expect(ask(JSON.parse(JSON.stringify({ constructor: name })))).toBe('unknown-row')
  },
)

test('the drop-in compares plain objects as oso does', async () => {
  class Person {}
  class Note {}
  const oso = new Oso()
  oso.registerClass(Person)
  oso.registerClass(Note)
  await oso.loadStr(
    'allow(p: Person, "read", n: Note) if p.org = n.org; allow(p: Person, "post", _: Note) if not p.org matches Note;',
  )
  const person = Object.assign(new Person(), { org: { id: 1 } })
  expect(await oso.isAllowed(person, 'read', Object.assign(new Note(), { org: { id: 1 } }))).toBe(true)
  expect(await oso.isAllowed(person, 'read', Object.assign(new Note(), { org: { id: 2 } }))).toBe(false)
  expect(await oso.isAllowed(person, 'post', new Note())).toBe(true)
})
