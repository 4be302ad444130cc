import type { ScalarType } from '@arcturus/core/internal/typeorm'
import type { SqlDialect } from '@arcturus/sql'
import { type Keeps, keepsValues, type SqlType } from '@arcturus/sql/internal/typeorm'
import type { TypeOrmColumn, TypeOrmDriver } from './metadata.js'

/**
 * The type of a column: as policies see its values in a loaded row, and as the database compares
 * them.
 */
export interface TypeOrmColumnType {
  readonly scalar: ScalarType
  readonly sql: SqlType
}

/** Returns whether the database returns the values of a column as they are written; undefined if there is no telling. */
export function keepsOf(column: TypeOrmColumn, type: string, driver: TypeOrmDriver): Keeps | undefined {
  const stored = storedOf(column, type, driver)
  if (!column.transformer) return stored
  const all = [column.transformer].flat()
  return (value) => {
    try {
      const sent = all.reduce((one: unknown, { to }) => to(one), value)
      const read = all.reduceRight((one: unknown, { from }) => from(one), sent)
      const isSame = typeof value === 'object' ? JSON.stringify(read) === JSON.stringify(value) : read === value
      return isSame && (stored ? stored(sent) : true)
    } catch {
      return undefined
    }
  }
}

function storedOf(column: TypeOrmColumn, type: string, driver: TypeOrmDriver): Keeps | undefined {
  const { dialect, hasWallClock } = driver
  const { length, precision, scale, unsigned, enum: values } = column
  const name = type.toLowerCase()
  if (column.type === 'simple-json' || /^json|blob$|^bytea$/.test(name)) return undefined
  if (column.isVirtualProperty || (!column.transformer && driver.hasOtherForm(column))) return () => undefined
  if (column.type === 'simple-array') return (value) => typeof value === 'string' && /^[^,]+$/.test(value)
  // MySQL takes other texts for values of an enum: those of another case, and numbers.
  if (values && name !== 'set') return (value) => (typeof value === 'string' ? values.includes(value) : undefined)
  if (/^bool(ean)?$/i.test(typeof column.type === 'function' ? column.type.name : String(column.type)))
    return (value) => typeof value === 'boolean'
  const usual = dialect === 'mysql' && name === 'varchar' ? 255 : undefined
  const size = length ? Number(length) : (precision ?? usual)
  const wall = hasWallClock && dialect !== 'sqlite' && name !== 'timestamp with time zone'
  return keepsValues({ dialect, name, size, scale, unsigned, wall })
}

/**
 * Returns the type of a column.
 * @param type the column's type in the driver's own terms (`driver.normalizeType`)
 */
export function typeOrmColumnType(column: TypeOrmColumn, type: string, driver: TypeOrmDriver): TypeOrmColumnType {
  if (column.transformer) return unknown('rewritten by a transformer', false)
  if (column.isVirtualProperty) return unknown('a virtual column', false)
  if (!column.isArray) return elementTypeOf(column, type, driver)
  const { scalar, sql } = elementTypeOf(column, type, driver)
  return { scalar, sql: { kind: 'list', of: sql, nullIsEmpty: false } }
}

function elementTypeOf(column: TypeOrmColumn, type: string, driver: TypeOrmDriver): TypeOrmColumnType {
  if (driver.hasOtherForm(column)) return unknown('read in a form of its own', true)
  // The driver's name no longer distinguishes these types: the database stores them as strings or
  // numbers.
  switch (column.type) {
    case Boolean:
    case 'bool':
    case 'boolean':
      return { scalar: 'boolean', sql: { kind: 'boolean' } }
    case 'simple-array':
      return { scalar: 'string', sql: separated }
    case 'simple-json':
      return json(column.type)
    case 'enum':
    case 'simple-enum':
      return enumOf(column)
  }
  const name = type.toLowerCase()
  const known = common[name] ?? byDialect[driver.dialect](name, column, driver)
  return known ?? (name.startsWith('json') ? json(name) : unknown(name, true))
}

const separated: SqlType = { kind: 'list', of: { kind: 'text', exact: true }, nullIsEmpty: false, separated: true }

/** JSON has a null of its own. */
function json(name: string): TypeOrmColumnType {
  return { scalar: 'json', sql: { kind: 'other', name, nil: false, json: true } }
}

/**
 * Returns the type of a column that filters can't compare.
 * @param nil whether null, and no other value, is read as nil
 */
function unknown(name: string, nil: boolean): TypeOrmColumnType {
  return { scalar: 'unknown', sql: { kind: 'other', name, nil } }
}

/**
 * Returns the type of an enum. TypeORM returns its strings as declared; numbers come back as
 * strings or numbers, depending on the driver.
 */
function enumOf({ enum: values = [] }: TypeOrmColumn): TypeOrmColumnType {
  const texts = values.filter((value) => typeof value === 'string')
  if (texts.length !== values.length || texts.some((text) => text.trim() !== '' && !Number.isNaN(Number(text))))
    return unknown('an enum of numbers', true)
  return { scalar: 'enum', sql: { kind: 'enum', values: new Map(texts.map((text) => [text, text])) } }
}

function integer(bits: number): TypeOrmColumnType {
  return {
    scalar: 'integer',
    sql: { kind: 'integer', from: -(2n ** BigInt(bits - 1)), to: 2n ** BigInt(bits - 1) - 1n, bigint: false },
  }
}

const float: TypeOrmColumnType = { scalar: 'float', sql: { kind: 'float', single: false } }
const single: TypeOrmColumnType = { scalar: 'float', sql: { kind: 'float', single: true } }

