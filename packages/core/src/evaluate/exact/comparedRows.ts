import type { Path } from '../../condition/condition.js'
import type { Meaning } from '../../predicate/meaning.js'
import { doubtfulReference } from '../../schema/reference.js'
import { Fault } from '../../values/fault.js'
import { areSameRow, isIdentified } from '../../values/rows.js'
import type { BindReader } from './reader.js'

/**
 * The compared values of the rows of a list, each read once even if several quantifiers range over
 * the list.
 */
export class ComparedRows {
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
