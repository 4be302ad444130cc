import type { ActorIn, Context, ModelName, PolicyTypes, RegisteredPolicy } from '@arcturus/core'
import type { OperationActions, ScopeOptions, Unscoped } from '@arcturus/writes/internal/prisma'
import type { AuthorizedClient } from './types.js'

/** What a client of Prisma has beside its models. */
export interface RawClient {
  $queryRaw(query: TemplateStringsArray, ...values: unknown[]): PromiseLike<unknown>
}

/** The options of all authorized clients of an application, and of the client under them. */
export interface ClientOptions {
  /** The actions that the operations of an authorized client need, for all models or for some. */
  readonly operations?: OperationActions
  /**
   * What becomes of queries of the guarded client that carry no filter and do not come from an
   * authorized client: they are sent (`allow`), sent and logged (`warn`), or refused (`refuse`), for all models or for
   * some: `{ Document: 'refuse' }`. Raw queries are sent. Default `refuse`.
   */
  readonly unscoped?: Unscoped
  /**
   * The columns that rows of a model must have for an authorized client, whatever the policy allows,
   * for example those of the tenant: `{ Document: (user) => ({ tenantId: user.tenantId }) }`.
   */
  readonly scope?: ScopeOptions
  /**
   * The models whose new rows the database changes, such as by triggers: they are always tested after they are
   * inserted, in a transaction. Default: none.
   */
  readonly triggers?: readonly ModelName[]
  /**
   * Runs at the beginning of each write, in its transaction. It can lock the rows by which the actor is allowed to write,
   * so that nobody takes them away before the write is committed.
   *
   * @example
   * ```ts
   * beforeWrite: (tx, user) => tx.$queryRaw`SELECT * FROM "Member" WHERE "userId" = ${user.id} FOR SHARE`
   * ```
   */
  // biome-ignore lint/suspicious/noExplicitAny: the actor's type is the application's
  readonly beforeWrite?: (client: RawClient, actor: any) => PromiseLike<unknown>
  /**
   * Receives each use of `client.unguarded(reason)`, and the queries that `unscoped: 'warn'` logs.
   * Default: `console.warn`.
   */
  readonly log?: (message: string) => void
}

export interface AuthorizedClientOptions {
  /**
   * The actions that the operations of this client need instead of the application's, for example
   * `{ update: 'publish' }`. Default: none.
   */
  readonly operations?: OperationActions | undefined
  /** The context of all questions of the client: the values of names that `authorizer.registerContext` declared. Default: none. */
  readonly context?: Context | undefined
  /**
   * What a required relation holds whose row may not be read: `null`, or an error that is thrown before
   * the query is sent. Default `null`.
   */
  readonly requiredRelation?: 'null' | 'refuse'
  /**
   * The rows that the database deletes or changes with a deleted row. `check`: the actor must be allowed
   * to delete or update them, too. `trust`: they are not checked. Default `check`.
   */
  readonly cascade?: 'check' | 'trust'
}

export interface AuthorizedClientMaker<Client, P extends PolicyTypes = RegisteredPolicy> {
  /**
   * Returns a client of one actor, for one request. Each of its operations carries the filter of its
   * action, so none can be forgotten. It costs a few objects, and sends nothing.
   * @param actor - null for an anonymous user
   * @throws ArgumentError for an undefined actor
   *
   * @example
   * ```ts
   * const client = authorizedClient(user)
   * const documents = await client.document.findMany({ include: { owner: true } })
   * ```
   */
  <A>(
    actor: A & ActorIn<A, P>,
    options?: AuthorizedClientOptions & { readonly prisma?: undefined },
  ): AuthorizedClient<Client>
  /**
   * The same for another client.
   * @param options.prisma - The client that sends the queries, such as that of a transaction.
   */
  <Own extends object, A = unknown>(
    actor: A & ActorIn<A, P>,
    options: AuthorizedClientOptions & { readonly prisma: Own },
  ): AuthorizedClient<Own>
}
