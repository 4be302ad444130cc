import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'
import { addRows, clear, openWorkspace, policy, tablesOf } from './workspace.js'

const databases = await openDatabases('authorized_links', ['sqlite', 'postgresql', 'mysql'])

type World = Awaited<ReturnType<typeof openWorkspace>>
type Write = (client: ReturnType<World['as']>) => PromiseLike<unknown>

/** Tags 2 and 3 may not be updated. Who may read an item may link the first of them to it. */
const links = `
  allow(_: User, "update", tag: Tag) if tag.name = "red";
  allow_link(user: User, item: Item, "tags", tag: Tag) if tag.name = "official" and is_member(user, item.board.space);
  allow_link(user: User, board: Board, "items", item: Item) if
    is_admin(user, board.space) and is_admin(user, item.board.space);
`

const allowed: readonly (readonly [string, number, Write])[] = [
  ['connect', 2, (c) => c.item.update({ where: { id: 1 }, data: { tags: { connect: { id: 2 } } } })],
  [
    'connect of a tag of each kind',
    2,
    (c) => c.item.update({ where: { id: 1 }, data: { tags: { set: [{ id: 1 }, { id: 2 }] } } }),
  ],
  ['disconnect', 2, (c) => c.item.update({ where: { id: 5 }, data: { tags: { disconnect: { id: 2 } } } })],
  ['set to nothing', 2, (c) => c.item.update({ where: { id: 5 }, data: { tags: { set: [] } } })],
  [
    'connect in a create',
    2,
    (c) =>
      c.item.create({
        data: { text: 'new', board: { connect: { id: 1 } }, tags: { connect: [{ id: 1 }, { id: 2 }] } },
      }),
  ],
  [
    'connectOrCreate',
    2,
    (c) =>
      c.item.update({
        where: { id: 1 },
        data: { tags: { connectOrCreate: { where: { id: 2 }, create: { id: 2, name: 'new' } } } },
      }),
  ],
  [
    'a child that holds the reference',
    1,
    (c) => c.board.update({ where: { id: 1 }, data: { items: { connect: { id: 3 } } } }),
  ],
]

const refused: readonly (readonly [string, number, Write, object])[] = [
  [
    'another tag',
    2,
    (c) => c.item.update({ where: { id: 1 }, data: { tags: { connect: { id: 3 } } } }),
    { status: 403 },
  ],
  [
    'another tag beside an allowed one',
    2,
    (c) => c.item.update({ where: { id: 1 }, data: { tags: { set: [{ id: 2 }, { id: 3 }] } } }),
    { status: 403 },
  ],
  [
    'set that removes another tag',
    2,
    (c) => c.item.update({ where: { id: 6 }, data: { tags: { set: [{ id: 2 }] } } }),
    { status: 403 },
  ],
  [
    'a missing tag',
    2,
    (c) => c.item.update({ where: { id: 1 }, data: { tags: { connect: { id: 9 } } } }),
    { status: 404 },
  ],
  [
    'a row that may not be updated itself',
    2,
    (c) => c.item.update({ where: { id: 3 }, data: { tags: { connect: { id: 2 } } } }),
    { status: 403 },
  ],
  [
    'the other end of the relation',
    2,
    (c) => c.tag.update({ where: { id: 2 }, data: { items: { connect: { id: 1 } } } }),
    { status: 403 },
  ],
  ['a change of the linked row', 2, (c) => c.tag.update({ where: { id: 2 }, data: { name: 'x' } }), { status: 403 }],
  [
    'a change of the linked row beside the link',
    2,
    (c) =>
      c.item.update({
        where: { id: 5 },
        data: { tags: { connect: { id: 2 }, update: { where: { id: 2 }, data: { name: 'x' } } } },
      }),
    { status: 403 },
  ],
  [
    'a hidden child',
    1,
    (c) => c.board.update({ where: { id: 1 }, data: { items: { connect: { id: 2 } } } }),
    { status: 404 },
  ],
]

describe.each(databases)('Links by allow_link on $name', (database) => {
  let world: World
  beforeAll(async () => {
    world = await openWorkspace(database, policy.replace(/ {2}allow\(_: User, action, tag: Tag\).*\n/, '') + links)
  }, 60_000)
  afterAll(async () => {
    await world?.bare.$disconnect()
    await database.close()
  })
  beforeEach(async () => {
    await clear(world.bare)
    await addRows(world.bare)
    await world.bare.tag.create({ data: { id: 3, name: 'blue' } })
    for (const [id, tag] of [
      [5, 2],
      [6, 3],
    ] as const)
      await world.bare.item.create({ data: { id, text: 'tagged', boardId: 1, tags: { connect: { id: tag } } } })
  })

  it.each(allowed)('allow %s', async (_, id, run) => {
    const before = await tablesOf(world.bare)
    await run(world.as(id))
    expect(await tablesOf(world.bare)).not.toEqual(before)
  })

  it.each(refused)('refuse %s, and change nothing', async (_, id, run, error) => {
    const before = await tablesOf(world.bare)
    await expect(run(world.as(id))).rejects.toMatchObject(error)
    expect(await tablesOf(world.bare)).toEqual(before)
  })
})
