// Runs filtering cases through `@arcturus/typeorm`: on each database one data source for each fixture.
import { makeFixture } from '../fixtures.mjs'
import { answered } from './answered.mjs'
import { withConsole } from './console.mjs'
import { constantsOf, modelAsked } from './questions.mjs'
import { decode } from './values.mjs'

/** The fixtures that have tables. */
export const fixtures = ['df-gitclub', 'df-docs', 'df-shop']

/**
 * TypeORM over the databases that are there, each with the tables of all fixtures.
 * @param modules.core - A module with the exports of `@arcturus/core`.
 * @param modules.typeorm - One with those of `@arcturus/typeorm`.
 * @param modules.openDatabases - As in test/typeorm/databases.ts.
 * @param modules.EntitySchema - TypeORM's.
 */
export async function openTypeOrm({ core, typeorm, openDatabases, EntitySchema }) {
  const orms = new Map()
  for (const fixtureName of fixtures) {
    for (const database of await openDatabases(fixtureName.replace('-', '_'), undefined, ['1'])) {
      const orm = orms.get(database.kind) ?? { name: `TypeORM on ${database.name.split(' ')[0]}`, tables: new Map() }
      orms.set(database.kind, orm)
      orm.tables.set(fixtureName, await openFixture(fixtureName, database, { core, typeorm, EntitySchema }))
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

async function openFixture(fixtureName, database, { core, typeorm, EntitySchema }) {
  const made = makeFixture(fixtureName)
  const entities = entitiesOf(made, database.kind).map((options) => new EntitySchema(options))
  const source = await database.open(entities, { logging: false })
  const rows = new Map()
  for (const { name, cls } of made.classes) {
    if (!made.tables[name]) continue
    // Rows of a subclass are in the table of its parent.
    for (const row of made.tables[name]) await source.getRepository(row.constructor).insert({ ...row })
    const found = await source.getRepository(cls).find()
    for (const row of found) rows.set(`${name}:${row.id}`, row)
  }
  const fixture = { ...made, ref: (label) => rows.get(label) }
  const context = { fixture, engine: core, Dict: core.Dict }

  return {
    run: (one) =>
      withConsole(() =>
        answered(core, async () => {
          const authorizer = new core.Authorizer({ evaluator: 'source' })
          const { authorizedFilter } = typeorm.typeOrmAuthorization(authorizer, source, { unscoped: 'allow' })
          for (const [name, value] of constantsOf(one, context)) authorizer.registerConstant(value, name)
          await authorizer.load(one.policy)
          const model = modelAsked(one)
          const cls = made.classes.find(({ name }) => name === model)?.cls
          if (!cls) throw new core.ArgumentError('unknown-model', `There is no entity ${model}.`)
          const action = decode(one.action, context)
          return source.getRepository(cls).find(authorizedFilter(decode(one.actor, context), cls, { action }))
        }),
      ),
    close: () => database.close(),
  }
}

/** The classes of a fixture as entities; a class whose parent is one too shares its table. */
export function entitiesOf({ classes, tables }, kind) {
  const parentOf = (cls) => classes.find((other) => other.cls === Object.getPrototypeOf(cls))
  return classes.map(({ name, cls, fields }) => {
    const parent = parentOf(cls)
    if (parent) return { name, target: cls, type: 'entity-child', discriminatorValue: name, columns: {} }
    const hasChildren = classes.some((other) => parentOf(other.cls)?.cls === cls)
    const columns = Object.entries(fields).filter(([, field]) => typeof field === 'string')
    const relations = Object.entries(fields).filter(([, field]) => typeof field !== 'string')
    const isNullable = (column) => tables[name].some((row) => row[column] === null)
    return {
      name,
      target: cls,
      // Some names are words of SQL in some database.
      tableName: `${name.toLowerCase()}_rows`,
      ...(hasChildren && {
        inheritance: { pattern: 'STI', column: { name: 'kind', type: 'varchar', length: 50 } },
        discriminatorValue: name,
      }),
      columns: Object.fromEntries(
        columns.map(([column, type]) => [
          column,
          { ...columnTypes[type](kind), primary: column === 'id', nullable: isNullable(column) },
        ]),
      ),
      relations: Object.fromEntries(
        relations.map(([relation, field]) => [relation, relationOf(classes, name, field, isNullable)]),
      ),
    }
  })
}

const columnTypes = {
  Integer: () => ({ type: 'int' }),
  Float: (kind) => ({ type: { sqlite: 'real', postgresql: 'double precision', mysql: 'double' }[kind] }),
  String: () => ({ type: 'varchar', length: 100 }),
  Boolean: () => ({ type: 'boolean' }),
  List: (kind) =>
    kind === 'postgresql' ? { type: 'text', array: true } : { type: kind === 'mysql' ? 'json' : 'simple-json' },
}

function relationOf(classes, owner, { relation, type, my, other }, isNullable) {
  if (relation === 'one') {
    return {
      type: 'many-to-one',
      target: type,
      joinColumn: { name: my, referencedColumnName: other },
      // TypeORM takes no circle of relations that must be there.
      nullable: type === owner || isNullable(my),
      createForeignKeyConstraints: false,
    }
  }
  const { fields } = classes.find(({ name }) => name === type)
  const [inverseSide] = Object.entries(fields).find(
    ([, field]) => field.relation === 'one' && field.type === owner && field.my === other,
  )
  return { type: 'one-to-many', target: type, inverseSide }
}
