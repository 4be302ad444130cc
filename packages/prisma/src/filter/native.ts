import type { PrismaColumn } from '../schema/schema.js'
import type { Dialect } from './dialect.js'
import { int, type Range, safeInt, smallInt } from './numbers.js'

/** Beyond what the column can hold, the database may refuse the number itself. */
export function intRange({ native }: PrismaColumn, { provider }: Dialect): Range {
  if (provider === 'sqlite' || provider === 'mysql') return safeInt
  return native?.name === 'SmallInt' ? smallInt : int
}

export function isSingle({ native }: PrismaColumn, { provider }: Dialect): boolean {
  return native?.name === 'Real' || (native?.name === 'Float' && provider === 'mysql')
}

/** Some types of text pad, fold or rewrite what is put into them. */
export function isPlainText({ native }: PrismaColumn, { provider, textType }: Dialect): boolean {
  if (textType !== undefined) return false
  const name = native?.name
  return provider === 'mysql' || name === undefined || name === 'Text' || name === 'VarChar' || name === 'String'
}
