import type { SqlDialect } from '@arcturus/sql'
import { hasOtherForm } from './driverValues.js'
import type { TypeOrmDriver, TypeOrmSource } from './metadata.js'

/** The dialects by the names of TypeORM's drivers. All SQLite drivers are the same to a filter. */
export const typeOrmDialects: Readonly<Record<string, SqlDialect>> = {
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

const native: ReadonlySet<string> = new Set(['better-sqlite3', 'sqlite', 'sqljs'])

/**
 * Returns how the driver of a data source converts values; undefined if no SQL is written for its
 * database.
 */
export function typeOrmDriver(source: TypeOrmSource): TypeOrmDriver | undefined {
  const { options } = source
  const dialect = typeOrmDialects[options.type]
  if (!dialect) return undefined
  const timezone: unknown = Reflect.get(options, 'timezone')
  return {
    dialect,
    // These drivers read the length of a string; for the others it is unknown.
    cutsTexts: dialect === 'sqlite' && !native.has(options.type),
    hasWallClock: dialect === 'postgresql' || timezone === undefined || timezone === 'local',
    hasOtherForm: (column) => hasOtherForm(column, source),
  }
}
