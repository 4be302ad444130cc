import { type DataSource, EntitySchema } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authorizedRows } from './authorizedRows.js'
import { openDatabases } from './databases.js'
import { authorizationFor } from './people.js'

class Clerk {
  id!: number
  /** Not selected unless it is asked for. */
  badge?: string
  desks?: Desk[]
}
class Desk {
  id!: number
  clerkId!: number
  clerk?: Clerk
  code?: string
}
const entities = [
  new EntitySchema<Clerk>({
    name: 'Clerk',
    target: Clerk,
    columns: { id: { type: 'int', primary: true }, badge: { type: 'varchar', length: 10, select: false } },
    relations: { desks: { type: 'one-to-many', target: 'Desk', inverseSide: 'clerk' } },
  }),
  new EntitySchema<Desk>({
    name: 'Desk',
    target: Desk,
    columns: {
      id: { type: 'int', primary: true },
      clerkId: { type: 'int', name: 'clerk_id' },
      code: { type: 'varchar', length: 10, select: false },
    },
    relations: {
      clerk: { type: 'many-to-one', target: 'Clerk', inverseSide: 'desks', joinColumn: { name: 'clerk_id' } },
    },
  }),
]

describe.each(await openDatabases('hidden', ['sqlite']))('Columns that are not selected on $name', (database) => {
  let source: DataSource
  let authorization: ReturnType<typeof authorizationFor>
  beforeAll(async () => {
    source = await database.open(entities)
    authorization = authorizationFor(
      source,
      `
      allow(_, "open", desk: Desk) if desk.clerk.badge = "gold";
      allow(_, "greet", clerk: Clerk) if desk in clerk.desks and desk.code = "front";
    `,
    )
    await source.getRepository(Clerk).save([
      { id: 1, badge: 'gold' },
      { id: 2, badge: 'tin' },
    ])
    await source.getRepository(Desk).save([
      { id: 1, clerkId: 1, code: 'front' },
      { id: 2, clerkId: 2, code: 'back' },
    ])
  })
  afterAll(() => database.close(), 60_000)

  it.each([
    ['open', Desk],
    ['greet', Clerk],
  ])('are loaded for related rows if a check needs them: %s', async (action, entity) => {
    const rows = await source.getRepository<Clerk | Desk>(entity).find({ order: { id: 'ASC' } })
    const { authorizer } = authorization
    expect(await authorizer.isAllowedMany(null, action, rows)).toEqual([true, false])
    expect(await authorizedRows<Clerk | Desk>(authorization, null, action, entity)).toMatchObject([{ id: 1 }])
  })
})
