import type { CatalogColumn, CatalogQuery, CatalogReference } from './entries.js'
import { nameOf, textOf } from './row.js'

/**
 * Collations that compare by code point, including trailing blanks. `utf8mb4_bin` is not one: it
 * treats `a` and `a ` as equal.
 */
const byCodePoint = /^utf8(?:mb[34])?_(?:nopad|0900)_bin$/

export async function mysqlColumns(names: string, query: CatalogQuery): Promise<readonly CatalogColumn[]> {
  const text = (column: string, as: string) => `CAST(${column} AS CHAR) AS \`${as}\``
  const selected = [
    text('TABLE_SCHEMA', 'schema'),
    text('TABLE_NAME', 'table'),
    text('COLUMN_NAME', 'column'),
    text('DATA_TYPE', 'type'),
    text('COLUMN_TYPE', 'full'),
    text('IS_NULLABLE', 'nullable'),
    text('COLLATION_NAME', 'collation'),
    text('DATETIME_PRECISION', 'digits'),
  ]
  const rows = await query(
    `SELECT ${selected.join(', ')} FROM information_schema.COLUMNS WHERE TABLE_SCHEMA NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys') AND (TABLE_SCHEMA = DATABASE() OR DATABASE() IS NULL) AND LOWER(TABLE_NAME) IN (${names})`,
  )
  return rows.map((row): CatalogColumn => {
    const collation = textOf(row, 'collation')
    const isByCodePoint = byCodePoint.test(collation)
    const type = nameOf(row, 'type')
    const full = textOf(row, 'full')
    return {
      schema: nameOf(row, 'schema'),
      table: nameOf(row, 'table'),
      column: nameOf(row, 'column'),
      type,
      nullable: textOf(row, 'nullable') === 'YES',
      text: collation === '' ? undefined : { collation, equality: isByCodePoint, order: isByCodePoint },
      values: type === 'enum' ? valuesOf(full) : undefined,
      digits: textOf(row, 'digits') === '' ? undefined : Number(textOf(row, 'digits')),
      unsigned: /\bunsigned\b/i.test(full),
    }
  })
}

/** Returns the values in `enum('a','it''s')`. */
function valuesOf(type: string): readonly string[] {
  return [...type.matchAll(/'((?:[^']|'')*)'/g)].map(([, value]) => value!.replaceAll("''", "'"))
}

export async function mysqlReferences(names: string, query: CatalogQuery): Promise<readonly CatalogReference[]> {
  const text = (column: string, as: string) => `CAST(${column} AS CHAR) AS \`${as}\``
  const rows = await query(
    `SELECT ${text('CONSTRAINT_NAME', 'name')}, ${text('TABLE_NAME', 'table')}, ${text('COLUMN_NAME', 'column')}, ${text('REFERENCED_TABLE_NAME', 'to')}, ${text('REFERENCED_COLUMN_NAME', 'toColumn')}
    FROM information_schema.KEY_COLUMN_USAGE WHERE TABLE_SCHEMA = DATABASE() AND REFERENCED_TABLE_NAME IS NOT NULL AND LOWER(TABLE_NAME) IN (${names})
    ORDER BY TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION`,
  )
  const byName = new Map<string, CatalogReference & { columns: string[]; toColumns: string[] }>()
  for (const row of rows) {
    const key = `${nameOf(row, 'table')} ${textOf(row, 'name')}`
    const known = byName.get(key) ?? { table: nameOf(row, 'table'), columns: [], to: nameOf(row, 'to'), toColumns: [] }
    known.columns.push(nameOf(row, 'column'))
    known.toColumns.push(nameOf(row, 'toColumn'))
    byName.set(key, known)
  }
  return [...byName.values()]
}
