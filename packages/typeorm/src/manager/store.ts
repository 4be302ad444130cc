import type { LinkRelation, RowStore, Values } from '@arcturus/core/writes'
import type { QueryRunner } from 'typeorm'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import { PrintedFilter, row } from '../filter/printedFilter.js'
import { own } from '../rows/builders.js'
import { quoted } from '../schema/dialect.js'
import { pathOf } from '../schema/tables.js'
import { columnNamed } from './entityRelations.js'
import type { Parts } from './session.js'

const alias = 'arc_written'

/** Finds rows by a query runner, whoever may read them. */
export class EntityStore implements RowStore<PrintedFilter> {
  readonly #parts: Parts
  readonly #runner: QueryRunner

  constructor(parts: Parts, runner: QueryRunner) {
    this.#parts = parts
    this.#runner = runner
  }

  get mostKeys(): number {
    return this.#parts.printing.dialect === 'sqlite' ? 500 : 10_000
  }

  async find(
    model: string,
    where: PrintedFilter,
    columns: readonly string[],
    isLocked = false,
  ): Promise<readonly Values[]> {
    const { dataSource, printing } = this.#parts
    const entity = this.#entity(model)
    const found = columns.map((name) => columnNamed(entity, name))
    const builder = own(dataSource.createQueryBuilder(this.#runner)).from(entity.target, alias).withDeleted()
    for (const [at, { databaseName }] of found.entries())
      builder.addSelect(`${this.#quote(alias)}.${this.#quote(databaseName)}`, `c${at}`)
    builder.where(where.of(this.#quote(alias)), where.parameters)
    if (isLocked && printing.dialect !== 'sqlite') builder.setLock('pessimistic_write')
    const rows: Readonly<Record<string, unknown>>[] = await builder.getRawMany()
    return rows.map((raw) =>
      Object.fromEntries(
        found.map((column, at) => [columns[at]!, dataSource.driver.prepareHydratedValue(raw[`c${at}`], column)]),
      ),
    )
  }

  keyed(model: string, keys: readonly Values[]): PrintedFilter {
    const entity = this.#entity(model)
    const names = Object.keys(keys[0] ?? {})
    const parameters: Record<string, unknown> = {}
    const place = (value: unknown, name: string): string => {
      const parameter = this.#parts.printing.names.next()
      parameters[parameter] = this.#parts.dataSource.driver.preparePersistentValue(value, columnNamed(entity, name))
      return `:${parameter}`
    }
    const column = (name: string): string => row + this.#quote(columnNamed(entity, name).databaseName)
    if (keys.length === 0) return new PrintedFilter('1 = 0', {})
    if (names.length === 1 && keys.length > 1) {
      const [name] = names as [string]
      return new PrintedFilter(
        `${column(name)} IN (${keys.map((key) => place(key[name], name)).join(', ')})`,
        parameters,
      )
    }
    const one = (key: Values): string =>
      names
        .map((name) => (key[name] === null ? `${column(name)} IS NULL` : `${column(name)} = ${place(key[name], name)}`))
        .join(' AND ')
    return new PrintedFilter(keys.map((key) => `(${one(key)})`).join(' OR '), parameters)
  }

  related({ owner, model, from, to }: LinkRelation, where: PrintedFilter): PrintedFilter {
    const [own, other] = [this.#entity(owner), this.#entity(model)]
    const end = this.#quote('arc_other')
    const columns = from.map((name) => row + this.#quote(columnNamed(own, name).databaseName))
    const pairs = to.map((name, at) => `${end}.${this.#quote(columnNamed(other, name).databaseName)} = ${columns[at]}`)
    const table = pathOf(other)
      .map((part) => this.#quote(part))
      .join('.')
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
    return this.#parts.relations.entity(model)
  }

  #quote(name: string): string {
    return quoted(this.#parts.printing.dialect, name)
  }
}
