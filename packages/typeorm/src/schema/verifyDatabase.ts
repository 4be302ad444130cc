import { type VerifiedDatabase, verify } from '@arcturus/sql/internal/typeorm'
import type { DataSource } from 'typeorm'
import { driverOf } from './dialect.js'
import { columnsOf, type Described, entitiesOf, modelName, relationsOf } from './entities.js'
import { TypeOrmTables } from './tables.js'

/**
 * Compares the entities of a data source with its database. It compares tables, column types, enum
 * values, nullability, declared collations and foreign keys. It also compares the time zone of the
 * connection, and whether a date comes back as it was sent. It reads the database's own tables in a
 * few queries, and no rows of the application.
 *
 * @returns the differences found and the facts read: pass the result as the option `facts`
 * @throws TypeOrmSchemaError if the data source is not initialized, or the database is unsupported
 *
 * @example
 * ```ts
 * const facts = await verifyDatabase(dataSource)
 * for (const { message } of facts.problems) console.warn(message)
 * const { authorizedFilter } = typeOrmAuthorization(authorizer, dataSource, { facts })
 * ```
 */
export async function verifyDatabase(dataSource: DataSource): Promise<VerifiedDatabase> {
  const { dialect } = driverOf(dataSource)
  const described = entitiesOf(dataSource).flatMap((entity): readonly Described[] => [entity, ...entity.allEmbeddeds])
  const models = new Map(
    described.map((of) => [modelName(of), [...columnsOf(of), ...relationsOf(of)].map((one) => one.propertyName)]),
  )
  const views = new Set(entitiesOf(dataSource).flatMap(({ name, tableType }) => (tableType === 'view' ? [name] : [])))
  const tables = new TypeOrmTables(dataSource)
  const query = async (sql: string): Promise<readonly object[]> => {
    const rows: unknown = await dataSource.query(sql)
    return Array.isArray(rows) ? rows.filter((row): row is object => typeof row === 'object' && row !== null) : []
  }
  const verified = await verify({ dialect, tables, models, views, zonedAsUtc: false }, query)
  if (dialect !== 'postgresql' || (await returnsDates(dataSource))) return verified
  const message =
    'The driver reads a `timestamp` in another time zone than it writes it (parseInputDatesAsUTC). Use one zone for both.'
  return { ...verified, problems: [...verified.problems, { kind: 'time-zone', message }] }
}

/** Returns whether a date is read as the instant that was sent, if the column stores no zone. */
async function returnsDates(dataSource: DataSource): Promise<boolean> {
  // No time zone changes its clocks on this date.
  const sent = new Date('2024-01-15T12:00:00.000Z')
  const [row] = await dataSource.query<{ sent: unknown }[]>('SELECT CAST($1 AS timestamp) AS sent', [sent])
  return row?.sent instanceof Date && row.sent.getTime() === sent.getTime()
}
