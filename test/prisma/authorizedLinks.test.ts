import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { prismaKinds } from '../databases.js'
import { openDatabases } from './databases.js'
import { addRows, type Client, clear, openWorkspace, policy, tablesOf } from './workspace.js'

const databases = await openDatabases('authorized_links', prismaKinds)

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

/** Each puts another note in the place of the one that item 1 has. */
const replacing: readonly (readonly [string, (client: Client) => PromiseLike<unknown>])[] = [
  ['create', (c) => c.item.update({ where: { id: 1 }, data: { note: { create: { id: 9, body: 'new' } } } })],
  [
    'connectOrCreate of a row',
    (c) =>
      c.item.update({
        where: { id: 1 },
        data: { note: { connectOrCreate: { where: { id: 3 }, create: { id: 9, body: 'new' } } } },
      }),
  ],
  ['connect', (c) => c.item.update({ where: { id: 1 }, data: { note: { connect: { id: 3 } } } })],
]

describe.each(await openDatabases('replacing_links', prismaKinds))(
  'A row in the place of another on $name',
  (database) => {
    const open = policy.replace(
      / {2}allow\(user: User, action, note: Note\) if\n.*\n/,
      '  allow(_: User, action, note: Note) if action in ["read", "create", "update"] and note.body != "kept";\n',
    )
    let world: World
    beforeAll(async () => {
      world = await openWorkspace(database, open)
    }, 60_000)
    afterAll(async () => {
      await world?.bare.$disconnect()
      await database.close()
    })
    beforeEach(() => renew())

    async function renew(): Promise<void> {
      await clear(world.bare)
      await addRows(world.bare)
      await world.bare.note.create({ data: { id: 3, body: 'free' } })
    }
    /** Returns the notes: Prisma changes `updatedAt` of items. */
    const notes = async () => await world.bare.note.findMany({ orderBy: { id: 'asc' } })

    it.each(replacing)('is written as Prisma does by %s', async (_, run) => {
      const before = await notes()
      await run(world.bare)
      const expected = await notes()
      expect(expected).not.toEqual(before)
      await renew()
      await run(world.as(2) as unknown as Client)
      expect(await notes()).toEqual(expected)
    })

    it.each(replacing)('is refused by %s if the other may not be updated', async (_, run) => {
      await world.bare.note.update({ where: { id: 1 }, data: { body: 'kept' } })
      const before = await notes()
      await expect(run(world.as(2) as unknown as Client)).rejects.toMatchObject({ status: 403 })
      expect(await notes()).toEqual(before)
    })

    // Prisma alone fails at the unique reference here.
    const create = { id: 9, body: 'new' }
    it.each([
      ['an upsert whose condition the other does not fulfil', { upsert: { where: { body: 'x' }, create, update: {} } }],
      ['connectOrCreate', { connectOrCreate: { where: { id: 9 }, create } }],
    ])('is created by %s', async (_, note) => {
      await world.as(2).item.update({ where: { id: 1 }, data: { note } })
      expect(await notes()).toMatchObject([{ id: 1, itemId: null }, { id: 2 }, { id: 3 }, { id: 9, itemId: 1 }])
    })
  },
)
