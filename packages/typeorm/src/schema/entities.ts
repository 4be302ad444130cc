import { type Class, renaming } from '@arcturus/core/internal/typeorm'
import type { DataSource, EntityTarget } from 'typeorm'
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js'
import type { EmbeddedMetadata } from 'typeorm/metadata/EmbeddedMetadata.js'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js'
import { schemaError } from '../errors.js'

/**
 * A model of a policy: an entity, or the columns embedded under one of its properties. Embedded
 * columns are a model of their own, read from the same row.
 */
export type Described = EntityMetadata | EmbeddedMetadata

/**
 * Returns the entities that policies can use, without pure junction tables.
 * @throws TypeOrmSchemaError before `initialize`
 */
export function entitiesOf(dataSource: DataSource): readonly EntityMetadata[] {
  if (!dataSource.isInitialized) {
    throw schemaError('The data source is not initialized, so its entities are unknown.', {
      hint: 'initialize it first: await dataSource.initialize()',
    })
  }
  return dataSource.entityMetadatas.filter(
    ({ tableType }) => tableType !== 'junction' && tableType !== 'closure-junction',
  )
}

/**
 * Returns the metadata of an entity.
 * @throws TypeOrmSchemaError if the target is not an entity of the data source
 */
export function entityOf(dataSource: DataSource, target: EntityTarget<object>): EntityMetadata {
  if (dataSource.hasMetadata(target)) return dataSource.getMetadata(target)
  const name = typeof target === 'function' ? target.name : String(target)
  throw schemaError(`"${name}" is not an entity of the data source.`, {
    hint: `use one of its entities: ${dataSource.entityMetadatas.map((entity) => entity.name).join(', ')}`,
  })
}

/** The names of entities in policies that differ from their own. */
const namesInPolicies = new WeakMap<EntityMetadata, string>()

/**
 * Gives entities other names in policies.
 * @throws TypeOrmSchemaError for an unknown entity, for a name of two entities, and if the data source has other names
 */
export function nameEntities(dataSource: DataSource, chosen: Readonly<Record<string, string>> = {}): void {
  const entities = entitiesOf(dataSource)
  const names = renaming(
    chosen,
    entities.map(({ name }) => name),
    schemaError,
  )
  for (const entity of entities) {
    const known = namesInPolicies.get(entity)
    const name = names(entity.name)
    if (known !== undefined && known !== name)
      throw schemaError(
        `The entity "${entity.name}" is already named "${known}" in the policies of this data source.`,
        {
          hint: 'pass the same `names` to each typeOrmAuthorization(…) of a data source',
        },
      )
    namesInPolicies.set(entity, name)
  }
}

/** Returns the name in policies of an entity, or of embedded columns. */
export function modelName(of: Described): string {
  if (isEmbedded(of)) return `${modelName(of.entityMetadata)}.${of.propertyPath}`
  return namesInPolicies.get(of) ?? of.name
}

/** Returns the class of an entity's rows, or undefined if the rows are plain objects. */
export function classOf({ target }: EntityMetadata): Class | undefined {
  // Sound: a target that is a function is the entity's class.
  return typeof target === 'function' ? (target as unknown as Class) : undefined
}

/**
 * Returns the columns that a row has as its own properties. With single-table inheritance, TypeORM
 * gives the top entity the columns of all classes, but its own instances do not have them.
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

/**
 * Returns whether the class that declares a column or a relation is the entity's own or an ancestor
 * of it.
 */
export function isInherited(of: Described, target: unknown): boolean {
  if (isEmbedded(of) || of.inheritancePattern !== 'STI' || typeof target !== 'function') return true
  return of.target === target || extendsClass(of.target, target)
}

export function extendsClass(cls: unknown, ancestor: unknown): boolean {
  return (
    typeof cls === 'function' && typeof ancestor === 'function' && Object.prototype.isPrototypeOf.call(ancestor, cls)
  )
}
