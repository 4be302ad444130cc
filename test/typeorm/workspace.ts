import { Authorizer } from '@arcturus/core'
import { type TypeOrmAuthorizationOptions, typeOrmAuthorization } from '@arcturus/typeorm'
import { type DataSource, EntitySchema, type EntitySchemaRelationOptions } from 'typeorm'
import { policy } from '../orm/workspace.js'
import type { Database } from './databases.js'

const id = { type: 'int', primary: true, generated: 'increment' } as const
const key = { type: 'int', primary: true } as const
const int = { type: 'int' } as const
const optional = { type: 'int', nullable: true } as const
const text = { type: 'varchar', length: 20 } as const

type Options = Partial<EntitySchemaRelationOptions>

const one = (target: string, inverseSide: string, name: string, more: Options = {}) =>
  ({
    type: 'many-to-one',
    target,
    inverseSide,
    joinColumn: { name },
    nullable: false,
    ...more,
  }) as EntitySchemaRelationOptions
const many = (target: string, inverseSide: string, more: Options = {}) =>
  ({ type: 'one-to-many', target, inverseSide, ...more }) as EntitySchemaRelationOptions

/** The entities of the workspace: generated keys, defaults, cascades, references of each kind and a table between rows. */
export const workspaceEntities = [
  new EntitySchema<object>({
    name: 'User',
    columns: { id: key, name: { ...text, unique: true } },
    relations: { members: many('Member', 'user'), items: many('Item', 'assignee') },
  }),
  new EntitySchema<object>({
    name: 'Space',
    columns: { id, name: text, slug: { ...text, nullable: true, unique: true } },
    relations: {
      members: many('Member', 'space', { cascade: true }),
      boards: many('Board', 'space', { cascade: true }),
    },
  }),
  new EntitySchema<object>({
    name: 'Member',
    columns: { id, role: { ...text, default: 'member' }, userId: int, spaceId: int },
    relations: {
      user: one('User', 'members', 'userId'),
      space: one('Space', 'members', 'spaceId', { onDelete: 'CASCADE', cascade: ['insert'] }),
    },
    uniques: [{ columns: ['userId', 'spaceId'] }],
  }),
  new EntitySchema<object>({
    name: 'Board',
    columns: {
      id,
      title: text,
      locked: { type: 'boolean', default: false },
      position: { ...int, default: 0 },
      spaceId: int,
    },
    relations: {
      space: one('Space', 'boards', 'spaceId', { onDelete: 'CASCADE', cascade: ['insert'] }),
      items: many('Item', 'board', { cascade: true }),
    },
  }),
  new EntitySchema<object>({
    name: 'Item',
    columns: {
      id,
      text,
      done: { type: 'boolean', default: false },
      updatedAt: { type: Date, updateDate: true },
      boardId: int,
      assigneeId: optional,
      parentId: optional,
    },
    relations: {
      board: one('Board', 'items', 'boardId', { onDelete: 'CASCADE', cascade: ['insert', 'update'] }),
      assignee: one('User', 'items', 'assigneeId', { nullable: true, onDelete: 'SET NULL' }),
      parent: one('Item', 'parts', 'parentId', { nullable: true, onDelete: 'SET NULL' }),
      parts: many('Item', 'parent'),
      tags: {
        type: 'many-to-many',
        target: 'Tag',
        inverseSide: 'items',
        joinTable: { name: 'item_tags' },
        cascade: ['insert'],
      },
      note: { type: 'one-to-one', target: 'Note', inverseSide: 'item', cascade: true },
    },
  }),
  new EntitySchema<object>({
    name: 'Note',
    columns: { id, body: text, secret: { ...text, default: '' }, itemId: { ...optional, unique: true } },
    relations: {
      item: {
        type: 'one-to-one',
        target: 'Item',
        inverseSide: 'note',
        joinColumn: { name: 'itemId' },
        nullable: true,
        onDelete: 'CASCADE',
      },
    },
  }),
  new EntitySchema<object>({
    name: 'Tag',
    columns: { id: key, name: { ...text, unique: true } },
    relations: { items: { type: 'many-to-many', target: 'Item', inverseSide: 'tags' } },
  }),
]

