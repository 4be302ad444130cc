import { type DataSource, EntitySchema, type FindOptionsWhere, In, Raw } from 'typeorm'
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
class Label {
  id!: number
  name!: string
}
const ofLabels = new EntitySchema<Label>({
  name: 'Label',
  target: Label,
  columns: { id: { type: 'int', primary: true }, name: { type: 'varchar', length: 10 } },
})
const ofSeats = (name: string, row: object): EntitySchema<Seat> =>
  new EntitySchema<Seat>({
    name,
    columns: { id: { type: 'int', primary: true }, ...row },
    relations: { user: { type: 'many-to-one', target: 'User', joinColumn: { name: 'user_id' } } },
  })

describe.each(databases)('authorizedFilter on $name, for rows that have a key and little else,', (database) => {
  let source: DataSource
  let authorization: ReturnType<typeof authorizationFor>
  const ann = Object.assign(new User(), { id: 1, name: 'ann', managerId: null })
  const names = ['Seat', 'NamedSeat']
  beforeAll(async () => {
    source = await database.open([
      ...entities,
      ofLabels,
      ofSeats('Seat', {}),
      ofSeats('NamedSeat', { userId: { type: 'int', name: 'user_id' } }),
    ])
    authorization = authorizationFor(
      source,
      [
        'allow(_, "read", label: Label) if label.name = "ok";',
        ...names.map((name) => `allow(user: User, "read", seat: ${name}) if seat.user = user;`),
      ].join('\n'),
    )
    await source.manager.save([ann, Object.assign(new User(), { id: 2, name: 'bo', managerId: null })])
    for (const name of names) for (const id of [1, 2]) await source.getRepository(name).save({ id, user: { id } })
  }, 60_000)
  afterAll(() => database.close(), 60_000)

  it.each(names)('filters, and finds nothing if the key is replaced: %s', async (name) => {
    const seats = source.getRepository(name)
    const where = (own = {}): object => authorization.authorizedFilter(ann, name, { where: own }).where
    const replaced = { ...where(), id: 2 }
    const found = async (find: () => Promise<unknown>): Promise<unknown> => (async () => find())().catch(() => [])
    expect(await seats.find({ where: where() })).toMatchObject([{ id: 1 }])
    expect(await seats.find({ where: where({ user: { id: 1 } }) })).toMatchObject([{ id: 1 }])
    expect(await seats.createQueryBuilder('s').where(where()).getMany()).toMatchObject([{ id: 1 }])
    expect(await found(() => seats.find({ where: replaced }))).toEqual([])
    expect(await found(() => seats.createQueryBuilder('s').where(replaced).getMany())).toEqual([])
    await seats.delete(replaced).catch(() => {})
    expect(await seats.count()).toBe(2)
    await seats.delete(where())
    expect(await seats.find()).toMatchObject([{ id: 2 }])
  })

  it.each<[string, FindOptionsWhere<Label>]>([
    ['a value', { name: 'secret' }],
    ['an operator', { name: In(['ok', 'secret']) }],
    ['SQL', { name: Raw((name) => `${name} = 'ok' OR ${name} = 'secret'`) }],
  ])('finds nothing if the key is replaced beside %s for the only other column', async (_, own) => {
    const labels = source.getRepository(Label)
    await labels.save([
      { id: 1, name: 'ok' },
      { id: 2, name: 'secret' },
    ])
    const where = (condition: FindOptionsWhere<Label>): object =>
      authorization.authorizedFilter(ann, Label, { where: condition }).where
    const replaced = { ...where(own), id: 2 }
    expect(await labels.find({ where: where({ name: 'ok' }) })).toMatchObject([{ id: 1 }])
    expect(await labels.find({ where: where(own) })).toHaveLength(own.name === 'secret' ? 0 : 1)
    expect(await labels.find({ where: replaced }).catch(() => [])).toEqual([])
    await labels.delete(replaced).catch(() => {})
    expect(await labels.count()).toBe(2)
    await labels.delete(where({ name: 'ok' }))
    expect(await labels.find()).toMatchObject([{ id: 2 }])
  })
})
