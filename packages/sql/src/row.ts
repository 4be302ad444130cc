import type { From } from './from.js'
import { all, atom, type Sql } from './sql.js'
import type { SqlColumn, SqlRelation } from './tables.js'

/** Writes a column of one table of a query. */
export type Columns = (column: SqlColumn) => string

/** A column that is null without the row, or a condition that is false without it. */
export type Proof = string | (() => Sql)

/** Adds a row to a query. */
export interface Entrance {
  /** Its columns that another table of the query also has: their SQL there, by name. */
  readonly known: ReadonlyMap<string, string>
  /** Adds its table to a query, by an inner join or a left join. */
  enter(from: From, join: 'inner' | 'left'): Columns
  /** The kind of join for its table. */
  readonly join: 'inner' | 'left'
  /** What proves that the row exists while its table is not joined. */
  readonly proofs: readonly Proof[]
  /** A column that is null only without the row. */
  readonly column: SqlColumn | undefined
  /** Whether its known columns are values. It is then the same row for all rows of the query. */
  readonly isConstant?: boolean
}

/**
 * A row in a query. Its table is joined only when it is needed: another table can have some of its
 * columns, for example those of a reference.
 */
export class Row {
  /**
   * The query that contains it, to which other tables can be joined. Undefined if that query is not
   * written here.
   */
  #from: From | undefined
  #isCertain: boolean
  /** The rows of its to-one relations that were read. */
  readonly hops: Map<SqlRelation, Row> = new Map()

  /** @param columns - the columns of a row that is already in the query */
  constructor(
    from: From | undefined,
    private columns: Columns | undefined,
    private readonly entrance?: Entrance | undefined,
    /** The column that represents the whole row, if it is the element of a list. */
    readonly element?: SqlColumn | undefined,
  ) {
    this.#from = from
    this.#isCertain = entrance === undefined || (entrance.join === 'inner' && !entrance.isConstant)
  }

  /** Whether it is in a query that is written here, or in an outer one. */
  get isIn(): boolean {
    return this.columns !== undefined || this.#from !== undefined || this.isConstant
  }

  /**
   * The query that contains it, to which other tables can be joined. Undefined if that query is not
   * written here.
   */
  get from(): From | undefined {
    return this.#from
  }

  /** Writes a column; undefined if the row has to be opened first. */
  column(column: SqlColumn): string | undefined {
    const known = this.columns ? undefined : this.entrance?.known.get(column.name)
    return known ?? (this.join() ? this.columns!(column) : undefined)
  }

  /**
   * Joins its table to the query that contains it.
   * @returns false if no query contains it
   */
  join(): boolean {
    if (!this.columns && this.#from && this.entrance) this.columns = this.entrance.enter(this.#from, this.entrance.join)
    return this.columns !== undefined
  }

  /** The condition that the row exists. */
  get presence(): Sql {
    return this.unproven([])
  }

  /** Writes what is left to prove that the row exists if these columns of it are not null. */
  unproven(columns: readonly string[]): Sql {
    const proofs = this.proofs(columns).filter((one) => typeof one !== 'string' || !columns.includes(one))
    return all(proofs.map((one) => (typeof one === 'string' ? noNull([one]) : one())))
  }

  /**
   * Returns what proves together that the row exists.
   * @param columns - columns of it to prefer
   */
  proofs(columns: readonly string[]): readonly Proof[] {
    if (this.#isCertain) return []
    const { proofs, column } = this.entrance!
    // Without a row, a left join makes all its columns null.
    return this.columns ? [columns[0] ?? this.columns(column!)] : proofs
  }

  /** Whether its columns are values and its table is not in the query. */
  get isConstant(): boolean {
    return this.columns === undefined && this.entrance?.isConstant === true
  }

  /** Inner-joins its table to another query, until the returned function is called. */
  open(from: From): () => void {
    const before = [this.#from, this.columns, this.#isCertain] as const
    this.columns = this.entrance!.enter(from, 'inner')
    this.#from = from
    this.#isCertain = true
    this.hops.clear()
    return () => {
      ;[this.#from, this.columns, this.#isCertain] = before
      this.hops.clear()
    }
  }
}

/** Writes that none of the columns is null. */
export function noNull(columns: readonly string[]): Sql {
  return all(columns.map((column) => atom(`${column} IS NOT NULL`, `${column} IS NULL`)))
}
