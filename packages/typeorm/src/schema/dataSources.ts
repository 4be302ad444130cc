import type { Authorizer } from '@arcturus/core'
import type { DataSource } from 'typeorm'
import { TypeOrmSchemaError } from '../errors.js'
import { entitiesOf } from './entities.js'

// Written while an application starts; questions don't read it.
const dataSourcesOf = new WeakMap<Authorizer, Set<DataSource>>()

/**
 * An authorizer loads what is missing of a row by its model alone, which does not say of which data source the row is.
 * @throws TypeOrmSchemaError for an authorizer that has an entity of the same name in another data source, which is in use
 */
export function assertOneDataSource(authorizer: Authorizer, dataSource: DataSource): void {
  const known = dataSourcesOf.get(authorizer) ?? new Set()
  const names = new Set(entitiesOf(dataSource).map(({ name }) => name))
  for (const other of known) {
    const shared = other.entityMetadatas.find(({ name }) => names.has(name))
    if (other === dataSource || !other.isInitialized || !shared) continue
    throw new TypeOrmSchemaError(
      'typeorm-schema',
      `The authorizer has "${shared.name}" in another data source already.`,
      {
        hint: 'make an Authorizer for each data source',
      },
    )
  }
  dataSourcesOf.set(authorizer, known.add(dataSource))
}
