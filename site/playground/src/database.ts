import type { Database } from 'sql.js'
import type { PrismaSchema } from '../../../packages/prisma/src/schema/schema.js'
import { type Loaded, labelOf, type Tables } from './world.js'

/** Fills an empty SQLite database with the rows of a world, in the tables of its schema. */
export function fill(database: Database, schema: PrismaSchema, tables: Tables): void {
  for (const model of schema.models) {
    const columns = model.fields.filter((field) => field.kind !== 'relation' && !field.list)
    const names = columns.map((column) => quoted((column as { column: string }).column))
    database.run(`CREATE TABLE ${quoted(model.table)} (${names.join(', ')})`)
    const insert = database.prepare(`INSERT INTO ${quoted(model.table)} VALUES (${columns.map(() => '?').join(', ')})`)
    for (const row of tables.of(model.name)) insert.run(columns.map(({ name }) => bound(row[name])) as never)
    insert.free()
  }
  for (const { path, rows } of joinTables(schema, tables)) {
    database.run(`CREATE TABLE ${quoted(path)} ("A", "B")`)
    for (const pair of rows) database.run(`INSERT INTO ${quoted(path)} VALUES (?, ?)`, pair as never)
  }
}

/** Runs a statement of a list, and returns the labels of its rows in the order of the table. */
export function labelsOf(
  database: Database,
  statement: { readonly text: string; readonly values: readonly unknown[] },
  { schema, tables, model: name }: { schema: PrismaSchema; tables: Tables; model: string },
): readonly string[] {
  const model = schema.models.find((one) => one.name === name)!
  const [result] = database.exec(statement.text, statement.values.map(bound) as never)
  const keys = new Set((result?.values ?? []).map((values) => JSON.stringify(values)))
  const keyOf = (row: Loaded) => JSON.stringify(model.key.map((field) => bound(row[field])))
  return tables
    .of(name)
    .filter((row) => keys.has(keyOf(row)))
    .map((row) => labelOf(model, row))
}

function joinTables(schema: PrismaSchema, tables: Tables) {
  const found = new Map<string, (readonly unknown[])[]>()
  for (const model of schema.models)
    for (const field of model.fields) {
      if (field.kind !== 'relation' || field.from.length > 0) continue
      const other = schema.models.find(({ name }) => name === field.model)!
      const path = `_${field.relation}`
      // One side is enough: the rows of the relation are the same from the other.
      const isFirst = model.name < other.name
      if (found.has(path) || (!isFirst && model !== other)) continue
      found.set(
        path,
        tables
          .of(model.name)
          .flatMap((row) =>
            (row[field.name] as readonly Loaded[]).map((one) => [bound(row[model.key[0]!]), bound(one[other.key[0]!])]),
          ),
      )
    }
  return [...found].map(([path, rows]) => ({ path, rows }))
}

/** A value as the driver takes it: Prisma keeps dates as ISO texts in SQLite. */
function bound(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString().replace('Z', '+00:00')
  if (typeof value === 'boolean') return value ? 1 : 0
  return typeof value === 'bigint' ? Number(value) : value
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
