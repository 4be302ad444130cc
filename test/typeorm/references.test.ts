import { type DataSource, EntitySchema } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'
import { entities, User } from './entities.js'
import { authorizationFor } from './people.js'

const databases = await openDatabases('references')

class Seat {
  id!: number
  user!: { id: number }
  rowId!: number
}
const ofSeats = (name: string, row: object): EntitySchema<Seat> =>
  new EntitySchema<Seat>({
    name,
    columns: { id: { type: 'int', primary: true }, ...row },
    relations: { user: { type: 'many-to-one', target: 'User', joinColumn: { name: 'user_id' } } },
  })

describe.each(databases)('authorizedFilter on $name, for rows that have a key and references alone,', (database) => {
  let source: DataSource
  let authorization: ReturnType<typeof authorizationFor>
  const ann = Object.assign(new User(), { id: 1, name: 'ann', managerId: null })
  const names = ['Seat', 'NamedSeat']
  beforeAll(async () => {
    source = await database.open([
      ...entities,
      ofSeats('Seat', {}),
      ofSeats('NamedSeat', { userId: { type: 'int', name: 'user_id' } }),
    ])
    authorization = authorizationFor(
      source,
      names.map((name) => `allow(user: User, "read", seat: ${name}) if seat.user = user;`).join('\n'),
    )
    await source.manager.save([ann, Object.assign(new User(), { id: 2, name: 'bo', managerId: null })])
    for (const name of names) for (const id of [1, 2]) await source.getRepository(name).save({ id, user: { id } })
  }, 60_000)
  afterAll(() => database.close(), 60_000)

  it.each(names)('filters, and finds nothing where the key is replaced: %s', async (name) => {
    const seats = source.getRepository(name)
    const where = (own = {}): object => authorization.authorizedFilter(ann, name, { where: own }).where
    const replaced = { ...where(), id: 2 }
    const found = async (find: Promise<unknown>): Promise<unknown> => find.catch(() => [])
    expect(await seats.find({ where: where() })).toMatchObject([{ id: 1 }])
    expect(await seats.find({ where: where({ user: { id: 1 } }) })).toMatchObject([{ id: 1 }])
    expect(await seats.createQueryBuilder('s').where(where()).getMany()).toMatchObject([{ id: 1 }])
    expect(await found(seats.find({ where: replaced }))).toEqual([])
    expect(await found(seats.createQueryBuilder('s').where(replaced).getMany())).toEqual([])
    await seats.delete(replaced).catch(() => {})
    expect(await seats.count()).toBe(2)
    await seats.delete(where())
    expect(await seats.find()).toMatchObject([{ id: 2 }])
  })
})
