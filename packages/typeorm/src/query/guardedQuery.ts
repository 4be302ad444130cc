import { invalidArgument } from '@arcturus/core/internal/typeorm'
import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import { unguardedOperation } from '../errors.js'
import type { PrintedFilter } from '../filter/printedFilter.js'
import type { Builder } from '../rows/builders.js'
import { assertOwnCache } from './keptResults.js'
import { restrictRows } from './placement.js'

/**
 * Returns the entity whose rows a query selects.
 * @throws ArgumentError if the value is not a query for the rows of an entity
 * @throws UnsupportedOperationError if the query writes or is a builder of brackets
 */
export function selectedEntity(query: unknown): EntityMetadata {
  const map = typeof query === 'object' && query !== null ? Reflect.get(query, 'expressionMap') : undefined
  if (typeof map !== 'object' || map === null) {
    throw invalidArgument('The third argument of authorizedQuery must be an entity or a query builder.', {
      data: { query },
    })
  }
  const { queryType, mainAlias, subQuery } = map as Builder['expressionMap']
  if (queryType !== 'select') {
    throw unguardedOperation(`A filter cannot be applied to a query builder of \`${queryType}\`.`, {
      hint: 'use repository.update(authorizedFilter(user, Entity, { action, where }).where, changes); the same for delete, softDelete and restore',
    })
  }
  // TypeORM uses only the conditions of a builder of brackets.
  if (Reflect.get(query as object, 'parentQueryBuilder') && !subQuery) {
    throw unguardedOperation('A filter cannot be applied to a builder of brackets.', {
      hint: 'apply it to the whole query: authorizedQuery(user, action, query)',
    })
  }
  if (!mainAlias?.hasMetadata) {
    throw invalidArgument('The query must select from an entity.', { hint: 'use repository.createQueryBuilder(alias)' })
  }
  return mainAlias.metadata
}

/** Restricts a query to the rows of a filter, and returns it. */
export function guarded<Entity extends ObjectLiteral>(
  query: SelectQueryBuilder<Entity>,
  filter: PrintedFilter,
): SelectQueryBuilder<Entity> {
  assertOwnCache(query.expressionMap.cacheId)
  restrictRows(query, filter.ifBound)
  return query
}
