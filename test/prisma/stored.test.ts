import { Authorizer } from '@arcturus/core'
import { as } from '@arcturus/core/runtime'
import { prismaAuthorization } from '@arcturus/prisma'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PrismaSchema } from '../../packages/prisma/src/schema/schema.js'
import { openDatabases } from './databases.js'
import { createTables } from './ddl.js'

type Row = Record<string, unknown>
type Delegate = Record<
  'create' | 'createMany' | 'createManyAndReturn' | 'update' | 'upsert' | 'findUnique' | 'findMany',
  (args: object) => Promise<unknown>
>
interface Client {
  readonly owner: Delegate
  readonly item: Delegate
  $extends(extension: unknown): Client
  $disconnect(): Promise<void>
}

const at = (text: string) => new Date(`${text}Z`)
const constants = {
  limit: at('2026-01-02T00:00:01'),
  midnight: at('2026-01-02T00:00:00'),
  ten: at('1970-01-01T10:00:01'),
}

/** Values, and rules that forbid what they become in the database. */
const cases: Readonly<Record<string, readonly (readonly [field: string, value: unknown, rule: string])[]>> = {
  both: [
    ['short', 'admin ', 'item.short != "admin"'],
    ['padded', 'admin ', 'item.padded != "admin"'],
    ['coarse', at('2026-01-02T00:00:00.600'), 'item.coarse < limit and item.coarse > midnight'],
    ['day', at('2026-01-02T10:00:00'), 'item.day != midnight'],
    ['time', at('1970-01-01T10:00:00.700'), 'item.time < ten'],
    ['single', 16_777_217, 'item.single > 16777216'],
    ['amount', 1.96, 'item.amount < 2'],
  ],
  postgresql: [
    ['padded', 'ab', 'item.padded != "ab   "'],
    ['tags', ['admin '], 'not "admin" in item.tags'],
    ['zoned', at('2026-01-02T00:00:00.960'), 'item.zoned < limit'],
    ['inet', '10.0.0.1/32', 'item.inet != "10.0.0.1"'],
    ['uuid', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 'item.uuid != "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"'],
  ],
  mysql: [
    ['padded', 'ab  ', 'item.padded != "ab"'],
    ['tiny', `${'x'.repeat(255)}  `, `item.tiny != "${'x'.repeat(255)}"`],
    ['year', 70, 'item.year < 1000'],
    ['stamp', at('2026-01-02T00:00:00.600'), 'item.stamp < limit and item.stamp > midnight'],
  ],
}
/** Values that a server in strict mode refuses, and cuts otherwise. */
const cut: typeof cases = {
  mysql: [
    ['short', 'administrator', 'item.short != "admin"'],
    ['small', 1000, 'item.small != 127'],
  ],
}

const databases = await openDatabases('stored', ['postgresql', 'mysql'])

