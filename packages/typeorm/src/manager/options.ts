import type { ActorIn, PolicyTypes, RegisteredPolicy } from '@arcturus/core'
import type { OperationActions, ScopeOptions, Unscoped } from '@arcturus/writes/internal/typeorm'
import type { EntityManager } from 'typeorm'
import type { ContextOption } from '../arguments.js'
import type { AuthorizedManager } from './manager.js'
import type { WriteOptions } from './shared.js'

/** The options of all authorized managers of an application, and of the data source under them. */
export interface ManagerOptions extends WriteOptions {
  /** The actions that the operations of an authorized manager need, for all entities or for some. */
  readonly operations?: OperationActions | undefined
  /**
   * What becomes of queries of the data source that carry no filter and do not come from an authorized
   * manager: they are sent (`allow`), sent and logged (`warn`), or refused (`refuse`), for all entities or for some:
   * `{ Document: 'refuse' }`. Raw queries are sent. Default `refuse`.
   */
  readonly unscoped?: Unscoped | undefined
  /**
   * The columns that rows of an entity must have for an authorized manager, whatever the policy allows,
   * for example those of the tenant: `{ Document: (user) => ({ tenantId: user.tenantId }) }`.
   */
  readonly scope?: ScopeOptions | undefined
}

export interface AuthorizedManagerOptions extends ContextOption {
  /**
   * The actions that the operations of this manager need instead of the application's, for example
   * `{ update: 'publish' }`. Default: none.
   */
  readonly operations?: OperationActions | undefined
  /**
   * The rows that the database deletes or changes with a deleted row. `check`: the actor must be allowed
   * to delete or update them, too. `trust`: they are not checked. Default `check`.
   */
  readonly cascade?: 'check' | 'trust' | undefined
  /** The manager of a transaction, in which all statements run. Default: the data source. */
  readonly manager?: EntityManager | undefined
}

/**
 * Returns an entity manager of one actor, for one request. Each of its operations carries the filter of
 * its action, so none can be forgotten. Making it sends nothing.
 * @param actor - null for an anonymous user
 * @throws ArgumentError for an undefined actor; TypeOrmSchemaError for another copy of TypeORM
 *
 * @example
 * ```ts
 * const manager = authorizedManager(user)
 * const documents = await manager.find(Document, { relations: { owner: true } })
 * await manager.save(Document, { id: 5, title: 'Plan' })
 * ```
 */
export type MakeAuthorizedManager<P extends PolicyTypes = RegisteredPolicy> = <A>(
  actor: A & ActorIn<A, P>,
  options?: AuthorizedManagerOptions,
) => AuthorizedManager
