import type { Values } from '@arcturus/core/writes'
import { isArguments } from '../literal.js'
import type { PrismaColumn, PrismaModel } from '../schema/schema.js'

/** Returns the columns of a new row that the database stores as they are given. */
export function knownValues(model: PrismaModel, columns: Values): Values {
  const known: Record<string, unknown> = {}
  for (const field of model.fields) {
    if (field.kind === 'relation' || columns[field.name] === undefined) continue
    const value = stored(field, columns[field.name])
    if (value !== undefined) known[field.name] = value
  }
  return known
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
