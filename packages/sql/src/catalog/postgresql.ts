import type { CatalogColumn, CatalogQuery, CatalogReference } from './entries.js'
import { listOf, nameOf, textOf } from './row.js'

/** Time types. A column of them without a number of digits has 6. */
const times: ReadonlySet<string> = new Set(['timestamp', 'timestamptz', 'time', 'timetz'])

export async function postgresColumns(names: string, query: CatalogQuery): Promise<readonly CatalogColumn[]> {
  // Columns that earlier versions don't have are read through JSON, where they are just missing.
  const rows = await query(`
    SELECT CAST(n.nspname AS text) AS "schema", CAST(c.relname AS text) AS "table", CAST(a.attname AS text) AS "column",
      CAST(b.typname AS text) AS "type", CAST(a.attnotnull AS text) AS "required", CAST(a.atttypmod AS text) AS "modifier",
      CAST(pg_table_is_visible(c.oid) AS text) AS "visible", CAST(k.collname AS text) AS "collation",
      COALESCE(to_jsonb(k) ->> 'collisdeterministic', 'true') AS "deterministic",
      CASE WHEN k.collname = 'default'
        THEN d.datcollate || ' ' || COALESCE(to_jsonb(d) ->> 'datlocprovider', 'c')
        ELSE k.collcollate || ' ' || CAST(k.collprovider AS text) END AS "locale",
      pg_encoding_to_char(d.encoding) AS "encoding",
      CAST((SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = b.oid) AS text) AS "values"
    FROM pg_attribute a
      JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
      JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT IN ('pg_catalog', 'information_schema')
      JOIN pg_type t ON t.oid = a.atttypid
      JOIN pg_type b ON b.oid = COALESCE(NULLIF(t.typbasetype, 0), t.oid)
      JOIN pg_database d ON d.datname = current_database()
      LEFT JOIN pg_collation k ON k.oid = a.attcollation
    WHERE a.attnum > 0 AND NOT a.attisdropped AND lower(c.relname) IN (${names})`)
  return rows.map((row): CatalogColumn => {
    const type = nameOf(row, 'type')
    const collation = textOf(row, 'collation')
    const modifier = Number(textOf(row, 'modifier'))
    const isByCodePoint = /^(?:C|POSIX) c$/.test(textOf(row, 'locale')) && textOf(row, 'encoding') === 'UTF8'
    return {
      schema: nameOf(row, 'schema'),
      visible: textOf(row, 'visible') === 'true',
      table: nameOf(row, 'table'),
      column: nameOf(row, 'column'),
      type,
      nullable: textOf(row, 'required') !== 'true',
      text:
        collation === ''
          ? undefined
          : { collation, equality: textOf(row, 'deterministic') === 'true', order: isByCodePoint },
      values: textOf(row, 'values') === '' ? undefined : listOf(row, 'values'),
      digits: times.has(type) ? (modifier === -1 ? 6 : modifier) : undefined,
    }
  })
}

export async function postgresReferences(names: string, query: CatalogQuery): Promise<readonly CatalogReference[]> {
  const columns = (keys: string, table: string) =>
    `CAST((SELECT json_agg(a.attname ORDER BY k.at) FROM unnest(${keys}) WITH ORDINALITY AS k(num, at) JOIN pg_attribute a ON a.attrelid = ${table} AND a.attnum = k.num) AS text)`
  const rows = await query(`
    SELECT CAST(c.relname AS text) AS "table", CAST(r.relname AS text) AS "to",
      CAST(n.nspname AS text) AS "schema", CAST(m.nspname AS text) AS "toSchema",
      ${columns('f.conkey', 'f.conrelid')} AS "columns", ${columns('f.confkey', 'f.confrelid')} AS "toColumns",
      CASE WHEN NOT f.convalidated THEN 'it was not validated' WHEN f.condeferrable THEN 'it can be deferred' ELSE '' END AS "weakness"
    FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid JOIN pg_class r ON r.oid = f.confrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_namespace m ON m.oid = r.relnamespace
    WHERE f.contype = 'f' AND lower(c.relname) IN (${names})`)
  return rows.map((row) => ({
    schema: nameOf(row, 'schema'),
    toSchema: nameOf(row, 'toSchema'),
    table: nameOf(row, 'table'),
    columns: listOf(row, 'columns').map((one) => one.toLowerCase()),
    to: nameOf(row, 'to'),
    toColumns: listOf(row, 'toColumns').map((one) => one.toLowerCase()),
    weakness: textOf(row, 'weakness') || undefined,
  }))
}
