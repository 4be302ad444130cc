import type { Authorizer } from '@arcturus/core'
import type { Load } from '@arcturus/core/filters'
import type { ScopeOf } from '@arcturus/writes'
import type { DataSource, QueryRunner } from 'typeorm'
import type { Printing } from '../filter/printedFilter.js'
import type { EntityRelations } from './entityRelations.js'
import type { ManagerOptions } from './options.js'

/** What all managers of an authorization share. */
export interface Shared extends Pick<ManagerOptions, 'triggers' | 'beforeWrite'> {
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
