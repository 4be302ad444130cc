import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js'

/** A relation for which a row has a value. */
export interface LoadedRelation {
  readonly relation: RelationMetadata
  /** The row, or the object of embedded columns inside it. */
  readonly owner: object
  readonly value: unknown
}

const none: readonly LoadedRelation[] = []

/**
 * Returns the relations of a row that have a value: rows, nil, or a value in place of rows. Most
 * rows have none, which costs little.
 */
export function loadedRelations(row: object, entity: EntityMetadata): readonly LoadedRelation[] {
  let found: LoadedRelation[] | undefined
  for (const relation of relationsOf(row, entity)) {
    const owner = ownerOf(row, relation)
    if (!isObject(owner)) continue
    const value = loaded(owner, relation)
    if (value === undefined) continue
    found ??= []
    found.push({ relation, owner, value })
  }
  return found ?? none
}

/** Returns the lazy relations of a row without a value: reading them would start a load. */
export function unreadRelations(row: object, entity: EntityMetadata): readonly Omit<LoadedRelation, 'value'>[] {
  const { childEntityMetadatas, lazyRelations } = entity
  if (lazyRelations.length === 0 && childEntityMetadatas.length === 0) return none
  return relationsOf(row, entity).flatMap((relation) => {
    const owner = relation.isLazy ? ownerOf(row, relation) : undefined
    return isObject(owner) && loaded(owner, relation) === undefined ? [{ relation, owner }] : []
  })
}

/** Returns the row, or the object of embedded columns inside it, that holds a relation. */
function ownerOf(row: object, { embeddedMetadata }: RelationMetadata): unknown {
  return embeddedMetadata ? embeddedMetadata.parentPropertyNames.reduce<unknown>(property, row) : row
}

/**
 * Returns the loaded value of a relation. A lazy relation is read from its backing property,
 * because reading the relation itself would start a load.
 */
export function loaded(owner: object, { propertyName, isLazy }: RelationMetadata): unknown {
  return Reflect.get(owner, isLazy ? `__${propertyName}__` : propertyName)
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** Returns the objects of a relation's value, one or many. */
export function objectsOf(value: unknown): object[] {
  return (Array.isArray(value) ? value : [value]).filter(isObject)
}

/**
 * Returns the relations of the row's class, which can be a subclass of the queried entity with
 * relations of its own.
 */
function relationsOf(row: object, entity: EntityMetadata): readonly RelationMetadata[] {
  const { childEntityMetadatas: below, relations } = entity
  return (below.length > 0 && below.find(({ target }) => target === row.constructor)?.relations) || relations
}

/** Returns a property of an object, or undefined for any other value. */
export function property(of: unknown, name: string): unknown {
  return isObject(of) ? Reflect.get(of, name) : undefined
}
