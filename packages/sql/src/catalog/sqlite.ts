import { collationsOf } from './definition.js'
import type { CatalogColumn, CatalogQuery, CatalogReference } from './entries.js'
import { nameOf, textOf } from './row.js'

export async function sqliteColumns(names: string, query: CatalogQuery): Promise<readonly CatalogColumn[]> {
  const rows = await query(`
    SELECT m.name AS "table", m.type AS "kind", m.sql AS "definition", c.name AS "column", c.type AS "type", c."notnull" AS "required",
      (SELECT COUNT(*) FROM sqlite_master WHERE sql LIKE '%collate%') AS "collated"
    FROM sqlite_master AS m JOIN pragma_table_xinfo(m.name) AS c
    WHERE m.type IN ('table', 'view') AND lower(m.name) IN (${names})`)
  const definitions = new Map<string, ReadonlyMap<string, string> | undefined>()
  return rows.map((row): CatalogColumn => {
    const [table, column] = [nameOf(row, 'table'), nameOf(row, 'column')]
    if (!definitions.has(table)) definitions.set(table, collationsOf(textOf(row, 'definition')))
    const isPlain = Number(textOf(row, 'collated')) === 0
    // A view has the collations of the columns that it selects, and only its tables declare those.
    const isTold = textOf(row, 'kind') === 'table' && definitions.get(table) !== undefined
    const collation = isPlain ? 'BINARY' : isTold ? (definitions.get(table)?.get(column) ?? 'BINARY') : 'unknown'
    const isBinary = collation.toUpperCase() === 'BINARY'
    return {
      table,
      column,
      type: nameOf(row, 'type').replace(/(?<!\s)\s*\(.*$/s, ''),
      nullable: Number(textOf(row, 'required')) === 0,
      text: { collation, equality: isBinary, order: isBinary },
    }
  })
}

/**
 * Returns whether the driver reads a text only up to its first zero character. The database stores
 * and compares the whole text.
 */
export async function cutsTexts(query: CatalogQuery): Promise<boolean> {
  const [row] = await query(`SELECT 'a' || char(0) || 'b' AS "text"`)
  return row === undefined || textOf(row, 'text') !== 'a\0b'
}

export async function sqliteReferences(names: string, query: CatalogQuery): Promise<readonly CatalogReference[]> {
  const rows = await query(`
    SELECT m.name AS "table", f.id AS "id", f."from" AS "column", f."table" AS "to", f."to" AS "toColumn",
      (SELECT foreign_keys FROM pragma_foreign_keys) AS "enforced",
      (SELECT group_concat(name) FROM (SELECT p.name AS name FROM pragma_table_info(f."table") AS p WHERE p.pk > 0 ORDER BY p.pk)) AS "key",
      instr(upper(m.sql), 'DEFERRED') AS "deferred"
    FROM sqlite_master AS m JOIN pragma_foreign_key_list(m.name) AS f
    WHERE m.type = 'table' AND lower(m.name) IN (${names}) ORDER BY m.name, f.id, f.seq`)
  const byId = new Map<string, CatalogReference & { columns: string[]; toColumns: string[] }>()
  for (const row of rows) {
    const table = nameOf(row, 'table')
    const id = `${table} ${textOf(row, 'id')}`
    const isEnforced = Number(textOf(row, 'enforced')) === 1
    const known = byId.get(id) ?? {
      table,
      columns: [],
      to: nameOf(row, 'to'),
      toColumns: [],
      weakness: !isEnforced
        ? 'this connection does not enforce foreign keys (PRAGMA foreign_keys)'
        : Number(textOf(row, 'deferred')) > 0
          ? 'it is deferred'
          : undefined,
    }
    const key = nameOf(row, 'key').split(',')
    known.toColumns.push(nameOf(row, 'toColumn') || (key[known.columns.length] ?? ''))
    known.columns.push(nameOf(row, 'column'))
    byId.set(id, known)
  }
  return [...byId.values()]
}
