/** Represents a query's own name while it is written. No SQL contains that character. */
export const itself = '\u0003'

/**
 * The recursive queries of one WITH, each after those that it uses. A query that is used twice is
 * written once, and none is nested in another. Parsers limit the depth of a text: SQLite up to 3.45
 * has a stack of 100 places.
 */
export class RecursiveQueries {
  readonly #queries = new Map<string, { readonly name: string; readonly query: string }>()

  /** @param key - returns a key that is equal for equal queries */
  constructor(
    private readonly key: (query: string) => string,
    private readonly name: (at: number) => string,
  ) {}

  /**
   * Adds a query, unless an equal one is present.
   * @param query - the query with its columns; `itself` represents its name
   * @returns its name
   */
  add(query: string): string {
    const key = this.key(query)
    const known = this.#queries.get(key)
    if (known) return known.name
    const name = this.name(this.#queries.size + 1)
    this.#queries.set(key, { name, query })
    return name
  }

  /** The start of a statement that uses them. */
  get with(): string {
    const written = [...this.#queries.values()].map(({ name, query }) => query.replaceAll(itself, name))
    return written.length === 0 ? '' : `WITH RECURSIVE ${written.join(', ')} `
  }
}
