import type { Definite } from '@arcturus/core/filters'
import { printSql, type SqlColumn, type SqlDialect, type SqlTables } from '@arcturus/core/sql'
import type { Recursion } from '../query/recursion.js'
import { quoted } from '../schema/dialect.js'
import type { ParameterNames } from './parameters.js'

/** Placeholder for the alias of the row and the dot after it. No column name contains it. */
const row = '\u0002'

/** The context in which filters are printed. */
export interface Printing {
  readonly dialect: SqlDialect
  readonly tables: SqlTables
  readonly names: ParameterNames
  readonly recursion: Recursion
}

/** A filter as SQL with named parameters. The alias of the row is inserted later. */
export class PrintedFilter {
  readonly parameters: Readonly<Record<string, unknown>>
  readonly #sql: string

  constructor(sql: string, parameters: Readonly<Record<string, unknown>>) {
    this.#sql = sql
    this.parameters = parameters
  }

  /**
   * Returns the SQL for a row.
   * @param alias alias of the row, in quotes
   */
  of(alias: string): string {
    return this.#sql.replaceAll(row, `${alias}.`)
  }
}

/**
 * Prints a condition as SQL.
 * @param model name of the entity whose rows are selected, even if all classes of its table are
 * queried
 * @throws UnsupportedFilterError if the database compares some values differently than a check does
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

/** Matches the characters that MySQL drivers escape. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the regex matches them on purpose
const escaped = /[\0\b\t\n\r\x1a"'\\]/

/**
 * Returns the value and the placeholder to send to the driver. They differ from the given ones if
 * the driver would misread the value.
 */
function bound(
  value: unknown,
  { type }: SqlColumn,
  dialect: SqlDialect,
  place: string,
): { readonly sent: unknown; readonly place: string } {
  // Drivers of SQLite bind bigints as text, or reject them.
  if (dialect === 'sqlite' && typeof value === 'bigint')
    return Number.isSafeInteger(Number(value))
      ? { sent: Number(value), place }
      : { sent: String(value), place: `CAST(${place} AS INTEGER)` }
  // Drivers of MySQL write strings into the query and escape them with backslashes, which the
  // server ignores in the mode NO_BACKSLASH_ESCAPES. Bytes need no escapes.
  if (dialect === 'mysql' && typeof value === 'string' && escaped.test(value))
    return { sent: Buffer.from(value, 'utf8'), place: `_utf8mb4 ${place}` }
  // MySQL and MariaDB compare a number with a string as floating-point numbers.
  if (dialect !== 'mysql' || type.kind !== 'form' || type.name === 'date') return { sent: value, place }
  // Sound: a column with a form holds strings.
  if (type.name === 'bigint') return { sent: BigInt(value as string), place }
  return { sent: value, place: `CAST(${place} AS DECIMAL(65, 30))` }
}
