import type { Condition, Path } from '../../condition/condition.js'
import { FALSE } from '../../condition/construct.js'
import { canFailToRead } from '../../condition/type.js'
import type { Meaning } from '../../predicate/meaning.js'
import { doubtfulReference } from '../../schema/reference.js'
import type { Schema } from '../../schema/schema.js'
import { Fault } from '../../values/fault.js'
import { areSameRow, isIdentified } from '../../values/rows.js'
import { type BindContext, bindOperand, type Environment } from './operands.js'
import type { BindReader } from './reader.js'
import type { RowJoin } from './rowJoin.js'

/** Returns whether a row passes the tests of a join; undefined if what is known does not decide them. */
type Passes = (row: unknown) => boolean | undefined

/**
 * Binds a quantifier over known rows that compares each row with one path of the resource. The
 * result is that path in a list of values, or one comparison per value. The other tests of a row
 * are settled. Several quantifiers that differ only in those tests bind together. Returns
 * undefined if the condition needs more than that.
 */
export function bindJoins(
  joins: readonly RowJoin[],
  rows: readonly unknown[],
  environment: Environment,
  context: BindContext,
  passesOf: (join: RowJoin) => Passes,
): Condition | undefined {
  const { schema } = context.meaning
  const join = joins[0]!
  const { span } = join.some
  // Reading a known operand can be an error even if the condition before it is false.
  if (environment(join.other.root)?.kind === 'value') return undefined
  const item = bindOperand(join.other, environment, context)
  const canFail = item === join.other ? join.canFail(schema) : canFailToRead(schema, item)
  const isList = rows.length > 1 && !canFail
  if (!isList && !join.isLast) return undefined
  const compared = new ComparedRows(rows, join.own, context.reader, context.meaning)
  const found: unknown[] = []
  for (const one of joins)
    if (!findIn(one, rows, compared, found, context.meaning.schema, passesOf(one))) return undefined
  if (found.length === 0) return FALSE
  if (isList) {
    return { kind: 'in', item, list: { kind: 'value', value: found }, span }
  }
  context.count(found.length)
  return join.compare(found, item)
}

/**
 * Collects the compared values of the rows that pass. Returns false if that takes more than
 * reading.
 */
function findIn(
  join: RowJoin,
  rows: readonly unknown[],
  compared: ComparedRows,
  found: unknown[],
  schema: Schema,
  passes: Passes,
): boolean {
  const isUndeclared = join.isUndeclared(schema)
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at]
    if (row === undefined) return false
    const hasPassed = passes(row)
    if (hasPassed === undefined) return false
    if (!hasPassed && join.isLast) continue
    const own = compared.at(at)
    if (own === undefined || (isUndeclared && schema.isStranger(own))) return false
    if (hasPassed && own !== null) found.push(own)
    // A row is compared before its failing test: the comparison must not be an error.
    else if (hasPassed || !compared.isComparable(at)) return false
  }
  return true
}

/**
 * The compared values of the rows of a list, each read once even if several quantifiers range over
 * the list.
 */
class ComparedRows {
  readonly #read: unknown[]
  readonly #comparable: (boolean | undefined)[]

  /** @param own - The path that is read from each row. */
  constructor(
    private readonly rows: readonly unknown[],
    private readonly own: Path,
    private readonly reader: BindReader,
    private readonly meaning: Meaning,
  ) {
    this.#read = new Array(rows.length)
    this.#comparable = new Array(rows.length)
  }

  /**
   * Returns the compared value of a row; undefined if it can't be read, or its key is not enough to
   * compare it.
   */
  at(index: number): unknown {
    this.#read[index] ??= this.#readOf(this.rows[index])
    return this.#read[index]
  }

  /** Returns whether comparing the value is never an error. Rows need their keys for that. */
  isComparable(index: number): boolean {
    this.#comparable[index] ??= this.#canCompare(this.at(index))
    return this.#comparable[index]
  }

  #readOf(row: unknown): unknown {
    try {
      const known = this.reader.known(row, this.own.steps)
      if (known !== undefined) return known
      const read = this.reader.steps({ kind: 'value', value: row }, this.own.steps)
      return read.kind === 'value' && !doubtfulReference(read.value) ? read.value : undefined
    } catch (error) {
      if (error instanceof Fault) return undefined
      throw error
    }
  }

  #canCompare(value: unknown): boolean {
    if (typeof value !== 'object' || value === null) return typeof value !== 'function'
    const rows = this.meaning.rowEquality(value.constructor)
    return rows ? areSameRow(rows, value, value) === true : isIdentified(this.meaning.schema, value)
  }
}
