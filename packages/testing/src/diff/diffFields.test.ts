import { Authorizer } from '@arcturus/core'
import { describe, expect, it } from 'vitest'
import { diffFields } from './diffFields.js'

class User {
  constructor(readonly id: number) {}
}
class Note {
  constructor(
    readonly id: number,
    readonly ownerId: number,
    readonly text = '',
  ) {}
}
class Secret extends Note {}

const authorizer = new Authorizer()
  .registerClass(User, { key: 'id', fields: { id: 'integer' } })
  .registerClass(Note, { key: 'id', fields: { id: 'integer', ownerId: 'integer', text: 'string' } })
  .registerClass(Secret)
  .registerContext({ now: 'integer' })
const [ada, eve] = [new User(1), new User(2)]
const [hers, his, hidden] = [new Note(1, 1), new Note(2, 2), new Secret(3, 1)]
const options = { actors: [ada, eve, null], rows: { Note: [hers, his, hidden] } }

const before = `
  allow_field(_: User, "read", _: Note, "id");
  allow_field(user: User, "read", note: Note, "text") if note.ownerId = user.id;
  allow_field(user: User, "update", note: Note, "text") if note.ownerId = user.id;
`

describe('diffFields', () => {
  it('returns the fields of rows that an actor gains and loses, by action', async () => {
    const after = `
      allow_field(_: User, "read", _: Note, "id");
      allow_field(user: User, "read", note: Note, field) if field in ["text", "ownerId"] and note.ownerId = user.id and note.id != 3;
      allow_field(_, "update", note: Secret, "text") if note.ownerId = 1;
    `
    const diff = await diffFields(authorizer, before, after, options)
    expect(
      diff.changes.map(({ actor, action, resource, gained, lost }) => [actor, action, resource, gained, lost]),
    ).toEqual([
      [ada, 'read', hers, ['ownerId'], []],
      [ada, 'update', hers, [], ['text']],
      [ada, 'read', hidden, [], ['text']],
      [eve, 'read', his, ['ownerId'], []],
      [eve, 'update', his, [], ['text']],
      [eve, 'update', hidden, ['text'], []],
      [null, 'update', hidden, ['text'], []],
    ])
    expect(diff.changes[0]).toMatchObject({ model: 'Note', before: ['id', 'text'], after: ['id', 'ownerId', 'text'] })
    expect(diff.compared).toEqual({ actors: 3, rows: 3 })
    expect(String(diff).split('\n')).toEqual([
      '+ read Note.ownerId: User { id: 1 } 1, User { id: 2 } 1',
      '- update Note.text: User { id: 1 } 1, User { id: 2 } 1',
      '- read Note.text: User { id: 1 } 1',
      '+ update Note.text: User { id: 2 } 1, nobody 1',
    ])
  })

  it('agrees with the questions of both policies for every field', async () => {
    const after = before.replace(
      '"text") if note.ownerId = user.id',
      'field) if field != "id" and user.id != note.ownerId',
    )
    const { changes } = await diffFields(authorizer, before, after, options)
    const [old, next] = [authorizer.withPolicy(before), authorizer.withPolicy(after)]
    for (const actor of [ada, eve])
      for (const resource of options.rows.Note)
        for (const action of ['read', 'update'] as const) {
          const may = (one: Authorizer, field: string) =>
            one.authorizeField(actor, action, resource, field).then(
              () => true,
              () => false,
            )
          const change = changes.find(
            (one) => one.actor === actor && one.resource === resource && one.action === action,
          )
          for (const field of ['id', 'ownerId', 'text']) {
            const [was, is] = [await may(old, field), await may(next, field)]
            expect([change?.gained.includes(field) ?? false, change?.lost.includes(field) ?? false]).toEqual([
              !was && is,
              was && !is,
            ])
          }
        }
  })

  it('asks no row whose conditions are the same, and only for the models of actors that differ', async () => {
    const renamed = before.replaceAll('user', 'me').replaceAll('note.', 'it.').replaceAll('note:', 'it:')
    const models: (readonly string[])[] = []
    const actors = (asked: readonly string[]) => {
      models.push(asked)
      return [ada]
    }
    expect(String(await diffFields(authorizer, before, renamed, { ...options, actors }))).toBe(
      'No compared decision on fields changes.',
    )
    await diffFields(authorizer, before, 'allow_field(_: User, "read", _: Note, "id");', { ...options, actors })
    expect(models).toEqual([[], ['User']])
  })

  it('names errors, of a missing context among them', async () => {
    const after = 'allow_field(_: User, "read", note: Note, "id") if note.id < now;'
    const both = { ...options, actors: [ada] }
    const { changes } = await diffFields(authorizer, before, after, both)
    expect(changes.find(({ action }) => action === 'read')?.after).toEqual({ error: 'missing-context' })
    const diff = await diffFields(authorizer, before, after, { ...both, context: { now: 2 } })
    expect(diff.changes.find(({ resource }) => resource === hers)).toMatchObject({ gained: [], lost: ['text'] })
    await expect(diffFields(authorizer, before, after, { ...both, rows: { Nota: [] } })).rejects.toMatchObject({
      code: 'unknown-model',
    })
  })
})
