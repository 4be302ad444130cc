import type { ScalarType } from '@arcturus/core/internal/typeorm'
import type { SqlDialect } from '@arcturus/sql'
import { integerRange, type Keeps, keepsValues, type SqlType } from '@arcturus/sql/internal/typeorm'
import type { TypeOrmColumn, TypeOrmDriver } from './metadata.js'

const scalars: Readonly<Partial<Record<SqlType['kind'], ScalarType>>> = {
  text: 'string',
  form: 'string',
  other: 'unknown',
}

/** Returns the type of a column's values, or of the elements of its lists, as policies see them in a loaded row. */
export function scalarOf(type: SqlType): ScalarType {
  if (type.kind === 'list') return scalarOf(type.of)
  if (type.kind === 'other' && type.json) return 'json'
  // Sound: the other kinds have the names of scalars.
  return scalars[type.kind] ?? (type.kind as ScalarType)
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
 * Returns the type of a column, as the database compares its values.
 * @param type the column's type in the driver's own terms (`driver.normalizeType`)
 */
export function typeOrmColumnType(column: TypeOrmColumn, type: string, driver: TypeOrmDriver): SqlType {
  if (column.transformer) return unknown('rewritten by a transformer', false)
  if (column.isVirtualProperty) return unknown('a virtual column', false)
  if (!column.isArray) return elementTypeOf(column, type, driver)
  return { kind: 'list', of: elementTypeOf(column, type, driver), nullIsEmpty: false }
}

function elementTypeOf(column: TypeOrmColumn, type: string, driver: TypeOrmDriver): SqlType {
  if (driver.hasOtherForm(column)) return unknown('read in a form of its own', true)
  // The driver's name no longer distinguishes these types: the database stores them as strings or
  // numbers.
  switch (column.type) {
    case Boolean:
    case 'bool':
    case 'boolean':
      return { kind: 'boolean' }
    case 'simple-array':
      return { kind: 'list', of: { kind: 'text', exact: true }, nullIsEmpty: false, separated: true }
    case 'simple-json':
      return json(column.type)
    case 'enum':
    case 'simple-enum':
      return enumOf(column)
  }
  const name = type.toLowerCase()
  const make = makers[driver.dialect].get(name)
  return make?.(column, driver) ?? (name.startsWith('json') ? json(name) : unknown(name, true))
}

/** JSON has a null of its own. */
function json(name: string): SqlType {
  return { kind: 'other', name, nil: false, json: true }
}

/**
 * Returns the type of a column that filters can't compare.
 * @param nil whether null, and no other value, is read as nil
 */
function unknown(name: string, nil: boolean): SqlType {
  return { kind: 'other', name, nil }
}

/**
 * Returns the type of an enum. TypeORM returns its strings as declared; numbers come back as
 * strings or numbers, depending on the driver.
 */
function enumOf({ enum: values = [] }: TypeOrmColumn): SqlType {
  const texts = values.filter((value) => typeof value === 'string')
  if (texts.length !== values.length || texts.some((text) => text.trim() !== '' && !Number.isNaN(Number(text))))
    return unknown('an enum of numbers', true)
  return { kind: 'enum', values: new Map(texts.map((text) => [text, text])) }
}

type Maker = (column: TypeOrmColumn, driver: TypeOrmDriver) => SqlType

/** MySQL alone has integers without a sign. */
function integer(bits: number): Maker {
  return ({ unsigned }, { dialect }) => {
    return { kind: 'integer', ...integerRange(bits, unsigned && dialect === 'mysql'), bigint: false }
  }
}

const uuid: Maker = () => ({ kind: 'uuid' })
const double: Maker = () => ({ kind: 'float', single: false })
const single: Maker = () => ({ kind: 'float', single: true })
/** SQLite's columns take any value; these bounds are the integers that JavaScript can hold. */
const safe: SqlType = { kind: 'integer', from: -(2n ** 53n) + 1n, to: 2n ** 53n - 1n, bigint: false }

/** The types by their names, which commas separate. */
const makers: Readonly<Record<SqlDialect, ReadonlyMap<string, Maker>>> = {
  sqlite: byName([
    ['int,integer,int2,int8,tinyint,smallint,mediumint,bigint,unsigned big int', () => safe],
    ['real,float,decimal,numeric,double,double precision', double],
    // Without a declared collation, the table can still have one.
    [
      'text,clob,varchar,character,varying character,nchar,native character,nvarchar',
      ({ collation }, { cutsTexts }) => text(collation?.toUpperCase() === 'BINARY', collation, cutsTexts),
    ],
    // Stored as a string, and read as one.
    ['date', () => text(true)],
    ['datetime', () => ({ kind: 'date', precision: 'milliseconds', uneven: true })],
    ['uuid', uuid],
  ]),
  postgresql: byName([
    ['smallint', integer(16)],
    ['integer', integer(32)],
    ['real', single],
    ['double precision,double', double],
    ['text,character varying', ({ collation }) => text(false, collation)],
    ['bigint', () => bigint(false)],
    ['numeric', ({ scale }) => decimal(scale)],
    ['date', () => day],
    ['timestamp without time zone', ({ precision }, { hasWallClock }) => date(precision ?? 6, false, hasWallClock)],
    ['timestamp with time zone', ({ precision }) => date(precision ?? 6, true, false)],
    ['uuid', uuid],
  ]),
  mysql: byName([
    ['tinyint', integer(8)],
    ['smallint', integer(16)],
    ['mediumint', integer(24)],
    ['int,integer', integer(32)],
    ['float', single],
    ['double,double precision', double],
    [
      'varchar,nvarchar,national varchar,text,tinytext,mediumtext,longtext',
      ({ collation }) => text(/_nopad_bin$/.test(collation ?? ''), collation),
    ],
    ['bigint', ({ unsigned }) => bigint(unsigned)],
    ['decimal,numeric', ({ scale }) => decimal(scale ?? 0)],
    ['date', () => day],
    ['datetime', ({ precision }, { hasWallClock }) => date(precision ?? 0, false, hasWallClock)],
    ['timestamp', ({ precision }, { hasWallClock }) => date(precision ?? 0, true, hasWallClock)],
    ['uuid', uuid],
  ]),
}

function byName(types: readonly (readonly [names: string, make: Maker])[]): ReadonlyMap<string, Maker> {
  return new Map(types.flatMap(([names, make]) => names.split(',').map((name) => [name, make] as const)))
}

function text(exact: boolean, collation?: string, cut?: boolean): SqlType {
  return { kind: 'text', exact, collation, cut }
}

function date(digits: number, zoned: boolean, wall: boolean): SqlType {
  return { kind: 'date', precision: digits <= 3 ? 'milliseconds' : 'finer', zoned, wall }
}

/** Returns the type of values that drivers return as strings, and policies see as strings. */
function form(name: string, has: (text: string) => boolean): SqlType {
  return { kind: 'form', name, has }
}

function bigint(unsigned: boolean): SqlType {
  const { from, to } = integerRange(64, unsigned)
  return form('bigint', (text) => /^(?:0|-?[1-9]\d{0,19})$/.test(text) && BigInt(text) >= from && BigInt(text) <= to)
}

const day: SqlType = form('date', (text) => {
  const date = new Date(`${text}T00:00:00Z`)
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
})

/**
 * Returns the type of a decimal with a declared number of fraction digits. Without a scale, the
 * database keeps the digits of each value.
 */
function decimal(scale: number | undefined): SqlType {
  if (scale === undefined) return unknown('numeric without a scale, which is read as a text', true)
  const pattern = new RegExp(`^-?(?:0|[1-9]\\d{0,34})${scale === 0 ? '' : `\\.\\d{${scale}}`}$`)
  const isNegativeZero = /^-[0.]*$/
  return form(`decimal(${scale})`, (text) => pattern.test(text) && !isNegativeZero.test(text))
}
