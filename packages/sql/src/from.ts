import { all, atom, type Link, type Sql, written } from './sql.js'

/** The tables of one query, and their join conditions. */
export class From {
  #text = ''
  #first: ((rest: string) => string) | undefined
  readonly #where: Sql[] = []

  /** @param table - including its alias */
  inner(table: string, links: readonly Sql[]): void {
    if (this.#text !== '') {
      this.#text += ` JOIN ${table} ON ${written(all(links))}`
      return
    }
    this.#text = table
    this.#where.push(...links)
  }

  /**
   * Adds the table that all others are looked up from, whatever the database's estimate of its
   * rows.
   */
  first(table: string, links: readonly Sql[]): void {
    this.#first = (rest) => `${table} STRAIGHT_JOIN (${rest}) ON ${written(all(links))}`
  }

  /**
   * Left-joins a table that has at most one row for each present row. Its columns are null if there
   * is none.
   */
  left(table: string, links: readonly Sql[]): void {
    this.#text += ` LEFT JOIN ${table} ON ${written(all(links))}`
  }

  /** Returns `SELECT … FROM … WHERE …`, once all tables are added. */
  select(columns: readonly string[], condition: Sql, links: readonly Sql[] = this.#where): string {
    const parts = [...links, condition].filter((part) => part !== true)
    const where = parts.length === 0 ? '' : ` WHERE ${parts.map(conjunct).join(' AND ')}`
    return `SELECT ${columns.join(', ')} FROM ${this.#first?.(this.#text) ?? this.#text}${where}`
  }

  exists(condition: Sql): Sql {
    if (all([...this.#where, condition]) === false) return false
    return { kind: 'exists', text: `EXISTS (${this.select(['1'], condition)})` }
  }

  /**
   * Writes the same as `exists`: that the columns of the outer row are among those of the found
   * rows. It can be null instead of false.
   * @returns undefined if the query depends on the outer row in another way
   * @param outer - How the SQL of all columns of the outer rows begins.
   */
  among(condition: Sql, outer: readonly string[]): Sql | undefined {
    const links = this.#where.flatMap((part): readonly Link[] =>
      typeof part === 'object' && part.link ? [part.link] : [],
    )
    if (links.length === 0 || condition === false) return undefined
    const rest = this.#where.filter((part) => typeof part !== 'object' || !part.link)
    const present = links.filter(({ nullable }) => nullable).map(({ inner }) => atom(`${inner} IS NOT NULL`))
    const keys = this.select(
      links.map(({ inner }) => inner),
      condition,
      [...present, ...rest],
    )
    const own = links.map((link) => link.outer)
    const isOfOuterRow = own.every((text) => outer.some((row) => text.startsWith(row)))
    if (!isOfOuterRow || outer.some((row) => keys.includes(row))) return undefined
    return atom(`${own.length === 1 ? own[0]! : `(${own.join(', ')})`} IN (${keys})`)
  }
}

/** Writes a part of a conjunction. */
function conjunct(part: Sql): string {
  return typeof part === 'object' && part.kind === 'and' ? part.text : written(part)
}
