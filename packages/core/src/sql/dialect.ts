import { MySql } from './dialects/mysql.js'
import { PostgreSql } from './dialects/postgresql.js'
import { Sqlite } from './dialects/sqlite.js'
import type { StandardSql } from './dialects/standard.js'

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
