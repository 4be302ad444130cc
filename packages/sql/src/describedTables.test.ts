import { Authorizer } from '@arcturus/core'
import { describe, expect, it } from 'vitest'
import { type DrizzleConfig, drizzleTable, kyselyTable, sqlTables } from './describedTables.js'
import { printSql } from './printSql.js'

class User {
  constructor(readonly id: number) {}
}
class Folder {}
class Note {}
class Draft extends Note {}

const authorizer = new Authorizer()
  .registerClass(User, { key: 'id', fields: { id: 'integer' } })
  .registerClass(Folder, {
    key: 'id',
    fields: { id: 'integer', ownerId: 'integer', notes: { many: Note, from: 'id', to: 'folderId' } },
  })
  .registerClass(Note, {
    key: 'id',
    fields: {
      id: 'integer',
      folderId: 'integer',
      data: 'unknown',
      due: 'integer',
      folder: { one: Folder, from: 'folderId', to: 'id' },
    },
  })
  .registerClass(Draft)
authorizer.loadSync(`
  allow(user: User, "read", note: Note) if note.folder != nil and note.folder.ownerId = user.id;
  allow(user: User, "open", folder: Folder) if note in folder.notes and note.id = user.id;
  allow(user: User, "due", note: Note) if note.due = user.id;
  allow(_: User, "dataless", note: Note) if note.data = nil;
  allow(user: User, "data", note: Note) if note.data = user.id;
`)

const column = (name: string, type: string, dataType: string, notNull = true) => ({
  name,
  notNull,
  dataType,
  getSQLType: () => type,
})
const noteColumns = {
  id: column('id', 'integer', 'number'),
  folderId: column('folder_id', 'integer', 'number', false),
  data: column('data', 'jsonb', 'json', false),
  due: column('due', 'integer', 'date', false),
}
const folderColumns = { id: column('id', 'serial', 'number'), ownerId: column('owner_id', 'int4', 'number') }

function printed(action: string, model: 'Note' | 'Folder', keys: DrizzleConfig['foreignKeys'] = []): string {
  const tables = sqlTables(authorizer.schema, {
    Note: drizzleTable({ ...noteColumns, enableRLS: () => {} }, (table) => ({
      name: 'notes',
      schema: 'app',
      columns: Object.values(table).filter((one) => typeof one === 'object'),
      foreignKeys: keys,
    })),
    Folder: drizzleTable(folderColumns, (table) => ({
      name: 'folders',
      columns: Object.values(table),
      foreignKeys: [],
    })),
  })
  const condition = authorizer.filter(new User(7), action, model).definite()
  return printSql(condition, { dialect: 'postgresql', tables, row: 'row', parameter: () => '$1' }).sql
}

describe('described tables', () => {
  it('have the relations of the models, by their columns', () => {
    expect(printed('read', 'Note')).toMatch(/FROM "folders" .*"owner_id" = \$1/s)
    expect(printed('open', 'Folder')).toMatch(/FROM "app"\."notes" .*"folder_id" = "row"\."id"/s)
  })

  it('refuse columns of other types, but for nil', () => {
    expect(printed('dataless', 'Note')).toBe('("row"."data" IS NULL)')
    expect(() => printed('data', 'Note')).toThrow(/jsonb/)
    // A number that the application reads as a date.
    expect(() => printed('due', 'Note')).toThrow(/due|integer/)
  })

  it('keep a reference only by a foreign key of exactly its columns', () => {
    const tables = (columns: readonly string[]) =>
      sqlTables(authorizer.schema, {
        Note: { path: ['notes'], columns: kyselyTable([kysely], 'notes', fieldOf).columns, references: [columns] },
        Folder: { path: ['folders'], columns: { id: { name: 'id', nullable: false, type: { kind: 'uuid' } } } },
      }).field('Note', 'folder')
    expect(tables(['folder_id'])).toMatchObject({ kind: 'relation', relation: { kept: true } })
    for (const columns of [['id'], ['folder_id', 'id'], []])
      expect(tables(columns)).toMatchObject({ kind: 'relation', relation: { kept: false } })
  })

  it('know the classes of rows, and no unknown model or table', () => {
    const tables = sqlTables(authorizer.schema, { Note: kyselyTable([kysely], 'notes', fieldOf) })
    expect(['Note', 'Draft', 'Folder'].map((of) => tables.instances('Note', of, false))).toEqual([
      'all',
      'none',
      'none',
    ])
    expect(tables.instances('Draft', 'Note', false)).toBe('all')
    expect(tables.instances('Draft', 'Note', true)).toBe('none')
    expect([tables.table('Folder'), tables.field('Note', 'toString'), tables.field('Note', 'folder')]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    expect(() => sqlTables(authorizer.schema, { Nope: kyselyTable([kysely], 'notes') })).toThrow(/Nope/)
    expect(() => kyselyTable([kysely], 'nope')).toThrow(/has: notes/)
  })
})

const kysely = {
  name: 'notes',
  schema: 'public',
  columns: [
    { name: 'id', dataType: 'int4', isNullable: false },
    { name: 'folder_id', dataType: 'int4', isNullable: true },
  ],
}
const fieldOf = (name: string) => (name === 'folder_id' ? 'folderId' : name)
