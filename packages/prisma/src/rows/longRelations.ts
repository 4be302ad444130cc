import type { Wanted } from '@arcturus/core/internal/prisma'

/** The time for which a long relation is not read again, in milliseconds. */
const known = 60_000
/** The maximum number of relations that are kept. */
const mostKept = 10_000

/**
 * The relations that had more rows than were to be loaded. To read them again would take longer than
 * the query that leaves them in the database. Both give the same result, so an old entry is
 * harmless.
 */
export class LongRelations {
  readonly #relations = new Map<string, { readonly most: number; readonly until: number }>()

  /** Returns whether a relation had more rows than are wanted now. @param key - The key of its row. */
  has({ model, name, most }: Wanted, key: object): boolean {
    if (most === undefined) return false
    const found = this.#relations.get(identity(model, name, key))
    return found !== undefined && found.most >= most && found.until > Date.now()
  }

  add({ model, name, most = 0 }: Wanted, key: object): void {
    if (this.#relations.size >= mostKept) this.#relations.clear()
    this.#relations.set(identity(model, name, key), { most, until: Date.now() + known })
  }
}

function identity(model: string | undefined, name: string, key: object): string {
  return JSON.stringify([model, name, ...Object.values(key).map(String)])
}
