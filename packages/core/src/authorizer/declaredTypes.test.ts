import { describe, expect, test } from 'vitest'
import { moduleOf } from '../../../compile/src/testing/moduleOf.js'
import { as } from '../compiled/runtime.js'
import { Authorizer } from './authorizer.js'

/** The schema says nothing of what JavaScript holds in an instance of this class. */
class User {
  constructor(
    readonly id: number,
    readonly memberships: readonly object[],
  ) {}
}

class Doc {
  readonly since = new Date('2024-01-31T00:00:00.000Z')
  readonly quota = 10n
  readonly level = 3
  readonly active = true
  readonly org = { id: 7n }
  readonly orgId = 7n
}

const typed = {
  since: 'date',
  quota: 'bigint',
  level: 'integer',
  active: 'boolean',
  levels: { type: 'integer', list: true },
} as const
const toOrg = { org: { one: 'Org', from: 'orgId', to: 'id', nullable: false }, orgId: 'bigint' } as const

/** Conditions about a membership `m`, with a value that JSON or raw SQL has in the place of the declared type. */
const forms: Readonly<Record<string, readonly [condition: string, values: object]>> = {
  'a date as a text': ['not m.since = doc.since', { since: '2024-01-31T00:00:00.000Z' }],
  'a date as a number': ['not doc.since = m.since', { since: 1_706_659_200_000 }],
  'a date as a text, compared by !=': ['m.since != doc.since', { since: '2024-01-31T00:00:00.000Z' }],
  'a date as a text, compared by ==': ['not m.since == doc.since', { since: '2024-01-31T00:00:00.000Z' }],
  'a date as a text, in a pattern': ['not m matches {since: doc.since}', { since: '2024-01-31T00:00:00.000Z' }],
  'a date as a text, in a list': ['not doc.since in [m.since]', { since: '2024-01-31T00:00:00.000Z' }],
  'a date as a text, in two lists': ['not [m.since, 1] = [doc.since, 1]', { since: '2024-01-31T00:00:00.000Z' }],
  'a date as a text, in two dictionaries': ['not {a: m.since} = {a: doc.since}', { since: '2024-01-31T00:00:00.000Z' }],
  'a date as a text, in an argument': ['not same(m.since, doc.since)', { since: '2024-01-31T00:00:00.000Z' }],
  'a date as a text, in a variable': ['x = m.since and not x = doc.since', { since: '2024-01-31T00:00:00.000Z' }],
  'a date as a text, in a list of one': ['not m.since in [doc.since]', { since: '2024-01-31T00:00:00.000Z' }],
  'a date as a text, by forall': [
    'm != nil and forall(n in user.memberships, n.since != doc.since)',
    { since: '2024-01-31T00:00:00.000Z' },
  ],
  'a date as a text, of a row behind it': [
    'not m.other.since = doc.since',
    { other: { since: '2024-01-31T00:00:00.000Z' } },
  ],
  'a bigint as a text': ['not m.quota = doc.quota', { quota: '10' }],
  'two bigints as texts, in order': ['m.quota < m.other.quota', { quota: '10', other: { quota: '9' } }],
  'two bigints as texts, equal': ['m.quota != m.other.quota', { quota: '10', other: { quota: '010' } }],
  'a number as a text': ['not m.level = doc.level', { level: '3' }],
  'a number as a text, beside a literal': ['not m.level = 3', { level: '3' }],
  'a number as a text, beside literals': ['not m.level in [2, 3]', { level: '3' }],
  'a boolean as a text': ['not m.active = true', { active: 'true' }],
  'a boolean as a number': ['not m.active = doc.active', { active: 1 }],
  'an element as a text': ['not 3 in m.levels', { levels: [1, '3'] }],
  'an element as a text, by itself': ['forall(level in m.levels, level != 3)', { levels: ['3'] }],
  'a key as a text': ['not m.org = doc.org', { orgId: '7', org: { id: '7' } }],
  'a key that is referred to, as a text': ['not m.org = doc.org', { orgId: '7' }],
}
const policy = Object.entries(forms)
  .map(
    ([name, [condition]]) =>
      `allow(user: User, "${name}", doc: Doc) if doc != nil and m in user.memberships and ${condition};`,
  )
  .join('\n')
  .concat('\nsame(a, b) if a = b;')

function authorizerOf(evaluator?: 'machine' | 'closures' | 'source'): Authorizer {
  const authorizer = new Authorizer(evaluator ? { evaluator } : {})
    .registerModels([
      { name: 'Org', key: 'id', fields: { id: 'bigint' } },
      { name: 'Membership', key: 'id', fields: { id: 'integer', ...typed, ...toOrg, other: { one: 'Membership' } } },
    ])
    .registerClass(User, { key: 'id', fields: { id: 'integer', memberships: { many: 'Membership' } } })
    .registerClass(Doc, { key: 'quota', fields: { ...typed, ...toOrg } })
  authorizer.loadSync(policy)
  return authorizer
}

function codeOf(ask: () => unknown): unknown {
  try {
    return ask()
  } catch (error) {
    return (error as { readonly code?: unknown }).code ?? error
  }
}

describe.each(['machine', 'closures', 'source'] as const)(
  'with %s, a plain object in an instance of a class',
  (evaluator) => {
    const authorizer = authorizerOf(evaluator)

    test.each(Object.keys(forms))('never has %s', (form) => {
      const user = new User(1, [{ id: 1, ...forms[form]![1] }])
      expect(codeOf(() => authorizer.can(user, form, new Doc()))).toBe('type-error')
      const many = authorizer.canMany.bind(authorizer)
      expect(codeOf(() => many(user, form, [new Doc(), new Doc()]))).toBe('type-error')
      expect(codeOf(() => authorizer.filter(user, form, 'Doc').matches(new Doc()))).not.toBe(true)
      // What printers are given.
      expect(['type-error', 'false']).toContain(codeOf(() => authorizer.filter(user, form, 'Doc').definite().kind))
    })
  },
)

test.each(Object.keys(forms))('a compiled module, whose `as` has no schema, never takes %s', (form) => {
  const [, values] = forms[form]!
  const refused = ['machine-only', 'type-error']
  const module = moduleOf(authorizerOf())({ classes: { User, Doc } })
  for (const user of [new User(1, [{ id: 1, ...values }]), new User(1, [as('Membership', { id: 1, ...values })])]) {
    expect(refused).toContain(codeOf(() => module.can(user, form as never, new Doc())))
    expect(refused).toContain(codeOf(() => module.canMany(user, form as never, [new Doc()])))
  }
})

test('as() accepts UUIDs only in the form in which databases return them', () => {
  const authorizer = new Authorizer().registerModels([
    { name: 'Doc', fields: { folderId: 'uuid', seen: { type: 'uuid', list: true } } },
  ])
  const id = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'
  for (const row of [{ folderId: id }, { folderId: null, seen: [id] }, {}]) authorizer.as('Doc', row)
  for (const row of [{ folderId: id.toUpperCase() }, { folderId: `{${id}}` }, { seen: [id, id.replaceAll('-', '')] }])
    expect(() => authorizer.as('Doc', row)).toThrow('holds a UUID in another form')
})
