import { Authorizer } from '@arcturus/core'
import { describe, expect, it } from 'vitest'
import { testAuthorization } from './testAuthorization.js'

class User {
  constructor(
    readonly id: number,
    readonly actions: readonly string[] = [],
  ) {}
}
class Note {
  constructor(
    readonly id: number,
    readonly ownerId: number,
    readonly level = 3,
  ) {}
}
class Tag {}

const own = 'allow(user: User, "read", note: Note) if note.ownerId = user.id and note.level > 1;'
const [ada, eve] = [new User(1), new User(2)]
const unknown = expect.objectContaining({ code: 'unknown-action' })

function testing(policy: string) {
  const authorizer = new Authorizer({ log: () => {} })
    .registerClass(User, { key: 'id' })
    .registerClass(Note, { key: 'id' })
    .registerClass(Tag)
  authorizer.loadSync(policy)
  return testAuthorization(authorizer)
}

describe('an expectation about an action', () => {
  it('fails if no rule names it, also where a rule accepts any action', async () => {
    const any = `${own} allow(user: User, _, note: Note) if note.ownerId = user.id; allow(_: User, "edit", _: Note);`
    const { expectAllowed, expectDenied, expectOnlyAllowed, expectActions } = testing(any)
    const note = new Note(1, 1)
    await expectAllowed(ada, ['read', 'edit'], note)
    await expect(expectAllowed(ada, 'raed', note)).rejects.toThrow(unknown)
    await expect(expectDenied(eve, ['edti'], note)).rejects.toThrow(unknown)
    await expect(expectOnlyAllowed(eve, 'edti', [note], [])).rejects.toThrow(unknown)
    await expect(expectActions(ada, note, ['raed'])).rejects.toThrow(unknown)
  })

  it('fails if only rules of other models name it', async () => {
    const { expectDenied } = testing(`${own} allow(_: User, "rename", _: Tag);`)
    await expect(expectDenied(ada, 'rename', new Note(1, 1))).rejects.toThrow(unknown)
  })

  it('holds for every action that a rule compares with data', async () => {
    const { expectDenied } = testing(`${own} allow(user: User, action, _: Note) if action in user.actions;`)
    await expectDenied(ada, 'raed', new Note(1, 1))
  })
})

describe('a failed expectation', () => {
  const { expectAllowed, expectDenied } = testing(own)

  it('says why, with values', async () => {
    await expect(expectAllowed(ada, 'read', new Note(7, 1, 1))).rejects.toThrow('note.level is 1, not more than 1')
    await expect(expectDenied(ada, 'read', new Note(5, 1))).rejects.toThrow('note.level (3) is more than 1')
  })
})

describe('expectOnlyAllowed', () => {
  const { expectOnlyAllowed } = testing(own)
  const list = () => [new Note(1, 1), new Note(2, 2), new Note(3, 1)] as const

  it('compares rows by key, so that a list of the database can be given', async () => {
    const [first, second, third] = list()
    await expectOnlyAllowed(ada, 'read', list(), [first, third])
    await expect(expectOnlyAllowed(ada, 'read', list(), [first, second])).rejects.toThrow('may "read" also')
    await expect(expectOnlyAllowed(ada, 'read', list(), [new Note(9, 1)])).rejects.toThrow('is not one of the rows')
  })
})
