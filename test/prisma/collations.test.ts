import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'
import { addRows, openWorkspace } from './workspace.js'

const databases = await openDatabases('collations', ['mysql'])

const rules = {
  equal: 'space.name = space.slug',
  other: 'space.slug != space.name',
  before: 'space.name < space.slug',
  among: 'space.slug in [user.name, space.name]',
  related: 'member in space.members and member.role = space.slug',
}
const policy = Object.entries(rules)
  .map(([action, rule]) => `allow(user: User, "${action}", space: Space) if user.id > 0 and ${rule};`)
  .join('\n')

// The database refuses to compare columns of two collations.
describe.each(databases)('Two columns of different collations on $name', (database) => {
  type World = Awaited<ReturnType<typeof openWorkspace>>
  let world: World
  beforeAll(async () => {
    world = await openWorkspace(database, policy)
    await database.execute(['ALTER TABLE Space MODIFY slug varchar(50) COLLATE utf8mb4_unicode_ci'])
    await addRows(world.bare)
    await world.bare.space.update({ where: { id: 1 }, data: { slug: 'Space 1' } })
    await world.bare.space.create({ data: { id: 3, name: 'space 3', slug: 'space 3' } })
    await world.bare.space.create({ data: { id: 4, name: 'a', slug: 'admin' } })
    await world.bare.member.create({ data: { userId: 1, spaceId: 4, role: 'admin' } })
  }, 60_000)
  afterAll(async () => {
    await world.bare.$disconnect()
    await database.close()
  })

  it.each(Object.keys(rules))('are compared as a check does: %s', async (action) => {
    const { authorizer, prisma, authorizedFilter, user } = world
    const rows = await prisma.space.findMany({ orderBy: { id: 'asc' } })
    const allowed: number[] = []
    for (const row of rows) if (await authorizer.isAllowed(user(1), action, row)) allowed.push(row.id)
    const filter = authorizedFilter(user(1), { action }) as object
    const found = await prisma.space.findMany({ ...filter, orderBy: { id: 'asc' } })
    expect(found.map(({ id }) => id)).toEqual(allowed)
    expect(allowed.length).toBeGreaterThan(0)
  })
})
