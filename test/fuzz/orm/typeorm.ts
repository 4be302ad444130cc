import { EventEmitter } from 'node:events'
import { Authorizer } from '@arcturus/core'
import type { SqlDialect } from '@arcturus/sql'
import { typeOrmAuthorization } from '@arcturus/typeorm'
import type { DataSource } from 'typeorm'
import type { RowQueries } from '../../../packages/testing/src/diff/diffDatabase.js'
import type { RowFilter } from '../../../packages/testing/src/diff/differenceFilter.js'
import { authorizedRows } from '../../typeorm/authorizedRows.js'
import { type Database, openDatabases } from '../../typeorm/databases.js'
import { quiet, withoutTime } from '../evaluators.js'
import { goneLinks } from '../foreignRows.js'
import { makeObjects } from '../objects.js'
import { printPolicy } from '../policyTree.js'
import type { Case } from '../randomCase.js'
import { linksOf } from '../relationalSchema.js'
import { descendantsOf, keyOf, type ModelSpec, type Row, type Storage, type World } from '../world.js'
import { columnsOf } from './columns.js'
import { differenceOf } from './difference.js'
import { oddLists, oddValues, withRead, withStoredZeros, writeOdd } from './foreign.js'
import type { Asked, Orm } from './orm.js'
import type { Planted } from './planted.js'
import { asNumbers, asTexts, readAs } from './reading.js'
import { type Entities, entitiesFor, linkColumns, linkTable, tableOf } from './typeormSchema.js'

/** Opens TypeORM over a schema, on each database that is there. */
export async function openTypeOrm(
  name: string,
  models: readonly ModelSpec[],
  storage: Storage,
  kinds: readonly SqlDialect[],
  planted: Planted | undefined,
): Promise<readonly Orm[]> {
  const databases = await openDatabases(`fuzz_${name}`, kinds, ['1'])
  return Promise.all(databases.map((database) => open(database, models, storage, planted)))
}

async function open(
  database: Database,
  models: readonly ModelSpec[],
  storage: Storage,
  planted: Planted | undefined,
): Promise<Orm> {
  const entities = entitiesFor(models, storage, database.kind)
  const source = await database.open(entities.schemas, { ...onlyOneConnection[database.kind] })
  // Each policy is an authorization of its own, which an application has one of.
  const pool: unknown = Reflect.get(source.driver, 'pool')
  if (pool instanceof EventEmitter) pool.setMaxListeners(0)
  if (planted?.sql) plant(source, planted.sql)
  return new TypeOrm(`TypeORM on ${database.name.split(' ')[0]}`, database, source, entities, storage, planted)
}

const onlyOneConnection: Readonly<Record<SqlDialect, object>> = {
  sqlite: {},
  postgresql: { poolSize: 1 },
  mysql: { poolSize: 1 },
}

const withoutReferences: Readonly<Record<SqlDialect, string>> = {
  sqlite: 'PRAGMA foreign_keys = OFF',
  postgresql: 'SET session_replication_role = replica',
  mysql: 'SET FOREIGN_KEY_CHECKS = 0',
}

/** Changes the texts of queries that read on their way to the driver. */
export function plant(source: DataSource, change: (text: string) => string): void {
  const { driver } = source
  const create = driver.createQueryRunner.bind(driver)
  driver.createQueryRunner = (mode) => {
    const runner = create(mode)
    const query = runner.query.bind(runner)
    // Sound: the arguments and the result are the method's own.
    runner.query = ((text: string, ...rest: []) =>
      query(text.startsWith('SELECT') ? change(text) : text, ...rest)) as typeof runner.query
    return runner
  }
}

class TypeOrm implements Orm {
  readonly name: string
  readonly #database: Database
  readonly #source: DataSource
  readonly #entities: Entities
  readonly #storage: Storage
  readonly #planted: Planted | undefined
  #world: World | undefined
  /** The world as it was read, where SQL wrote some of it. */
  #read: World | undefined

  constructor(
    name: string,
    database: Database,
    source: DataSource,
    entities: Entities,
    storage: Storage,
    planted: Planted | undefined,
  ) {
    this.name = name
    this.#database = database
    this.#source = source
    this.#entities = entities
    this.#storage = storage
    this.#planted = planted
  }

  close(): Promise<void> {
    return this.#database.close()
  }

