import { ArgumentError } from '@arcturus/core'
import { own } from '@arcturus/core/filters'
import type { ActionNames, Scope } from '@arcturus/core/writes'
import { UnsupportedOperationError } from '../errors.js'
import type { AuthorizedClient } from './types.js'

/** The options of all authorized clients of an application, and of the client under them. */
export interface ClientOptions {
  /** The actions that the operations of an authorized client need, for all models or for some. */
  readonly actions?: ActionOptions
  /**
   * What becomes of queries of the extended client that carry no filter and do not come from an
   * authorized client: they are sent (`allow`), sent and logged (`warn`), or refused. Raw queries are
   * sent. Default `allow`.
   */
  readonly unscoped?: 'allow' | 'warn' | 'refuse'
  /**
   * The columns that rows of a model must have for an authorized client, whatever the policy allows,
   * for example those of the tenant: `{ Document: (user) => ({ tenantId: user.tenantId }) }`.
   */
  // biome-ignore lint/suspicious/noExplicitAny: the actor's type is the application's
  readonly scope?: Readonly<Record<string, Scope | ((actor: any) => Scope)>>
  /**
   * Receives each use of `client.unguarded(reason)`, and the queries that `unscoped: 'warn'` logs.
   * Default: `console.warn`.
   */
  readonly log?: (message: string) => void
}

export interface ActionOptions extends Partial<ActionNames> {
  /** The actions of single models: `{ Invoice: { update: 'edit' } }`. */
  readonly models?: Readonly<Record<string, Partial<ActionNames>>>
}

export interface AuthorizedClientOptions {
  /**
   * What a required relation holds whose row may not be read: `null`, or an error that is thrown before
   * the query is sent. Default `null`.
   */
  readonly required?: 'null' | 'refuse'
  /**
   * The rows that the database deletes or changes with a deleted row. `check`: the actor must be allowed
   * to delete or update them, too. `trust`: they are not checked. Default `check`.
   */
  readonly cascade?: 'check' | 'trust'
}

export interface AuthorizedClientMaker<Client> {
  /**
   * Returns a client of one actor, for one request. Each of its operations carries the filter of its
   * action, so none can be forgotten. It costs a few objects, and sends nothing.
   * @param actor - null for an anonymous user
   * @throws ArgumentError for an undefined actor; PrismaSchemaError if no client is known
   *
   * @example
   * ```ts
   * const client = authorizedClient(user)
   * const documents = await client.document.findMany({ include: { owner: true } })
   * ```
   */
  (actor: unknown, options?: AuthorizedClientOptions & { readonly client?: undefined }): AuthorizedClient<Client>
  /**
   * The same for another client.
   * @param options.client - The client that sends the queries, such as that of a transaction.
   */
  <Own extends object>(
    actor: unknown,
    options: AuthorizedClientOptions & { readonly client: Own },
  ): AuthorizedClient<Own>
}

/** Returns the function that names the actions of a model's operations. */
export function actionNames(options: ActionOptions, read: string): (model: string) => ActionNames {
  const { models = {}, ...all } = own(options)
  const common = { read, create: 'create', update: 'update', delete: 'delete', ...all }
  const known = new Map<string, ActionNames>()
  for (const [model, names] of Object.entries(models)) known.set(model, { ...common, ...names })
  return (model) => known.get(model) ?? common
}

/** Returns the function that names the columns which rows of a model must have. */
export function scopes(
  given: NonNullable<ClientOptions['scope']>,
): (model: string, actor: unknown) => Scope | undefined {
  const known = new Map(Object.entries(given))
  return (model, actor) => {
    const scope = known.get(model)
    return typeof scope === 'function' ? scope(actor) : scope
  }
}

/** Returns what to do with a query of the extended client that carries no filter. */
export function unscopedQueries(
  choice: 'allow' | 'warn' | 'refuse',
  log: (message: string) => void,
): (model: string, operation: string) => void {
  assertOption('unscoped', choice, ['allow', 'warn', 'refuse'])
  if (choice === 'allow') return () => {}
  return (model, operation) => {
    const message = `${model}.${operation} was called without authorization.`
    if (choice === 'warn') return log(message)
    throw new UnsupportedOperationError('unsupported-operation', message, {
      hint: "use authorizedClient(user), spread authorizedFilter(user), or say why not: authorizedClient(user).unguarded('the reason')",
      data: { model, operation },
    })
  }
}

/** @throws ArgumentError for another value than the offered ones */
export function assertOption(name: string, value: string | undefined, offered: readonly string[]): void {
  if (value === undefined || offered.includes(value)) return
  throw new ArgumentError('invalid-argument', `\`${name}\` must be one of ${offered.join(', ')}.`, {
    data: { [name]: value },
  })
}
