import type { SqlDialect } from '@arcturus/core/sql'
import type { DataSource } from 'typeorm'
import { TypeOrmSchemaError } from '../errors.js'
import type { Driver } from './columnType.js'
import { hasOtherForm } from './driverValues.js'

/** The dialects by the names of TypeORM's drivers. All SQLite drivers are the same to a filter. */
const dialects: Readonly<Record<string, SqlDialect>> = {
  postgres: 'postgresql',
  mysql: 'mysql',
  mariadb: 'mysql',
  'better-sqlite3': 'sqlite',
  sqlite: 'sqlite',
  sqljs: 'sqlite',
  capacitor: 'sqlite',
  cordova: 'sqlite',
  expo: 'sqlite',
  nativescript: 'sqlite',
  'react-native': 'sqlite',
}

/**
 * Returns the dialect of a data source.
 * @throws TypeOrmSchemaError if the database is unsupported, or the value is not a data source
 */
export function dialectOf(dataSource: DataSource): SqlDialect {
  // Untyped callers may pass other values: a data source that is created later, or only its
  // options.
  const options: DataSource['options'] | undefined = (dataSource as DataSource | undefined)?.options
  if (!options) {
    throw new TypeOrmSchemaError('typeorm-schema', 'This is no data source of TypeORM.', {
      hint: 'typeOrmAuthorization(authorizer, dataSource), behind new DataSource({ … }).initialize()',
    })
  }
  const dialect = dialects[options.type]
  if (dialect) return dialect
  throw new TypeOrmSchemaError('typeorm-schema', `No filters are written for the database "${options.type}".`, {
    hint: `these are known: ${Object.keys(dialects).join(', ')}`,
  })
}

/** Returns the dialect of a builder's data source, or undefined for an unsupported database. */
export function dialectOfBuilder(builder: object): SqlDialect | undefined {
  return dialects[dataSourceOf(builder).options.type]
}

/**
 * Returns the data source of a builder, a manager or a query runner. TypeORM 0.3 calls it the
 * connection.
 */
export function dataSourceOf(of: object): DataSource {
  return (Reflect.get(of, 'dataSource') ?? Reflect.get(of, 'connection')) as DataSource
}

const native: ReadonlySet<string> = new Set(['better-sqlite3', 'sqlite', 'sqljs'])

/**
 * Returns how the driver of a data source converts values.
 * @throws TypeOrmSchemaError as `dialectOf` does
 */
export function driverOf(dataSource: DataSource): Driver {
  const dialect = dialectOf(dataSource)
  const { options } = dataSource
  const timezone: unknown = Reflect.get(options, 'timezone')
  return {
    dialect,
    // These drivers read the length of a string; for the others it is unknown.
    cutsTexts: dialect === 'sqlite' && !native.has(options.type),
    hasWallClock: dialect === 'postgresql' || timezone === undefined || timezone === 'local',
    hasOtherForm: (column) => hasOtherForm(column, dataSource),
  }
}

/** Returns a name in the quotes of the database. */
export function quoted(dialect: SqlDialect, name: string): string {
  const quote = dialect === 'mysql' ? '`' : '"'
  return quote + name.replaceAll(quote, quote + quote) + quote
}
