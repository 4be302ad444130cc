import type { Authorizer, ModelName } from '@arcturus/core'
import type { Load } from '@arcturus/core/internal/typeorm'
import type { ScopeOf } from '@arcturus/writes/internal/typeorm'
import type { DataSource, EntityManager, QueryRunner } from 'typeorm'
import type { Printing } from '../filter/printedFilter.js'
import type { EntityRelations } from './entityRelations.js'

/** What an application says of writes. */
export interface WriteOptions {
  /**
   * The models whose new rows the database changes, such as by triggers: they are always tested after they are
   * inserted, in a transaction. Default: none.
   */
  readonly triggers?: readonly ModelName[] | undefined
  /**
   * Runs at the beginning of each write, in its transaction. It can lock the rows by which the actor is allowed to write,
   * so that nobody takes them away before the write is committed.
   *
   * @example
   * ```ts
   * beforeWrite: (manager, user) => manager.query('SELECT * FROM member WHERE "userId" = $1 FOR SHARE', [user.id])
   * ```
   */
  // biome-ignore lint/suspicious/noExplicitAny: the actor's type is the application's
  readonly beforeWrite?: (manager: EntityManager, actor: any) => PromiseLike<unknown> | undefined
  /**
   * Receives each use of `manager.unguarded(reason)`, and the queries that `unscoped: 'warn'` logs.
   * Default: `console.warn`.
   */
  readonly log?: ((message: string) => void) | undefined
}

/** What all managers of an authorization share. */
export interface Shared extends WriteOptions {
  readonly authorizer: Authorizer
  readonly dataSource: DataSource
  readonly printing: Printing
  readonly relations: EntityRelations
  readonly scopeOf: ScopeOf
  /** Returns the loader of relations that reads by a query runner. */
  readonly loadBy: (runner: QueryRunner) => Load
  /** Makes TypeORM's builders guard each other. */
  readonly register: () => void
}
