import type { Values } from '@arcturus/writes'
import { isArguments } from '../literal.js'
import type { PrismaColumn, PrismaModel } from '../schema/schema.js'

/**
 * Returns the columns of a new row that the database stores as they are given, or by a literal default.
 * @param isComplete - Whether no other columns are added, such as those of a reference.
 */
export function knownValues(model: PrismaModel, columns: Values, isComplete: boolean): Values {
  const known: Record<string, unknown> = {}
  for (const field of model.fields) {
    if (field.kind === 'relation') continue
    const given = columns[field.name]
    const value = given !== undefined ? stored(field, given) : isComplete ? initialOf(field) : undefined
    if (value !== undefined) known[field.name] = value
  }
  return known
}

/** Returns the value of a column without one; undefined if the database or Prisma computes it. */
function initialOf({ initial, nullable, list }: PrismaColumn): unknown {
  if (initial === undefined) return nullable && !list ? null : undefined
  return initial === 'generated' ? undefined : initial.value
}

/** Types whose values a database can store in another form, such as decimals, are unknown. */
function stored(column: PrismaColumn, given: unknown): unknown {
  if (!isExact(column)) return undefined
  if (column.list) {
    const values = isArguments(given) ? given['set'] : given
    return Array.isArray(values) ? values : undefined
  }
  if (column.type === 'DateTime' && typeof given === 'string') {
    const date = new Date(given)
    return Number.isNaN(date.getTime()) ? undefined : date
  }
  if (given === null || given instanceof Date) return given
  return typeof given === 'object' ? undefined : given
}

function isExact({ kind, type, native }: PrismaColumn): boolean {
  if (kind === 'enum' || type === 'Int' || type === 'BigInt' || type === 'Boolean') return true
  if (type === 'String')
    return native === undefined || /^(Text|VarChar|TinyText|MediumText|LongText)$/.test(native.name)
  return native === undefined && (type === 'DateTime' || type === 'Float')
}
