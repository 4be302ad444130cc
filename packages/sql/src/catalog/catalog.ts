import type { SqlDialect } from '../dialect.js'
import type { CatalogColumn, CatalogQuery, CatalogReference } from './entries.js'
import { mysqlColumns, mysqlReferences } from './mysql.js'
import { postgresColumns, postgresReferences } from './postgresql.js'
import { sqliteColumns, sqliteReferences } from './sqlite.js'

const columnReaders = { sqlite: sqliteColumns, postgresql: postgresColumns, mysql: mysqlColumns }
const referenceReaders = { sqlite: sqliteReferences, postgresql: postgresReferences, mysql: mysqlReferences }

/**
 * Reads the columns of some tables, in one query.
 * @param tables - their names, without a schema
 */
export async function readColumns(
  dialect: SqlDialect,
  tables: readonly string[],
  query: CatalogQuery,
): Promise<readonly CatalogColumn[]> {
  return tables.length === 0 ? [] : columnReaders[dialect](literals(tables), query)
}

/** Reads the foreign keys of some tables. */
export async function readReferences(
  dialect: SqlDialect,
  tables: readonly string[],
  query: CatalogQuery,
): Promise<readonly CatalogReference[]> {
  return tables.length === 0 ? [] : referenceReaders[dialect](literals(tables), query)
}

/**
 * Returns the columns that a name can mean. There are several if tables of one name are in several
 * schemas and none takes precedence.
 * @param path - the table's path; without a schema, tables of all schemas match
 */
export function columnsNamed(
  columns: readonly CatalogColumn[],
  path: readonly string[],
  name: string,
): readonly CatalogColumn[] {
  const [table, schema] = [path.at(-1)!.toLowerCase(), path.at(-2)?.toLowerCase()]
  const column = name.toLowerCase()
  const found = columns.filter(
    (one) =>
      one.column === column &&
      one.table === table &&
      (schema === undefined || one.schema === undefined || one.schema === schema),
  )
  const visible = schema === undefined ? found.filter((one) => one.visible === true) : []
  return visible.length > 0 ? visible : found
}

function literals(names: readonly string[]): string {
  return names.map((name) => `'${name.toLowerCase().replaceAll("'", "''")}'`).join(', ')
}
