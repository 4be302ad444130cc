import type { SqlType } from '@arcturus/core/sql'
import type { Dialect } from '../../database/dialect.js'
import type { PrismaColumn } from '../../schema/schema.js'
import { precisionOf } from '../dates.js'
import { intRange, isPlainText, isSingle } from '../native.js'
import { bigInt, type Range } from '../numbers.js'

/**
 * Returns the SQL type of a column.
 * @param values - the stored values of its enum, by the client's names
 */
export function sqlTypeOf(column: PrismaColumn, values: ReadonlyMap<string, string>, dialect: Dialect): SqlType {
  const type = elementType(column, values, dialect)
  // Prisma reads a null list as an empty one.
  return column.list ? { kind: 'list', of: type, nullIsEmpty: true } : type
}

function elementType(column: PrismaColumn, values: ReadonlyMap<string, string>, dialect: Dialect): SqlType {
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
      return native?.name === 'UnsignedBigInt' ? other : integer(bigInt, true)
    case 'Float':
      return { kind: 'float', single: isSingle(column, dialect) }
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

/** Returns the collation of a text column: `unknown`, whatever its name, unless it is exact. */
function collationOf({ textEquality }: Dialect): string | undefined {
  return textEquality ? undefined : 'unknown'
}

function integer({ from, to }: Range, bigint: boolean): SqlType {
  return { kind: 'integer', from, to, bigint }
}
