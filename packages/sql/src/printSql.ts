import { type Definite, descending } from '@arcturus/core/internal/sql'
import type { SqlOptions } from './dialect.js'
import { writerOf } from './dialect.js'
import type { StandardSql } from './dialects/standard.js'
import { type Extent, extentOf, unlimited } from './extent.js'
import { Placeholders } from './placeholders.js'
import { Printer } from './printer.js'
import { refuse } from './refusal.js'
import { bracketed } from './sql.js'

export interface PrintedSql {
  /** `WITH RECURSIVE …` and a blank, for the very start of the statement; or an empty text. */
  readonly with: string
  /**
   * `LEFT JOIN …` after a blank, for a place behind the table of the row; empty without the option `joins`. It adds no
   * rows.
   */
  readonly joins: string
  /**
   * An SQL condition in brackets, for a WHERE. It is true for the rows of the result, and false or
   * null for all others. Negate it with `IS NOT TRUE`.
   */
  readonly sql: string
  /**
   * Whether it contains a recursive query. MariaDB ends such a query after
   * `max_recursive_iterations` levels with only a warning. Run the statement with a higher limit,
   * and treat that warning (1931) as an error.
   */
  readonly recursive: boolean
}

/**
 * Returns the exact SQL of a condition for the rows of a model.
 * @param condition - the condition of the rows
 * @param options - the dialect, the tables, the resource's row and the placeholders
 * @throws UnsupportedFilterError if the database can't evaluate the condition as a check does.
 */
export function printSql(condition: Definite, options: SqlOptions): PrintedSql {
  const dialect = writerOf(options.dialect)
  const placeholders = new Placeholders(dialect.values)
  let printed = write(condition, dialect, options, placeholders)
  const most = options.depth === undefined ? dialect.most : { ...dialect.most, depth: options.depth }
  if (most !== unlimited) {
    if (options.ahead && extentOf(printed.with + printed.sql).recursions > most.recursions)
      printed = write(condition, dialect, { ...options, ahead: false }, placeholders)
    assertReadable(extentOf(printed.with + printed.sql), most)
  }
  const fill = (text: string) => placeholders.fill(text, (value, column) => options.parameter(value, column))
  return { ...printed, with: fill(printed.with), joins: fill(printed.joins), sql: fill(printed.sql) }
}

/** Writes the SQL with marks in the places of values. */
function write(condition: Definite, dialect: StandardSql, options: SqlOptions, placeholders: Placeholders): PrintedSql {
  const printer = new Printer(dialect, options, placeholders)
  const sql = bracketed(descending(() => printer.print(condition)))
  return { with: printer.with, joins: printer.joins, sql, recursive: printer.isRecursive }
}

/** @throws UnsupportedFilterError if the query exceeds a limit of the database. */
function assertReadable({ depth, queries, recursions }: Extent, most: Extent): void {
  if (depth <= most.depth && queries <= most.queries && recursions <= most.recursions) return
  refuse(
    'too-large',
    `The filter has ${queries} queries, nested up to ${depth} deep, which exceeds a limit of the database.`,
    undefined,
    'split the rule, or check the rows one by one with can()',
  )
}

export type PrintSql = typeof printSql
