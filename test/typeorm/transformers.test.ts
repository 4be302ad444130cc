import { type DataSource, EntitySchema } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'
import { authorizationFor } from './people.js'

class Owner {
  id!: string
  name!: string
}
class Parcel {
  id!: number
  ownerId!: string
  owner?: Owner | null
}
/** In the database the text is another one. */
const transformer = {
  to: (id: string | null) => id && `${id}-kept`,
  from: (id: string | null) => id?.replace('-kept', ''),
}

describe.each(await openDatabases('transformers'))(
  'Rows whose keys are rewritten by a transformer on $name',
  (database) => {
    let source: DataSource
    let authorizer: ReturnType<typeof authorizationFor>['authorizer']
    beforeAll(async () => {
      source = await database.open([
        new EntitySchema<Owner>({
          name: 'Owner',
          target: Owner,
          columns: {
            id: { type: 'varchar', length: 20, primary: true, transformer },
            name: { type: 'varchar', length: 10 },
          },
        }),
        new EntitySchema<Parcel>({
          name: 'Parcel',
          target: Parcel,
          columns: {
            id: { type: 'int', primary: true },
            ownerId: { type: 'varchar', length: 20, name: 'owner_id', transformer },
          },
          relations: { owner: { type: 'many-to-one', target: 'Owner', joinColumn: { name: 'owner_id' } } },
        }),
      ])
      authorizer = authorizationFor(
        source,
        `
      allow(_, "read", parcel: Parcel) if parcel.owner.name = "ann";
      allow(_, "take", parcel: Parcel) if parcel.owner = nil;
    `,
      ).authorizer
      await source.getRepository(Owner).insert({ id: 'a', name: 'ann' })
      await source.getRepository(Parcel).insert({ id: 1, ownerId: 'a' })
    }, 60_000)
    afterAll(() => database.close(), 60_000)

    it('are loaded by their values in the database', async () => {
      const parcel = await source.getRepository(Parcel).findOneByOrFail({ id: 1 })
      expect(parcel.ownerId).toBe('a')
      expect(await authorizer.isAllowed(null, 'read', parcel)).toBe(true)
      expect(await authorizer.isAllowed(null, 'take', parcel)).toBe(false)
    })
  },
)
