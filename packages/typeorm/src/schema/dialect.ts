import type { SqlDialect } from '@arcturus/core/sql'
import type { DataSource } from 'typeorm'
import { TypeOrmSchemaError } from '../errors.js'
import type { Driver } from './columnType.js'
import { hasOtherForm } from './driverValues.js'

/** The databases that are named as TypeORM names its drivers; all of SQLite's are the same to a filter. */
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

/** @throws TypeOrmSchemaError for a database that filters are not written for, and for what is no data source. */
export function dialectOf(dataSource: DataSource): SqlDialect {
  // Callers without types pass what they have: a data source that is made later, its options alone.
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

/** The dialect of the data source of a builder; undefined for a database that no filters are made for. */
export function dialectOfBuilder(builder: object): SqlDialect | undefined {
  return dialects[dataSourceOf(builder).options.type]
}

/** The data source of a builder, a manager or a query runner; TypeORM 0.3 calls it the connection. */
export function dataSourceOf(of: object): DataSource {
  return (Reflect.get(of, 'dataSource') ?? Reflect.get(of, 'connection')) as DataSource
}

const native: ReadonlySet<string> = new Set(['better-sqlite3', 'sqlite', 'sqljs'])

/** What the driver of a data source does with values. @throws TypeOrmSchemaError as `dialectOf` does */
export function driverOf(dataSource: DataSource): Driver {
  const dialect = dialectOf(dataSource)
  const { options } = dataSource
  const timezone: unknown = Reflect.get(options, 'timezone')
  return {
    dialect,
    // These know how long a text is; of the others nothing is known.
    cutsTexts: dialect === 'sqlite' && !native.has(options.type),
    hasWallClock: dialect === 'postgresql' || timezone === undefined || timezone === 'local',
    hasOtherForm: (column) => hasOtherForm(column, dataSource),
  }
}

/** A name in the quotes of the database. */
export function quoted(dialect: SqlDialect, name: string): string {
  const quote = dialect === 'mysql' ? '`' : '"'
  return quote + name.replaceAll(quote, quote + quote) + quote
}