/** Makes the tables, a data source that notes its statements, and its authorization. */
export async function openWorkspace(
  database: Database,
  text: string = policy,
  options: TypeOrmAuthorizationOptions = {},
) {
  const sent: string[] = []
  const logger = {
    logQuery: (sql: string) => void sent.push(sql),
    logQueryError: () => {},
    logQuerySlow: () => {},
    logSchemaBuild: () => {},
    logMigration: () => {},
    log: () => {},
  }
  const source = await database.open(workspaceEntities, { logger, logging: true })
  if (database.kind === 'postgresql')
    for (const table of ['space', 'member', 'board', 'item', 'note'])
      await source.query(`ALTER SEQUENCE "${table}_id_seq" RESTART WITH 100`)
  if (database.kind === 'sqlite') await source.query('PRAGMA foreign_keys = ON')
  const authorizer = new Authorizer({ log: () => {} })
  const authorization = typeOrmAuthorization(authorizer, source, { unscoped: 'allow', ...options })
  authorizer.loadSync(text)
  const user = (id: number) => authorizer.as('User', { id, name: `user ${id}` })
  return {
    ...authorization,
    authorizer,
    source,
    user,
    as: (id: number, more: { cascade?: 'check' | 'trust' } = {}) => authorization.authorizedManager(user(id), more),
    /** Returns the statements that a function sends, without those of transactions. */
    statements: async (run: () => Promise<unknown>): Promise<string[]> => {
      sent.length = 0
      await run().catch(() => {})
      return sent.filter((sql) => !/^(START|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET )/i.test(sql))
    },
  }
}

/** Inserts rows with their keys, which TypeORM leaves out on PostgreSQL if the database generates them. */
export async function insertRows(
  { manager }: Pick<DataSource, 'manager'>,
  name: string,
  rows: readonly object[],
): Promise<void> {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  await manager
    .createQueryBuilder()
    .insert()
    .into(name, columns as never)
    .values([...rows])
    .execute()
}

/** Space 1 has user 1 as admin and user 2 as member; space 2 has user 3 as admin. Each has a board with an item. */
export async function addRows(source: DataSource): Promise<void> {
  const rows: Record<string, readonly object[]> = {
    User: [1, 2, 3].map((id) => ({ id, name: `user ${id}` })),
    Space: [1, 2].map((id) => ({ id, name: `space ${id}`, slug: `slug ${id}` })),
    Member: [
      { id: 1, userId: 1, spaceId: 1, role: 'admin' },
      { id: 2, userId: 2, spaceId: 1, role: 'member' },
      { id: 3, userId: 3, spaceId: 2, role: 'admin' },
    ],
    Board: [
      { id: 1, title: 'one', spaceId: 1, locked: false },
      { id: 2, title: 'two', spaceId: 2, locked: false },
      { id: 3, title: 'locked', spaceId: 1, locked: true },
    ],
    Item: [
      { id: 1, text: 'a', boardId: 1, assigneeId: 2 },
      { id: 2, text: 'b', boardId: 2, assigneeId: null },
      { id: 3, text: 'c', boardId: 3, assigneeId: null },
    ],
    Note: [1, 2].map((id) => ({ id, body: `note ${id}`, itemId: id })),
    Tag: [
      { id: 1, name: 'red' },
      { id: 2, name: 'official' },
    ],
  }
  for (const [name, of] of Object.entries(rows)) await insertRows(source, name, of)
  await source.manager.createQueryBuilder().relation('Item', 'tags').of(3).add(1)
}

const tables = ['User', 'Space', 'Member', 'Board', 'Item', 'Note', 'Tag'] as const

/** All rows of all tables, in the order of their keys. */
export async function tablesOf({
  manager,
}: Pick<DataSource, 'manager'>): Promise<Record<string, Record<string, unknown>[]>> {
  const found: Record<string, Record<string, unknown>[]> = {}
  for (const name of tables) {
    const rows = await manager.find<Record<string, unknown>>(name, {
      order: { id: 'ASC' },
      ...(name === 'Item' && { relations: { tags: true } }),
    })
    found[name] = rows.map(({ updatedAt: _, tags, ...row }) =>
      tags ? { ...row, tags: (tags as { id: number }[]).map((tag) => tag.id).sort() } : row,
    )
  }
  return found
}

/** Removes all rows. */
export async function clear({ manager }: DataSource): Promise<void> {
  for (const name of ['Note', 'Item', 'Board', 'Member', 'Space', 'Tag', 'User'])
    await manager.createQueryBuilder().delete().from(name).execute()
}
