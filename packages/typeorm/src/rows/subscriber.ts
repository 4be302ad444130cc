import { markPartial, setSource, tag } from '@arcturus/core/internal/typeorm'
import type { DataSource, EntitySubscriberInterface, InsertEvent } from 'typeorm'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import { dataSourceOf } from '../schema/dialect.js'
import { modelName } from '../schema/entities.js'

/**
 * Records facts about the rows that a data source inserts, without changing the rows. These are the
 * data source, the entity of a row without a class, and relations that hold only keys instead of rows.
 */
export function rememberRows({ subscribers }: DataSource): void {
  if (!subscribers.some((one) => one instanceof RowSubscriber)) subscribers.push(new RowSubscriber())
}

/** Returns whether an application has subscribers of its own. */
export function hasSubscribers({ subscribers }: DataSource): boolean {
  return subscribers.some((one) => !(one instanceof RowSubscriber))
}

class RowSubscriber implements EntitySubscriberInterface {
  afterInsert({ entity, metadata }: InsertEvent<object>): void {
    remember(entity, metadata)
  }
}

/** Records these facts about a row. */
export function remember(row: unknown, metadata: EntityMetadata | undefined): void {
  if (typeof row !== 'object' || row === null || !metadata) return
  if (typeof metadata.target === 'string') tag(row, modelName(metadata))
  setSource(row, dataSourceOf(metadata))
  for (const { propertyName, isLazy } of metadata.relations) {
    if (isLazy) continue
    const value: unknown = Reflect.get(row, propertyName)
    const one: unknown = Array.isArray(value) ? value[0] : value
    if (one !== undefined && one !== null && typeof one !== 'object') markPartial(row, propertyName)
  }
}
