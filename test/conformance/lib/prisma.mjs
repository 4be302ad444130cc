// Runs filtering cases through `@arcturus/prisma`: on each database one client for each fixture.
import { makeFixture } from '../fixtures.mjs'
import { answered } from './answered.mjs'
import { withConsole } from './console.mjs'
import { constantsOf, modelAsked, referredModels } from './questions.mjs'
import { decode } from './values.mjs'

/** The fixtures that have tables, and so a schema in test/prisma/schemas. */
const fixtures = ['df-gitclub', 'df-docs', 'df-shop']

/**
 * Prisma over the databases that are there, each with the tables of all fixtures.
 * @param modules.core - A module with the exports of `@arcturus/core`.
 * @param modules.prisma - One with those of `@arcturus/prisma`.
 * @param modules.openDatabases - As in test/prisma/databases.ts.
 * @param modules.createTables - As in test/prisma/ddl.ts.
 */
export async function openPrisma({ core, prisma, openDatabases, createTables }) {
  const orms = new Map()
  for (const fixtureName of fixtures) {
    // By code point, as the application says below.
    const name = fixtureName.replace('-', '_')
    for (const database of await openDatabases(name, ['sqlite', 'postgresql', 'mysql'], 'utf8mb4_nopad_bin')) {
      const { provider } = database
      const orm = orms.get(provider) ?? { name: `Prisma on ${database.name.split(' ')[0]}`, tables: new Map() }
      orms.set(provider, orm)
      orm.tables.set(fixtureName, await openFixture(fixtureName, database, { core, prisma, createTables }))
    }
  }
  return [...orms.values()].map(({ name, tables }) => ({
    name,
    run: (one) => tables.get(one.fixture).run(one),
    close: async () => {
      for (const fixture of tables.values()) await fixture.close()
    },
  }))
}

async function openFixture(fixtureName, database, { core, prisma, createTables }) {
  const schemaName = fixtureName.slice('df-'.length)
  const generated = new URL(`../../prisma/generated/${schemaName}-${database.provider}-js/`, import.meta.url)
  const { schema } = await import(new URL('arcturus/schema.mjs', generated).href)
  const { PrismaClient } = (await import(new URL('client/index.js', generated).href)).default
  await database.execute(createTables(schema, { references: false }))
  const bare = new PrismaClient({ adapter: database.adapter })
  const { tables } = makeFixture(fixtureName)
  for (const { name } of schema.models)
    await delegateOf(bare, name).createMany({ data: tables[name].map((row) => ({ ...row })) })

  const extended = prisma.prismaAuthorization(new core.Authorizer(), bare, { schema, unscoped: 'allow' }).prisma
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
        for (const model of referredModels(one)) await load(model)
        const model = modelAsked(one)
        return answered(core, async () => {
          const authorizer = new core.Authorizer({ evaluator: 'source' })
          const options = { schema, acceptCollation: true }
          const { prisma: client, authorizedFilter } = prisma.prismaAuthorization(authorizer, bare, options)
          for (const [name, value] of constantsOf(one, context)) authorizer.registerConstant(value, name)
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
      await database.close()
    },
  }
}

const delegateOf = (client, model) => client[model.charAt(0).toLowerCase() + model.slice(1)]
