import { isDecimal, isUuid } from '@arcturus/core/internal/sql'
import { integerRange } from './column/integers.js'
import type { SqlDialect } from './dialect.js'
import { isStorable } from './prefix.js'

/** The type of a column in its database, as far as it decides in which form a value is stored. */
export interface StoredType {
  readonly dialect: SqlDialect
  /** Its name without length, in any case: `varchar`, `timestamp without time zone`. */
  readonly name: string
  /** The length of a text, the digits of a number, or those of a second. Default: that of the database. */
  readonly size?: number | undefined
  /** The digits of a decimal behind its point. */
  readonly scale?: number | undefined
  readonly unsigned?: boolean | undefined
  /** Whether dates are written without an offset, in the zone of the process. Default false. */
  readonly wall?: boolean | undefined
}

/** Returns whether a column returns a value as it was written; undefined if only the database knows. */
export type Keeps = (value: unknown) => boolean | undefined

type Maker = (type: StoredType) => Keeps

const isBoolean: Keeps = (value) => typeof value === 'boolean'
const isMysql = ({ dialect }: StoredType): boolean => dialect === 'mysql'
const digitsOfSecond = (type: StoredType): number => type.size ?? (isMysql(type) ? 0 : 6)

/** By the names of types in lower case without blanks. MySQL cuts a text by its bytes or by its characters. */
const makers: readonly (readonly [names: string, make: Maker])[] = [
  ['boolean bool', () => isBoolean],
  ['tinyint', ({ unsigned }) => whole(8, unsigned)],
  ['smallint int2', ({ unsigned }) => whole(16, unsigned)],
  ['mediumint', ({ unsigned }) => whole(24, unsigned)],
  ['int int4 integer', ({ unsigned }) => whole(32, unsigned)],
  ['bigint int8', ({ unsigned }) => whole(64, unsigned)],
  ['oid', () => whole(32, true)],
  // Other years are those of two digits.
  ['year', () => (value) => Number(value) >= 1901 && Number(value) <= 2155],
  ['double doubleprecision float8', () => Number.isFinite],
  ['float float4 real', () => isSingle],
  ['decimal numeric', decimals],
  ['text', (type) => (isMysql(type) ? bytes(16) : text(Infinity))],
  ['citext', () => text(Infinity)],
  ['tinytext', () => bytes(8)],
  ['mediumtext', () => bytes(24)],
  ['longtext', () => bytes(32)],
  ['varchar charactervarying string', ({ size = Infinity }) => text(size)],
  ['char character bpchar', padded],
  ['uuid', () => (value) => typeof value === 'string' && isUuid(value)],
  ['inet', () => (value) => isAddress(value) || undefined],
  ['bit', ({ size = 1 }) => matching(`^[01]{${size}}$`)],
  ['varbit bitvarying', ({ size = '' }) => matching(`^[01]{0,${size}}$`)],
  ['date', () => (value) => (value instanceof Date ? isTime(value, 86_400_000) : isDay(value))],
  ['time timewithouttimezone', time],
  ['datetime timestamp timestampwithouttimezone timestamptz timestampwithtimezone', moment],
]
const byName = new Map(makers.flatMap(([names, make]) => names.split(' ').map((name) => [name, make] as const)))

const sqliteText = text(Infinity)
/** SQLite's columns hold any value. A declared type only says which texts become numbers. */
const ofSqlite: readonly (readonly [pattern: RegExp, keeps: Keeps])[] = [
  [/bool/, isBoolean],
  [/int/, whole(64)],
  [/char|clob|text/, sqliteText],
  [/dec|num/, decimal(15, Infinity)],
  [/real|floa|doub/, Number.isFinite],
  [/^datetime$/, (value) => value instanceof Date],
  [/^date$/, isDay],
]

/**
 * The one table of what databases store as it is given. The values are those that rows have. A value that the database
 * cuts, pads, rounds, converts or refuses is not kept, whatever the mode of its server.
 */
export function keepsValues(type: StoredType): Keeps {
  const name = type.name.toLowerCase().replaceAll(' ', '')
  const keeps =
    type.dialect === 'sqlite' ? ofSqlite.find(([pattern]) => pattern.test(name))?.[1] : byName.get(name)?.(type)
  return keeps ?? (() => undefined)
}

function matching(pattern: string): Keeps {
  const regex = new RegExp(pattern)
  return (value) => typeof value === 'string' && regex.test(value)
}

function whole(bits: number, isUnsigned = false): Keeps {
  const { from, to } = integerRange(bits, isUnsigned)
  return (value) => {
    // Rows of TypeORM have the texts of 64 bits.
    const isText = bits === 64 && typeof value === 'string' && /^(?:0|-?[1-9]\d{0,19})$/.test(value)
    if (!isText && typeof value !== 'bigint' && !Number.isSafeInteger(value)) return false
    const number = BigInt(value as string | number | bigint)
    return number >= from && number <= to
  }
}

