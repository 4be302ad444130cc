import type { HostTypes } from '@arcturus/oso'
import type { DataSource, EntityTarget } from 'typeorm'
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import { isInherited } from '../schema/entities.js'

/** The part of TypeORM's query builder that the adapter uses. */
export interface TypeOrmQuery {
  innerJoin(entity: string, alias: string, condition: string): this
  where(condition: string, parameters: Record<string, unknown>): this
  // biome-ignore lint/suspicious/noExplicitAny: the entities are the application's
  getMany(): Promise<any[]>
}

/** The part of TypeORM's `Connection` or `DataSource` that the adapter uses. */
export interface TypeOrmConnection {
  getRepository(model: string): { createQueryBuilder(alias: string): TypeOrmQuery }
}

export type DescribedConnection = TypeOrmConnection & DataSource

/** Whether a connection describes its entities. Another one only runs queries. */
export function isDescribed(connection: TypeOrmConnection): connection is DescribedConnection {
  const { getMetadata, hasMetadata, options, driver } = connection as Partial<DescribedConnection>
  return Boolean(options && driver) && typeof getMetadata === 'function' && typeof hasMetadata === 'function'
}

/** Returns the entity of a registered class: by the class, else by the name. */
export function entityOf(connection: DescribedConnection, types: HostTypes, model: string): EntityMetadata | undefined {
  const target = [types.get(model)?.cls, model].find((one): one is EntityTarget<object> =>
    Boolean(one && connection.hasMetadata(one)),
  )
  return target === undefined ? undefined : connection.getMetadata(target)
}

/** Returns the column of a property that all rows of an entity have. */
export function columnOf(entity: EntityMetadata | undefined, name: string): ColumnMetadata | undefined {
  return entity?.columns.find(
    (column) => isProperty(column) && column.propertyName === name && isInherited(entity, column.target),
  )
}

/** Whether a column is a property of rows: not only of the table, and not of an embedded object. */
export function isProperty({ isVirtual, embeddedMetadata }: ColumnMetadata): boolean {
  return !isVirtual && !embeddedMetadata
}
