import type { Definite } from '@arcturus/core/filters'
import { printSql, type SqlColumn, type SqlDialect, type SqlTables } from '@arcturus/core/sql'
import type { Recursion } from '../query/recursion.js'
import { quoted } from '../schema/dialect.js'
import type { ParameterNames } from './parameters.js'

/** Stands for what comes before a column of the row; no name of a column has it. */
const row = '\u0002'

/** What filters are printed with. */
export interface Printing {
  readonly dialect: SqlDialect
  readonly tables: SqlTables
  readonly names: ParameterNames
  readonly recursion: Recursion
}

/** A filter as SQL, for a row that is told later, and its parameters by their names. */
export class PrintedFilter {
  readonly parameters: Readonly<Record<string, unknown>>
  readonly #sql: string

  constructor(sql: string, parameters: Readonly<Record<string, unknown>>) {
    this.#sql = sql
    this.parameters = parameters
  }

  /** @param alias - of the row, in quotes */
  of(alias: string): string {
    return this.#sql.replaceAll(row, `${alias}.`)
  }
}

/**
 * @param model - whose rows it is for, also where all classes of its table are queried
 * @throws UnsupportedFilterError for what the database does not compare as a check does.
 */
export function printFilter(condition: Definite, model: string, printing: Printing): PrintedFilter {
  const { dialect, tables, names, recursion } = printing
  const parameters: Record<string, unknown> = {}
  const { sql, recursive } = printSql(condition, {
    dialect,
    tables,
    row: ({ name }: SqlColumn) => row + quoted(dialect, name),
    parameter: (value, column) => {
      const name = names.next()
      const { sent, place } = bound(value, column, dialect, `:${name}`)
      parameters[name] = sent
      return place
    },
  })
  const classes = (tables.table(model)?.restrictions ?? []).flatMap((restriction) => {
    if (restriction.kind !== 'among') return []
    const name = names.next()
    parameters[name] = restriction.values
    return `${row}${quoted(dialect, restriction.column.name)} IN (:...${name})`
  })
  const conditions = [recursive ? recursion.guarded(sql) : sql, ...classes]
  return new PrintedFilter(conditions.join(' AND '), parameters)
}

/** What a driver of MySQL escapes. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for.
const escaped = /[\0\b\t\n\r\x1a"'\\]/

/** What a driver is sent in the place of a value, where it would not take the value itself for what it is. */
function bound(
  value: unknown,
  { type }: SqlColumn,
  dialect: SqlDialect,
  place: string,
): { readonly sent: unknown; readonly place: string } {
  // Drivers of SQLite take bigints for texts, or not at all.
  if (dialect === 'sqlite' && typeof value === 'bigint')
    return Number.isSafeInteger(Number(value))
      ? { sent: Number(value), place }
      : { sent: String(value), place: `CAST(${place} AS INTEGER)` }
  // Drivers of MySQL write texts into the query, and escape them in a way that the server may be told not to know
  // (NO_BACKSLASH_ESCAPES): as bytes there is nothing to escape.
  if (dialect === 'mysql' && typeof value === 'string' && escaped.test(value))
    return { sent: Buffer.from(value, 'utf8'), place: `_utf8mb4 ${place}` }
  // MySQL and MariaDB compare a number with a text as numbers of floating point.
  if (dialect !== 'mysql' || type.kind !== 'form' || type.name === 'date') return { sent: value, place }
  // Sound: a column of a form takes texts.
  if (type.name === 'bigint') return { sent: BigInt(value as string), place }
  return { sent: value, place: `CAST(${place} AS DECIMAL(65, 30))` }
}
