import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { prismaKinds } from '../databases.js'
import { openDatabases } from './databases.js'
import { watchSql } from './documents.js'
import { addRows, clear, openWorkspace } from './workspace.js'

const databases = await openDatabases('authorized_queries', prismaKinds)

const policy = `
  allow(_: User, "read", _: User);
  allow(_: User, action, tag: Tag) if action in ["read", "update"] and tag.name != "no";
  allow(user: User, action, item: Item) if action in ["read", "create", "update", "delete"] and item.assigneeId = user.id;
  allow(user: User, action, note: Note) if action in ["read", "create", "update"] and note.item.assigneeId = user.id;
  allow(_: User, _, _: Board);
`

type World = Awaited<ReturnType<typeof openWorkspace>>
type Run = (client: World['bare']) => PromiseLike<unknown>

const many = Array.from({ length: 1_500 }, (_, at) => ({ id: at + 1_000, text: 'many', boardId: 1, assigneeId: 1 }))
const hundred = Array.from({ length: 100 }, (_, at) => ({ id: at + 10 }))

/** The statements beyond those of the same operation by hand, without BEGIN and COMMIT. */
const more: readonly (readonly [string, most: number, Run, onMySql: number])[] = [
  ['a page', 0, (c) => c.item.findMany({ take: 50, include: { note: true } }), 0],
  ['create with a rule on its columns', 0, (c) => c.item.create({ data: { text: 'n', boardId: 1, assigneeId: 1 } }), 0],
  ['create with a rule on relations', 1, (c) => c.note.create({ data: { body: 'n', itemId: 4 } }), 0],
  ['update', 1, (c) => c.item.update({ where: { id: 1 }, data: { text: 'n' } }), 0],
  [
    'createMany',
    0,
    (c) =>
      c.item.createMany({
        data: Array.from({ length: 50 }, (_, at) => ({ text: `${at}`, boardId: 1, assigneeId: 1 })),
      }),
    0,
  ],
  [
    'createMany with a rule on relations',
    1,
    (c) => c.note.createMany({ data: [4, 5].map((itemId) => ({ body: 'n', itemId })) }),
    3,
  ],
  [
    'a connect of 100 rows of a table between both',
    3,
    (c) => c.item.update({ where: { id: 4 }, data: { tags: { connect: hundred } } }),
    0,
  ],
  [
    'a set of 100 rows in place of another',
    5,
    (c) => c.item.update({ where: { id: 3 }, data: { tags: { set: hundred } } }),
    0,
  ],
  [
    'a delete of 1,500 rows, which SQLite gets in parts',
    6,
    async (c) => {
      await c.item.createMany({ data: many })
      await c.item.deleteMany({ where: { text: 'many' } })
    },
    0,
  ],
  [
    'a nested create',
    2,
    (c) => c.item.create({ data: { text: 'n', assigneeId: 1, boardId: 1, note: { create: { body: 'n' } } } }),
    1,
  ],
]

describe.each(databases)('The queries of an authorized client on $name', (database) => {
  let world: World
  beforeAll(async () => {
    world = await openWorkspace(database, policy)
  }, 60_000)
  afterAll(async () => {
    await world?.bare.$disconnect()
    await database.close()
  })
  const reset = async () => {
    await clear(world.bare)
    await addRows(world.bare)
    await world.bare.item.updateMany({ data: { assigneeId: 1 } })
    await world.bare.tag.createMany({ data: hundred.map(({ id }) => ({ id, name: `tag ${id}` })) })
    await world.bare.item.createMany({ data: [4, 5].map((id) => ({ id, text: 'x', boardId: 1, assigneeId: 1 })) })
  }
  beforeEach(reset)

  it.each(more)('are few more than by hand: %s', async (_, most, run, onMySql) => {
    const sql = watchSql(world.bare)
    await run(world.bare)
    const byHand = sql.length
    await reset()
    sql.length = 0
    await run(world.as(1) as unknown as World['bare'])
    // What a client asks of the catalog it asks once.
    const sent = sql.filter((one) => !/SAVEPOINT|sqlite_master|information_schema|char\(0\)/i.test(one))
    // MySQL and MariaDB do not return the keys that they generate.
    const generated = database.provider === 'mysql' ? onMySql : 0
    expect(sent.length - byHand, sent.join('\n')).toBeLessThanOrEqual(most + generated)
  })
})