  /** The driver for SQLite reads numbers beyond 2 ** 53 as others. */
  holds({ rows }: World): boolean {
    if (this.#database.kind !== 'sqlite') return true
    return !rows.some(({ values }) =>
      Object.values(values).some(
        (value) =>
          typeof value === 'object' && value && 'bigint' in value && !Number.isSafeInteger(Number(value.bigint)),
      ),
    )
  }

  /** The drivers of the servers give numbers that JavaScript's own do not tell apart as texts, SQLite's as numbers. */
  read(world: World): World {
    const { kind } = this.#database
    return this.#read ?? readAs(kind === 'sqlite' ? asNumbers : asTexts, withStoredZeros(world))
  }

  async fill(world: World): Promise<void> {
    // Its one connection does not look at what is referred to while rows are put in.
    await this.#source.query(withoutReferences[this.#database.kind])
    const links = linksOf(world.models)
    for (const { model, field } of links)
      await this.#source.query(`DELETE FROM ${this.#quoted(linkTable(model, field))}`)
    for (const { name, parent } of world.models) {
      if (parent === undefined) await this.#source.query(`DELETE FROM ${this.#quoted(tableOf(this.#storage, name))}`)
    }
    const rows = [...world.rows, ...(world.ghosts ?? [])]
    for (const { name } of world.models) {
      const columns = rows.filter((row) => row.model === name).map((row) => columnsOf(world, row))
      if (columns.length === 0) continue
      const insert = this.#source.createQueryBuilder().insert().into(this.#entities.classes.get(name)!)
      await insert.values(columns).updateEntity(false).execute()
    }
    for (const { model, field } of links) await this.#fillLinks(world, model, field)
    this.#world = world
    this.#read = undefined
    if (world.foreign) this.#read = await this.#writeOdd(world)
  }

  async #writeOdd(world: World): Promise<World> {
    const { kind } = this.#database
    const dates = { date: ["'0000-00-00'", "'2024-00-10'"] }
    const values = { ...oddValues[kind], ...(kind === 'mysql' ? dates : kind === 'postgresql' ? oddLists : {}) }
    if (kind === 'mysql') await this.#source.query("SET SESSION sql_mode = ''")
    await writeOdd(
      world,
      this.#storage,
      values,
      (name) => this.#quoted(name),
      (sql) => this.#source.query(sql),
    )
    if (kind === 'mysql') await this.#source.query('SET SESSION sql_mode = DEFAULT')
    const found: Record<string, unknown>[] = []
    for (const row of world.rows) found.push({ ...(await this.#find(world, row)) })
    return withRead(this.read(world), found)
  }

  #find(world: World, { model, values }: Row): Promise<object> {
    const where = Object.fromEntries(keyOf(world, model).map((name) => [name, values[name]]))
    return this.#source.getRepository(this.#entities.classes.get(model)!).findOneByOrFail(where)
  }

  async #fillLinks(world: World, model: string, field: ReturnType<typeof linksOf>[number]['field']): Promise<void> {
    const pairs = new Set<string>()
    const keyText = ({ model: of, values }: Row): string =>
      keyOf(world, of)
        .map((name) => (typeof values[name] === 'number' ? String(values[name]) : `'${String(values[name])}'`))
        .join(', ')
    const add = (rows: readonly Row[], of: string, name: string, isOwner: boolean): void => {
      for (const row of rows) {
        if (!descendantsOf(world, of).includes(row.model)) continue
        for (const { row: other } of (row.values[name] as { rows: readonly { row: number }[] }).rows) {
          const ends = [keyText(row), keyText(world.rows[other]!)]
          pairs.add(`(${(isOwner ? ends : ends.reverse()).join(', ')})`)
        }
      }
    }
    add([...world.rows, ...(world.ghosts ?? [])], model, field.name, true)
    add(world.ghosts ?? [], field.model, field.inverse!, false)
    const gone = world.foreign ? goneLinks(world, model, field.model) : []
    for (const ends of gone) pairs.add(`(${ends.map(keyText).join(', ')})`)
    if (pairs.size === 0) return
    const columns = [...linkColumns(world.models, model, 'own'), ...linkColumns(world.models, field.model, 'other')]
    await this.#source.query(
      `INSERT INTO ${this.#quoted(linkTable(model, field))} (${columns.map(({ name }) => this.#quoted(name)).join(', ')}) VALUES ${[...pairs].join(', ')}`,
    )
  }

