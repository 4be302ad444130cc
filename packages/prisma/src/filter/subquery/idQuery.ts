import type { Definite } from '@arcturus/core/internal/prisma'
import type { PrintedSql, SqlColumn, SqlDialect, SqlTable, SqlTables } from '@arcturus/sql'
import type { PrintSql } from '@arcturus/sql/internal/prisma'
import type { IdQuery } from '../../database/send.js'
import { refuse } from '../../refusal.js'

/** The number of values that a query may send if Prisma does not divide it. */
const maxValues = 32_000

/** Writes {@link IdQuery | queries for keys}. */
export class IdQueries {
  constructor(
    private readonly print: PrintSql,
    private readonly tables: SqlTables,
    private readonly dialect: SqlDialect,
  ) {}

  /**
   * @param limit - The maximum number of usable keys. One more is read, to detect that there are
   * too many.
   * @param isDivided - Whether each alternative is a query of its own: a database starts from the rows that one of them
   * names, but reads the whole table for several.
   * @throws UnsupportedFilterError if SQL can't express the condition exactly, or the model has no
   * key
   */
  write(condition: Definite, model: string, limit: number, isDivided = false): IdQuery {
    const table = this.tables.table(model)
    if (!table || table.key.length === 0) {
      return refuse('no-key', `The rows of "${model}" have no key to look them up by.`, undefined)
    }
    const values: unknown[] = []
    const alternatives = isDivided && condition.kind === 'or' ? condition.of : [condition]
    const printed = alternatives.map((one) => this.#printed(one, values))
    const [first, ...others] = printed.map(({ sql }) => this.#select(table, sql, limit))
    const isRecursive = printed.some(({ recursive }) => recursive)
    // A recursion would be in several of them.
    if (isRecursive && others.length > 0) return this.write(condition, model, limit)
    const keys = table.key.map((_, at) => this.#name(keyName(at))).join(', ')
    const parts = [first!, ...others].map(
      (select, at) => `${keys} FROM (SELECT ${select}) AS ${this.#name(`part${at}`)}`,
    )
    const select = others.length === 0 ? first! : `${parts.join(' UNION SELECT ')} LIMIT ${limit + 1}`
    const query = fill(isRecursive ? this.#withoutEnd(printed[0]!.with, select) : `SELECT ${select}`, values)
    if (query.values.length <= maxValues) return { ...query, model }
    return refuse(
      'bind-limit',
      `This filter has ${query.values.length} values; a query accepts at most ${maxValues}.`,
      undefined,
    )
  }

  #printed(condition: Definite, values: unknown[]): PrintedSql {
    return this.print(condition, {
      dialect: this.dialect,
      tables: this.tables,
      row,
      ahead: true,
      // Prisma's own driver for SQLite has 3.45.
      ...(this.dialect === 'sqlite' && { depth: 96 }),
      parameter: (value, column) => place(values.push(sent(value, column)) - 1),
    })
  }

  #select(table: SqlTable, condition: string, limit: number): string {
    const key = table.key.map(({ name }, at) => `${this.#name(row)}.${this.#name(name)} AS ${this.#name(keyName(at))}`)
    const from = `${table.path.map((name) => this.#name(name)).join('.')} AS ${this.#name(row)}`
    return `${key.join(', ')} FROM ${from} WHERE ${condition} LIMIT ${limit + 1}`
  }

  /**
   * Raises the limit of recursion, which MariaDB ends after 1,000 levels with only a warning, and
   * MySQL with an error. The new limit exceeds any number of rows. Each of the two reads the
   * other's setting as a comment.
   */
  #withoutEnd(queries: string, select: string): string {
    if (this.dialect !== 'mysql') return `${queries}SELECT ${select}`
    const hint = '/*+ SET_VAR(cte_max_recursion_depth=4294967295) */'
    return `/*M!100000 SET STATEMENT max_recursive_iterations=4294967295 FOR */ ${queries}SELECT ${hint} ${select}`
  }

  #name(name: string): string {
    const mark = this.dialect === 'mysql' ? '`' : '"'
    return mark + name.replaceAll(mark, mark + mark) + mark
  }
}

/** The name of a row of the model in the query. */
const row = 'resource'

/** Returns the name of a key's column in the result. */
export function keyName(at: number): string {
  return `key${at}`
}

/**
 * Returns a placeholder for a value while the SQL is put together, possibly in another order than
 * that of the text.
 */
function place(at: number): string {
  return `\u0000${at}\u0000`
}

function fill(sql: string, values: readonly unknown[]): Pick<IdQuery, 'texts' | 'values'> {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no name and no SQL here contains it.
  const parts = sql.split(/\u0000(\d+)\u0000/)
  return {
    texts: parts.filter((_, at) => at % 2 === 0),
    values: parts.flatMap((part, at) => (at % 2 === 1 ? [values[Number(part)]] : [])),
  }
}

/** Returns a value as Prisma sends it in the type of the column. */
function sent(value: unknown, { type }: SqlColumn): unknown {
  const element = type.kind === 'list' ? type.of : type
  return element.kind === 'integer' && !element.bigint && typeof value === 'bigint' ? Number(value) : value
}
