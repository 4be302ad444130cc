import type { Authorizer } from '@arcturus/core'
import type { DataSource } from 'typeorm'
import { schemaError } from '../errors.js'
import { entitiesOf, modelName } from './entities.js'

// Written only at startup; checks don't read it.
const dataSourcesOf = new WeakMap<Authorizer, Set<DataSource>>()

/**
 * Checks that no other data source of an authorizer has an entity of the same name. An authorizer
 * loads missing data of a row by its model alone, which does not identify the data source.
 * @throws TypeOrmSchemaError if another initialized data source of the authorizer has an entity of
 * the same name
 */
export function assertOneDataSource(authorizer: Authorizer, dataSource: DataSource): void {
  const known = dataSourcesOf.get(authorizer) ?? new Set()
  const names = new Set(entitiesOf(dataSource).map(modelName))
  for (const other of known) {
    const shared = other.entityMetadatas.find((entity) => names.has(modelName(entity)))
    if (other === dataSource || !other.isInitialized || !shared) continue
    throw schemaError(`The entity "${shared.name}" is already registered from another data source.`, {
      hint: 'create one Authorizer per data source',
    })
  }
  dataSourcesOf.set(authorizer, known.add(dataSource))
}
