import { type DataSource, EntitySchema, type EntitySchemaColumnOptions } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Database, openDatabases } from './databases.js'
import { authorizationFor } from './people.js'

class Parcel {
  id!: Uint8Array
  labels?: Label[]
}
class Label {
  id!: number
  name!: string
  parcel?: Parcel
}
const columns: Readonly<Record<Database['kind'], EntitySchemaColumnOptions>> = {
  sqlite: { type: 'blob', primary: true },
  postgresql: { type: 'bytea', primary: true },
  mysql: { type: 'binary', length: 2, primary: true },
}

describe.each(await openDatabases('bytes'))('Rows whose keys are bytes on $name', (database) => {
  let source: DataSource
  let authorizer: ReturnType<typeof authorizationFor>['authorizer']
  beforeAll(async () => {
    source = await database.open([
      new EntitySchema<Parcel>({
        name: 'Parcel',
        target: Parcel,
        columns: { id: columns[database.kind] },
        relations: { labels: { type: 'one-to-many', target: 'Label', inverseSide: 'parcel' } },
      }),
      new EntitySchema<Label>({
        name: 'Label',
        target: Label,
        columns: { id: { type: 'int', primary: true }, name: { type: 'varchar', length: 10 } },
        relations: { parcel: { type: 'many-to-one', target: 'Parcel', inverseSide: 'labels' } },
      }),
    ])
    authorizer = authorizationFor(
      source,
      'allow(_, "read", parcel: Parcel) if label in parcel.labels and label.name = "open";',
    ).authorizer
    for (const [id, name] of ['shut', 'open'].entries()) {
      // No byte of these is a character of UTF-8.
      const parcel = await source.manager.save(Object.assign(new Parcel(), { id: Buffer.from([0x80 + id, 0xff]) }))
      await source.manager.save(Object.assign(new Label(), { id, name, parcel }))
    }
  }, 60_000)
  afterAll(() => database.close(), 60_000)

  it('are distinguished in one batch', async () => {
    const parcels = await source.getRepository(Parcel).find({ order: { id: 'ASC' } })
    const answers = await Promise.all(parcels.map((parcel) => authorizer.isAllowed(null, 'read', parcel)))
    expect(answers).toEqual([false, true])
  })
})