/** The types that mean the same in all dialects that have them. */
const common: Readonly<Record<string, TypeOrmColumnType>> = {
  'double precision': float,
  double: float,
  uuid: { scalar: 'uuid', sql: { kind: 'uuid' } },
}

const byDialect: Readonly<
  Record<SqlDialect, (name: string, column: TypeOrmColumn, driver: TypeOrmDriver) => TypeOrmColumnType | undefined>
> = {
  sqlite: sqliteType,
  postgresql: postgresType,
  mysql: mysqlType,
}

/** SQLite's columns take any value; these bounds are the integers that JavaScript can hold. */
const sqliteInteger: TypeOrmColumnType = {
  scalar: 'integer',
  sql: { kind: 'integer', from: -(2n ** 53n) + 1n, to: 2n ** 53n - 1n, bigint: false },
}

function sqliteType(name: string, column: TypeOrmColumn, { cutsTexts }: TypeOrmDriver): TypeOrmColumnType | undefined {
  switch (name) {
    case 'int':
    case 'integer':
    case 'int2':
    case 'int8':
    case 'tinyint':
    case 'smallint':
    case 'mediumint':
    case 'bigint':
    case 'unsigned big int':
      return sqliteInteger
    case 'real':
    case 'float':
    case 'decimal':
    case 'numeric':
      return float
    case 'text':
    case 'clob':
    case 'varchar':
    case 'character':
    case 'varying character':
    case 'nchar':
    case 'native character':
    case 'nvarchar':
      // Without a declared collation, the table can still have one.
      return text(column.collation?.toUpperCase() === 'BINARY', column.collation, cutsTexts)
    case 'date':
      // Stored as a string, and read as one.
      return text(true)
    case 'datetime':
      return { scalar: 'date', sql: { kind: 'date', precision: 'milliseconds', uneven: true } }
    default:
      return undefined
  }
}

function postgresType(name: string, column: TypeOrmColumn, driver: TypeOrmDriver): TypeOrmColumnType | undefined {
  switch (name) {
    case 'smallint':
      return integer(16)
    case 'integer':
      return integer(32)
    case 'real':
      return single
    case 'text':
    case 'character varying':
      return text(false, column.collation)
    case 'bigint':
      return bigint(false)
    case 'numeric':
      return decimal(column.scale)
    case 'date':
      return day
    case 'timestamp without time zone':
    case 'timestamp with time zone':
      return name === 'timestamp with time zone'
        ? date(column.precision ?? 6, true, false)
        : date(column.precision ?? 6, false, driver.hasWallClock)
    default:
      return undefined
  }
}

function mysqlType(name: string, column: TypeOrmColumn, driver: TypeOrmDriver): TypeOrmColumnType | undefined {
  const whole = (bits: number): TypeOrmColumnType =>
    column.unsigned
      ? { scalar: 'integer', sql: { kind: 'integer', from: 0n, to: 2n ** BigInt(bits) - 1n, bigint: false } }
      : integer(bits)
  switch (name) {
    case 'tinyint':
      return whole(8)
    case 'smallint':
      return whole(16)
    case 'mediumint':
      return whole(24)
    case 'int':
    case 'integer':
      return whole(32)
    case 'float':
      return single
    case 'varchar':
    case 'nvarchar':
    case 'national varchar':
    case 'text':
    case 'tinytext':
    case 'mediumtext':
    case 'longtext':
      return text(/_nopad_bin$/.test(column.collation ?? ''), column.collation)
    case 'bigint':
      return bigint(column.unsigned)
    case 'decimal':
    case 'numeric':
      return decimal(column.scale ?? 0)
    case 'date':
      return day
    case 'datetime':
    case 'timestamp':
      return date(column.precision ?? 0, name === 'timestamp', driver.hasWallClock)
    default:
      return undefined
  }
}

function text(exact: boolean, collation?: string, cut?: boolean): TypeOrmColumnType {
  return { scalar: 'string', sql: { kind: 'text', exact, collation, cut } }
}

function date(digits: number, zoned: boolean, wall: boolean): TypeOrmColumnType {
  return { scalar: 'date', sql: { kind: 'date', precision: digits <= 3 ? 'milliseconds' : 'finer', zoned, wall } }
}

/** Returns the type of values that drivers return as strings, and policies see as strings. */
function form(name: string, has: (text: string) => boolean): TypeOrmColumnType {
  return { scalar: 'string', sql: { kind: 'form', name, has } }
}

function bigint(unsigned: boolean): TypeOrmColumnType {
  const [from, to] = unsigned ? [0n, 2n ** 64n - 1n] : [-(2n ** 63n), 2n ** 63n - 1n]
  return form('bigint', (text) => /^(?:0|-?[1-9]\d{0,19})$/.test(text) && BigInt(text) >= from && BigInt(text) <= to)
}

const day: TypeOrmColumnType = form('date', (text) => {
  const date = new Date(`${text}T00:00:00Z`)
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
})

/**
 * Returns the type of a decimal with a declared number of fraction digits. Without a scale, the
 * database keeps the digits of each value.
 */
function decimal(scale: number | undefined): TypeOrmColumnType {
  if (scale === undefined) return unknown('numeric without a scale, which is read as a text', true)
  const pattern = new RegExp(`^-?(?:0|[1-9]\\d{0,34})${scale === 0 ? '' : `\\.\\d{${scale}}`}$`)
  const isNegativeZero = /^-[0.]*$/
  return form(`decimal(${scale})`, (text) => pattern.test(text) && !isNegativeZero.test(text))
}
