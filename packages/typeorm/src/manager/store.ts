import type { LinkRelation, RowStore, Values } from '@arcturus/writes/internal/typeorm'
import type { QueryRunner } from 'typeorm'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import { classesOf, PrintedFilter, row } from '../filter/printedFilter.js'
import { quoted } from '../schema/dialect.js'
import { pathOf } from '../schema/tables.js'
import { columnNamed } from './entityRelations.js'
import type { Parts } from './session.js'

const alias = 'arc_written'

/** The SQL of a query, after its columns. */
interface Query {
  readonly from: string
  readonly parameters: Readonly<Record<string, unknown>>
  readonly isLocked: boolean
}

/** Finds rows by a query runner, whoever may read them. */
export class EntityStore implements RowStore<PrintedFilter> {
  #count = 0

  constructor(
    private readonly parts: Parts,
    private readonly runner: QueryRunner,
  ) {}

  get mostKeys(): number {
    return this.parts.printing.dialect === 'sqlite' ? 500 : 10_000
  }

  async find(
    model: string,
    where: PrintedFilter,
    columns: readonly string[],
    isLocked = false,
  ): Promise<readonly Values[]> {
    const { printing } = this.parts
    const classes = classesOf(model, printing)
    const { sql, parameters } = classes ? this.all([where, classes]) : where
    const own = this.#quote(alias)
    const from = `${this.#table(this.#entity(model))} ${own} WHERE ${sql.replaceAll(row, () => `${own}.`)}`
    return await this.select(model, columns, own, { from, parameters, isLocked })
  }

  /** Reads columns of a query's rows. @param alias - The alias of the rows, in quotes. */
  async select(model: string, columns: readonly string[], alias: string, query: Query): Promise<readonly Values[]> {
    const { driver } = this.parts.dataSource
    const entity = this.#entity(model)
    const found = columns.map((name) => columnNamed(entity, name))
    const selected = found.map(
      ({ databaseName }, at) => `${alias}.${this.#quote(databaseName)} AS ${this.#quote(`c${at}`)}`,
    )
    const rows = await this.query(selected.join(', '), query)
    return rows.map((raw) =>
      Object.fromEntries(found.map((column, at) => [columns[at]!, driver.prepareHydratedValue(raw[`c${at}`], column)])),
    )
  }

  /** Sends a query. */
  async query(columns: string, { from, parameters, isLocked }: Query): Promise<readonly Values[]> {
    const { dataSource, printing } = this.parts
    const lock = isLocked && printing.dialect !== 'sqlite' ? ' FOR UPDATE' : ''
    const sql = `SELECT ${columns} FROM ${from}${lock}`
    const { driver } = dataSource
    // TypeORM 0.3 has a third argument, which it requires.
    const escaped: unknown = Reflect.apply(driver.escapeQueryWithParameters, driver, [sql, { ...parameters }, {}])
    // Sound: drivers return the SQL and its values, and runners the rows of a query.
    return (await this.runner.query(...(escaped as [string, unknown[]]))) as readonly Values[]
  }

  keyed(model: string, keys: readonly Values[]): PrintedFilter {
    const entity = this.#entity(model)
    const names = Object.keys(keys[0] ?? {})
    const { dataSource, printing } = this.parts
    const parameters: Record<string, unknown> = {}
    const sent = (value: unknown, name: string): unknown =>
      dataSource.driver.preparePersistentValue(value, columnNamed(entity, name))
    const place = (value: unknown): string => {
      // The same names in every write: V8 makes a new class of objects for each new name.
      const parameter = `arcturus_key_${this.#count++}`
      parameters[parameter] = value
      return `:${parameter}`
    }
    const column = (name: string): string => row + this.#quote(columnNamed(entity, name).databaseName)
    if (keys.length === 0) return new PrintedFilter('1 = 0', {})
    if (names.length === 1 && keys.length > 1) {
      const [name] = names as [string]
      const values = keys.map((key) => sent(key[name], name))
      // One parameter, where a driver can send a list as one.
      const isOne = printing.dialect === 'postgresql' && !values.some(Array.isArray)
      const among = isOne ? `= ANY(${place(values)})` : `IN (${values.map(place).join(', ')})`
      return new PrintedFilter(`${column(name)} ${among}`, parameters)
    }
    const one = (key: Values): string =>
      names
        .map((name) =>
          key[name] === null ? `${column(name)} IS NULL` : `${column(name)} = ${place(sent(key[name], name))}`,
        )
        .join(' AND ')
    return new PrintedFilter(keys.map((key) => `(${one(key)})`).join(' OR '), parameters)
  }

  related({ owner, model, from, to }: LinkRelation, where: PrintedFilter): PrintedFilter {
    const [own, other] = [this.#entity(owner), this.#entity(model)]
    const end = this.#quote('arc_other')
    const columns = from.map((name) => row + this.#quote(columnNamed(own, name).databaseName))
    const pairs = to.map((name, at) => `${end}.${this.#quote(columnNamed(other, name).databaseName)} = ${columns[at]}`)
    const table = this.#table(other)
    const { deleteDateColumn } = other
    const there = deleteDateColumn ? [`${end}.${this.#quote(deleteDateColumn.databaseName)} IS NULL`] : []
    const conditions = [...pairs, ...there, `(${where.of(end)})`].join(' AND ')
    const missing = columns.map((column) => `${column} IS NULL`).join(' OR ')
    return new PrintedFilter(
      `${missing} OR EXISTS (SELECT 1 FROM ${table} ${end} WHERE ${conditions})`,
      where.parameters,
    )
  }

  all(wheres: readonly PrintedFilter[]): PrintedFilter {
    return this.#joined(wheres, ' AND ', '1 = 1')
  }

  any(wheres: readonly PrintedFilter[]): PrintedFilter {
    return this.#joined(wheres, ' OR ', '1 = 0')
  }

  #joined(wheres: readonly PrintedFilter[], sign: string, none: string): PrintedFilter {
    if (wheres.length === 1) return wheres[0]!
    const sql = wheres.length === 0 ? none : wheres.map((one) => `(${one.sql})`).join(sign)
    return new PrintedFilter(sql, Object.assign({}, ...wheres.map(({ parameters }) => parameters)) as Values)
  }

  #entity(model: string): EntityMetadata {
    return this.parts.relations.entity(model)
  }

  #table(entity: EntityMetadata): string {
    return pathOf(entity)
      .map((part) => this.#quote(part))
      .join('.')
  }

  #quote(name: string): string {
    return quoted(this.parts.printing.dialect, name)
  }
}
