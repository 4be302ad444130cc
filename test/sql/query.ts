import type { Definite } from '@arcturus/core/filters'
import { type PrintedSql, printSql, type SqlColumn, type SqlDialect, type SqlTables } from '@arcturus/sql'
import type { Client } from '../prisma/documents.js'

/** A printed condition with its values, as Prisma takes raw queries. */
export interface Query extends PrintedSql {
  readonly values: readonly unknown[]
}

/** Casts for values that PostgreSQL would not take for a column's type as Prisma sends them. */
export type Cast = (column: SqlColumn) => string | undefined

export function printQuery(
  condition: Definite,
  dialect: SqlDialect,
  tables: SqlTables,
  cast: Cast = () => undefined,
  { row = 'row', ahead = false, joins = false } = {},
): Query {
  const values: unknown[] = []
  const printed = printSql(condition, {
    dialect,
    tables,
    row,
    ahead,
    joins,
    parameter(value, column) {
      values.push(value)
      const place = dialect === 'postgresql' ? `$${values.length}` : '?'
      const type = dialect === 'postgresql' ? cast(column) : undefined
      return type === undefined ? place : `CAST(${place} AS ${type})`
    },
  })
  return { ...printed, values }
}

/** The ids of the rows of a table for which it holds. */
export async function idsOf(
  prisma: Client,
  dialect: SqlDialect,
  table: string,
  { with: queries, joins, sql, values }: Query,
): Promise<number[]> {
  const quote = dialect === 'mysql' ? '`' : '"'
  const name = (one: string) => `${quote}${one}${quote}`
  const statement = `${queries}SELECT ${name('row')}.${name('id')} AS ${name('id')} FROM ${name(table)} AS ${name('row')}${joins} WHERE ${sql} ORDER BY 1`
  const rows = await prisma.$queryRawUnsafe<{ id: number | bigint }[]>(statement, ...values)
  return rows.map((row) => Number(row.id))
}

/** What PostgreSQL calls the types of the schema `documents`. */
export const castDocuments: Cast = ({ type }) => {
  switch (type.kind) {
    case 'enum':
      return '"Visibility"'
    case 'decimal':
      return 'decimal'
    case 'date':
      return 'timestamp(3)'
    case 'float':
      return 'double precision'
    case 'list':
      return type.of.kind === 'enum'
        ? '"Visibility"[]'
        : type.of.kind === 'decimal'
          ? 'decimal[]'
          : type.of.kind === 'date'
            ? 'timestamp(3)[]'
            : undefined
    default:
      return undefined
  }
}
