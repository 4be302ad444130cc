import { ArgumentError } from '@arcturus/core'
import type { DatabaseFacts } from '@arcturus/core/filters'
import type { VerifiedDatabase } from '@arcturus/core/sql'
import { TextFacts } from '../database/textFacts.js'
import { PrismaSchemaError } from '../errors.js'
import type { PrismaColumn, PrismaProvider, PrismaSchema } from '../schema/schema.js'

/** What an application says of its database that no schema tells. */
export interface DatabaseOptions {
  /**
   * The application's word that texts may be compared by the collation of their columns: of all, or of those that are
   * named (`['Document.title']`), because lists may differ from checks where the two do. Without it a `where` compares texts only
   * where the database says that the column's collation is by code point: `BINARY` on SQLite, any deterministic one on
   * PostgreSQL (`"C"` for an order), `utf8mb4_nopad_bin` on MariaDB, `utf8mb4_0900_bin` on MySQL. Default false.
   */
  readonly acceptCollation?: boolean | readonly string[]
  /**
   * What is known of the database, in the place of what the schema promises: the result of `verifyDatabase`, or a declaration such
   * as `{ references: { 'Document.folder': false } }`. Default: the schema is taken at its word, and the extended client reads the
   * collations itself, once, before its first query whose filter compares texts.
   */
  readonly database?: DatabaseFacts | VerifiedDatabase | undefined
}

/** What a database does where databases differ. */
export interface Dialect {
  readonly provider: PrismaProvider
  /** Whether texts are equal only when their code points are. */
  readonly textEquality: boolean
  /** Whether texts are ordered by code point. */
  readonly textOrder: boolean
  /** The type of a column of texts in the database, if it pads, folds or rewrites them, though the schema does not say so. */
  readonly textType?: string | undefined
  /** Whether the driver reads a text only up to its first zero character, which the database compares whole. */
  readonly cutsTexts?: boolean | undefined
  /** Whether the column is part of a key or a reference, which only an index finds. */
  readonly identifies?: boolean | undefined
  /** What Prisma's `contains` and `startsWith` do: `%`, `_` and `\` can be escaped; ASCII letters fold; neither is known. */
  readonly like: 'escaped' | 'folding' | undefined
  /** Where NaN, which stands in no order to a check, stands in the order of numbers; undefined where no column holds it. */
  readonly nan: 'greatest' | 'least' | undefined
  /** How many digits of a decimal are compared exactly. */
  readonly decimalDigits: number
  /** Whether a date can be finer than the milliseconds of JavaScript. */
  readonly fineDates: boolean
  /** How many values a query may send, less some for the caller's own. */
  readonly values: number
  /** How many tables a query may join, less some for the caller's own. */
  readonly relations: number
  /** How deep a `where` may nest, in places of the database's parser. */
  readonly depth: number
}

/** What `verifyDatabase` read; undefined for a declaration. */
export function verifiedOf(database: DatabaseOptions['database']): VerifiedDatabase | undefined {
  return database && 'columns' in database ? database : undefined
}

/**
 * What the database does with the values of each column.
 * @throws UnknownTextsError for a column of texts of which the database was not asked yet
 */
export type Dialects = (column: PrismaColumn) => Dialect

/** @throws ArgumentError, or PrismaSchemaError where `acceptCollation` names what is no column of texts. */
export function dialectsOf(
  schema: PrismaSchema,
  { acceptCollation = false, database }: DatabaseOptions,
  texts: TextFacts = new TextFacts(schema, { texts: verifiedOf(database) }),
): Dialects {
  const { provider, models } = schema
  const plain = dialectOf(provider)
  const isAccepted = accepting(acceptCollation, models)
  return (column) => {
    if (column.kind === 'enum' || column.type !== 'String') return plain
    return { ...plain, ...texts.of(column, isAccepted(column)) }
  }
}

/**
 * Whether two texts of a column are equal to the database only if they are the same. MySQL and SQL Server compare texts by a collation
 * that ignores case, unless the catalog or the application says otherwise; the other databases by code point, unless the catalog does.
 * @throws ArgumentError, or PrismaSchemaError where `acceptCollation` names what is no column of texts.
 */
export function exactTexts(
  schema: PrismaSchema,
  { acceptCollation = false, database }: DatabaseOptions,
): (column: PrismaColumn) => boolean {
  const isAccepted = accepting(acceptCollation, schema.models)
  const read = verifiedOf(database)
  const texts = read && new TextFacts(schema, { texts: read })
  const isUsual = schema.provider !== 'mysql' && schema.provider !== 'sqlserver'
  return (column) =>
    column.type !== 'String' ||
    column.native?.name === 'Uuid' ||
    isAccepted(column) ||
    (texts ? texts.of(column, false).textEquality : isUsual)
}

function accepting(
  acceptCollation: boolean | readonly string[],
  models: PrismaSchema['models'],
): (column: PrismaColumn) => boolean {
  if (typeof acceptCollation === 'boolean') return () => acceptCollation
  if (!Array.isArray(acceptCollation)) {
    throw new ArgumentError('invalid-argument', '`acceptCollation` is true, false or a list of columns.', {
      data: { acceptCollation },
    })
  }
  const accepted = new Set(acceptCollation.map((name) => textColumn(name, models)))
  return (column) => accepted.has(column)
}

function textColumn(name: string, models: PrismaSchema['models']): PrismaColumn {
  const [model, field] = name.split('.')
  const found = models.find((one) => one.name === model)?.fields.find((one) => one.name === field)
  if (found && found.kind !== 'relation' && found.type === 'String') return found
  throw new PrismaSchemaError('prisma-schema', `\`acceptCollation\` names "${name}", which is no column of texts.`, {
    hint: "each is named by its model and its field: ['Document.title']",
  })
}

export function dialectOf(provider: PrismaProvider): Dialect {
  switch (provider) {
    case 'sqlite':
      return {
        provider,
        textEquality: false,
        textOrder: false,
        like: 'folding',
        nan: undefined,
        decimalDigits: 15,
        fineDates: false,
        values: 900,
        relations: 55,
        // Up to 3.45 the parser has a stack of 100 places.
        depth: 96,
      }
    case 'postgresql':
    case 'cockroachdb':
      return {
        provider,
        textEquality: true,
        textOrder: false,
        like: 'escaped',
        nan: provider === 'postgresql' ? 'greatest' : 'least',
        decimalDigits: Infinity,
        fineDates: true,
        values: 30_000,
        relations: Infinity,
        depth: Infinity,
      }
    case 'mysql':
      return {
        provider,
        textEquality: false,
        textOrder: false,
        like: 'escaped',
        nan: undefined,
        decimalDigits: 15,
        fineDates: true,
        values: 60_000,
        relations: 55,
        depth: Infinity,
      }
    case 'sqlserver':
    case 'mongodb':
      return {
        provider,
        textEquality: false,
        textOrder: false,
        like: undefined,
        nan: undefined,
        decimalDigits: 15,
        fineDates: true,
        values: 2_000,
        relations: 200,
        depth: Infinity,
      }
  }
}
