/** Stands for a query's own name while it is written; no SQL has that character. */
export const itself = '\u0003'

/**
 * The recursive queries of one WITH, each behind those that it asks. One that is asked twice is there once, and none is within
 * another: parsers take texts of a certain depth only (SQLite up to 3.45 has a stack of 100 places).
 */
export class RecursiveQueries {
  readonly #key: (query: string) => string
  readonly #name: (at: number) => string
  readonly #queries = new Map<string, { readonly name: string; readonly query: string }>()

  /** @param key - what is the same for queries that are the same */
  constructor(key: (query: string) => string, name: (at: number) => string) {
    this.#key = key
    this.#name = name
  }

  /**
   * @param query - with its columns, and what calls it `itself`
   * @returns its name
   */
  add(query: string): string {
    const key = this.#key(query)
    const known = this.#queries.get(key)
    if (known) return known.name
    const name = this.#name(this.#queries.size + 1)
    this.#queries.set(key, { name, query })
    return name
  }

  /** What the statement begins with that asks them. */
  get with(): string {
    const written = [...this.#queries.values()].map(({ name, query }) => query.replaceAll(itself, name))
    return written.length === 0 ? '' : `WITH RECURSIVE ${written.join(', ')} `
  }
}
