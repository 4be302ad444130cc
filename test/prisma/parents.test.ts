import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'
import { watchSql } from './documents.js'
import { addRows, openWorkspace } from './workspace.js'

const policy = `
  allow(user: User, "read", board: Board) if
    member in board.space.members and member.user = user and member.role = "admin";
  allow(_: User, "read", board: Board) if board.title = "public";
  allow(user: User, "see", board: Board) if member in user.members and member.space = board.space;
  allow(user: User, "open", board: Board) if member in user.members and member.space = board.space;
  allow(_: User, "open", board: Board) if board.title = "public";
`
const databases = await openDatabases('parents', ['sqlite', 'postgresql', 'mysql'])

describe.each(databases)('A list by the lists of parents on $name', (database) => {
  let workspace: Awaited<ReturnType<typeof openWorkspace>>
  let statements: string[]
  beforeAll(async () => {
    workspace = await openWorkspace(database, policy)
    await addRows(workspace.bare)
    await workspace.bare.board.create({ data: { id: 50, title: 'public', spaceId: 2 } })
    statements = watchSql(workspace.bare)
    // The first query reads how the database compares texts.
    await workspace.prisma.board.findMany(workspace.authorizedFilter(workspace.user(1)))
  }, 60_000)
  afterAll(async () => {
    await workspace?.bare.$disconnect()
    await database.close()
  })

  /** The boards that a user finds, and what was sent. */
  async function found(id: number, args: { take?: number; strategy?: 'where'; action?: string } = {}) {
    const { prisma, authorizedFilter, user } = workspace
    statements.length = 0
    const boards = await prisma.board.findMany({ ...authorizedFilter(user(id), args), orderBy: { id: 'asc' } })
    const ids = boards.map((board) => board.id)
    await expect.poll(() => statements.length).toBeGreaterThan(0)
    return { ids, joins: statements.filter((sql) => sql.includes('JOIN')).length, sent: statements.length }
  }

  it('looks the parents up before a page, in place of a join for each row', async () => {
    expect(await found(1, { take: 10 })).toEqual({ ids: [1, 3, 50], joins: 0, sent: 2 })
    expect(await found(2, { take: 10 })).toEqual({ ids: [50], joins: 0, sent: 2 })
    expect(await found(3, { take: 10 })).toEqual({ ids: [2, 50], joins: 0, sent: 2 })
  })

  it('looks them up before a whole list and before a count', async () => {
    expect(await found(1)).toEqual({ ids: [1, 3, 50], joins: 0, sent: 2 })
    const { prisma, authorizedFilter, user } = workspace
    statements.length = 0
    expect(await prisma.board.count(authorizedFilter(user(1)))).toBe(3)
    await expect.poll(() => statements.length).toBe(2)
    expect(statements.join()).not.toContain('JOIN')
  })

  it('joins them in a transaction of several queries, which can change them', async () => {
    const { bare, prisma, authorizedFilter, user } = workspace
    const memberships = await bare.member.findMany({ where: { userId: 1 } })
    const args = authorizedFilter(user(1))
    const [before, , count, list] = await prisma.$transaction([
      prisma.board.count(args),
      prisma.member.deleteMany({ where: { userId: 1 } }),
      prisma.board.count(args),
      prisma.board.findMany({ ...args, select: { id: true } }),
    ])
    expect([before, count, list]).toEqual([3, 1, [{ id: 50 }]])
    await bare.member.createMany({ data: memberships })
    const within = prisma.$transaction(async (tx) => {
      await tx.member.deleteMany({ where: { userId: 1 } })
      expect(await tx.board.count(authorizedFilter(user(1)))).toBe(1)
      throw new Error('undone')
    })
    await expect(within).rejects.toThrow('undone')
  })

  it('joins them if a `where` alone is asked for', async () => {
    expect(await found(1, { take: 10, strategy: 'where' })).toEqual({ ids: [1, 3, 50], joins: 1, sent: 1 })
  })

  it('loads no memberships from which the database can start', async () => {
    const isSqlite = database.provider === 'sqlite'
    const loaded = { joins: 0, sent: 2 }
    const left = { joins: 1, sent: 1 }
    expect(await found(1, { take: 10, action: 'see' })).toEqual({ ids: [1, 3], ...(isSqlite ? loaded : left) })
    expect(await found(1, { take: 10, action: 'open' })).toEqual({ ids: [1, 3, 50], ...loaded })
  })

  it('joins them if they are too many to list', async () => {
    const { bare } = workspace
    const spaces = Array.from({ length: 1_001 }, (_, at) => ({ id: 1_000 + at, name: 'one of many' }))
    await bare.space.createMany({ data: spaces })
    await bare.user.create({ data: { id: 4, name: 'user 4' } })
    await bare.member.createMany({
      data: spaces.map(({ id }) => ({ id, userId: 4, spaceId: id, role: 'admin' })),
    })
    await bare.board.create({ data: { id: 60, title: 'of many', spaceId: 1_500 } })
    expect(await found(4, { take: 10 })).toEqual({ ids: [50, 60], joins: 1, sent: 2 })
  })
})
