import type { DataSource, EntityManager, QueryRunner } from 'typeorm'
import { assertNoFilter, carryFilters } from './filter/where.js'
import { wrap } from './prototypes.js'
import { watchPlacement } from './query/placement.js'
import { wholeJoins } from './query/wholeJoins.js'
import { type Builder, notesOf } from './rows/builders.js'
import { watchCopies } from './rows/copies.js'
import { watchListeners } from './rows/listeners.js'
import { markPartialRelations } from './rows/partialRelations.js'
import { QueriedRelations } from './rows/queriedRelations.js'
import { rememberRows } from './rows/subscriber.js'
import { watchTrees } from './rows/trees.js'
import { dataSourceOf } from './schema/dialect.js'

interface Loaded {
  readonly entities: readonly object[]
}

/**
 * Watches TypeORM's queries and the rows that they return, once per copy of TypeORM and for all of
 * its data sources. A row of another data source can also reach a check if its class is the same.
 */
export function watch(dataSource: DataSource): void {
  readPrimary(dataSource)
  // A data source that is initialized again has new subscribers.
  rememberRows(dataSource)
  // A builder without a query runner takes no connection.
  const builder: Builder = dataSource.createQueryBuilder()
  watchPlacement(builder)
  watchRowsGiven(dataSource.manager)
  watchRows(builder)
  watchCopies(dataSource.manager)
  watchTrees(dataSource)
}

/**
 * Sends reads to the primary database unless the data source chooses its replicas, by
 * `replication: { defaultMode: 'slave' }`: a replica can be older than a revocation. TypeORM's own default is a replica.
 */
function readPrimary(dataSource: DataSource): void {
  const { replication } = dataSource.options as { replication?: { defaultMode?: string } }
  if (replication && !replication.defaultMode)
    Object.assign(dataSource, { defaultReplicationModeForReads: () => 'master' })
}

/**
 * Keeps filters in criteria, and rejects them as rows: `remove(filter.where)` would remove the row whose key is in a
 * condition.
 */
function watchRowsGiven(manager: EntityManager): void {
  wrap(manager, 'normalizeAndValidateWhereCriteria', (_, normalize: () => { criteria: unknown }, given: unknown) => {
    const normalized = normalize()
    carryFilters(given, normalized.criteria)
    return normalized
  })
  for (const name of ['save', 'remove', 'softRemove', 'recover']) {
    wrap(manager, name, async (_, write: () => Promise<unknown>, ...given) => {
      assertNoFilter(given)
      return await write()
    })
  }
}

function watchRows(builder: Builder): void {
  wrap(
    builder,
    'executeEntitiesAndRawResults',
    async (own: Builder, execute: () => Promise<Loaded>, queryRunner: QueryRunner) => {
      watchListeners(queryRunner)
      const result = await execute()
      if (result.entities.length > 0) {
        const queried = new QueriedRelations(own, dataSourceOf(own))
        markPartialRelations(result.entities, {
          map: own.expressionMap,
          whole: wholeJoins(own),
          queried,
          narrows: notesOf(own).narrows,
        })
      }
      return result
    },
  )
}
