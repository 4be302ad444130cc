import { Authorizer, RelationNotLoadedError } from '@arcturus/core'
import { as } from '@arcturus/core/runtime'
import { typeOrmAuthorization } from '@arcturus/typeorm'
import { EntitySchema } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'

const folderId = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'

const folders = new EntitySchema<object>({ name: 'Folder', columns: { id: { type: 'uuid', primary: true } } })
const days = new EntitySchema<object>({ name: 'Day', columns: { day: { type: 'date', primary: true } } })
const docs = new EntitySchema<object>({
  name: 'Doc',
  columns: {
    id: { type: 'int', primary: true },
    folderId: { type: 'uuid', nullable: true },
    dayId: { type: 'date', nullable: true },
  },
  relations: {
    folder: { type: 'many-to-one', target: 'Folder', createForeignKeyConstraints: false },
    day: {
      type: 'many-to-one',
      target: 'Day',
      joinColumn: { name: 'dayId', referencedColumnName: 'day' },
      createForeignKeyConstraints: false,
    },
  },
})

// SQLite compares texts.
describe.each(await openDatabases('spellings', ['postgresql', 'mysql']))(
  'References to one row in several forms on $name',
  (database) => {
    const authorizer = new Authorizer()

    beforeAll(async () => {
      const source = await database.open([folders, days, docs])
      typeOrmAuthorization(authorizer, source, { unscoped: 'allow' })
      authorizer.loadSync(
        'allow(_, "list", doc: Doc) if doc.folder = nil; allow(_, "plan", doc: Doc) if doc.day = nil;',
      )
      await source.getRepository(folders).insert({ id: folderId })
      await source.getRepository(days).insert({ day: '2026-01-01' })
    }, 60_000)
    afterAll(() => database.close(), 60_000)

    const ask = (action: string, reference: object) =>
      authorizer.isAllowed(null, action, as('Doc', { id: 1, ...reference }))

    it.each<[string, string, object, object, object]>([
      ['UUIDs', 'list', { folderId }, { folderId: folderId.toUpperCase() }, { folderId: folderId.replace('a', 'b') }],
      ['dates', 'plan', { dayId: '2026-01-01' }, { dayId: '20260101' }, { dayId: '2026-01-02' }],
    ])('find no row by another form if they are loaded together: %s', async (_, action, stored, other, missing) => {
      const answers = await Promise.allSettled([stored, other].map((one) => ask(action, one)))
      expect(answers).toEqual([
        { status: 'fulfilled', value: false },
        { status: 'rejected', reason: expect.any(RelationNotLoadedError) as unknown },
      ])
      expect(await Promise.all([stored, missing].map((one) => ask(action, one)))).toEqual([false, true])
    })
  },
)