/** Of 6 digits each number of 32 bits returns all. */
function isSingle(value: unknown): boolean {
  if (typeof value !== 'number' || !Number.isFinite(value)) return false
  const size = Math.abs(value)
  return Number(value.toPrecision(6)) === value && (size === 0 || (size > 2e-38 && size < 3e38))
}

/** PostgreSQL keeps the digits of each value of a `numeric` without a size. */
function decimals(type: StoredType): Keeps {
  const { size = isMysql(type) ? 10 : Infinity, scale = size === Infinity ? Infinity : 0 } = type
  return decimal(size, scale)
}

function decimal(size: number, scale: number): Keeps {
  return (value) => {
    const plain = isDecimal(value) ? Reflect.get(value, 'toFixed') : undefined
    const given =
      typeof plain === 'function'
        ? String(Reflect.apply(plain, value, []))
        : typeof value === 'number'
          ? scale === Infinity
            ? String(value)
            : value.toFixed(scale)
          : String(value)
    if (typeof value === 'number' && Number(given) !== value) return false
    const [, integer, all = ''] = /^-?(0|[1-9]\d*)(?:\.(\d+))?$/.exec(given) ?? []
    if (integer === undefined || /^-[0.]+$/.test(given)) return false
    // A text is what the database prints: with all its digits.
    const digits = typeof value === 'string' ? all : all.replace(/(?<!0)0+$/, '')
    const places = integer === '0' ? 0 : integer.length
    if (scale === Infinity) return places + digits.length <= size
    return (typeof value === 'string' ? digits.length === scale : digits.length <= scale) && places <= size - scale
  }
}

function text(most: number, sizeOf = (value: string) => [...value].length): Keeps {
  return (value) => typeof value === 'string' && isStorable(value) && (most === Infinity || sizeOf(value) <= most)
}

function bytes(bits: number): Keeps {
  return text(2 ** bits - 1, (value) => new TextEncoder().encode(value).length)
}

/** Texts that are filled up with blanks, or lose those at their end. */
function padded(type: StoredType): Keeps {
  const { size = 1 } = type
  const fits = text(size)
  return (value) => fits(value) && (isMysql(type) ? !/ $/.test(String(value)) : fits(`${String(value)} `) === false)
}

/** Addresses of 4 bytes, and those of 16 that do not contain one. */
function isAddress(value: unknown): boolean {
  const part = '(?:0|[1-9]\\d?|1\\d\\d|2[0-4]\\d|25[0-5])'
  if (typeof value !== 'string') return false
  return new RegExp(`^${part}(?:\\.${part}){3}(?:/(?:[12]?\\d|3[01]))?$`).test(value)
}

function isDay(value: unknown): boolean {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value)) return false
  const date = new Date(`${value}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value)
}

/** Whether a date is a multiple of some milliseconds, within the years that all databases and drivers agree about. */
function isTime(value: Date, step: number): boolean {
  const time = value.getTime()
  return time % step === 0 && time >= Date.UTC(1000, 0) && time < Date.UTC(10_000, 0)
}

/** Times of a day: the dates of Prisma, the texts of TypeORM. */
function time(type: StoredType): Keeps {
  const digits = digitsOfSecond(type)
  const fraction = digits === 0 ? '' : isMysql(type) ? `\\.\\d{${digits}}` : `(?:\\.\\d{0,${digits - 1}}[1-9])?`
  const isText = matching(`^(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d${fraction}$`)
  const step = 10 ** Math.max(0, 3 - digits)
  return (value) =>
    value instanceof Date ? isTime(value, step) && value.getTime() >= 0 && value.getTime() < 86_400_000 : isText(value)
}

function moment(type: StoredType): Keeps {
  const step = 10 ** Math.max(0, 3 - digitsOfSecond(type))
  // MySQL has two types of that name's beginning: one ends in 2038.
  const [first, end] = isMysql(type) && /^timestamp$/i.test(type.name) ? [1000, 2 ** 31 * 1000] : [-Infinity, Infinity]
  return (value) => {
    if (!(value instanceof Date) || !isTime(value, step)) return false
    return value.getTime() >= first && value.getTime() < end && (!type.wall || isOnClock(value))
  }
}

/** Whether a date is read again from its local time: an hour comes twice in autumn. */
function isOnClock(value: Date): boolean {
  const [hours, minutes, seconds] = [value.getHours(), value.getMinutes(), value.getSeconds()]
  const local = new Date(value.getFullYear(), value.getMonth(), value.getDate(), hours, minutes, seconds)
  return local.getTime() === value.getTime() - value.getMilliseconds()
}
