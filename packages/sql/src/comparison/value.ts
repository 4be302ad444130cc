import type { Order } from '../column/valueTest.js'
import type { Infinities } from '../dialects/standard.js'
import { all, type Sql } from '../sql.js'
import type { SqlColumn } from '../tables.js'

/** A column of a row, or an expression of columns, as SQL. */
export interface Value {
  readonly text: string
  readonly column: SqlColumn
  /** The condition that all rows on the path to it exist. */
  readonly presence: Sql
  /** Whether it is null if one of those rows is missing. */
  readonly isNullWithoutRow: boolean
  /** Whether it is computed, and therefore has no collation of its own. */
  readonly isComputed?: boolean
  /** Whether it is null instead of NaN or an infinity. */
  readonly isNullForNaN?: boolean
  readonly infinite?: Infinities | undefined
}

/** Returns whether a column is JSON, not a list of JSON. */
export function isJson({ column }: Value): boolean {
  return column.type.kind === 'other' && column.type.json === true
}

/** Adds that the value's rows exist, unless the condition is null without them. */
export function present(condition: Sql, value: Value): Sql {
  return value.isNullWithoutRow ? condition : all([condition, value.presence])
}

/** Returns the conditions that the rows of values exist, without those of values that are null otherwise. */
export function presencesOf(...values: readonly Value[]): readonly Sql[] {
  return values.map((one) => (one.isNullWithoutRow ? true : one.presence))
}

/** Returns the condition that a number is in that order to all finite numbers. */
export function beyond({ infinite }: Value, order: Order): Sql {
  if (!infinite) return false
  return order === '<' || order === '<=' ? infinite.negative : infinite.positive
}
