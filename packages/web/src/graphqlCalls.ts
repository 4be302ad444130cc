import { AsyncLocalStorage } from 'node:async_hooks'
import { AuthorizationError } from '@arcturus/core/internal/web'
import { clientStatus } from './answer.js'
import type { Authority } from './authority.js'
import { Calls } from './calls.js'
import type { EnforcementOptions } from './options.js'

/** A `GraphQLSchema` of any version of `graphql`, as far as it is guarded. */
interface Schema {
  getQueryType(): Root | null | undefined
  getMutationType(): Root | null | undefined
  getSubscriptionType(): Root | null | undefined
}

interface Root {
  readonly name: string
  getFields(): Readonly<Record<string, Field>>
}

interface Field {
  readonly name: string
  resolve?: Resolver | undefined
  subscribe?: Resolver | undefined
}

type Resolver = (parent: never, args: never, context: never, info: never) => unknown

const codes = { 400: 'BAD_USER_INPUT', 401: 'UNAUTHENTICATED', 403: 'FORBIDDEN', 404: 'NOT_FOUND' } as const

/**
 * Authorizes the root fields of a GraphQL schema, whatever library builds and serves it.
 *
 * @example
 * const calls = new GraphqlCalls(authorizer, { actor: (context: Context) => context.user })
 * const schema = calls.guard(builder.toSchema())
 * // In a resolver: (_, { id }) => calls.authorize('read', () => findNote(id))
 */
export class GraphqlCalls<Context extends object, Actor> extends Calls<Context, Actor> {
  /**
   * @param options - `actor` gets the context of an operation.
   * @throws {ArgumentError} The authorizer or the `actor` function is missing.
   */
  constructor(authorizer: Authority, options: EnforcementOptions<Context, Actor>) {
    super(authorizer, options, new AsyncLocalStorage(), seenByClients)
  }

  /**
   * Guards every root field of a schema: each needs an authorization decision, for itself. A field of a subscription needs
   * one before each event, in `subscribe`. Clients see denials with their code, the application's own `GraphQLError`s, and
   * no message of any other failure.
   *
   * @returns The schema.
   */
  guard<Guarded extends Schema>(schema: Guarded): Guarded {
    for (const type of [schema.getQueryType(), schema.getMutationType()])
      for (const field of fieldsOf(type))
        field.resolve = this.#guarded(`${type?.name}.${field.name}`, field.resolve ?? defaultResolver(field.name))
    const subscription = schema.getSubscriptionType()
    for (const field of fieldsOf(subscription))
      field.subscribe = this.#guarded(
        `${subscription?.name}.${field.name}`,
        field.subscribe ?? defaultResolver(field.name),
      )
    return schema
  }

  #guarded(name: string, resolve: Resolver): Resolver {
    return (...parameters) => {
      const [, , context] = parameters
      return this.answer(context ?? ({} as Context), name, () => resolve(...parameters))
    }
  }
}

function fieldsOf(type: Root | null | undefined): readonly Field[] {
  return Object.values(type?.getFields() ?? {})
}

/** Returns the resolver of a field that has none: it reads the root value. */
function defaultResolver(name: string): Resolver {
  return (root: object | undefined, ...others) => {
    const value: unknown = Reflect.get(Object(root), name)
    return typeof value === 'function' ? Reflect.apply(value, root, others) : value
  }
}

function seenByClients(error: unknown): unknown {
  if (error instanceof Error && error.name === 'GraphQLError') return error
  const status = clientStatus(error)
  const message = error instanceof AuthorizationError ? error.message : status ? 'Bad request' : 'Internal server error'
  const code = status ? codes[status] : 'INTERNAL_SERVER_ERROR'
  return Object.assign(new Error(message, { cause: error }), { extensions: { code } })
}
