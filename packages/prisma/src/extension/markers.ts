import { UnresolvedFilterError } from '../errors.js'

/** Whose filter is asked for, and for what. */
export interface FilterRequest {
  readonly actor: unknown
  readonly action: string
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
