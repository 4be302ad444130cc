import { entryOf } from '@arcturus/core/internal/sql'
import { From } from './from.js'
import type { Columns } from './row.js'
import { all, type Sql, written } from './sql.js'

/** A table that a statement joins. */
export interface JoinedTable {
  /** Its path and its alias. */
  readonly table: string
  /** Its alias without quotes. */
  readonly name: string
  readonly restrictions: readonly Sql[]
  links(columns: Columns): readonly Sql[]
}

/**
 * The tables that the statement around a condition joins. Their columns get names that no other table has: conditions
 * of the application can name columns without their tables.
 */
export class Joins extends From {
  readonly #joins: (() => string)[] = []
  /** How the SQL of the columns of each row begins. */
  readonly rows: string[] = []

  /** @param row - How the SQL of all columns of the row that is selected begins. */
  constructor(
    private readonly quote: (name: string) => string,
    row: string,
  ) {
    super()
    this.rows.push(row)
  }

  /** Joins a table that has at most one row for each row of the result, and returns its columns. */
  join({ table, name, restrictions, links }: JoinedTable): Columns {
    const names = new Map<string, string>()
    const row = `${this.quote(name)}.`
    const columns: Columns = (column) =>
      row + entryOf(names, column.name, () => this.quote(`${name}_${names.size + 1}`))
    this.rows.push(row)
    const on = written(all(links(columns)))
    this.#joins.push(() => {
      const from = new From()
      from.inner(table, restrictions)
      const read = [...names].map(([column, own]) => `${row}${this.quote(column)} AS ${own}`)
      return ` LEFT JOIN (${from.select(read, true)}) AS ${this.quote(name)} ON ${on}`
    })
    return columns
  }

  /** The joins, with a blank before each. */
  get text(): string {
    return this.#joins.map((write) => write()).join('')
  }
}
