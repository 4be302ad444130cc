import { ArgumentError, Authorizer, type Decision } from '@arcturus/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { Enforcement } from './enforcement.js'
import { ofAdapters, type RequestAuthorization } from './requestAuthorization.js'

class User {}
class Note {
  constructor(
    readonly id: number,
    readonly title = '',
  ) {}
}
const [user, own, other] = [new User(), new Note(1), new Note(2)]

describe('The arguments of a request’s decisions are those of the authorizer without the actor', () => {
  const seen: unknown[][] = []
  let authorizer: Authorizer
  let request: RequestAuthorization<Note>

  beforeAll(async () => {
    authorizer = new Authorizer({ actions: ['edit'], log: () => {} })
    authorizer.registerClass(User)
    authorizer.registerClass(Note, { key: 'id', fields: { id: 'integer', title: 'string' } })
    await authorizer.load(`
      allow(_: User, action, _: Note) if action in ["read", "edit", "update", "create"];
      allow_field(_: User, action, _: Note, field) if action in ["read", "edit", "update", "create"] and field in ["id", "title"];
    `)
    authorizer.onDecision(({ action, resource }: Decision) => void seen.push([action, Object(resource).key]))
    const enforcement = new Enforcement(authorizer, { actor: () => user }, {}, 'PATCH', () => {})
    await enforcement.arm()
    request = enforcement.authorization as RequestAuthorization<Note>
    ofAdapters.admit(request, () => own, own, 'edit')
  })
  const asked = async (run: () => Promise<unknown>): Promise<unknown> => {
    seen.length = 0
    await run()
    return seen.at(-1)
  }

  it.each<[string, () => Promise<unknown>, unknown]>([
    ['assertWritable(body)', () => request.assertWritable({ title: 'a' }), ['edit', 1]],
    ['assertWritable(action, body)', () => request.assertWritable('read', { title: 'a' }), ['read', 1]],
    ['assertWritable(action, row, body)', () => request.assertWritable('edit', other, { title: 'a' }), ['edit', 2]],
    ['authorizeField(action, field)', () => request.authorizeField('read', 'title'), ['read', 1]],
    ['authorizeField(action, row, field)', () => request.authorizeField('edit', other, 'title'), ['edit', 2]],
    ['pickAuthorized()', () => request.pickAuthorized(), ['read', 1]],
    ['pickAuthorized(row)', () => request.pickAuthorized(other), ['read', 2]],
    ['pickAuthorized(action, row)', () => request.pickAuthorized('edit', other), ['edit', 2]],
    ['authorizeChange(patch)', () => request.authorizeChange({ title: 'a' }), ['update', 1]],
    ['authorizeChange(action, patch)', () => request.authorizeChange('edit', { title: 'a' }), ['edit', 1]],
    ['authorizeChange(action, row, patch)', () => request.authorizeChange('edit', other, { title: 'a' }), ['edit', 2]],
    [
      'authorizeCreate(model, data)',
      () => request.authorizeCreate('Note', { id: 3, title: 'a' }),
      ['create', undefined],
    ],
    [
      'authorizeCreate(action, model, data)',
      () => request.authorizeCreate('edit', 'Note', { id: 3, title: 'a' }),
      ['edit', undefined],
    ],
  ])('%s', async (_, run, expected) => {
    expect(await asked(run)).toEqual(expected)
  })

  // Sound: JavaScript has no types that refuse another order.
  const untyped = () => request as unknown as Readonly<Record<string, (...given: unknown[]) => Promise<unknown>>>
  it.each<[string, () => Promise<unknown>]>([
    ['a body before the action', () => untyped()['assertWritable']!({ title: 'a' }, 'edit')],
    ['a body before the action and the row', () => untyped()['assertWritable']!({ title: 'a' }, 'edit', other)],
    ['a field before the row', () => untyped()['authorizeField']!('read', 'title', other)],
    ['rows before the action', () => untyped()['pickAuthorized']!(other, 'read')],
    ['an action without rows', () => untyped()['pickAuthorized']!('read')],
    ['a patch before the action', () => untyped()['authorizeChange']!({ title: 'a' }, 'edit')],
    ['a patch before the action and the row', () => untyped()['authorizeChange']!({ title: 'a' }, 'edit', other)],
    ['data before the action', () => untyped()['authorizeCreate']!('Note', { id: 3 }, 'edit')],
    [
      'a change without an action',
      () => authorizer.authorizeChange(user, other as never, { title: 'a' } as never, {} as never),
    ],
    ['a row that was not found', () => untyped()['assertWritable']!('edit', undefined, { title: 'a' })],
  ])('%s is an error', async (_, run) => {
    await expect(run()).rejects.toThrow(ArgumentError)
  })
})
