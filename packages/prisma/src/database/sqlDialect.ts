import type { SqlDialect } from '@arcturus/sql'
import type { PrismaProvider } from '../schema/schema.js'

/** Returns the SQL dialect of a provider; undefined if no SQL is written for it. */
export function sqlDialectOf({ provider }: { readonly provider: PrismaProvider }): SqlDialect | undefined {
  return provider === 'sqlite' || provider === 'postgresql' || provider === 'mysql' ? provider : undefined
}
