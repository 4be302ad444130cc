import { ArgumentError, invalidArgument, type Schema } from '@arcturus/core/internal/sql'
import { integerRange } from './column/integers.js'
import type { SqlColumn, SqlField, SqlPair, SqlTables, SqlType } from './tables.js'

/** A table, as a schema library or the database describes it. */
export interface DescribedTable {
  /** Schema and table, as far as they are specified: `['public', 'notes']`. */
  readonly path: readonly string[]
  /** The columns, by the fields of the model that they hold. */
  readonly columns: Readonly<Record<string, SqlColumn>>
  /** The names of the columns of each foreign key. Other references are looked up. Default: none. */
  readonly references?: readonly (readonly string[])[] | undefined
}

/**
 * Returns the tables for `printSql`: those of the columns that were described, with the relations and keys with
 * which the models are registered.
 *
 * @param schema - That of the authorizer: `authorizer.schema`.
 * @param described - The table of each model, by its name.
 * @throws {ArgumentError} A model is not registered.
 * @example
 * const tables = sqlTables(authorizer.schema, { Note: drizzleTable(notes, getTableConfig) })
 */
export function sqlTables(
  schema: Pick<Schema, 'models' | 'isSubclass'>,
  described: Readonly<Record<string, DescribedTable>>,
): SqlTables {
  const tables = new Map(Object.entries(described))
  for (const model of tables.keys()) {
    if (!schema.models.has(model))
      throw new ArgumentError('unknown-model', `No model is registered as "${model}".`, {
        hint: 'register it with registerClass or registerModels',
        data: { name: model },
      })
  }
  const columnOf = (model: string, field: string): SqlColumn | undefined => {
    const columns = tables.get(model)?.columns ?? {}
    const column = Object.hasOwn(columns, field) ? columns[field] : undefined
    return column && (identifying(schema, model).has(field) ? { ...column, identifies: true } : column)
  }
  return {
    table: (model) => {
      const table = tables.get(model)
      const key = (schema.models.get(model)?.key ?? []).map((field) => columnOf(model, field))
      return table && { path: table.path, key: key.filter((column) => column !== undefined), restrictions: [] }
    },
    field: (model, name): SqlField | undefined => {
      const field = schema.models.get(model)?.fields.get(name)
      if (field?.kind !== 'relation') {
        const column = columnOf(model, name)
        return column && { kind: 'column', column }
      }
      const pairs = field.from.map((from, at) => ({
        from: columnOf(model, from),
        to: columnOf(field.model, field.to[at] ?? ''),
      }))
      if (pairs.length === 0 || !pairs.every(isWhole)) return undefined
      const own = pairs.map(({ from }) => from.name).join()
      const kept = !field.many && tables.get(model)?.references?.some((columns) => columns.join() === own) === true
      return {
        kind: 'relation',
        relation: { model: field.model, many: field.many, kept, link: { kind: 'columns', pairs } },
      }
    },
    instances: (model, of, exact) => ((exact ? model === of : schema.isSubclass(model, of)) ? 'all' : 'none'),
  }
}

function isWhole(pair: { readonly [Side in keyof SqlPair]: SqlColumn | undefined }): pair is SqlPair {
  return pair.from !== undefined && pair.to !== undefined
}

/** Returns the fields of a model by which rows are looked up. */
function identifying({ models }: Pick<Schema, 'models'>, model: string): ReadonlySet<string> {
  const fields = [...(models.get(model)?.fields.values() ?? [])]
  return new Set([
    ...(models.get(model)?.key ?? []),
    ...fields.flatMap((field) => (field.kind === 'relation' ? field.from : [])),
  ])
}

