import { Authorizer } from '@arcturus/core'
import { mongoFilter } from '@arcturus/sql'
import { Query } from 'mingo'
import { describe, expect, it } from 'vitest'

class User {
  constructor(
    readonly value: unknown,
    readonly values: unknown,
  ) {}
}
class Note {
  readonly id: unknown
  readonly text: unknown
  constructor(document: object) {
    Object.assign(this, document)
  }
}

const conditions = [
  'note.text = user.value',
  'note.text != user.value',
  'not note.text = user.value',
  'note.text < user.value',
  'not note.text < user.value',
  'note.text in user.values',
  'not note.text in user.values',
  'note.text = nil',
  'note.text != nil',
  'note.text.startsWith(user.value)',
  'note.text.endsWith(user.value)',
  'not note.text.endsWith(user.value)',
  'note.text.includes(user.value)',
  'not (note.text = user.value and note.id > 1)',
  'forall(value in user.values, note.text != value)',
]

/** Documents as they should be. */
const proper = ['a', 'a\n', 'ba', '.', '', null, '$a', 'A', '\u{1f600}a', '(?:a)'].map((text, id) => ({ id, text }))
/** Documents that the schema does not allow, which a database may contain. */
const improper = [
  { id: 20 },
  { id: 21, text: undefined },
  { id: 22, text: ['a', 'b'] },
  { id: 23, text: { $ne: 'a' } },
].concat([{ id: 24, text: [] as never }, { text: 'a' } as never])

const plain = ['a', '', '.', '$a', '(?:a)', 'a\n', null]
const hostile = [
  /./,
  { $ne: null },
  { $gt: '' },
  { toBSON: () => ({ $ne: null }) },
  Number.NaN,
  ['a'],
  new Map(),
  () => true,
]

function authorizerOf(condition: string): Authorizer {
  const authorizer = new Authorizer()
    .registerClass(User)
    .registerClass(Note, { fields: { id: { type: Number, nullable: false }, text: String } })
  authorizer.loadSync(`allow(user: User, "read", note: Note) if user.value != "x" and ${condition};`)
  return authorizer
}

/** Returns what `ask` returns, or undefined if it throws. */
function answer<Answer>(ask: () => Answer): Answer | undefined {
  try {
    return ask()
  } catch {
    return undefined
  }
}

/** Returns the documents that the list has, and those that the check allows; undefined if the list is refused. */
function asked(authorizer: Authorizer, user: User, documents: readonly object[]) {
  const query = answer(() => new Query(mongoFilter(authorizer.filter(user, 'read', 'Note').definite(), ['id', 'text'])))
  const allowed = documents.filter((document) => answer(() => authorizer.can(user, 'read', new Note(document))))
  return { listed: query && documents.filter((document) => answer(() => query.test(document))), allowed }
}

describe('a list of MongoDB', () => {
  it.each(conditions)('has exactly the proper documents that the check allows: %s', (condition) => {
    const authorizer = authorizerOf(condition)
    for (const value of plain) {
      const { listed = [], allowed } = asked(authorizer, new User(value, [value, 'b']), proper)
      expect({ value, documents: listed }).toEqual({ value, documents: allowed })
    }
  })

  it.each(conditions)('has no document that the check does not allow: %s', (condition) => {
    const authorizer = authorizerOf(condition)
    for (const value of [...plain, ...hostile])
      for (const values of [[value], value, []]) {
        const { listed = [], allowed } = asked(authorizer, new User(value, values), [...proper, ...improper])
        expect({ value, values, wider: listed.filter((one) => !allowed.includes(one)) }).toEqual({
          value,
          values,
          wider: [],
        })
      }
  })
})
