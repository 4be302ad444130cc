import type { Definite } from '@arcturus/core/internal/sql'
import type { SqlOptions } from './dialect.js'
import { printSql } from './printSql.js'

type Options = Omit<SqlOptions, 'parameter'>

/** The `sql` of Drizzle, as far as it is used. */
interface DrizzleTag<Sql> {
  raw(text: string): Sql
  param(value: unknown): unknown
  join(chunks: never[]): Sql
}

/** The `sql` of Kysely, as far as it is used. */
interface KyselyTag {
  raw(text: string): unknown
  val(value: unknown): unknown
  join(chunks: never[], separator: never): unknown
}

/**
 * Returns a condition for `where` of Drizzle.
 *
 * @param sql - The `sql` of `drizzle-orm`.
 * @throws {UnsupportedFilterError} The database can't evaluate the condition as a check does.
 * @example
 * const condition = authorizer.filter(user, 'read', 'Note').definite()
 * db.select().from(notes).where(drizzleSql(sql, condition, { dialect: 'postgresql', tables, row: 'notes' }))
 */
export function drizzleSql<Sql>(sql: DrizzleTag<Sql>, condition: Definite, options: Options): Sql {
  // A value that is a list is one parameter, which Drizzle would take apart if it were not marked as one.
  return sql.join(chunksOf(condition, options, sql.raw, sql.param))
}

/**
 * Returns a condition for `where` of Kysely.
 *
 * @param sql - The `sql` of `kysely`.
 * @throws {UnsupportedFilterError} The database can't evaluate the condition as a check does.
 * @example
 * const condition = authorizer.filter(user, 'read', 'Note').definite()
 * db.selectFrom('notes').where(kyselySql<RawBuilder<boolean>>(sql, condition, { dialect: 'postgresql', tables, row: 'notes' }))
 */
export function kyselySql<Raw>(sql: KyselyTag, condition: Definite, options: Options): Raw {
  // Sound: each of Kysely's methods returns a builder of any type that is asked for.
  return sql.join(chunksOf(condition, options, sql.raw, sql.val), sql.raw('') as never) as Raw
}

/**
 * Returns the arguments of `whereRaw` of Knex.
 *
 * @throws {UnsupportedFilterError} The database can't evaluate the condition as a check does.
 * @example
 * const condition = authorizer.filter(user, 'read', 'Note').definite()
 * knex('notes').whereRaw(...knexSql(condition, { dialect: 'postgresql', tables, row: 'notes' }))
 */
export function knexSql(condition: Definite, options: Options): [sql: string, values: Record<string, never>] {
  const values: Record<string, never> = {}
  const parameter = (value: unknown): string => {
    const name = `value${Object.keys(values).length}`
    // Sound: the type of Knex's values names only some that its drivers take.
    values[name] = value as never
    return `:${name}`
  }
  return [printSql(condition, { ...options, parameter }).sql, values]
}

/** Returns the texts of a condition and its values, in their order. */
function chunksOf(
  condition: Definite,
  options: Options,
  raw: (text: string) => unknown,
  param: (value: unknown) => unknown,
): never[] {
  const values: unknown[] = []
  const mark = '\u0001'
  const { sql } = printSql(condition, {
    ...options,
    parameter: (value) => {
      values.push(value)
      return mark
    },
  })
  const chunks = sql.split(mark).flatMap((text, at) => (at === 0 ? [raw(text)] : [param(values[at - 1]), raw(text)]))
  // Sound: the tag made them.
  return chunks as never[]
}
