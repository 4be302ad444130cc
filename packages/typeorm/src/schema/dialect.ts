import type { SqlDialect } from '@arcturus/sql'
import type { DataSource } from 'typeorm'
import { typeOrmDialects, typeOrmDriver } from '../driver/driver.js'
import type { TypeOrmDriver } from '../driver/metadata.js'
import { schemaError } from '../errors.js'

/**
 * Returns the dialect of a data source.
 * @throws TypeOrmSchemaError if the database is unsupported, or the value is not a data source
 */
export function dialectOf(dataSource: DataSource): SqlDialect {
  // Untyped callers may pass other values: a data source that is created later, or only its
  // options.
  const options: DataSource['options'] | undefined = (dataSource as DataSource | undefined)?.options
  if (!options) {
    throw schemaError('The second argument must be a data source of TypeORM.', {
      hint: 'pass it after its initialization: await new DataSource({ … }).initialize()',
    })
  }
  const dialect = typeOrmDialects[options.type]
  if (dialect) return dialect
  throw schemaError(`The database type "${options.type}" is not supported.`, {
    hint: `use one of ${Object.keys(typeOrmDialects).join(', ')}`,
  })
}

/** Returns the dialect of a builder's data source, or undefined for an unsupported database. */
export function dialectOfBuilder(builder: object): SqlDialect | undefined {
  return typeOrmDialects[dataSourceOf(builder).options.type]
}

/**
 * Returns the data source of a builder, a manager, a query runner or an entity's metadata. TypeORM 0.3 calls it the
 * connection.
 */
export function dataSourceOf(of: object): DataSource {
  return (Reflect.get(of, 'dataSource') ?? Reflect.get(of, 'connection')) as DataSource
}

/**
 * Returns how the driver of a data source converts values.
 * @throws TypeOrmSchemaError as `dialectOf` does
 */
export function driverOf(dataSource: DataSource): TypeOrmDriver {
  dialectOf(dataSource)
  // Sound: the dialect is known.
  return typeOrmDriver(dataSource)!
}

/** Returns a name in the quotes of the database. */
export function quoted(dialect: SqlDialect, name: string): string {
  const quote = dialect === 'mysql' ? '`' : '"'
  return quote + name.replaceAll(quote, quote + quote) + quote
}
