import { Authorizer } from '@arcturus/core'
import { type PrismaAuthorizationOptions, prismaAuthorization } from '@arcturus/prisma'
import { policy } from '../orm/workspace.js'
import { createSchema, type Database } from './databases.js'
import { known } from './documents.js'
import { schema as mysql } from './generated/workspace-mysql/arcturus/schema.js'
import { PrismaClient as MySqlClient } from './generated/workspace-mysql/client/client.js'
import { schema as postgresql } from './generated/workspace-postgresql/arcturus/schema.js'
import { PrismaClient as PostgresClient } from './generated/workspace-postgresql/client/client.js'
import { schema as sqlite } from './generated/workspace-sqlite/arcturus/schema.js'
import { PrismaClient as SqliteClient } from './generated/workspace-sqlite/client/client.js'

export type Client = SqliteClient

const schemas = { sqlite, postgresql, mysql }
const clients = { sqlite: SqliteClient, postgresql: PostgresClient, mysql: MySqlClient }

export { policy }

/** Makes the tables, their rows and a client for a database. */
export async function openWorkspace(
  database: Database,
  text: string = policy,
  options: PrismaAuthorizationOptions = {},
) {
  const provider = known(database.provider)
  const generated = ['Space', 'Member', 'Board', 'Item', 'Note']
  await createSchema(database, schemas[provider], { generated })
  if (provider === 'postgresql')
    await database.execute(generated.map((model) => `ALTER SEQUENCE "${model}_id_seq" RESTART WITH 100`))
  const Constructor = clients[provider] as typeof SqliteClient
  const connect = () =>
    new Constructor({ adapter: database.adapter, log: [{ emit: 'event', level: 'query' }] }) as Client
  const bare = connect()
  const warnings: string[] = []
  const authorizer = new Authorizer({ log: ({ code }) => warnings.push(String(code)) })
  const authorization = prismaAuthorization(authorizer, bare, {
    acceptCollation: true,
    unscoped: 'allow',
    ...options,
  })
  authorizer.loadSync(text)
  const user = (id: number) => authorizer.as('User', { id, name: `user ${id}` })
  return {
    ...authorization,
    authorizer,
    bare,
    connect,
    /** The codes of warnings. */
    warnings,
    user,
    as: (id: number, more: { cascade?: 'check' | 'trust' } = {}) => authorization.authorizedClient(user(id), more),
  }
}

/** Space 1 has user 1 as admin and user 2 as member; space 2 has user 3 as admin. Each has a board with an item. */
export async function addRows(bare: Client): Promise<void> {
  await bare.user.createMany({ data: [1, 2, 3].map((id) => ({ id, name: `user ${id}` })) })
  await bare.space.createMany({ data: [1, 2].map((id) => ({ id, name: `space ${id}`, slug: `slug ${id}` })) })
  await bare.member.createMany({
    data: [
      { id: 1, userId: 1, spaceId: 1, role: 'admin' },
      { id: 2, userId: 2, spaceId: 1, role: 'member' },
      { id: 3, userId: 3, spaceId: 2, role: 'admin' },
    ],
  })
  await bare.board.createMany({
    data: [
      { id: 1, title: 'one', spaceId: 1 },
      { id: 2, title: 'two', spaceId: 2 },
      { id: 3, title: 'locked', spaceId: 1, locked: true },
    ],
  })
  await bare.item.createMany({
    data: [
      { id: 1, text: 'a', boardId: 1, assigneeId: 2 },
      { id: 2, text: 'b', boardId: 2 },
      { id: 3, text: 'c', boardId: 3 },
    ],
  })
  await bare.note.createMany({ data: [1, 2].map((id) => ({ id, body: `note ${id}`, itemId: id })) })
  await bare.tag.createMany({
    data: [
      { id: 1, name: 'red' },
      { id: 2, name: 'official' },
    ],
  })
  await bare.item.update({ where: { id: 3 }, data: { tags: { connect: { id: 1 } } } })
}

/** All rows of all tables, in the order of their keys. */
export async function tablesOf(bare: Client): Promise<object> {
  const orderBy = { id: 'asc' } as const
  return {
    user: await bare.user.findMany({ orderBy }),
    space: await bare.space.findMany({ orderBy }),
    member: await bare.member.findMany({ orderBy }),
    board: await bare.board.findMany({ orderBy }),
    item: await bare.item.findMany({ orderBy, include: { tags: { orderBy } } }),
    note: await bare.note.findMany({ orderBy }),
    tag: await bare.tag.findMany({ orderBy }),
  }
}

/** Removes all rows. */
export async function clear(bare: Client): Promise<void> {
  for (const table of ['note', 'item', 'board', 'member', 'space', 'tag', 'user'] as const)
    await (bare[table] as { deleteMany(): Promise<unknown> }).deleteMany()
}
