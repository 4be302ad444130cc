import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { prismaKinds } from '../databases.js'
import { openDatabases } from './databases.js'
import { addRows, clear, openWorkspace, tablesOf } from './workspace.js'

const databases = await openDatabases('authorized_hidden', prismaKinds)

type World = Awaited<ReturnType<typeof openWorkspace>>
type Write = (client: ReturnType<World['as']>, title: string) => PromiseLike<unknown>

/** Board 3, "locked", is hidden. Fields that refer to other rows may not be written. */
const policy = `
  allow(_: User, action, _: Space) if action in ["read", "create", "update", "delete"];
  allow(_: User, action, board: Board) if
    action in ["read", "create", "update", "delete"] and board.locked = false;
  allow(_: User, action, _: Item) if action in ["read", "create", "update", "delete"];
  allow(_: User, action, _: Note) if action in ["read", "create", "update", "delete"];
  allow(_: User, action, _: User) if action in ["read", "create", "update", "delete"];
  allow(_: User, action, _: Tag) if action in ["read", "create", "update", "delete"];
  allow_field(_: User, "update", _: Item, f) if f in ["text"];
  allow_field(_: User, "create", _: Item, f) if f in ["text", "board", "boardId"];
  allow_field(_: User, "update", _: Note, f) if f in ["body"];
  allow_field(_: User, "create", _: Note, f) if f in ["body"];
`

const inSpace = (title: string) => ({ title: { startsWith: title } })
const create = { title: 'new' }

/** Writes with a guess about the title of the hidden board. */
const guesses: Readonly<Record<string, Write>> = {
  'a nested updateMany': (c, title) =>
    c.space.update({
      where: { id: 1 },
      data: { boards: { updateMany: { where: inSpace(title), data: { position: 1 } } } },
    }),
  'a nested deleteMany': (c, title) =>
    c.space.update({ where: { id: 1 }, data: { boards: { deleteMany: inSpace(title) } } }),
  'an upsert': (c, title) =>
    c.board.upsert({
      where: { id: 3, ...inSpace(title) },
      create: { id: 3, title: 'new', spaceId: 1 },
      update: { position: 1 },
    }),
  'a nested upsert': (c, title) =>
    c.space.update({
      where: { id: 1 },
      data: {
        boards: { upsert: { where: { id: 3, ...inSpace(title) }, create: { id: 3, ...create }, update: create } },
      },
    }),
  'a connectOrCreate': (c, title) =>
    c.space.update({
      where: { id: 1 },
      data: { boards: { connectOrCreate: { where: { id: 3, ...inSpace(title) }, create: { id: 3, ...create } } } },
    }),
  'a connectOrCreate of the row that is referred to': (c, title) =>
    c.item.create({
      data: {
        text: 'n',
        board: { connectOrCreate: { where: { id: 3, ...inSpace(title) }, create: { id: 3, title: 'n', spaceId: 1 } } },
      },
    }),
  'an update': (c, title) => c.board.update({ where: { id: 3, ...inSpace(title) }, data: { position: 1 } }),
  'a delete': (c, title) => c.board.delete({ where: { id: 3, ...inSpace(title) } }),
  'an updateMany': (c, title) => c.board.updateMany({ where: inSpace(title), data: { position: 1 } }),
  'a connect': (c, title) =>
    c.space.update({ where: { id: 2 }, data: { boards: { connect: { id: 3, ...inSpace(title) } } } }),
}

/** Writes of references from the other side. */
const otherSide: Readonly<Record<string, Write>> = {
  connect: (c) => c.user.update({ where: { id: 1 }, data: { items: { connect: { id: 1 } } } }),
  'connect in a create': (c) => c.user.create({ data: { id: 9, name: 'n', items: { connect: { id: 1 } } } }),
  disconnect: (c) => c.user.update({ where: { id: 2 }, data: { items: { disconnect: { id: 1 } } } }),
  set: (c) => c.user.update({ where: { id: 2 }, data: { items: { set: [] } } }),
  connectOrCreate: (c) =>
    c.user.update({
      where: { id: 1 },
      data: { items: { connectOrCreate: { where: { id: 1 }, create: { text: 'n', boardId: 1 } } } },
    }),
  'a nested create': (c) => c.user.update({ where: { id: 1 }, data: { items: { create: { text: 'n', boardId: 1 } } } }),
  'the delete of the row that is referred to': (c) => c.user.delete({ where: { id: 2 } }),
  'a nested create of a row that refers back alone': (c) =>
    c.item.update({ where: { id: 3 }, data: { note: { create: { body: 'n' } } } }),
  'a link by a table of its own': (c) => c.tag.update({ where: { id: 2 }, data: { items: { connect: { id: 1 } } } }),
}

const anyItem = `allow(_: User, action, _: Item) if action in ["read", "update"];
  allow(_: User, action, _: Space) if action in ["read", "update"];
  allow(_: User, "read", board: Board) if board.locked = false;
  allow(_: User, "update", board: Board) if board.locked = false;`

