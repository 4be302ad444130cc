import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js'

/** A relation that a row has a value for. */
export interface LoadedRelation {
  readonly relation: RelationMetadata
  /** The row, or the object of embedded columns within it. */
  readonly owner: object
  readonly value: unknown
}

const none: readonly LoadedRelation[] = []

/** The relations of a row that have a value: rows, nil, or what stands in their place. Most rows have none, which costs little. */
export function loadedRelations(row: object, entity: EntityMetadata): readonly LoadedRelation[] {
  let found: LoadedRelation[] | undefined
  for (const relation of relationsOf(row, entity)) {
    const { embeddedMetadata } = relation
    const owner = embeddedMetadata ? embeddedMetadata.parentPropertyNames.reduce<unknown>(property, row) : row
    if (!isObject(owner)) continue
    const value = loaded(owner, relation)
    if (value === undefined) continue
    found ??= []
    found.push({ relation, owner, value })
  }
  return found ?? none
}

/** What was loaded of a relation. A lazy one is a promise, of what stands beside it; to read it would begin to load it. */
export function loaded(owner: object, { propertyName, isLazy }: RelationMetadata): unknown {
  return Reflect.get(owner, isLazy ? `__${propertyName}__` : propertyName)
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** The objects in the place of a relation, one or many. */
export function objectsOf(value: unknown): object[] {
  return (Array.isArray(value) ? value : [value]).filter(isObject)
}

/** A row can be of a class below the entity that was queried, which has relations of its own. */
function relationsOf(row: object, entity: EntityMetadata): readonly RelationMetadata[] {
  const { childEntityMetadatas: below, relations } = entity
  return (below.length > 0 && below.find(({ target }) => target === row.constructor)?.relations) || relations
}

/** A property of an object; undefined for all else. */
export function property(of: unknown, name: string): unknown {
  return isObject(of) ? Reflect.get(of, name) : undefined
}
