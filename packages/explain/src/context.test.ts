import { Authorizer } from '@arcturus/core'
import { expect, test } from 'vitest'
import { explain } from './index.js'

class User {
  constructor(
    readonly id: number,
    readonly limit: number,
  ) {}
}
class Note {
  constructor(
    readonly id: number,
    readonly opens: Date,
  ) {}
}

const context = {
  now: new Date('2030-01-31T09:00:00Z'),
  level: 1,
  mfa: false,
  vpn: false,
  office: null,
  factors: ['password'],
  request: { ip: '10.1.0.5', amount: 500 },
}

/** Returns the explanation of a denial by a rule with a body. */
function explained(body: string, values = true) {
  const authorizer = new Authorizer({ log: () => {} })
    .registerClass(User, { key: 'id', fields: { id: 'integer', limit: 'integer' } })
    .registerClass(Note, { key: 'id', fields: { id: 'integer', opens: { type: 'date', nullable: false } } })
    .registerContext({
      now: 'date',
      level: 'integer',
      mfa: 'boolean',
      vpn: 'boolean',
      office: { type: 'string', nullable: true },
      factors: { type: 'string', list: true },
      request: { fields: { ip: 'string', amount: 'integer' } },
    })
  authorizer.loadSync(`allow(user: User, "read", note: Note) if user.id = 1 and note.id = 1 and ${body};
    over(n: Integer) if n > 5;`)
  const note = new Note(1, new Date('2030-01-31T18:00:00Z'))
  return explain(authorizer.with(context), new User(1, 100), 'read', note, { values })
}

test.each([
  ['now > note.opens', ['now > note.opens', ['now'], '2030-01-31T09:00:00.000Z']],
  ['mfa', ['mfa = true', ['mfa'], undefined]],
  ['office = "Paris"', ['office = "Paris"', ['office'], 'nil']],
  ['request.amount <= user.limit', ['request.amount <= user.limit', ['request'], '500']],
  ['not request.ip.startsWith("10.")', ['not request.ip.startsWith("10.")', ['request'], 'true']],
  ['"password" in factors and "totp" in factors', ['"totp" in factors', ['factors'], undefined]],
  ['over(level)', ['level > 5', ['level'], '1']],
])('what is missing can be a context: %s', (body, [text, names, now]) => {
  const { sets, complete } = explained(body).missing
  const found = sets.find(([leaf, ...rest]) => leaf?.text === text && rest.length === 0)
  expect({ ...found?.[0], complete }).toMatchObject({ text, context: names, complete: true })
  if (now !== undefined) expect(found?.[0]?.now).toBe(now)
  expect(sets.flat().every((leaf) => leaf.of === undefined)).toBe(true)
})

test('a question about a field has a context', () => {
  const authorizer = new Authorizer({ log: () => {} })
    .registerClass(User, { key: 'id', fields: { id: 'integer', limit: 'integer' } })
    .registerContext({ level: 'integer' })
  authorizer.loadSync('allow_field(_: User, "read", _: User, "limit") if level > 5;')
  const ada = new User(1, 100)
  const of = (level: number, field?: string) => explain(authorizer.with({ level }), ada, 'read', ada, { field })
  expect(of(6, 'limit').decision).toBe('allowed')
  expect(of(1, 'limit').missing.sets).toMatchObject([[{ text: 'level > 5', context: ['level'] }]])
  expect(of(6, 'id').toJSON()).toMatchObject({ decision: 'denied', field: 'id', missing: { sets: [] } })
  expect(() => of(6, 7 as never)).toThrow(expect.objectContaining({ code: 'invalid-argument' }))
})

test('two names of one value are missing both', () => {
  expect(explained('mfa = true and vpn = true').missing.sets.map((set) => set.map(({ text }) => text))).toEqual([
    ['mfa = true', 'vpn = true'],
  ])
})

test('no value of a name is missing that another part of the rule refuses', () => {
  expect(explained('level > 3 and level < 2').missing.sets).toEqual([])
})

test('a context is written with what has to hold, and its values are shown only if all are', () => {
  expect(String(explained('now > note.opens'))).toContain('now > note.opens (in the context: now, now 2030-01-31T09')
  const hidden = JSON.stringify(explained('now > note.opens and request.amount < 100', false))
  expect(hidden).not.toMatch(/2030|500/)
})
