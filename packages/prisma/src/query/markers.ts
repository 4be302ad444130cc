import type { Context } from '@arcturus/core'
import type { Definite } from '@arcturus/core/internal/prisma'
import { UnresolvedFilterError } from '@arcturus/core/internal/prisma'
import type { Strategy } from '../filter/subquery/plan.js'
import { isArguments } from '../literal.js'

/** How a filter is put to Prisma, if there is more than one way. */
export interface Choices {
  /**
   * `where`: as a `where` alone. `subquery`: as the keys of the rows, which an SQL query finds
   * first. `auto`, the default: as a `where`, plus the keys of those rows that no `where` can
   * express.
   */
  readonly strategy?: Strategy
  /**
   * How a relation of the actor is read that the policy needs and that is not loaded. `load`: it is
   * loaded. `database`: it stays in the database, and is read there with the rows. `auto`, the
   * default: it is loaded if a `where` can name its rows. It stays in the database if there are too
   * many, or if loading is impossible, as within an interactive transaction.
   */
  readonly actorRelations?: 'auto' | 'load' | 'database'
}

/** A filter of the rows of a model, such as a `Filter` of an authorizer. */
export interface DefiniteFilter {
  readonly model: string
  definite(): Definite
}

/** A request for a filter: the actor, the action and the choices. */
export interface FilterRequest {
  readonly actor: unknown
  readonly action: string
  /** The context of the question. Default: none. */
  readonly context?: Context | undefined
  /**
   * `actors`: the request asks for the actors who may do the action, and `actor` is the resource.
   * Default: it asks for the rows.
   */
  readonly asked?: 'actors' | undefined
  /** The filter itself, in place of the actor's. */
  readonly filter?: DefiniteFilter | undefined
  readonly choices?: Choices | undefined
  /**
   * The action that the actor must be allowed to do to rows of included relations. Undefined: those
   * rows are not filtered.
   */
  readonly related?: string | undefined
}

/** Arguments that the extension passes on unchanged. */
export interface Passed {
  readonly args: object
  /** Whether they are those of a client without authorization, whose rows nothing else tags. */
  readonly isUnguarded: boolean
}

/** The argument that carries a request to the query. */
export const markerKey = 'authorizedFilter'

/**
 * The requests that `authorizedFilter` put into arguments.
 *
 * Prisma clones arguments before an extension sees them, and ignores many unknown arguments. It
 * keeps a function as it is, and every client calls a function named `toJSON` when it is about to
 * send the query. So a request is such a function. The extension recognizes it and removes it.
 * Without the extension it throws before the query is sent.
 */
export class Markers {
  /** Written once for each marker, which belongs to one `authorizedFilter`. */
  readonly #requests = new WeakMap<object, readonly FilterRequest[]>()
  /** The arguments of an authorized client, which has filtered them. */
  readonly #filtered = { [markerKey]: this.make([]) }
  /** The arguments of a client that is used without authorization on purpose. */
  readonly #unguarded = { [markerKey]: this.make([]) }

  /** Returns the marker that represents the requests in arguments. */
  make(requests: readonly FilterRequest[]): object {
    // JSON.stringify, for example in a logger, passes the key; Prisma passes no argument.
    const toJSON = (...key: readonly unknown[]): string => {
      if (key.length > 0) return '[authorizedFilter]'
      throw new UnresolvedFilterError(
        'unresolved-filter',
        'Prisma received an authorization filter in a place where it is not resolved. The query was not sent.',
        {
          hint: 'query the client that prismaAuthorization(authorizer, new PrismaClient(…)) returns as `prisma`, not the plain one, and spread authorizedFilter(user) into the arguments of a query or of an included relation; elsewhere, use `await authorizedWhere(user, action, model)`; add an extension for read replicas after this one',
        },
      )
    }
    this.#requests.set(toJSON, requests)
    return { toJSON }
  }

  /** Returns arguments that pass the extension unchanged. */
  passing(isUnguarded: boolean): object {
    return isUnguarded ? this.#unguarded : this.#filtered
  }

  /** Returns arguments without the marker of `passing`; undefined if they do not carry it. */
  passed(args: unknown): Passed | undefined {
    const sent = functionOf(args)
    const isUnguarded = sent === functionOf(this.#unguarded)
    if (!isArguments(args) || (!isUnguarded && sent !== functionOf(this.#filtered))) return undefined
    const { [markerKey]: _, ...rest } = args
    return { args: rest, isUnguarded }
  }

  /** @throws UnresolvedFilterError if arguments of a query, or their `where`, carry the filter of another authorization */
  assertNoOther(args: unknown): void {
    for (const of of [args, isArguments(args) ? args['where'] : undefined]) functionOf(of)?.()
  }

  /** Returns the requests that arguments carry under `markerKey`; undefined if they carry none. */
  read(of: unknown): readonly FilterRequest[] | undefined {
    const sent = functionOf(of)
    return sent && this.#requests.get(sent)
  }

  /** Returns the requests in a `where`, beside its conditions or in an `AND`. */
  within(where: unknown): readonly FilterRequest[] {
    if (!isArguments(where)) return []
    return [...(this.read(where) ?? []), ...conjuncts(where).flatMap((one) => this.within(one))]
  }

  /** Returns a `where` without the requests in it. */
  without(where: unknown): unknown {
    if (!isArguments(where) || this.within(where).length === 0) return where
    const { [markerKey]: marker, AND: _, ...rest } = where
    const isOwn = this.read(where) !== undefined || marker === undefined
    const others = conjuncts(where).map((one) => this.without(one))
    return { ...rest, ...(isOwn ? {} : { [markerKey]: marker }), ...(others.length > 0 ? { AND: others } : {}) }
  }
}

/** Returns the function that stands for the requests in arguments; undefined if they carry none. */
function functionOf(of: unknown): (() => unknown) | undefined {
  const marker = isArguments(of) ? of[markerKey] : undefined
  const sent = isArguments(marker) ? marker['toJSON'] : undefined
  // Sound: markers are called without arguments.
  return typeof sent === 'function' ? (sent as () => unknown) : undefined
}

/** Returns the parts of the `AND` of a `where`. */
export function conjuncts(where: unknown): readonly unknown[] {
  const parts = isArguments(where) ? where['AND'] : undefined
  return Array.isArray(parts) ? parts : parts === undefined ? [] : [parts]
}
