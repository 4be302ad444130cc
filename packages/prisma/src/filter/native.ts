import type { Dialect } from '../database/dialect.js'
import type { PrismaColumn } from '../schema/schema.js'
import { int, type Range, safeInt, smallInt } from './numbers.js'

/** Returns the range of an integer column. The database may refuse a number beyond it. */
export function intRange({ native }: PrismaColumn, { provider }: Dialect): Range {
  if (provider === 'sqlite' || provider === 'mysql') return safeInt
  return native?.name === 'SmallInt' ? smallInt : int
}

export function isSingle({ native }: PrismaColumn, { provider }: Dialect): boolean {
  return native?.name === 'Real' || (native?.name === 'Float' && provider === 'mysql')
}

/** Whether a text type stores texts unchanged. Some types pad, fold or rewrite them. */
export function isPlainText({ native }: PrismaColumn, { provider, textType }: Dialect): boolean {
  if (textType !== undefined) return false
  const name = native?.name
  return provider === 'mysql' || name === undefined || name === 'Text' || name === 'VarChar' || name === 'String'
}
