import { Authorizer } from '@arcturus/core'
import { Enforcement } from '@arcturus/web'
import { describe, expect, it } from 'vitest'
import { testAuthorization } from './testAuthorization.js'

class User {
  constructor(readonly name: string) {}
}
class Note {
  constructor(
    readonly id: number,
    readonly owner: string,
    readonly shared: boolean,
  ) {}
}

class Trouble {}

const authorizer = new Authorizer()
  .registerClass(User)
  .registerClass(Trouble)
  .registerClass(Note, { key: ['id'] })
authorizer.loadSync(`
  allow(user: User, "edit", note: Note) if note.owner = user.name;
  allow(user: User, "read", note: Note) if note.owner = user.name or note.shared = true;
  allow(_: User, "read", trouble: Trouble) if trouble.typo = 1;
  allow_field(_: User, "read", note: Note, "id") if note.shared = true;
`)
const { expectAllowed, expectDenied, expectActions, expectFields, expectOnlyAllowed, as } =
  testAuthorization(authorizer)

const [ada, eve] = [new User('ada'), new User('eve')]
const [diary, plans] = [new Note(1, 'ada', false), new Note(2, 'ada', true)]
const assertion = (message: string) =>
  expect.objectContaining({ name: 'AssertionError', message: expect.stringContaining(message) as string })

describe('an expectation', () => {
  it('holds', async () => {
    await expectAllowed(ada, 'read', diary)
    await expectAllowed(ada, ['read', 'edit'], diary)
    await expectDenied(eve, ['read', 'edit'], diary, { status: 404 })
    await expectDenied(eve, 'edit', plans, { status: 403 })
    await expectDenied(null, 'edit', plans, { status: 401 })
    await expectDenied(null, 'edit', plans)
    await expectActions(ada, diary, ['edit', 'read'])
    await expectActions(eve, diary, [])
    await expectFields(eve, 'read', plans, ['id'])
    await expectOnlyAllowed(eve, 'read', [diary, plans], [plans])
  })

  it.each([
    [
      'an action that is denied',
      () => expectAllowed(eve, ['read', 'edit'], plans),
      'User may not "edit" Note { id: 2 }, but was expected to. They may: "read".',
    ],
    [
      'an action that is allowed',
      () => expectDenied(ada, 'edit', plans),
      'User may "edit" Note { id: 2 }, but was expected not to.',
    ],
    [
      'nobody, who may do nothing',
      () => expectAllowed(null, 'read', plans),
      'Nobody may not "read" Note { id: 2 }, but was expected to. They may: nothing.',
    ],
    [
      'another status',
      () => expectDenied(eve, 'edit', plans, { status: 404 }),
      'User may not "edit" Note { id: 2 }, as expected, but gets 403 instead of 404.',
    ],
    [
      'other actions',
      () => expectActions(eve, plans, ['read', 'edit']),
      'User may do to Note { id: 2 }: "read", not "edit", "read".',
    ],
    [
      'other fields',
      () => expectFields(eve, 'read', plans, []),
      'User may "read" of Note { id: 2 }: "id", not nothing.',
    ],
    [
      'a row too many and one too few',
      () => expectOnlyAllowed(eve, 'read', [diary, plans], [diary]),
      'User may "read" also Note { id: 2 }, and may not "read" Note { id: 1 }.',
    ],
  ])('fails for %s and reports the actual result', async (_, expectation, message) => {
    await expect(expectation()).rejects.toEqual(assertion(message))
  })

  it.each([
    ['a misspelt action', () => expectDenied(eve, 'raed', diary), 'unknown-action'],
    ['a resource that was not found', () => expectDenied(eve, 'read', undefined), 'undefined-resource'],
    ['a rule that fails', () => expectDenied(eve, 'read', new Trouble()), 'missing-attribute'],
    ['no action at all', () => expectDenied(eve, [], diary), 'invalid-argument'],
    ['a row that is null', () => expectDenied(eve, 'read', null), 'invalid-argument'],
    ['a list of rows', () => expectDenied(eve, 'read', [diary]), 'invalid-argument'],
    ['a list of actors', () => expectDenied([eve], 'read', diary), 'invalid-argument'],
    ['the name of a model', () => expectDenied(eve, 'read', 'Note'), 'invalid-argument'],
    ['no actions of nothing', () => expectActions(eve, null, []), 'invalid-argument'],
    ['no fields of a list', () => expectFields(eve, 'read', [diary], []), 'invalid-argument'],
    ['an empty list of rows', () => expectOnlyAllowed(eve, 'read', [], []), 'invalid-argument'],
    ['a list with holes', () => expectOnlyAllowed(eve, 'read', new Array<Note>(2), []), 'undefined-resource'],
    ['a row of rows that is null', () => expectOnlyAllowed<unknown>(eve, 'read', [null], []), 'invalid-argument'],
    ['a row from elsewhere', () => expectOnlyAllowed(eve, 'read', [diary], [plans]), 'invalid-argument'],
  ])('is no denial for %s', async (_, expectation, code) => {
    await expect(expectation()).rejects.toMatchObject({ code })
  })
})

describe('a request on behalf of a user', () => {
  const actorOf = async (one: Authorizer, headers: unknown) => {
    const enforcement = new Enforcement(one, { actor: () => eve }, { headers }, 'GET', () => {})
    await enforcement.arm()
    return enforcement.authorization.actor
  }

  it('comes from them, on Node and in the Fetch API', async () => {
    expect(await actorOf(authorizer, as(ada))).toBe(ada)
    expect(await actorOf(authorizer, new Headers(as(ada)))).toBe(ada)
    expect(await actorOf(authorizer, as(null))).toBeNull()
    expect(as(ada)).toEqual(as(ada))
  })

  it('has the actor of the application without those headers', async () => {
    expect(await actorOf(authorizer, {})).toBe(eve)
    expect(await actorOf(authorizer, { 'x-arcturus-actor': 'ada' })).toBe(eve)
  })

  it('is ignored by an authorizer that is not under test', async () => {
    const other = new Authorizer().registerClass(User)
    other.loadSync('allow(_, "read", _);')
    expect(await actorOf(other, as(ada))).toBe(eve)
  })

  it('is anonymous only if asked for', () => {
    expect(() => as(undefined)).toThrow('undefined')
    expect(() => as(Promise.resolve(ada))).toThrow('promise')
  })
})
