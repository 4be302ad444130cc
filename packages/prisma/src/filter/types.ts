import { type IntegerRange, integerRange, type SqlType } from '@arcturus/sql/internal/prisma'
import type { Dialect } from '../database/dialect.js'
import type { PrismaColumn } from '../schema/schema.js'

/**
 * Returns the SQL type of a column.
 * @param values - the values of its enum to compare with, by the client's names
 */
export function sqlTypeOf(column: PrismaColumn, values: ReadonlyMap<string, string>, dialect: Dialect): SqlType {
  const type = elementTypeOf(column, values, dialect)
  // Prisma reads a null list as an empty one.
  return column.list ? { kind: 'list', of: type, nullIsEmpty: true } : type
}

/** Returns the SQL type of a column, or of the elements of a list column. */
export function elementTypeOf(column: PrismaColumn, values: ReadonlyMap<string, string>, dialect: Dialect): SqlType {
  const { kind, type, native } = column
  if (kind === 'enum') return { kind: 'enum', values }
  // JSON has its own null, which also reads as nil.
  const other: SqlType = {
    kind: 'other',
    name: dialect.textType ?? native?.name ?? type,
    nil: type !== 'Json',
    json: type === 'Json',
  }
  switch (type) {
    case 'String':
      if (native?.name === 'Uuid') return { kind: 'uuid' }
      return isPlainText(column, dialect)
        ? {
            kind: 'text',
            exact: dialect.textEquality,
            collation: collationOf(dialect),
            cut: dialect.cutsTexts || undefined,
          }
        : other
    case 'Boolean':
      return { kind: 'boolean' }
    case 'Int':
      return native?.name === 'Oid' ? other : integer(intRange(column, dialect), false)
    case 'BigInt':
      return integer(integerRange(64, native?.name === 'UnsignedBigInt'), true)
    case 'Float':
      return { kind: 'float', single: native?.name === 'Real' || (native?.name === 'Float' && isMysql(dialect)) }
    case 'Decimal':
      return native?.name === 'Money' ? other : { kind: 'decimal', digits: dialect.decimalDigits }
    case 'DateTime': {
      const precision = precisionOf(column, dialect)
      return precision ? { kind: 'date', precision, zoned: native?.name === 'Timestamptz', common: true } : other
    }
    default:
      return other
  }
}

/** Returns the collation of a text column. Elsewhere than on MySQL its name tells nothing: `unknown`, unless it is exact. */
function collationOf({ provider, collation, textEquality }: Dialect): string | undefined {
  return provider === 'mysql' ? collation : textEquality ? undefined : 'unknown'
}

const isMysql = ({ provider }: Dialect): boolean => provider === 'mysql'

/** Whether a text type stores texts unchanged. Some types pad, fold or rewrite them. */
function isPlainText({ native }: PrismaColumn, dialect: Dialect): boolean {
  if (dialect.textType !== undefined) return false
  const name = native?.name
  return isMysql(dialect) || name === undefined || name === 'Text' || name === 'VarChar' || name === 'String'
}

/** The range of whole numbers that a column can hold. The database may refuse a number beyond it. */
/** The integers that JavaScript holds exactly. An `Int` of SQLite, and an unsigned one of MySQL, goes beyond 32 bits. */
const safeRange: IntegerRange = { from: -(2n ** 53n) + 1n, to: 2n ** 53n - 1n }

function intRange({ native }: PrismaColumn, { provider }: Dialect): IntegerRange {
  if (provider === 'sqlite' || provider === 'mysql') return safeRange
  return integerRange(native?.name === 'SmallInt' ? 16 : 32)
}

function integer(range: IntegerRange, bigint: boolean): SqlType {
  return { kind: 'integer', ...range, bigint }
}

/** Returns the precision of a column's dates; undefined for times, which are not points in time. */
function precisionOf({ native }: PrismaColumn, dialect: Dialect): 'days' | 'milliseconds' | 'finer' | undefined {
  switch (native?.name) {
    case undefined:
      return 'milliseconds'
    case 'Date':
      return 'days'
    case 'Time':
    case 'Timetz':
      return undefined
    default: {
      const digits = native!.args[0] === undefined ? (isMysql(dialect) ? 0 : 6) : Number(native!.args[0])
      return digits <= 3 ? 'milliseconds' : 'finer'
    }
  }
}
