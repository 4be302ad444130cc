import type { ScalarType } from '@arcturus/core/filters'
import type { SqlDialect, SqlType } from '@arcturus/core/sql'
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js'

/** What a column holds: as policies see its values in a loaded row, and as the database compares them. */
export interface ColumnType {
  readonly scalar: ScalarType
  readonly sql: SqlType
}

/** What the driver of a data source does with values on their way. */
export interface Driver {
  readonly dialect: SqlDialect
  /** Whether it reads a text only up to its first zero character. */
  readonly cutsTexts: boolean
  /** Whether it writes dates without an offset as the clocks of the process' time zone show them. */
  readonly hasWallClock: boolean
  /** Whether its settings give values of a column to rows in another form than by default. */
  readonly hasOtherForm: (column: ColumnMetadata) => boolean
}

/** @param type - the column's type by the driver's own name (`driver.normalizeType`) */
export function typeOf(column: ColumnMetadata, type: string, driver: Driver): ColumnType {
  if (column.transformer) return unknown('rewritten by a transformer', false)
  if (column.isVirtualProperty) return unknown('a virtual column', false)
  if (!column.isArray) return elementTypeOf(column, type, driver)
  const { scalar, sql } = elementTypeOf(column, type, driver)
  return { scalar, sql: { kind: 'list', of: sql, nullIsEmpty: false } }
}

function elementTypeOf(column: ColumnMetadata, type: string, driver: Driver): ColumnType {
  if (driver.hasOtherForm(column)) return unknown('read in a form of its own', true)
  // What the driver's name does not tell any more: these are texts or numbers to the database alone.
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

/** In JSON there is a null of its own. */
function json(name: string): ColumnType {
  return { scalar: 'json', sql: { kind: 'other', name, nil: false, json: true } }
}

/** @param nil - whether null is read as nil, and nothing else is */
function unknown(name: string, nil: boolean): ColumnType {
  return { scalar: 'unknown', sql: { kind: 'other', name, nil } }
}

/** TypeORM gives the values of an enum back as they are declared; those that are numbers come back as either, by driver. */
function enumOf({ enum: values = [] }: ColumnMetadata): ColumnType {
  const texts = values.filter((value) => typeof value === 'string')
  if (texts.length !== values.length || texts.some((text) => text.trim() !== '' && !Number.isNaN(Number(text))))
    return unknown('an enum of numbers', true)
  return { scalar: 'enum', sql: { kind: 'enum', values: new Map(texts.map((text) => [text, text])) } }
}

function integer(bits: number): ColumnType {
  return {
    scalar: 'integer',
    sql: { kind: 'integer', from: -(2n ** BigInt(bits - 1)), to: 2n ** BigInt(bits - 1) - 1n, bigint: false },
  }
}

const float: ColumnType = { scalar: 'float', sql: { kind: 'float', single: false } }
const single: ColumnType = { scalar: 'float', sql: { kind: 'float', single: true } }

/** Types that mean the same wherever there are any of the name. */
const common: Readonly<Record<string, ColumnType>> = {
  'double precision': float,
  double: float,
  uuid: { scalar: 'uuid', sql: { kind: 'uuid' } },
}

const byDialect: Readonly<
  Record<SqlDialect, (name: string, column: ColumnMetadata, driver: Driver) => ColumnType | undefined>
> = {
  sqlite: sqliteType,
  postgresql: postgresType,
  mysql: mysqlType,
}

/** SQLite's columns take any value; what JavaScript can hold is what is read from them. */
const sqliteInteger: ColumnType = {
  scalar: 'integer',
  sql: { kind: 'integer', from: -(2n ** 53n) + 1n, to: 2n ** 53n - 1n, bigint: false },
}

function sqliteType(name: string, column: ColumnMetadata, { cutsTexts }: Driver): ColumnType | undefined {
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
      // Where no collation is declared the table can have one all the same.
      return text(column.collation?.toUpperCase() === 'BINARY', column.collation, cutsTexts)
    case 'date':
      // Kept as a text, as it is read.
      return text(true)
    case 'datetime':
      return { scalar: 'date', sql: { kind: 'date', precision: 'milliseconds', uneven: true } }
    default:
      return undefined
  }
}

function postgresType(name: string, column: ColumnMetadata, driver: Driver): ColumnType | undefined {
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

function mysqlType(name: string, column: ColumnMetadata, driver: Driver): ColumnType | undefined {
  const whole = (bits: number): ColumnType =>
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

function text(exact: boolean, collation?: string, cut?: boolean): ColumnType {
  return { scalar: 'string', sql: { kind: 'text', exact, collation, cut } }
}

function date(digits: number, zoned: boolean, wall: boolean): ColumnType {
  return { scalar: 'date', sql: { kind: 'date', precision: digits <= 3 ? 'milliseconds' : 'finer', zoned, wall } }
}

/** What drivers give as a text, and policies see as one. */
function form(name: string, has: (text: string) => boolean): ColumnType {
  return { scalar: 'string', sql: { kind: 'form', name, has } }
}

function bigint(unsigned: boolean): ColumnType {
  const [from, to] = unsigned ? [0n, 2n ** 64n - 1n] : [-(2n ** 63n), 2n ** 63n - 1n]
  return form('bigint', (text) => /^(?:0|-?[1-9]\d{0,19})$/.test(text) && BigInt(text) >= from && BigInt(text) <= to)
}

const day: ColumnType = form('date', (text) => {
  const date = new Date(`${text}T00:00:00Z`)
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
})

/** A decimal with as many digits behind the point as it is declared with; others are kept with as many as they came with. */
function decimal(scale: number | undefined): ColumnType {
  if (scale === undefined) return unknown('numeric without a scale, which is read as a text', true)
  const pattern = new RegExp(`^-?(?:0|[1-9]\\d{0,34})${scale === 0 ? '' : `\\.\\d{${scale}}`}$`)
  const isNegativeZero = /^-[0.]*$/
  return form(`decimal(${scale})`, (text) => pattern.test(text) && !isNegativeZero.test(text))
}