  #quoted(name: string): string {
    return this.#source.driver.escape(name)
  }

  async ask(asked: Case): Promise<Asked> {
    const world = this.#world!
    const authorizer = new Authorizer({ ...quiet, limits: withoutTime, actions: asked.actions })
    const authorization = typeOrmAuthorization(authorizer, this.#source, {
      unscoped: 'allow',
      ...(world.foreign ? { facts: { references: this.#planted?.references ?? false } } : {}),
    })
    for (const [name, value] of makeObjects({ ...world, rows: [] }).constants) authorizer.registerConstant(value, name)
    authorizer.loadSync(printPolicy(asked.policy))
    const entity = this.#entities.classes.get(asked.model)!
    const key = keyOf(world, asked.model)
    /** Returns the places of rows of a model. */
    const placesOf = (model: string, rows: readonly object[]): ReadonlySet<number> => {
      const family = descendantsOf(world, model)
      const keyText = (row: object): string =>
        JSON.stringify(keyOf(world, model).map((name) => Reflect.get(row, name) as unknown))
      const places = new Map(
        world.rows.flatMap((row, at) => (family.includes(row.model) ? [[keyText(row.values), at] as const] : [])),
      )
      return new Set(rows.map((row) => places.get(keyText(row))!))
    }
    const select = Object.fromEntries(key.map((name) => [name, true]))
    const fetch = (row: number): Promise<object> => this.#find(world, world.rows[row]!)
    const actors = new Map<number, Promise<object>>()
    const subject = async (actor: number | null): Promise<object | null> => {
      if (actor === null) return null
      const known = actors.get(actor) ?? fetch(actor)
      actors.set(actor, known)
      return known
    }
    // Cases take turns with the ways in which rows are asked for.
    let turn = printPolicy(asked.policy).length
    return {
      list: async (actor, action) => {
        const who = await subject(actor)
        const found = await [
          async () => {
            const where = await authorization.authorizedWhere(who, action, entity)
            const rows = await this.#source.getRepository(entity).find({ where, select })
            return counted(rows, await this.#source.getRepository(entity).count({ where }))
          },
          async () => {
            const made = await (async () => authorization.authorizedQuery(who, action, entity, { alias: 'r' }))().catch(
              async () => {
                const where = await authorization.authorizedWhere(who, action, entity)
                return this.#source.createQueryBuilder(entity, 'r').where(where)
              },
            )
            const query = made.select(key.map((name) => `r.${name}`))
            return counted(await query.getMany(), await query.getCount())
          },
          async () => authorizedRows(authorization, who, action, entity),
        ][turn++ % 3]!()
        return placesOf(asked.model, found)
      },
      who: async (action, row) => {
        const users = this.#entities.classes.get('User')!
        const resource = await fetch(row)
        const args = await (async () => authorization.authorizedActors(action, resource, users))().catch(async () =>
          authorization.filterArguments(await authorizer.loadActorFilter(action, resource, 'User'), users),
        )
        return placesOf('User', await this.#source.getRepository(users).find(args))
      },
      check: async (actor, action, row) => authorizer.isAllowed(await subject(actor), action, await fetch(row)),
      difference: (question) => {
        const argumentsOf = (filter: RowFilter): object =>
          authorization.filterArguments(filter, this.#entities.classes.get(filter.model)!)
        const rowsOf = ({ model }: RowFilter) => this.#source.getRepository(this.#entities.classes.get(model)!)
        const queries: RowQueries = {
          find: (filter, page) => {
            const order = Object.fromEntries(keyOf(world, filter.model).map((name) => [name, 'ASC']))
            return rowsOf(filter).find({ ...argumentsOf(filter), ...page, order })
          },
          count: (filter) => rowsOf(filter).count(argumentsOf(filter)),
        }
        return differenceOf(authorizer, question, queries, subject, placesOf)
      },
    }
  }
}

/** Returns the rows of a list. A count can have another form than the list. */
function counted<Row>(rows: readonly Row[], count: number): readonly Row[] {
  if (count !== rows.length) throw new Error(`The list has ${rows.length} rows, and the count is ${count}.`)
  return rows
}
