import { AsyncLocalStorage } from 'node:async_hooks'
import { type Enforcement, Enforcements } from '@arcturus/web'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'
import { addRows, clear, openWorkspace, policy } from './workspace.js'

const open = async (name: string) => (await openDatabases(name, ['sqlite']))[0]!
const databases = {
  refusing: await open('authorized_base_refusing'),
  scoped: await open('authorized_base_scoped'),
  triggered: await open('authorized_base_triggered'),
}

interface Args {
  readonly where?: object
}

describe('A base client whose queries need a filter', () => {
  const logged: string[] = []
  let world: Awaited<ReturnType<typeof openWorkspace>>
  beforeAll(async () => {
    world = await openWorkspace(databases.refusing, policy, { unscoped: 'refuse', log: (one) => logged.push(one) })
  }, 60_000)
  afterAll(async () => {
    await world.bare.$disconnect()
    await databases.refusing.close()
  })
  beforeEach(async () => {
    await clear(world.bare)
    await addRows(world.bare)
  })

  it('refuses all others', async () => {
    const { prisma } = world
    const refusal = { name: 'UnsupportedOperationError' }
    await expect(prisma.item.findMany()).rejects.toMatchObject(refusal)
    await expect(prisma.item.deleteMany()).rejects.toMatchObject(refusal)
    await expect(prisma.item.create({ data: { text: 'x', boardId: 1 } })).rejects.toMatchObject(refusal)
    await expect(prisma.$transaction((tx) => tx.item.findMany())).rejects.toMatchObject(refusal)
    await expect(prisma.$transaction([prisma.item.findMany()])).rejects.toMatchObject(refusal)
    expect(await prisma.item.findMany(world.authorizedFilter(world.user(2)))).toHaveLength(2)
    expect(await world.bare.item.count()).toBe(3)
  })

  const { connect, ...others } = { connect: { id: 1 }, create: { id: 9, name: 'n' }, set: [], deleteMany: {} }
  it.each<[string, (filter: object) => Promise<unknown>]>([
    ['an included relation', (filter) => world.prisma.item.findMany({ ...filter, include: { board: true } })],
    ['a selected relation', (filter) => world.prisma.item.findMany({ ...filter, select: { tags: { take: 1 } } })],
    ['all counts', (filter) => world.prisma.item.findMany({ ...filter, include: { _count: true } })],
    ['a count', (filter) => world.prisma.item.findMany({ ...filter, select: { _count: { select: { tags: true } } } })],
    ...[{ connect }, ...Object.entries(others).map(([way, value]) => ({ [way]: value }))].map(
      (tags): [string, (filter: object) => Promise<unknown>] => [
        `a nested ${Object.keys(tags)[0]}`,
        (filter) => world.prisma.item.update({ where: { id: 1, ...filter }, data: { tags } }),
      ],
    ),
  ])('refuses %s beside a filter, which says nothing of its rows', async (_, run) => {
    const { authorizedFilter, user } = world
    await expect(run(authorizedFilter(user(2)))).rejects.toMatchObject({ name: 'UnsupportedOperationError' })
    await expect(run(authorizedFilter(user(2), { action: 'update' }))).rejects.toMatchObject({
      message: expect.stringMatching(/^(Tag|Board|Item)\.\w+ \(Item\.\w+\) was called without authorization/),
    })
  })

  it('sends relations that have a filter', async () => {
    const { prisma, authorizedFilter, user } = world
    const include = { parent: true, tags: true, _count: { select: { tags: true } } }
    expect(await prisma.item.findMany(authorizedFilter(user(2), { include }))).toHaveLength(2)
    const own = { ...authorizedFilter(user(2)), include: { tags: authorizedFilter(user(2)) } }
    expect(await prisma.item.findMany(own)).toHaveLength(2)
    expect(await prisma.item.updateMany({ ...authorizedFilter(user(2)), data: { text: 'new' } })).toEqual({ count: 2 })
  })

  it('is in no property of the clients and queries of a user', async () => {
    const client = world.as(2)
    for (const one of [client, client.item, client.item.findMany()])
      expect(Object.values(one).filter((value) => typeof value === 'object' && !Array.isArray(value))).toEqual([])
  })

  it('sends those of authorized clients, in transactions too', async () => {
    const client = world.as(2)
    expect(await client.item.count()).toBe(2)
    await client.item.update({ where: { id: 1 }, data: { text: 'new' } })
    await client.$transaction(
      async (tx) =>
        await tx.item
          .create({ data: { text: 'x', boardId: 1, tags: { create: { id: 7, name: 'n' } } } })
          .catch(() => {}),
    )
    await world.prisma.$transaction(async (tx) => {
      expect(await world.authorizedClient(world.user(2), { prisma: tx }).item.findMany()).toHaveLength(2)
    })
  })

  it.each([
    ['replaces', ({ where: _, ...args }: Args) => ({ ...args, where: { id: { gt: 0 } } }), 'UnresolvedFilterError'],
    ['drops', ({ where: _, ...args }: Args) => args, 'UnresolvedFilterError'],
    ['weakens', (args: Args) => ({ ...args, where: { OR: [args.where, { id: 2 }] } }), 'UnresolvedFilterError'],
    ['clones', (args: Args) => structuredClone(args), 'done'],
    ['narrows', (args: Args) => ({ ...args, where: { AND: [args.where ?? {}, { id: { gt: 0 } }] } }), 'done'],
  ] as const)('tells if a later extension %s a condition', async (_, change, outcome) => {
    const later = world.prisma.$extends({
      query: { item: { $allOperations: ({ args, query }) => query(change(args as Args) as typeof args) } },
    })
    const client = world.authorizedClient(world.user(2), { prisma: later })
    for (const run of [
      () => client.item.findMany(),
      () => client.item.findFirst({ where: { id: 1 } }),
      () => client.item.count(),
      () => client.item.updateMany({ data: { text: 'x' } }),
      () => client.item.deleteMany({ where: { id: 1 } }),
      () => client.$transaction([client.item.findMany()]),
    ])
      expect([
        String(run),
        await run().then(
          () => 'done',
          ({ name }: Error) => name,
        ),
      ]).toEqual([String(run), outcome])
    expect(await world.bare.item.findUnique({ where: { id: 2 } })).toMatchObject({ text: 'b' })
  })

  it('tells if a later extension drops the condition of a relation', async () => {
    const later = world.prisma.$extends({
      query: { board: { findMany: ({ args, query }) => query({ ...args, include: { items: true } }) } },
    })
    const client = world.authorizedClient(world.user(2), { prisma: later })
    const run = client.board.findMany({ include: { items: { where: { id: 1 } } } })
    await expect(run).rejects.toMatchObject({ name: 'UnresolvedFilterError' })
  })

  it('is used without a filter for a reason, which is logged', async () => {
    const client = world.as(2).unguarded('a report')
    expect(await client.item.count()).toBe(3)
    expect(await client.item.findUnique({ where: { id: 2 } }).note()).toMatchObject({ id: 2 })
    expect(await client.$transaction([client.item.count(), client.note.count()])).toEqual([3, 2])
    expect(await client.$transaction((tx) => tx.item.count())).toBe(3)
    expect(logged).toEqual(['A Prisma client is used without authorization: a report'])
    const item = await client.item.findUnique({ where: { id: 2 }, include: { board: true } })
    expect((await world.authorizer.authorizedActions(world.user(3), item!.board)).has('update')).toBe(true)
    expect((await world.authorizer.authorizedActions(world.user(2), item!)).size).toBe(0)
  })

  it('asks for the actions that one client names', async () => {
    const { prisma, user, authorizedClient } = world
    const update = { where: { id: 1 }, data: { title: 'new' } }
    const [all, some] = [{ update: 'read' }, { models: { Board: { update: 'read' } } }]
    for (const operations of [all, some])
      expect(await authorizedClient(user(2), { prisma, operations }).board.update(update)).toMatchObject(update.data)
    const space = { where: { id: 1 }, data: { name: 'new' } }
    const client = authorizedClient(user(2), { prisma, operations: some })
    await expect(client.space.update(space)).rejects.toMatchObject({ status: 403 })
    await expect(world.as(2).board.update(update)).rejects.toMatchObject({ status: 403 })
  })
})

