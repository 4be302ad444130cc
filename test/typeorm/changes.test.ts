import { type Authorizer, ForbiddenError } from '@arcturus/core'
import { type DataSource, EntitySchema } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'
import { entities, User } from './entities.js'
import { authorizationFor } from './people.js'

/** A row whose reference is a property of its own, or only a column of its table. */
class Seat {
  id!: number
  row!: string
  user?: User | null
  userId?: number | null
}
const seatsOf = (name: string, columns: object): EntitySchema<Seat> =>
  new EntitySchema<Seat>({
    name,
    columns: { id: { type: 'int', primary: true }, row: { type: 'varchar', length: 10, default: 'a' }, ...columns },
    relations: { user: { type: 'many-to-one', target: 'User', joinColumn: { name: 'user_id' }, nullable: true } },
  })

const names = ['Seat', 'NamedSeat'] as const
/** A row with columns in an object of their own. */
interface Desk {
  id: number
  place: { city: string; floor: number }
}
const place = new EntitySchema<Desk['place']>({
  name: 'Place',
  columns: { city: { type: 'varchar', length: 10 }, floor: { type: 'int' } },
})
const desk = new EntitySchema<Desk>({
  name: 'Desk',
  columns: { id: { type: 'int', primary: true } },
  embeddeds: { place: { schema: place, prefix: 'place_' } },
})
const deskPolicy =
  'allow(_: User, action, desk: Desk) if action in ["read", "update"] and desk.place.city = "Rome" and desk.place.floor < 3;'

const policy = names
  .map(
    (name) => `
    allow(user: User, action, seat: ${name}) if action in ["update", "create"] and seat.user = user;
    allow(user: User, "create", seat: ${name}) if seat.row = "a" and seat.user = nil and user.name = "ann";
    allow(_: User, "read", seat: ${name}) if seat.id != 9;`,
  )
  .join('\n')

const databases = await openDatabases('changes')

describe.each(databases)('authorizeChange and authorizeCreate with entities on $name', (database) => {
  let source: DataSource
  let authorizer: Authorizer
  const [ann, bo] = [1, 2].map((id) =>
    Object.assign(new User(), { id, name: id === 1 ? 'ann' : 'bo', managerId: null }),
  )

  beforeAll(async () => {
    const named = { userId: { type: 'int', name: 'user_id', nullable: true } }
    source = await database.open([...entities, seatsOf('Seat', {}), seatsOf('NamedSeat', named), desk])
    ;({ authorizer } = authorizationFor(source, policy + deskPolicy))
    await source.manager.save([ann, bo])
    for (const name of names) for (const id of [1, 2]) await source.getRepository(name).save({ id, user: { id } })
  }, 60_000)
  afterAll(() => database.close(), 60_000)

  const seat = (name: string, id: number) => source.getRepository<Seat>(name).findOneByOrFail({ id })

  it.each(names)('load the relation of the row before, and return data to save: %s', async (name) => {
    const row = await seat(name, 1)
    const data = await authorizer.authorizeChange(ann, 'update', row, { row: 'b' })
    await source.getRepository<Seat>(name).save({ ...row, ...data })
    expect(await seat(name, 1)).toMatchObject({ row: 'b' })
    await expect(authorizer.authorizeChange(ann, 'update', await seat(name, 2), { row: 'b' })).rejects.toThrow(
      ForbiddenError,
    )
  })

  it.each(names)('refuse to give a row away, by the row or by its key: %s', async (name) => {
    const row = await seat(name, 1)
    for (const user of [bo, { id: 2 }, null])
      await expect(authorizer.authorizeChange(ann, 'update', row, { user } as object)).rejects.toThrow(ForbiddenError)
    expect(await authorizer.authorizeChange(ann, 'update', row, { user: { id: 1 } } as object)).toEqual({
      user: { id: 1 },
    })
  })

  it('judge embedded columns, those in the data and those that stay', async () => {
    const desks = source.getRepository(desk)
    await desks.save({ id: 1, place: { city: 'Rome', floor: 1 } })
    const row = await desks.findOneByOrFail({ id: 1 })
    const data = await authorizer.authorizeChange(ann, 'update', row, { place: { floor: 2 } })
    expect(data).toEqual({ place: { floor: 2 } })
    await desks.save({ id: 1, ...data } as Desk)
    expect(await desks.findOneByOrFail({ id: 1 })).toMatchObject({ place: { city: 'Rome', floor: 2 } })
    for (const patch of [{ place: { floor: 3 } }, { place: { city: 'Oslo' } }])
      await expect(authorizer.authorizeChange(ann, 'update', row, patch)).rejects.toThrow(ForbiddenError)
    const wrong = authorizer.authorizeChange(ann, 'update', row, { place: { flor: 1 } } as object)
    await expect(wrong).rejects.toMatchObject({ code: 'unknown-column' })
  })

  it('refuse to give a row away by its column, also if the old relation is loaded', async () => {
    const repository = source.getRepository<Seat>('NamedSeat')
    for (const relations of [{}, { user: true }]) {
      const row = await repository.findOneOrFail({ where: { id: 1 }, relations })
      await expect(authorizer.authorizeChange(ann, 'update', row, { userId: 2 })).rejects.toThrow(ForbiddenError)
      await authorizer.authorizeChange(ann, 'update', row, { userId: 1 })
    }
  })

  it.each(names)('judge a new row with the defaults of its table: %s', async (name) => {
    expect(await authorizer.authorizeCreate(ann, 'create', name, { id: 7 })).toEqual({ id: 7 })
    await expect(authorizer.authorizeCreate(bo, 'create', name, { id: 7 })).rejects.toThrow(ForbiddenError)
    await authorizer.authorizeCreate(bo, 'create', name, { id: 7, user: bo })
    await authorizer.authorizeCreate(bo, 'create', name, { id: 7, user: { id: 2 } })
    await expect(authorizer.authorizeCreate(bo, 'create', name, { id: 7, user: ann })).rejects.toThrow(ForbiddenError)
  })
})
