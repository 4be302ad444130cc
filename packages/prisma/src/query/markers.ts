import { UnresolvedFilterError } from '../errors.js'
import type { Strategy } from '../filter/subquery/plan.js'

/** How a filter is put to Prisma, where there is more than one way. */
export interface Choices {
  /**
   * `where`: as a `where` alone. `subquery`: as the keys of the rows, which a query of SQL finds before. `auto`, the
   * default: as a `where`, with the keys of those rows that no `where` can speak of.
   */
  readonly strategy?: Strategy
  /**
   * What becomes of a relation of the actor that is not loaded and that the policy reads. `load`: it is loaded.
   * `database`: it is left in the database, and read there with the rows. `auto`, the default: it is loaded, unless that
   * is more than a `where` can name, or it can't be: within an interactive transaction.
   */
  readonly unloaded?: 'auto' | 'load' | 'database'
}

/** Whose filter is asked for, and for what. */
export interface FilterRequest {
  readonly actor: unknown
  readonly action: string
  readonly choices?: Choices | undefined
  /** The action that the actor must be allowed to do to the rows of relations that the query includes; undefined: they are as they are. */
  readonly related?: string | undefined
}

/** The argument under which a request travels to the query. */
export const markerKey = 'authorizedFilter'

/**
 * The requests that `authorizedFilter` put into arguments. Prisma clones arguments before an extension sees them, and
 * ignores much of what it does not know; a function is kept as it is, and one by the name of `toJSON` is called by every
 * client that is about to send the query. So a request is such a function: the extension knows it and takes it away, and
 * where nobody does, it throws before anything is sent.
 */
export class Markers {
  /** Written once for each marker, which belongs to one `authorizedFilter`. */
  readonly #requests = new WeakMap<object, readonly FilterRequest[]>()

  /** What stands for the requests in arguments. */
  make(requests: readonly FilterRequest[]): object {
    // JSON.stringify passes the key, for loggers and the like; Prisma passes nothing.
    const toJSON = (...key: readonly unknown[]): string => {
      if (key.length > 0) return '[authorizedFilter]'
      throw new UnresolvedFilterError(
        'unresolved-filter',
        'An authorization filter reached Prisma where nothing resolves it; the query was not sent.',
        {
          hint: 'extend the client with `extension` of prismaAuthorization, and spread authorizedFilter(user) into the arguments of a query or of an included relation; anywhere else: `await authorizedWhere(user, action, model)`, awaited',
        },
      )
    }
    this.#requests.set(toJSON, requests)
    return { toJSON }
  }

  /** The requests that arguments carry under `markerKey`; undefined where they carry none of these. */
  read(of: unknown): readonly FilterRequest[] | undefined {
    if (typeof of !== 'object' || of === null) return undefined
    const marker: unknown = Reflect.get(of, markerKey)
    const toJSON: unknown = typeof marker === 'object' && marker !== null ? Reflect.get(marker, 'toJSON') : undefined
    return typeof toJSON === 'function' ? this.#requests.get(toJSON) : undefined
  }
}