/** The types that PostgreSQL and SQLite compare as a check does, by their names. */
const types: readonly (readonly [name: RegExp, read: string, type: SqlType])[] = [
  [/^bool(ean)?$/i, 'boolean', { kind: 'boolean' }],
  [/^(int2|smallint|smallserial)$/i, 'number', { kind: 'integer', ...integerRange(16), bigint: false }],
  [/^(int4|integer|int|serial)$/i, 'number', { kind: 'integer', ...integerRange(32), bigint: false }],
  [/^(float8|double precision)$/i, 'number', { kind: 'float', single: false }],
  [/^(text|varchar|character varying)(\(\d+\))?$/i, 'string', { kind: 'text', exact: true }],
  [/^uuid$/i, 'string', { kind: 'uuid' }],
]

/**
 * Returns the type of a column. A type that is not known is one that only `nil` is compared with.
 *
 * @param read - The type of the values that the application reads, if the library declares it.
 */
function typeOf(name: string, read?: string): SqlType {
  const [, , known] = types.find(([pattern, as]) => pattern.test(name) && (read === undefined || read === as)) ?? []
  return known ?? { kind: 'other', name, nil: true }
}

/** The parts of a Drizzle column that are used. */
interface DrizzleColumn {
  readonly name: string
  readonly notNull: boolean
  readonly dataType: string
  getSQLType(): string
}

/** What `getTableConfig` of Drizzle returns, as far as it is used. */
export interface DrizzleConfig {
  readonly name: string
  readonly schema?: string | undefined
  readonly columns: readonly DrizzleColumn[]
  readonly foreignKeys: readonly { reference(): { readonly columns: readonly { readonly name: string }[] } }[]
}

/**
 * Reads a table of Drizzle for PostgreSQL.
 *
 * Columns of booleans, whole and double-precision numbers, texts and UUIDs can be compared. A filter that
 * compares a column of another type is refused.
 *
 * @param getTableConfig - That of `drizzle-orm/pg-core`.
 * @example
 * drizzleTable(notes, getTableConfig)
 */
export function drizzleTable<Table extends object>(
  table: Table,
  getTableConfig: (table: Table) => DrizzleConfig,
): DescribedTable {
  const { name, schema, columns, foreignKeys } = getTableConfig(table)
  const described = Object.entries(table).flatMap(([field, value]) => {
    const column = columns.find((one) => one === value)
    if (!column) return []
    const type = typeOf(column.getSQLType(), column.dataType)
    return [[field, { name: column.name, nullable: !column.notNull, type }] as const]
  })
  return {
    path: schema === undefined ? [name] : [schema, name],
    columns: Object.fromEntries(described),
    references: foreignKeys.map((key) => key.reference().columns.map((column) => column.name)),
  }
}

/** What Kysely's introspection tells about a table, as far as it is used. */
export interface KyselyTable {
  readonly name: string
  readonly schema?: string | undefined
  readonly columns: readonly { readonly name: string; readonly dataType: string; readonly isNullable: boolean }[]
}

/**
 * Reads a table of PostgreSQL that Kysely's introspection found: `await db.introspection.getTables()`. Types as for
 * `drizzleTable`. The introspection tells no foreign keys, so references are looked up.
 *
 * @param fieldOf - Returns the field of a column. Default: the column's own name.
 * @throws {ArgumentError} There is no such table.
 * @example
 * kyselyTable(await db.introspection.getTables(), 'notes')
 */
export function kyselyTable(
  tables: readonly KyselyTable[],
  name: string,
  fieldOf: (column: string) => string = (column) => column,
): DescribedTable {
  const found = tables.find((table) => table.name === name)
  if (!found)
    throw invalidArgument(`The database has no table "${name}".`, {
      hint: `it has: ${tables.map((table) => table.name).join(', ')}`,
    })
  const columns = found.columns.map(
    (column) =>
      [
        fieldOf(column.name),
        { name: column.name, nullable: column.isNullable, type: typeOf(column.dataType) },
      ] as const,
  )
  return {
    path: found.schema === undefined ? [found.name] : [found.schema, found.name],
    columns: Object.fromEntries(columns),
  }
}
