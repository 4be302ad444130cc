import type { SqlDialect } from '../dialect.js'
import type { SqlTables } from '../tables.js'

/** What a schema promises of a database. */
export interface Promises {
  readonly dialect: SqlDialect
  readonly tables: SqlTables
  /** The fields of each model, by its name. */
  readonly models: ReadonlyMap<string, readonly string[]>
  /** Whether the driver keeps dates with a zone as those of UTC, whatever the zone of the connection is. */
  readonly zonedAsUtc: boolean
}

/** A promise of a schema that the database does not keep. */
export interface DatabaseProblem {
  /** What was promised: that a table or a column is there, its type, its values, that it is never null, a collation … */
  readonly kind: 'missing' | 'column-type' | 'nullable' | 'enum-values' | 'collation' | 'foreign-key' | 'time-zone'
  /** The model, and the field where it is about one. */
  readonly model?: string | undefined
  readonly field?: string | undefined
  /** What is promised, what the database has, and what to do. */
  readonly message: string
}
