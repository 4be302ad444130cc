import type { SqlDialect } from '../dialect.js'
import type { SqlTables } from '../tables.js'

/** The schema's assumptions about a database. */
export interface Promises {
  readonly dialect: SqlDialect
  readonly tables: SqlTables
  /** The fields of each model, by its name. */
  readonly models: ReadonlyMap<string, readonly string[]>
  /** The models that are views, of whose columns no database knows whether they are null. */
  readonly views: ReadonlySet<string>
  /** Whether the driver treats zoned dates as UTC, whatever the zone of the connection. */
  readonly zonedAsUtc: boolean
}

/** An assumption of a schema that the database violates. */
export interface DatabaseProblem {
  /**
   * The violated assumption: that a table or a column exists, its type, its values, that it is
   * never null, a collation …
   */
  readonly kind:
    | 'missing'
    | 'column-type'
    | 'nullable'
    | 'enum-values'
    | 'collation'
    | 'foreign-key'
    | 'time-zone'
    | 'mode'
  /** The model, and the field if the problem concerns one. */
  readonly model?: string | undefined
  readonly field?: string | undefined
  /** The assumption, the database's actual state, and how to fix it. */
  readonly message: string
}
