// Runs filtering cases through the drop-in and `typeOrmAdapter` of `@arcturus/typeorm/oso`: on each database one data source for each fixture.
import { makeFixture } from '../fixtures.mjs'
import { withConsole } from './console.mjs'
import { encodeError } from './errors.mjs'
import { registerFixture } from './setup.mjs'
import { entitiesOf, fixtures } from './typeorm.mjs'
import { decode } from './values.mjs'

const byId = (a, b) => (typeof a === 'number' ? a - b : a < b ? -1 : a > b ? 1 : 0)

/**
 * Opens the fixtures' tables on a database.
 * @param modules.oso - A module with the exports of `@arcturus/oso`.
 * @param modules.typeOrmAdapter - That of `@arcturus/typeorm/oso`.
 * @param modules.openDatabase - Opens a database for a fixture, as those of test/typeorm/databases.ts.
 * @param modules.EntitySchema - TypeORM's.
 * @returns `run(case)`, which gives `{ ids }` or `{ error }`, and `close()`.
 */
export async function openBundled({ oso: engine, typeOrmAdapter, openDatabase, EntitySchema }) {
  const opened = new Map()
  for (const name of fixtures) {
    const database = await openDatabase(name.replace('-', '_'))
    const fixture = makeFixture(name)
    const source = await database.open(
      entitiesOf(fixture, database.kind).map((options) => new EntitySchema(options)),
      { logging: false },
    )
    for (const rows of Object.values(fixture.tables))
      for (const row of rows) await source.getRepository(row.constructor).insert({ ...row })
    opened.set(name, { database, fixture, source })
  }
  return {
    run: (one) => withConsole(() => run(one, opened.get(one.fixture), engine, typeOrmAdapter)),
    close: async () => {
      for (const { database } of opened.values()) await database.close()
    },
  }
}

async function run(one, { fixture, source }, engine, typeOrmAdapter) {
  const oso = new engine.Oso({ ...fixture.options })
  const context = { engine, fixture, oso, Dict: engine.Dict }
  registerFixture(context)
  for (const [name, value] of Object.entries(one.constants ?? {})) oso.registerConstant(decode(value, context), name)
  if (one.adapter !== false) oso.setDataFilteringAdapter(typeOrmAdapter(source))
  try {
    await oso.loadStr(one.policy)
    const [actor, action, resource] = [one.actor, one.action, one.resource].map((value) => decode(value, context))
    const rows = await oso.authorizedResources(actor, action, resource)
    return { ids: rows.map(({ id }) => id).sort(byId) }
  } catch (error) {
    return { error: encodeError(error, 'filter') }
  }
}
