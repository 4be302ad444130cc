import { UnsupportedFilterError } from '@arcturus/core/internal/typeorm'
import type { Values } from '@arcturus/writes/internal/typeorm'
import type { ObjectLiteral } from 'typeorm'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import { modelName } from '../schema/entities.js'
import { columnName } from './entityRelations.js'

/** Returns a text that is the same for the same values, of a row or of another one with these columns. */
export function textOf(columns: Values, row: Values = columns): string {
  return JSON.stringify(Object.keys(columns).map((name) => String(row[name])))
}

export function allColumns({ columns }: EntityMetadata): readonly string[] {
  return columns.filter(({ isVirtual, isVirtualProperty }) => !isVirtual && !isVirtualProperty).map(columnName)
}

/** Returns the names of the key of an entity. @throws UnsupportedFilterError for a key that a policy cannot name */
export function keyOf(entity: EntityMetadata): readonly string[] {
  const { primaryColumns } = entity
  if (
    primaryColumns.length > 0 &&
    primaryColumns.every(({ isVirtual, embeddedMetadata }) => !isVirtual && !embeddedMetadata)
  )
    return primaryColumns.map(columnName)
  throw new UnsupportedFilterError(
    'unsupported-filter',
    `The key of ${modelName(entity)} is not one of its own properties.`,
    {
      hint: 'declare the columns of the key as properties of the entity',
      data: { reason: 'key' },
    },
  )
}

/** Returns the key of a row, by the names of the plan. @throws UnsupportedFilterError as `keyOf` */
export function keyIn(entity: EntityMetadata, row: ObjectLiteral | undefined): Values {
  keyOf(entity)
  return keyValues(entity, row)
}

/** Returns the values of the primary columns, also of those that no policy can name. */
export function keyValues(entity: EntityMetadata, row: ObjectLiteral | undefined): Values {
  return Object.fromEntries(entity.primaryColumns.map((one) => [columnName(one), one.getEntityValue(row ?? {})]))
}
