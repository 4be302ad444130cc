import type { Class } from '@arcturus/core/filters'
import type { DataSource, EntityTarget } from 'typeorm'
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js'
import type { EmbeddedMetadata } from 'typeorm/metadata/EmbeddedMetadata.js'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js'
import { TypeOrmSchemaError } from '../errors.js'

/**
 * What policies call a model: an entity, or the columns of it that are embedded under a property. Those are a model of their
 * own, which is read from the same row.
 */
export type Described = EntityMetadata | EmbeddedMetadata

/** The entities that policies can speak of: not the tables that only join others. @throws TypeOrmSchemaError before `initialize`. */
export function entitiesOf(dataSource: DataSource): readonly EntityMetadata[] {
  if (!dataSource.isInitialized) {
    throw new TypeOrmSchemaError(
      'typeorm-schema',
      'The data source is not initialized, so nothing is known of its entities.',
      {
        hint: 'await dataSource.initialize() first',
      },
    )
  }
  return dataSource.entityMetadatas.filter(
    ({ tableType }) => tableType !== 'junction' && tableType !== 'closure-junction',
  )
}

/** @throws TypeOrmSchemaError for what is no entity of the data source. */
export function entityOf(dataSource: DataSource, target: EntityTarget<object>): EntityMetadata {
  if (dataSource.hasMetadata(target)) return dataSource.getMetadata(target)
  const name = typeof target === 'function' ? target.name : String(target)
  throw new TypeOrmSchemaError('typeorm-schema', `"${name}" is no entity of the data source.`, {
    hint: `its entities: ${dataSource.entityMetadatas.map((entity) => entity.name).join(', ')}`,
  })
}

export function modelName(of: Described): string {
  return isEmbedded(of) ? `${of.entityMetadata.name}.${of.propertyPath}` : of.name
}

/** The class whose instances are rows of the entity; undefined where rows are plain objects. */
export function classOf({ target }: EntityMetadata): Class | undefined {
  // Sound: a target that is a function is the entity's class.
  return typeof target === 'function' ? (target as unknown as Class) : undefined
}

/**
 * Columns that a row has under a property of its own. The entity at the top of a table that several classes share has those of
 * all classes; its own instances do not.
 */
export function columnsOf(of: Described): readonly ColumnMetadata[] {
  const own = isEmbedded(of) ? of.columns : of.columns.filter((column) => !column.embeddedMetadata)
  return own.filter((column) => !column.isVirtual && isInherited(of, column.target))
}

export function relationsOf(of: Described): readonly RelationMetadata[] {
  const own = isEmbedded(of) ? of.relations : of.relations.filter((relation) => !relation.embeddedMetadata)
  return own.filter((relation) => isInherited(of, relation.target))
}

export function isEmbedded(of: Described): of is EmbeddedMetadata {
  return 'entityMetadata' in of
}

/** Whether a class that a column or a relation is declared in is the entity's own, or above it. */
export function isInherited(of: Described, target: unknown): boolean {
  if (isEmbedded(of) || of.inheritancePattern !== 'STI' || typeof target !== 'function') return true
  return of.target === target || Object.prototype.isPrototypeOf.call(target, of.target)
}
