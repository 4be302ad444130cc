import type { PrismaProvider } from '../schema/schema.js'

/** What an application says of its database that no schema tells. */
export interface DatabaseOptions {
  /**
   * The application's word that texts may be compared by the collation of their columns: because it compares by code
   * point (`"C"` on PostgreSQL, `utf8mb4_bin` on MySQL), or because lists may differ from checks where the two do.
   * Without it, what depends on the collation is refused: all comparisons of text on MySQL, MariaDB and SQL Server, their
   * order on PostgreSQL. Default false.
   */
  readonly acceptCollation?: boolean
}

/** What a database does where databases differ. */
export interface Dialect {
  readonly provider: PrismaProvider
  /** Whether texts are equal only when their code points are. */
  readonly textEquality: boolean
  /** Whether texts are ordered by code point. */
  readonly textOrder: boolean
  /** What Prisma's `contains` and `startsWith` do: `%`, `_` and `\` can be escaped; ASCII letters fold; neither is known. */
  readonly like: 'escaped' | 'folding' | undefined
  /** How many digits of a decimal are compared exactly. */
  readonly decimalDigits: number
  /** Whether a date can be finer than the milliseconds of JavaScript. */
  readonly fineDates: boolean
  /** How many values a query may send, less some for the caller's own. */
  readonly values: number
}

export function dialectOf(provider: PrismaProvider, { acceptCollation = false }: DatabaseOptions): Dialect {
  switch (provider) {
    case 'sqlite':
      return {
        provider,
        textEquality: true,
        textOrder: true,
        like: 'folding',
        decimalDigits: 15,
        fineDates: false,
        values: 900,
      }
    case 'postgresql':
    case 'cockroachdb':
      return {
        provider,
        textEquality: true,
        textOrder: acceptCollation,
        like: 'escaped',
        decimalDigits: Infinity,
        fineDates: true,
        values: 30_000,
      }
    case 'mysql':
      return {
        provider,
        textEquality: acceptCollation,
        textOrder: acceptCollation,
        like: 'escaped',
        decimalDigits: 15,
        fineDates: true,
        values: 30_000,
      }
    case 'sqlserver':
    case 'mongodb':
      return {
        provider,
        textEquality: acceptCollation,
        textOrder: acceptCollation,
        like: undefined,
        decimalDigits: 15,
        fineDates: true,
        values: 2_000,
      }
  }
}
