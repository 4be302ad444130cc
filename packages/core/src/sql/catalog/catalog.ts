import type { SqlDialect } from '../dialect.js'
import type { CatalogColumn, CatalogQuery, CatalogReference } from './entries.js'
import { mysqlColumns, mysqlReferences } from './mysql.js'
import { postgresColumns, postgresReferences } from './postgresql.js'
import { sqliteColumns, sqliteReferences } from './sqlite.js'

/**
 * Reads the columns of some tables, in one query.
 * @param tables - their names, without a schema
 */
export async function readColumns(
  dialect: SqlDialect,
  tables: readonly string[],
  query: CatalogQuery,
): Promise<readonly CatalogColumn[]> {
  if (tables.length === 0) return []
  const names = tables.map((name) => literal(name.toLowerCase())).join(', ')
  switch (dialect) {
    case 'sqlite':
      return sqliteColumns(names, query)
    case 'postgresql':
      return postgresColumns(names, query)
    case 'mysql':
      return mysqlColumns(names, query)
  }
}

/** Reads the foreign keys of some tables. */
export async function readReferences(
  dialect: SqlDialect,
  tables: readonly string[],
  query: CatalogQuery,
): Promise<readonly CatalogReference[]> {
  if (tables.length === 0) return []
  const names = tables.map((name) => literal(name.toLowerCase())).join(', ')
  switch (dialect) {
    case 'sqlite':
      return sqliteReferences(names, query)
    case 'postgresql':
      return postgresReferences(names, query)
    case 'mysql':
      return mysqlReferences(names, query)
  }
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

function literal(name: string): string {
  return `'${name.replaceAll("'", "''")}'`
}