describe.each(databases)('Hidden rows and fields on $name', (database) => {
  let world: World
  let statements = 0
  beforeAll(async () => {
    world = await openWorkspace(database, policy)
    world.bare.$on('query' as never, () => statements++)
  }, 60_000)
  afterAll(async () => {
    await world?.bare.$disconnect()
    await database.close()
  })
  beforeEach(async () => {
    await clear(world.bare)
    await addRows(world.bare)
  })

  async function outcome(run: () => PromiseLike<unknown>): Promise<unknown> {
    statements = 0
    const found = await Promise.resolve(run()).catch((error: Error) => `${error.name} ${error.message}`)
    return { found, statements }
  }

  it.each(Object.entries(guesses))('do not tell a column through %s', async (_, run) => {
    const before = await tablesOf(world.bare)
    const right = await outcome(() => run(world.as(2), 'lock'))
    expect(await tablesOf(world.bare)).toEqual(before)
    expect(right).toEqual(await outcome(() => run(world.as(2), 'wrong')))
  })

  it.each(Object.entries(otherSide))('refuse a reference from the other side by %s', async (_, run) => {
    const before = await tablesOf(world.bare)
    await expect(run(world.as(2), '')).rejects.toMatchObject({ status: 403 })
    expect(await tablesOf(world.bare)).toEqual(before)
  })

  it('link many rows by few statements', async () => {
    const ids = Array.from({ length: 100 }, (_, at) => ({ id: at + 10 }))
    await world.bare.board.createMany({ data: ids.map(({ id }) => ({ id, title: 't', spaceId: 1 })) })
    const linked = async (data: object) => {
      statements = 0
      await world.as(2).space.update({ where: { id: 2 }, data: { boards: data } })
      return statements
    }
    // Beside BEGIN and COMMIT.
    expect(await linked({ connect: ids })).toBeLessThanOrEqual(9)
    expect(await world.bare.board.count({ where: { spaceId: 2 } })).toBe(101)
  })

  it('take an action that no rule names for one that nothing allows', async () => {
    world.authorizer.loadSync(`
      allow(_: User, action, _: Item) if action in ["read", "update"];
      allow(_: User, "read", _: Tag);
      allow_link(_: User, _: Item, "tags", _: Tag);
    `)
    const { item, tag } = world.as(2)
    await item.update({ where: { id: 1 }, data: { tags: { connect: { id: 1 } } } })
    await expect(tag.update({ where: { id: 1 }, data: { name: 'n' } })).rejects.toMatchObject({ status: 403 })
    await expect(tag.create({ data: { id: 9, name: 'n' } })).rejects.toMatchObject({ status: 403 })
    await expect(item.delete({ where: { id: 1 } })).rejects.toMatchObject({ status: 403 })
    await expect(item.deleteMany()).resolves.toEqual({ count: 0 })
    world.authorizer.loadSync(policy)
  })

  it('may stay what a readable reference leads to', async () => {
    world.authorizer.loadSync(anyItem)
    const { item, board } = world.as(2)
    const update = (id: number, data: object) => item.update({ where: { id }, data: { text: 'n', ...data } as never })
    await expect(update(3, { boardId: 3 })).resolves.toMatchObject({ text: 'n', boardId: 3 })
    await expect(update(3, { board: { connect: { id: 3 } } })).resolves.toMatchObject({ boardId: 3 })
    await world.bare.item.update({ where: { id: 3 }, data: { parentId: 1 } })
    const parts = { update: { where: { id: 3 }, data: { text: 'm', boardId: 3 } } }
    await expect(update(1, { parts })).resolves.toMatchObject({ id: 1 })
    await expect(update(1, { boardId: 3 })).rejects.toMatchObject({ status: 403, message: 'You may not do this.' })
    await expect(item.updateMany({ data: { boardId: 3 } })).rejects.toMatchObject({ status: 403 })
    await expect(board.update({ where: { id: 1 }, data: { spaceId: 1 } })).resolves.toMatchObject({ spaceId: 1 })
    // A column that is hidden is asked about: a guess would tell it.
    world.authorizer.loadSync(`${anyItem} allow_field(_: User, "read", _: Item, f) if f in ["id", "text", "done"];`)
    const [right, wrong] = [
      await outcome(() => update(3, { boardId: 3 })),
      await outcome(() => update(3, { boardId: 9 })),
    ]
    expect(right).toMatchObject({ found: 'ForbiddenError You may not do this.' })
    expect(wrong).toEqual(right)
    world.authorizer.loadSync(policy)
  })

  it('are empty rows where no column may be read', async () => {
    world.authorizer.loadSync(`${anyItem} allow_field(user: User, "read", _: Item, _) if user.id = 99;`)
    const { item, board } = world.as(2)
    const found: unknown[] = await item.findMany({ take: 1 })
    expect(found).toEqual([{}])
    const [selected]: unknown[] = await item.findMany({ take: 1, select: { text: true } })
    expect(selected).toEqual({})
    await expect(item.findMany({ take: 1, include: { board: { select: { id: true } } } })).resolves.toEqual([{}])
    await expect(board.findUnique({ where: { id: 1 }, select: { items: { take: 1 } } })).resolves.toEqual({
      items: [{}],
    })
    world.authorizer.loadSync(policy)
  })

  it('are not deleted by a condition that is missing', async () => {
    const { item } = world.as(2)
    const before = await tablesOf(world.bare)
    for (const args of [{ where: undefined }, { where: null }, null, { where: { id: undefined } }])
      await expect(
        (async () => await (item.deleteMany as (args: unknown) => PromiseLike<unknown>)(args))(),
      ).rejects.toThrow()
    expect(await tablesOf(world.bare)).toEqual(before)
  })

  it.runIf(database.provider !== 'sqlite')('hide the names of constraints', async () => {
    const quote = database.provider === 'mysql' ? '`' : '"'
    await database.execute([`ALTER TABLE ${quote}Board${quote} ADD CONSTRAINT secret CHECK (position < 1000)`])
    const refused = world.as(2).board.update({ where: { id: 1 }, data: { position: 2000 } })
    await expect(refused).rejects.toMatchObject({ status: 403, message: 'You may not do this.' })
  })
})
