import { MySql } from './dialects/mysql.js'
import { PostgreSql } from './dialects/postgresql.js'
import { Sqlite } from './dialects/sqlite.js'
import type { StandardSql } from './dialects/standard.js'
import type { SqlColumn, SqlTables } from './tables.js'

/** The supported databases. Use `mysql` for MariaDB. */
export type SqlDialect = 'sqlite' | 'postgresql' | 'mysql'

/** Returns the SQL writer of a dialect. */
export function writerOf(dialect: SqlDialect): StandardSql {
  switch (dialect) {
    case 'sqlite':
      return new Sqlite()
    case 'postgresql':
      return new PostgreSql()
    case 'mysql':
      return new MySql()
  }
}

export interface SqlOptions {
  readonly dialect: SqlDialect
  readonly tables: SqlTables
  /**
   * The resource's row: its alias in the query, without quotes, or a function that returns the SQL
   * of a column.
   */
  readonly row: string | ((column: SqlColumn) => string)
  /** The prefix of all other aliases. Default: `arc_`. */
  readonly prefix?: string
  /**
   * Whether the statement can begin with {@link PrintedSql.with}, which then contains each
   * recursion once for the whole condition. Default: false. Then each recursion is in the
   * condition, at each use, and `with` is empty. MySQL and MariaDB use that form, too, if
   * recursions are used more than eight times: MariaDB doubles its memory for each use.
   */
  readonly ahead?: boolean
  /**
   * The maximum nesting of a query, in stack places of the database's parser: 11 for a subquery, 4
   * for other brackets. SQLite up to 3.45 has 100 places. Default: the limit of the newest
   * versions.
   */
  readonly depth?: number
  /**
   * Whether the statement has {@link PrintedSql.joins} behind its table. Default: false. Use it for a statement that
   * reads all rows, such as a count. PostgreSQL then joins the parents of a row, and gets the keys of related rows as
   * a list (`IN`): its estimate for `EXISTS` in an alternative is so high that it compiles the statement, which takes
   * longer than to run it. Other databases need no joins.
   */
  readonly joins?: boolean
  /**
   * Binds a value and returns its placeholder, such as `$1`. Called once for each place, in the
   * order of the text: `with`, then `joins`, then `sql`. The value is of the column's type: a number, a bigint, a
   * Date, or a text (also for decimals, UUIDs and enums). For a column of kind `list`, it is an
   * array of those. Booleans and null are written as literals.
   */
  parameter(value: unknown, column: SqlColumn): string
}
