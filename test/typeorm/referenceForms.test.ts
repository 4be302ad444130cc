import { Authorizer } from '@arcturus/core'
import { typeOrmAuthorization } from '@arcturus/typeorm'
import { EntitySchema, type EntitySchemaColumnOptions } from 'typeorm'
import { afterAll, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'

class Owner {
  id!: unknown
  name!: string
}
class Parcel {
  id!: number
  ownerId!: unknown
  owner?: Owner | null
}

const asNumber = { to: (id: unknown) => id, from: (id: unknown) => (id === null ? null : Number(id)) }
const asBigInt = {
  to: (id: unknown) => id,
  from: (id: unknown) => (typeof id === 'string' || typeof id === 'number' ? BigInt(id) : id),
}

type Column = Omit<EntitySchemaColumnOptions, 'name' | 'primary'>
const forms: readonly (readonly [name: string, key: Column, reference: Column, id: unknown])[] = [
  ['a number that refers to a string', { type: 'bigint' }, { type: 'int' }, '7'],
  ['a string that refers to a number', { type: 'int' }, { type: 'bigint' }, 7],
  ['a string that refers to a transformed number', { type: 'bigint', transformer: asNumber }, { type: 'bigint' }, 7],
  ['a transformed number that refers to a string', { type: 'bigint' }, { type: 'bigint', transformer: asNumber }, '7'],
  ['two transformed numbers', { type: 'bigint', transformer: asBigInt }, { type: 'bigint', transformer: asNumber }, 7n],
  [
    'decimals with other numbers of digits',
    { type: 'decimal', precision: 10, scale: 1 },
    { type: 'decimal', precision: 10, scale: 2 },
    '7.0',
  ],
]

const policy = `
  allow(owner: Owner, "use", parcel: Parcel) if parcel.owner = owner;
  allow(owner: Owner, "claim", parcel: Parcel) if owner.name = "ann" and parcel.owner != owner;
  allow(owner: Owner, "rename", parcel: Parcel) if parcel.owner != nil and parcel.owner.name = owner.name;
`

const databases = await openDatabases('reference_forms', ['postgresql', 'mysql'])

describe.each(databases)('A reference that is read in another form than its key on $name', (database) => {
  afterAll(() => database.close(), 60_000)

  it.each(forms)('is compared in the database and by the loaded row: %s', async (_, key, reference, id) => {
    const source = await database.open(
      [
        new EntitySchema<Owner>({
          name: 'Owner',
          target: Owner,
          columns: { id: { ...key, primary: true }, name: { type: 'varchar', length: 10 } },
        }),
        new EntitySchema<Parcel>({
          name: 'Parcel',
          target: Parcel,
          columns: { id: { type: 'int', primary: true }, ownerId: { ...reference, nullable: true } },
          relations: { owner: { type: 'many-to-one', target: 'Owner', joinColumn: { name: 'ownerId' } } },
        }),
      ],
      { dropSchema: true },
    )
    const authorizer = new Authorizer()
    const { authorizedWhere } = typeOrmAuthorization(authorizer, source, { unscoped: 'allow' })
    authorizer.loadSync(policy)
    await source.getRepository(Owner).insert({ id, name: 'ann' } as object)
    const parcels = source.getRepository(Parcel)
    await parcels.insert([{ id: 1, ownerId: 7 }, { id: 2 }])

    const owner = await source.getRepository(Owner).findOneByOrFail({ name: 'ann' })
    for (const [action, expected] of [
      ['use', [1]],
      ['claim', [2]],
      ['rename', [1]],
    ] as const) {
      const rows = await parcels.find({ order: { id: 'ASC' } })
      const allowed = await Promise.all(rows.map((row) => authorizer.isAllowed(owner, action, row)))
      expect(rows.filter((_, at) => allowed[at]).map((row) => row.id)).toEqual(expected)
      const listed = await authorizedWhere(owner, action, Parcel).then(
        (where) => parcels.find({ where }),
        () => undefined,
      )
      // A database can't compare a transformed value.
      if (listed || !('transformer' in key)) expect(listed?.map((row) => row.id)).toEqual(expected)
    }
    await source.destroy()
  })
})
