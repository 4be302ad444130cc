// Runs filtering cases through `@arcturus/prisma` on SQLite: one database and one client for each fixture.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PrismaLibSql } from '@prisma/adapter-libsql'
import { makeFixture } from '../fixtures.mjs'
import { answered } from './answered.mjs'
import { withConsole } from './console.mjs'
import { decode } from './values.mjs'

/**
 * Opens a database with the tables of a fixture, for any number of cases.
 * @param modules.core - A module with the exports of `@arcturus/core`.
 * @param modules.prisma - One with those of `@arcturus/prisma`.
 */
export async function openPrisma(fixtureName, { core, prisma }) {
  const generated = new URL(`../../prisma/generated/${fixtureName.slice('df-'.length)}-sqlite-js/`, import.meta.url)
  const { schema } = await import(new URL('arcturus/schema.mjs', generated).href)
  const { PrismaClient } = (await import(new URL('client/index.js', generated).href)).default
  const folder = mkdtempSync(join(tmpdir(), 'arcturus-conformance-'))
  const bare = new PrismaClient({ adapter: new PrismaLibSql({ url: `file:${join(folder, 'test.db')}` }) })
  await fill(bare, schema, makeFixture(fixtureName))

  const extended = bare.$extends(prisma.prismaAuthorization(new core.Authorizer(), schema).extension)
  const rows = new Map()
  const load = async (model) => {
    if (rows.has(model)) return
    const found = await delegateOf(extended, model).findMany()
    rows.set(model, new Map(found.map((row) => [String(row.id), row])))
  }
  const fixture = {
    classes: [],
    ref(label) {
      const [model, id] = label.split(':')
      return rows.get(model).get(id)
    },
  }
  const context = { fixture, engine: core, Dict: core.Dict }

  return {
    /** Gives what the filter selects; a class that has no table, such as a subclass, is refused. */
    run: (one) =>
      withConsole(async () => {
        const referred = JSON.stringify([one.actor, one.constants ?? {}]).matchAll(/"\$ref":"(\w+):/g)
        for (const [, model] of referred) await load(model)
        const model = typeof one.resource === 'string' ? one.resource : one.resource.$class
        return answered(core, async () => {
          const authorizer = new core.Authorizer()
          const { extension, authorizedFilter } = prisma.prismaAuthorization(authorizer, schema)
          const client = bare.$extends(extension)
          for (const [name, value] of Object.entries(one.constants ?? {}))
            authorizer.registerConstant(decode(value, context), name)
          await authorizer.load(one.policy)
          if (!schema.models.some(({ name }) => name === model))
            throw new core.ArgumentError('unknown-model', `There is no table ${model}.`)
          const action = decode(one.action, context)
          return delegateOf(client, model).findMany(
            authorizedFilter(decode(one.actor, context), { action, select: { id: true } }),
          )
        })
      }),
    async close() {
      await bare.$disconnect()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const delegateOf = (client, model) => client[model.charAt(0).toLowerCase() + model.slice(1)]

const sqlTypes = { String: 'TEXT', Boolean: 'BOOLEAN', Int: 'INTEGER', Float: 'REAL', Json: 'JSONB' }

async function fill(client, schema, { tables }) {
  for (const { name, table, fields, key } of schema.models) {
    const columns = fields
      .filter(({ kind }) => kind === 'scalar')
      .map(({ column, type, nullable }) => `"${column}" ${sqlTypes[type]}${nullable ? '' : ' NOT NULL'}`)
    await client.$executeRawUnsafe(
      `CREATE TABLE "${table}" (${columns.join(', ')}, PRIMARY KEY ("${key.join('", "')}"))`,
    )
    await delegateOf(client, name).createMany({ data: tables[name].map((row) => ({ ...row })) })
  }
}
