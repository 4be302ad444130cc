import { type DatabaseFacts, invalidArgument } from '@arcturus/core/internal/prisma'
import type { VerifiedDatabase } from '@arcturus/sql/internal/prisma'
import { schemaError } from '../errors.js'
import type { PrismaColumn, PrismaProvider, PrismaSchema } from '../schema/schema.js'
import { TextFacts } from './textFacts.js'

/** Facts about the application's database that no Prisma schema contains. */
export interface DatabaseOptions {
  /**
   * Accepts that texts are compared by the collation of their columns: of all columns, or of the
   * named ones (`['Document.title']`). Lists may then differ from checks if the collation differs
   * from code points.
   * Without it a `where` compares texts only if the database reports a collation by code point:
   * `BINARY` on SQLite, any deterministic one on PostgreSQL (`"C"` for an order),
   * `utf8mb4_nopad_bin` on MariaDB, `utf8mb4_0900_bin` on MySQL. Default false.
   */
  readonly acceptCollation?: boolean | readonly string[]
  /**
   * Known facts about the database, which override the promises of the schema: the result of
   * `verifyDatabase`, or a declaration such as `{ references: { 'Document.folder': false } }`.
   * Default: the promises of the schema. The guarded client then reads the collations itself,
   * once, before its first query whose filter compares texts.
   */
  readonly facts?: DatabaseFacts | VerifiedDatabase | undefined
  /**
   * The names of models in policies and in other options, by their names in the Prisma schema: `{ List: 'TodoList' }`. A
   * model with the name of a built-in type, such as `List`, needs one if the policy names that type. Default: the model's
   * own name.
   */
  readonly names?: Readonly<Record<string, string>> | undefined
}

/** The behaviour of one database, as far as databases differ. */
export interface Dialect {
  readonly provider: PrismaProvider
  /** Whether texts are equal only if their code points are equal. */
  readonly textEquality: boolean
  /** Whether texts are ordered by code point. */
  readonly textOrder: boolean
  /** The name of a text column's collation, if it was read. */
  readonly collation?: string | undefined
  /**
   * The type of a text column in the database, if it pads, folds or rewrites texts and the schema
   * does not declare it.
   */
  readonly textType?: string | undefined
  /**
   * Whether the driver reads a text only up to its first zero character, while the database
   * compares all of it.
   */
  readonly cutsTexts?: boolean | undefined
  /** Whether the column is part of a key or a reference, which is found only by an index. */
  readonly identifies?: boolean | undefined
  /**
   * How Prisma's `contains` and `startsWith` treat a text. `escaped`: `%`, `_` and `\` can be
   * escaped. `folding`: ASCII letters match in either case. Undefined: neither is known.
   */
  readonly like: 'escaped' | 'folding' | undefined
  /**
   * The position of NaN in the database's order of numbers; undefined if no column can hold NaN.
   * Checks do not order NaN.
   */
  readonly nan: 'greatest' | 'least' | undefined
  /** The number of digits of a decimal that are compared exactly. */
  readonly decimalDigits: number
  /** Whether a date can be finer than the milliseconds of JavaScript. */
  readonly fineDates: boolean
  /** The number of values that a query may send, with a margin for the caller's own. */
  readonly values: number
  /** The number of tables that a query may join, with a margin for the caller's own. */
  readonly relations: number
  /** The depth to which a `where` may nest, in places of the database's parser. */
  readonly depth: number
}

/** Returns the result of `verifyDatabase`; undefined for a declaration. */
export function verifiedOf(facts: DatabaseOptions['facts']): VerifiedDatabase | undefined {
  return facts && 'columns' in facts ? facts : undefined
}

/**
 * Returns the dialect of each column: how the database treats its values.
 * @throws UnknownTextsError for a text column whose collation has not been read yet
 */
export type Dialects = (column: PrismaColumn) => Dialect

/**
 * @throws ArgumentError, or PrismaSchemaError if `acceptCollation` names a column that is not a
 * text column
 */
export function dialectsOf(
  schema: PrismaSchema,
  { acceptCollation = false, facts }: DatabaseOptions,
  texts: TextFacts = new TextFacts(schema, { texts: verifiedOf(facts) }),
): Dialects {
  const { provider, models } = schema
  const plain = dialectOf(provider)
  const isAccepted = accepting(acceptCollation, models)
  const known = new Map<PrismaColumn, Dialect>()
  return (column) => {
    if (column.kind === 'enum' || column.type !== 'String') return plain
    let dialect = known.get(column)
    if (!dialect) {
      dialect = { ...plain, ...texts.of(column, isAccepted(column)) }
      // Facts that are still assumed can change.
      if (texts.areRead) known.set(column, dialect)
    }
    return dialect
  }
}

/**
 * Whether two texts of a column are equal to the database only if they are identical. MySQL and SQL
 * Server compare texts by a collation that ignores case, unless the catalog or the application
 * declares another one. The other databases compare by code point, unless the catalog declares
 * otherwise.
 * @throws ArgumentError, or PrismaSchemaError if `acceptCollation` names a column that is not a
 * text column
 */
export function exactTexts(
  schema: PrismaSchema,
  { acceptCollation = false, facts }: DatabaseOptions,
): (column: PrismaColumn) => boolean {
  const isAccepted = accepting(acceptCollation, schema.models)
  const read = verifiedOf(facts)
  const texts = read && new TextFacts(schema, { texts: read })
  const isUsual = schema.provider !== 'mysql' && schema.provider !== 'sqlserver'
  return (column) =>
    column.type !== 'String' ||
    column.native?.name === 'Uuid' ||
    isAccepted(column) ||
    (column.native?.name !== 'Citext' && (texts ? texts.of(column, false).textEquality : isUsual))
}

function accepting(
  acceptCollation: boolean | readonly string[],
  models: PrismaSchema['models'],
): (column: PrismaColumn) => boolean {
  if (typeof acceptCollation === 'boolean') return () => acceptCollation
  if (!Array.isArray(acceptCollation)) {
    throw invalidArgument('`acceptCollation` must be a boolean or a list of columns.', { data: { acceptCollation } })
  }
  const accepted = new Set(acceptCollation.map((name) => textColumn(name, models)))
  return (column) => accepted.has(column)
}

function textColumn(name: string, models: PrismaSchema['models']): PrismaColumn {
  const [model, field] = name.split('.')
  const found = models.find((one) => one.name === model)?.fields.find((one) => one.name === field)
  if (found && found.kind !== 'relation' && found.type === 'String') return found
  throw schemaError(`\`acceptCollation\` names "${name}", which is not a string column.`, {
    hint: "write each column as Model.field: ['Document.title']",
  })
}

/** What is assumed of a database: that of SQL Server, whose texts no filter of Prisma compares exactly. */
const least: Omit<Dialect, 'provider'> = {
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
const postgres: typeof least = {
  ...least,
  textEquality: true,
  like: 'escaped',
  nan: 'greatest',
  decimalDigits: Infinity,
  values: 30_000,
  relations: Infinity,
}
const dialects: Readonly<Record<PrismaProvider, typeof least>> = {
  // Up to 3.45 the parser has a stack of 100 places.
  sqlite: { ...least, like: 'folding', fineDates: false, values: 900, relations: 55, depth: 96 },
  postgresql: postgres,
  cockroachdb: { ...postgres, nan: 'least' },
  mysql: { ...least, like: 'escaped', values: 60_000, relations: 55 },
  sqlserver: least,
  mongodb: least,
}

export function dialectOf(provider: PrismaProvider): Dialect {
  return { provider, ...dialects[provider] }
}
