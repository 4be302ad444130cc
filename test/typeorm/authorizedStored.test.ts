import { Authorizer } from '@arcturus/core'
import { typeOrmAuthorization } from '@arcturus/typeorm'
import { type DataSource, type EntityManager, EntitySchema } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases, ownVersion } from './databases.js'

class Owner {
  constructor(readonly id: number) {}
}
class Item {
  id!: number
}
const at = (text: string) => new Date(`${text}Z`)
const constants = { limit: at('2026-01-02T00:00:01'), midnight: at('2026-01-02T00:00:00') }

const lowered = {
  to: (text: unknown) => (typeof text === 'string' ? text.toLowerCase() : text),
  from: (text: unknown) => text,
}
const columns = {
  both: {
    short: { type: 'varchar', length: 5 },
    padded: { type: 'char', length: 5 },
    level: { type: 'enum', enum: ['guest', 'admin'] },
    day: { type: 'date' },
    amount: { type: 'decimal', precision: 5, scale: 1 },
    names: { type: 'simple-array' },
    lower: { type: 'varchar', transformer: lowered },
  },
  postgresql: {
    coarse: { type: 'timestamp', precision: 0 },
    zoned: { type: 'timestamptz', precision: 1 },
    single: { type: 'real' },
    tags: { type: 'varchar', length: 5, array: true },
    uuid: { type: 'uuid' },
    inet: { type: 'inet' },
  },
  mysql: {
    coarse: { type: 'datetime', precision: 0 },
    single: { type: 'float' },
    tiny: { type: 'tinytext' },
    year: { type: 'year' },
  },
}

/** Values, and rules that forbid what they become in the database. */
const cases: Readonly<Record<string, readonly (readonly [field: string, value: unknown, rule: string])[]>> = {
  both: [
    ['short', 'admin ', 'item.short != "admin"'],
    ['padded', 'admin ', 'item.padded != "admin"'],
    ['coarse', at('2026-01-02T00:00:00.600'), 'item.coarse < limit and item.coarse > midnight'],
    ['day', '20260102', 'item.day != "2026-01-02"'],
    ['single', 16_777_217, 'item.single > 16777216'],
    ['amount', '1.04', 'item.amount != "1.0"'],
    ['names', ['admin,guest'], 'not "admin" in item.names'],
    ['lower', 'ADMIN', 'item.lower != "admin"'],
  ],
  postgresql: [
    ['zoned', at('2026-01-02T00:00:00.960'), 'item.zoned < limit'],
    ['tags', ['admin '], 'not "admin" in item.tags'],
    ['uuid', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 'item.uuid != "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"'],
    ['inet', '10.0.0.1/32', 'item.inet != "10.0.0.1"'],
  ],
  mysql: [
    ['level', 'ADMIN', 'item.level != "admin"'],
    ['level', '2', 'item.level != "admin"'],
    ['tiny', `${'x'.repeat(255)}  `, `item.tiny != "${'x'.repeat(255)}"`],
    ['year', 70, 'item.year < 1000'],
  ],
}

describe.each(await openDatabases('stored', ['postgresql', 'mysql'], ownVersion))(
  'Values that $name stores in another form',
  (database) => {
    let source: DataSource
    let id = 0
    beforeAll(async () => {
      const own = Object.entries({ ...columns.both, ...(Reflect.get(columns, database.kind) as object) })
      const nullable = Object.fromEntries(own.map(([name, column]) => [name, { ...column, nullable: true }]))
      source = await database.open([
        new EntitySchema<Owner>({ name: 'Owner', target: Owner, columns: { id: { type: 'int', primary: true } } }),
        new EntitySchema<Item>({
          name: 'Item',
          target: Item,
          columns: { id: { type: 'int', primary: true }, ...nullable } as never,
        }),
      ])
    }, 60_000)
    afterAll(() => database.close(), 60_000)

    type Write = (made: { authorizer: Authorizer; manager: EntityManager; me: Owner }, data: Item) => Promise<unknown>
    /** Every way to write a value. */
    const ways: Readonly<Record<string, Write>> = {
      insert: ({ manager }, data) => manager.insert(Item, data),
      builder: ({ manager }, data) => manager.createQueryBuilder().insert().into(Item).values(data).execute(),
      save: ({ manager }, data) => manager.save(Item, data),
      upsert: ({ manager }, data) => manager.upsert(Item, data, ['id']),
      update: async ({ manager }, { id: key, ...data }) => {
        await source.manager.insert(Item, { id: key })
        await manager.update(Item, key, data)
      },
      authorizeCreate: async ({ authorizer, me }, data) =>
        await source.manager.insert(Item, await authorizer.authorizeCreate(me, 'create', 'Item', data)),
      authorizeChange: async ({ authorizer, me }, { id: key, ...data }) => {
        await source.manager.insert(Item, { id: key })
        const row = await source.manager.findOneByOrFail(Item, { id: key })
        await source.manager.update(
          Item,
          key,
          await authorizer.authorizeChange(me, 'update', row, data, { checkRead: false }),
        )
      },
    }

    it.each(Object.entries(ways))('are an invalid body if no enum has them: %s', async (_, write) => {
      const authorizer = new Authorizer({ log: () => {} })
      const { authorizedManager } = typeOrmAuthorization(authorizer, source, { unscoped: 'allow', log: () => {} })
      authorizer.loadSync('allow(_: Owner, action, _: Item) if action in ["create", "read", "update"];')
      const me = new Owner(1)
      const made = { authorizer, me, manager: authorizedManager(me) as unknown as EntityManager }
      const other = write(made, { id: ++id, level: 'nobody' } as Item)
      await expect(other).rejects.toMatchObject({ name: 'InvalidBodyError' })
      await write(made, { id: ++id, level: 'admin' } as Item)
      expect(await source.manager.findOneBy(Item, { id })).toMatchObject({ level: 'admin' })
    })

    it.each([...cases['both']!, ...cases[database.kind]!])(
      'are judged as they are stored: %s %j',
      async (field, value, rule) => {
        const authorizer = new Authorizer({ log: () => {} })
        const { authorizedManager } = typeOrmAuthorization(authorizer, source, { unscoped: 'allow', log: () => {} })
        for (const [name, constant] of Object.entries(constants)) authorizer.registerConstant(constant, name)
        authorizer.loadSync(`
      allow(_: Owner, action, item: Item) if action in ["create", "update"] and (item.${field} = nil or ${rule});
      allow(_: Owner, "read", _: Item);`)
        const me = new Owner(1)
        const made = { authorizer, me, manager: authorizedManager(me) as unknown as EntityManager }
        for (const [way, write] of Object.entries(ways)) {
          id++
          const answer = await write(made, { id, [field]: value }).then(
            () => 'written',
            (error: Error) => error.name,
          )
          const row = await source.manager.findOneBy(Item, { id })
          const isDenied =
            row !== null && Reflect.get(row, field) !== null && !(await authorizer.isAllowed(me, 'create', row))
          expect([way, answer, isDenied]).toEqual([way, expect.not.stringMatching('written'), false])
        }
      },
    )
  },
)