const allOf = 'allow(_: User, action, _) if action in ["read", "create", "update", "delete"];'
const ofUser = (user: { id: number }) => ({ spaceId: user.id })

describe('A scope', () => {
  let world: Awaited<ReturnType<typeof openWorkspace>>
  let enforcements: Enforcements<object, unknown>
  beforeAll(async () => {
    world = await openWorkspace(databases.scoped, allOf, {
      scope: { Board: ofUser, Tag: { name: 'red' } },
    })
    enforcements = new Enforcements(
      world.authorizer,
      { actor: () => world.user(1) },
      new AsyncLocalStorage<Enforcement<object, unknown>>(),
    )
  }, 60_000)
  afterAll(async () => {
    await world.bare.$disconnect()
    await databases.scoped.close()
  })
  beforeEach(async () => {
    await clear(world.bare)
    await addRows(world.bare)
  })

  it('limits rows whatever the policy allows', async () => {
    const client = world.as(2)
    expect(await client.board.findMany({ select: { id: true } })).toEqual([{ id: 2 }])
    expect(await client.item.findMany({ where: { board: { title: 'one' } } })).toEqual([])
    expect((await client.item.findUnique({ where: { id: 1 }, include: { board: true } }))?.board).toBeNull()
    expect(await client.board.updateMany({ data: { title: 'x' } })).toEqual({ count: 1 })
    await expect(client.board.update({ where: { id: 1 }, data: { title: 'x' } })).rejects.toMatchObject({ status: 404 })
    await expect(client.board.update({ where: { id: 2 }, data: { spaceId: 1 } })).rejects.toMatchObject({ status: 403 })
    await expect(client.board.create({ data: { title: 'x', spaceId: 1 } })).rejects.toMatchObject({ status: 403 })
    expect(await client.board.create({ data: { title: 'x', spaceId: 2 } })).toMatchObject({ spaceId: 2 })
    await expect(client.item.create({ data: { text: 'x', boardId: 1 } })).rejects.toMatchObject({ status: 403 })
    expect(await client.tag.count()).toBe(1)
  })

  it('limits the row after a change, too', async () => {
    world.authorizer.loadSync(`${allOf}
      allow_update(_: User, before: Board, after: Board) if before.title = after.title;`)
    const client = world.as(2)
    await expect(client.board.update({ where: { id: 2 }, data: { spaceId: 1 } })).rejects.toMatchObject({ status: 403 })
    await expect(client.board.update({ where: { id: 2 }, data: { title: 'x' } })).rejects.toMatchObject({ status: 403 })
    expect(await client.board.update({ where: { id: 2 }, data: { position: 7 } })).toMatchObject({ position: 7 })
    world.authorizer.loadSync(allOf)
  })

  it('must have values', async () => {
    const nobody = world.authorizer.as('User', { name: 'x' })
    await expect(world.authorizedClient(nobody, { prisma: world.prisma }).board.findMany()).rejects.toMatchObject({
      name: 'ArgumentError',
    })
  })

  it('and a guard: in a request, the base client does not write before a decision', async () => {
    const enforcement = enforcements.begin({}, 'POST')
    enforcement.guard.arm()
    const { prisma } = world
    await enforcements.run(enforcement, async () => {
      const write = () => prisma.item.update({ where: { id: 1 }, data: { text: 'x' } })
      await expect(write()).rejects.toMatchObject({ name: 'UndecidedError' })
      await expect(prisma.item.createMany({ data: [{ text: 'x', boardId: 1 }] })).rejects.toMatchObject({
        code: 'undecided',
      })
      expect(await prisma.item.count()).toBe(3)
      await world.as(2).item.update({ where: { id: 1 }, data: { text: 'by the client' } })
      expect(enforcement.guard.state).toBe('decided')
      await write()
    })
    await prisma.item.deleteMany()
  })
})

describe('A client of a database with triggers', () => {
  let world: Awaited<ReturnType<typeof openWorkspace>>
  beforeAll(async () => {
    const rule = 'allow(_: User, "create", tag: Tag) if tag.name != "reserved";'
    world = await openWorkspace(databases.triggered, policy + rule, { triggers: ['Tag'] })
    await databases.triggered.execute([
      'CREATE TRIGGER lower AFTER INSERT ON "Tag" BEGIN UPDATE "Tag" SET name = lower(name) WHERE id = NEW.id; END',
    ])
  }, 60_000)
  afterAll(async () => {
    await world.bare.$disconnect()
    await databases.triggered.close()
  })

  it('judges new rows as they are stored', async () => {
    const data = { id: 1, name: 'RESERVED' }
    await expect(world.as(1).tag.create({ data })).rejects.toMatchObject({ status: 403 })
    await expect(world.as(1).tag.createMany({ data: [{ id: 2, name: 'x' }, data] })).rejects.toMatchObject({
      status: 403,
    })
    expect(await world.bare.tag.count()).toBe(0)
    expect(await world.as(1).tag.create({ data: { id: 2, name: 'Other' } })).toMatchObject({ name: 'other' })
  })
})
