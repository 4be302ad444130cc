import type { From } from './from.js'
import { all, atom, type Sql } from './sql.js'
import type { SqlColumn, SqlRelation } from './tables.js'

/** Writes a column of one table of a query. */
export type Columns = (column: SqlColumn) => string

/** How a row gets into a query. */
export interface Entrance {
  /** Its columns that another table of the query has too, by name, as they are written there. */
  readonly known: ReadonlyMap<string, string>
  /** Puts its table into a query: for certain, or where there is one. */
  enter(from: From, join: 'inner' | 'left'): Columns
  /** How its table is joined where it is asked for. */
  readonly join: 'inner' | 'left'
  /** That there is such a row, by its own columns, or by those that are known. */
  isThere(columns: Columns | undefined): Sql
  /** Whether what is known of it are values: it is the same row for all rows of the query. */
  readonly isConstant?: boolean
}

/**
 * A row that a query speaks of. Its table may not be in the query yet: as long as only those of its columns are asked for that
 * another table has too (those of a reference, say), it need not be.
 */
export class Row {
  /** The column that stands for the whole of it: it is the element of a list. */
  readonly element: SqlColumn | undefined
  readonly #entrance: Entrance | undefined
  /** The query that it is in, to which other tables can be joined; undefined for the one that is not written here. */
  #from: From | undefined
  #columns: Columns | undefined
  #isCertain: boolean
  /** The rows of its to-one relations, as far as they were asked for. */
  readonly hops: Map<SqlRelation, Row> = new Map()

  /** @param columns - of a row that is in the query already */
  constructor(from: From | undefined, columns: Columns | undefined, entrance?: Entrance, element?: SqlColumn) {
    this.element = element
    this.#from = from
    this.#columns = columns
    this.#entrance = entrance
    this.#isCertain = entrance === undefined || (entrance.join === 'inner' && !entrance.isConstant)
  }

  /** Whether it is in a query that is written here, or around it. */
  get isIn(): boolean {
    return this.#columns !== undefined || this.#from !== undefined || this.isConstant
  }

  /** The query that it is in, to which other tables can be joined; undefined for one that is not written here. */
  get from(): From | undefined {
    return this.#from
  }

  /** How a column is written; undefined where the row has to be opened before. */
  column(column: SqlColumn): string | undefined {
    const known = this.#columns ? undefined : this.#entrance?.known.get(column.name)
    return known ?? (this.join() ? this.#columns!(column) : undefined)
  }

  /** Puts its table into the query that it is in. @returns false where it is in none. */
  join(): boolean {
    if (!this.#columns && this.#from && this.#entrance)
      this.#columns = this.#entrance.enter(this.#from, this.#entrance.join)
    return this.#columns !== undefined
  }

  /** That the row is there. */
  get presence(): Sql {
    return this.#isCertain ? true : this.#entrance!.isThere(this.#columns)
  }

  /** Whether what it is written by are values, and its table is not in the query. */
  get isConstant(): boolean {
    return this.#columns === undefined && this.#entrance?.isConstant === true
  }

  /** Whether a column of it that is not null tells that the row is there. */
  get isToldByColumns(): boolean {
    if (this.#isCertain || this.#columns !== undefined) return true
    return this.#entrance!.known.size === 1 && !this.isConstant
  }

  /** Puts its table into another query, in which it is there for certain, until the function that comes back is called. */
  open(from: From): () => void {
    const before = [this.#from, this.#columns, this.#isCertain] as const
    this.#columns = this.#entrance!.enter(from, 'inner')
    this.#from = from
    this.#isCertain = true
    this.hops.clear()
    return () => {
      ;[this.#from, this.#columns, this.#isCertain] = before
      this.hops.clear()
    }
  }
}

/** That none of some columns is null. */
export function noNull(columns: readonly string[]): Sql {
  return all(columns.map((column) => atom(`${column} IS NOT NULL`, `${column} IS NULL`)))
}
