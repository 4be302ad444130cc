import { describe, expect, test, vi } from 'vitest'
import { Authorizer } from '../authorizer.js'

class User {
  constructor(
    readonly id: number,
    readonly ids: readonly number[] = [],
  ) {}
}
class Folder {
  constructor(
    readonly ownerId: number,
    readonly ids: readonly number[] = [],
  ) {}
}
const ann = new User(1)

function load(policy: string): Authorizer {
  const authorizer = new Authorizer().registerClass(User).registerClass(Folder)
  authorizer.loadSync(policy)
  return authorizer
}

describe('the first checks of a kind', () => {
  const policy = `
    allow(user: User, "read", folder: Folder) if folder.ownerId = user.id;
    allow(user: User, "write", folder: Folder) if folder.ownerId = user.id;`

  test('need no generated code, and no machine', () => {
    const code = vi.spyOn(globalThis, 'Function')
    const authorizer = load(policy)
    code.mockClear()
    for (let asked = 1; asked <= 5; asked++) {
      expect(authorizer.can(ann, 'read', new Folder(asked))).toBe(asked === 1)
      expect(code.mock.calls.length > 0).toBe(asked > 3)
    }
    code.mockRestore()
    expect(authorizer.can(ann, 'write', new Folder(1))).toBe(true)
    expect(authorizer.statistics).toEqual({ predicate: 6, machine: 0, bailOuts: 0 })
  })

  test('throw for an action that is not a string, whatever a rule compares it with', () => {
    const authorizer = load('allow(_: User, action, folder: Folder) if folder.ownerId = action;')
    // Sound: JavaScript can pass any value.
    const action = 7 as unknown as string
    for (let asked = 1; asked <= 5; asked++)
      expect(() => authorizer.can(ann, action, new Folder(7))).toThrow('An action must be a string.')
  })

  test('throw for an unknown action', () => {
    const authorizer = load(policy)
    for (let asked = 1; asked <= 5; asked++)
      expect(() => authorizer.can(ann, 'rea', new Folder(1))).toThrow(/Unknown action "rea"/)
  })

  test('throw where later ones throw', () => {
    const authorizer = load('allow(user: User, "read", folder: Folder) if folder.owner = user.id;')
    for (let asked = 1; asked <= 5; asked++) expect(() => authorizer.can(ann, 'read', new Folder(1))).toThrow(/owner/)
  })

  test('of many rows at once are answered by a predicate', () => {
    const authorizer = load(policy)
    expect(authorizer.canMany(ann, 'read', [new Folder(1), new Folder(2)])).toEqual([true, false])
    expect(authorizer.statistics).toEqual({ predicate: 2, machine: 0, bailOuts: 0 })
  })
})

test.each([
  ['a gate before the permission', 'not user.id = 9 and may(user, action, folder)', ['read', 'write']],
  ['a user who may do everything', 'user.id = 1 or may(user, action, folder)', ['read', 'write', 'list']],
  [
    'an error of actions that nothing names',
    'may(user, action, folder) or not (action in ["read", "write", "list"]) and user.missing = 1',
    ['read', 'write'],
  ],
])('the actions on a row are decided by predicates with %s', async (_, gate, expected) => {
  const authorizer = load(`
    allow(user: User, action, folder: Folder) if ${gate};
    may(user: User, "read", folder: Folder) if folder.ownerId = user.id;
    may(user: User, "write", folder: Folder) if folder.ownerId = user.id;
    may(user: User, "list", folder: Folder) if user.id in folder.ids and not folder.ownerId = user.id;`)
  const folders = [new Folder(1), new Folder(1)]
  expect(await authorizer.authorizedActionsMany(ann, folders)).toEqual(folders.map(() => new Set(expected)))
  expect(authorizer.statistics).toMatchObject({ machine: 0, bailOuts: 0 })
})
