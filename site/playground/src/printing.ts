import { ArcturusError } from '@arcturus/core'
import type { Definite } from '@arcturus/core/filters'
import { printSql, type SqlDialect } from '@arcturus/sql'
import { WherePrinter } from '../../../packages/prisma/src/filter/printer.js'
import { sqlTablesOf } from '../../../packages/prisma/src/filter/sqlTables.js'
import type { PrismaSchema } from '../../../packages/prisma/src/schema/schema.js'
import { type Listed, refusalOf } from './engine.js'
import type { Loaded } from './world.js'

// The collation of a real database may differ; the page shows the texts for one that compares by code point.
const options = { acceptCollation: true } as const

/**
 * Prints a filter as Prisma's `where` and as SQL.
 * @param keys - Returns the rows of the filter, for a `where` that needs their keys.
 */
export function printed(
  filter: { definite(): Definite },
  schema: PrismaSchema,
  model: string,
  keys: () => readonly Loaded[],
): Pick<Listed, 'where' | 'sql' | 'runs'> {
  const statement = (dialect: SqlDialect, parameter: (value: unknown) => string): string => {
    const tables = sqlTablesOf({ ...schema, provider: dialect }, options)
    const {
      sql,
      joins,
      with: before,
    } = printSql(filter.definite(), { dialect, tables, row: 'row', ahead: true, parameter })
    const quote = dialect === 'mysql' ? '`' : '"'
    const quoted = (name: string) => `${quote}${name}${quote}`
    const { path, key } = tables.table(model)!
    const columns = key.map(({ name }) => `${quoted('row')}.${quoted(name)}`).join(', ')
    const table = path.map(quoted).join('.')
    return `${before}SELECT ${columns}\nFROM ${table} AS ${quoted('row')}${joins}\nWHERE ${sql}`
  }
  const attempt = (dialect: SqlDialect) => {
    try {
      return statement(dialect, literal)
    } catch (error) {
      return refusalOf(error)
    }
  }
  const values: unknown[] = []
  let text: string | undefined
  try {
    text = statement('sqlite', (value) => `?${values.push(value)}`)
  } catch (error) {
    // The refusal is shown in place of the text.
    refusalOf(error)
  }
  return {
    where: whereOf(filter, schema, model, keys),
    sql: { postgresql: attempt('postgresql'), mysql: attempt('mysql'), sqlite: attempt('sqlite') },
    runs: text === undefined ? undefined : { text, values },
  }
}

/** Prisma's `where`. If no `where` says it, the client reads the keys by SQL first. */
function whereOf(
  filter: { definite(): Definite },
  schema: PrismaSchema,
  model: string,
  keys: () => readonly Loaded[],
): string {
  const reference = (of: string, field: string) => ({
    toJSON: () => `\0prisma.${of[0]!.toLowerCase()}${of.slice(1)}.fields.${field}\0`,
  })
  const written = (where: unknown) =>
    JSON.stringify(where, undefined, 2)
      .replace(/"([A-Za-z_]\w*)":/g, '$1:')
      .replace(/"\\u0000(.*?)\\u0000"/g, '$1')
  try {
    return written(new WherePrinter(schema, options, reference as never).print(filter.definite(), model))
  } catch (error) {
    if (!(error instanceof ArcturusError)) throw error
    const { key } = schema.models.find(({ name }) => name === model)!
    const found = keys().map((row) => Object.fromEntries(key.map((field) => [field, row[field]])))
    return `// ${error.summary}\n// The client reads the keys by the SQL, then selects their rows.\n${written({ OR: found })}`
  }
}

/** A value in SQL, for reading. */
function literal(value: unknown): string {
  if (value instanceof Date) return `'${value.toISOString()}'`
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`
  if (Array.isArray(value)) return `ARRAY[${value.map(literal).join(', ')}]`
  return String(value)
}
