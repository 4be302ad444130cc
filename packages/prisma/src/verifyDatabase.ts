import { type VerifiedDatabase, verify } from '@arcturus/sql/internal/prisma'
import { type DatabaseOptions, dialectsOf } from './database/dialect.js'
import { sendBy } from './database/send.js'
import { sqlDialectOf } from './database/sqlDialect.js'
import { schemaError } from './errors.js'
import { PrismaSqlTables } from './filter/sqlTables.js'
import { type PrismaClientLike, schemaFor } from './schema/fromClient.js'
import { named, type PrismaSchema } from './schema/schema.js'
import { Tables } from './schema/tables.js'

/**
 * Compares a Prisma schema with the database of a client: tables, types of columns, values of
 * enums, nullability, foreign keys, the time zone of the connection, and the collations of columns
 * that `acceptCollation` names. It reads the database's own tables, in two or three queries, and no
 * rows of the application.
 *
 * @param schema - Default: the schema that the client carries.
 * @returns the problems and the facts of the database: pass the result as the option `facts`
 * @throws PrismaSchemaError for an invalid schema, or a database other than SQLite, PostgreSQL,
 * MySQL and MariaDB
 *
 * @example
 * ```ts
 * const facts = await verifyDatabase(client)
 * for (const { message } of facts.problems) console.warn(message)
 * const { prisma } = prismaAuthorization(authorizer, client, { facts })
 * ```
 */
export async function verifyDatabase(
  client: PrismaClientLike,
  schema?: PrismaSchema,
  { acceptCollation, names }: Pick<DatabaseOptions, 'acceptCollation' | 'names'> = {},
): Promise<VerifiedDatabase> {
  const known = named(schemaFor(client, schema), names)
  const dialect = sqlDialectOf(known)
  if (!dialect) {
    throw schemaError(`verifyDatabase does not support the provider "${known.provider}".`, {
      hint: 'use SQLite, PostgreSQL, MySQL or MariaDB, or declare the facts with the option `facts`',
    })
  }
  const send = sendBy(client)
  const models = new Map(known.models.map(({ name, fields }) => [name, fields.map((field) => field.name)]))
  const views = new Set(known.models.flatMap(({ name, view }) => (view ? [name] : [])))
  // The promises of the schema are compared, so no known facts override them.
  const tables = new PrismaSqlTables(
    new Tables(known),
    dialectsOf(known, acceptCollation === undefined ? {} : { acceptCollation }),
  )
  // Prisma's driver for PostgreSQL reads every time as UTC.
  return await verify({ dialect, tables, models, views, zonedAsUtc: true }, (sql) =>
    send({ texts: [sql], values: [], model: '' }),
  )
}
