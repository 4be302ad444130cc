import { MySql } from './dialects/mysql.js'
import { PostgreSql } from './dialects/postgresql.js'
import { Sqlite } from './dialects/sqlite.js'
import type { StandardSql } from './dialects/standard.js'
import type { SqlColumn, SqlTables } from './tables.js'

/** The databases that SQL is written for; MariaDB is `mysql`. */
export type SqlDialect = 'sqlite' | 'postgresql' | 'mysql'

/** How a database says what databases say in different ways. */
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
  /** The resource's row: its alias in the query, without quotes; or a column of it as it is to be written. */
  readonly row: string | ((column: SqlColumn) => string)
  /** What every other alias begins with. Default `arc_`. */
  readonly prefix?: string
  /**
   * Whether the statement can begin with what {@link PrintedSql.with} is, in which recursions stand once for the whole condition.
   * By default each is in the condition, where it is asked, and `with` is empty; so it is on MySQL and MariaDB where they are asked
   * more than eight times, for each of which MariaDB doubles the memory that it takes.
   */
  readonly ahead?: boolean
  /**
   * How deep a query may nest, in places of the database's parser: 11 for a query in another one, 4 for other brackets. SQLite up to 3.45
   * has 100. Default: what the newest versions take.
   */
  readonly depth?: number
  /**
   * Takes a value for the query and gives what stands for it, such as `$1`; asked once for each place, in the order of the text:
   * `with`, then `sql`. The value is of the column's type: a number, a bigint, a text (also for decimals, UUIDs and enums), a
   * Date; for a column of kind `list`, an array of those. Booleans and null are written as they are.
   */
  parameter(value: unknown, column: SqlColumn): string
}