describe.each(databases)('Values that $name stores in another form', (database) => {
  const { provider } = database
  let schema: PrismaSchema
  let bare: Client
  let id = 0
  beforeAll(async () => {
    const generated = `./generated/stored-${provider}-${provider}-js`
    ;({ schema } = (await import(`${generated}/arcturus/schema.mjs`)) as { schema: PrismaSchema })
    const made = (await import(`${generated}/client/index.js`)) as {
      default: { PrismaClient: new (options: object) => Client }
    }
    await database.execute(createTables(schema))
    bare = new made.default.PrismaClient({ adapter: database.adapter })
  }, 60_000)
  afterAll(async () => {
    await bare?.$disconnect()
    await database.close()
  })

  const authorized = (rule: string) => {
    const authorizer = new Authorizer({ log: () => {} })
    const { authorizedClient } = prismaAuthorization(authorizer, bare, { log: () => {} })
    for (const [name, value] of Object.entries(constants)) authorizer.registerConstant(value, name)
    authorizer.loadSync(`
      allow(_: Owner, action, item: Item) if action in ["create", "update"] and ${rule};
      allow(_: Owner, "read", _: Item);`)
    const me = as('Owner', { id: 1 })
    return {
      authorizer,
      me,
      client: authorizedClient(me) as unknown as Client,
    }
  }
  /** Every way to write a value. */
  const ways: Readonly<
    Record<string, (made: ReturnType<typeof authorized>, field: string, value: unknown) => Promise<unknown>>
  > = {
    create: ({ client }, field, value) => client.item.create({ data: { id, [field]: value } }),
    createMany: ({ client }, field, value) => client.item.createMany({ data: [{ id, [field]: value }] }),
    upsert: ({ client }, field, value) =>
      client.item.upsert({ where: { id }, create: { id, [field]: value }, update: {} }),
    update: async ({ client }, field, value) => {
      await bare.item.create({ data: { id } })
      return await client.item.update({ where: { id }, data: { [field]: value } })
    },
    authorizeCreate: async ({ authorizer, me }, field, value) =>
      await bare.item.create({ data: await authorizer.authorizeCreate(me, 'create', 'Item', { id, [field]: value }) }),
    authorizeChange: async ({ authorizer, me }, field, value) => {
      const row = as('Item', (await bare.item.create({ data: { id } })) as Row)
      const data = await authorizer.authorizeChange(me, 'update', row, { [field]: value }, { checkRead: false })
      return await bare.item.update({ where: { id }, data })
    },
  }
  const isDenied = async ({ authorizer, me }: ReturnType<typeof authorized>, field: string): Promise<boolean> => {
    const row = (await bare.item.findUnique({ where: { id } })) as Row | null
    const isThere = row !== null && row[field] !== null && String(row[field]) !== ''
    return isThere && !(await authorizer.isAllowed(me, 'create', as('Item', row)))
  }

  const rows = [...cases['both']!, ...cases[provider]!, ...(cut[provider] ?? [])]
  it.each(rows)('are judged as they are stored: %s %j', async (field, value, rule) => {
    const made = authorized(`(item.${field} = nil or ${rule})`)
    for (const [way, write] of Object.entries(ways)) {
      id++
      const answer = await write(made, field, value).then(
        () => 'written',
        (error: Error) => error.name,
      )
      expect([way, answer, await isDenied(made, field)]).toEqual([way, expect.not.stringMatching('written'), false])
    }
  })

  it.each(Object.entries(ways))('are an invalid body if no enum has them: %s', async (_, write) => {
    id++
    await expect(write(authorized('item.id > 0'), 'level', 'nobody')).rejects.toMatchObject({
      name: 'InvalidBodyError',
    })
    id++
    await write(authorized('item.id > 0'), 'level', 'admin')
    expect(await bare.item.findUnique({ where: { id } })).toMatchObject({ level: 'admin' })
  })

  it.skipIf(provider !== 'mysql')('are compared beyond 63 bits, too', async () => {
    const keys = [1n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n]
    await bare.owner.createMany({ data: keys.map((key) => ({ id: key, name: String(key) })) })
    await bare.item.createMany({ data: keys.map((key, at) => ({ id: 9000 + at, ownerId: key })) })
    const authorizer = new Authorizer({ log: () => {} })
    const made = prismaAuthorization(authorizer, bare, { log: () => {}, unscoped: 'allow' })
    authorizer.loadSync(`
      allow(owner: Owner, action, item: Item) if action in ["read", "update", "create"] and item.owner = owner;
      allow(owner: Owner, "see", item: Item) if item.ownerId < owner.id;
      allow(owner: Owner, action, own: Owner) if action in ["read", "update"] and own.id = owner.id;`)
    const { prisma } = made
    const items = (await prisma.item.findMany({ where: { id: { gte: 9000 } } })) as Row[]
    for (const [at, me] of ((await prisma.owner.findMany({ orderBy: { id: 'asc' } } as object)) as Row[]).entries()) {
      const client = made.authorizedClient(me) as unknown as Client
      const listed = async (action: string) =>
        ((await prisma.item.findMany(made.authorizedFilter(me, { action }))) as Row[]).map((row) => row['id']).sort()
      expect(await listed('read')).toEqual([9000 + at])
      expect((await listed('see')).filter((id) => Number(id) >= 9000)).toEqual(
        keys.slice(0, at).map((_, id) => 9000 + id),
      )
      expect(await prisma.owner.findMany(made.authorizedActors('read', items[at]!))).toEqual([me])
      expect(await client.item.findMany({})).toMatchObject([{ id: 9000 + at }])
      expect(await client.item.update({ where: { id: 9000 + at }, data: { short: 'x' } })).toMatchObject({ short: 'x' })
      expect(await client.owner.update({ where: { id: keys[at] }, data: { name: `${at}` } })).toMatchObject({
        id: keys[at],
      })
      expect(await client.item.create({ data: { id: 100 + at, ownerId: keys[at] } })).toMatchObject({
        ownerId: keys[at],
      })
      await bare.item.update({ where: { id: 100 + at }, data: { ownerId: null } })
    }
  })
})
