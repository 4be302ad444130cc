import { isPartial, markLeadsToPartial, markPartial, mayBePartial } from '@arcturus/core/internal/typeorm'
import type { EntityManager, EntityTarget } from 'typeorm'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import { wrap } from '../prototypes.js'
import { dataSourceOf } from '../schema/dialect.js'
import { isObject, loaded, property } from './loadedRelations.js'

/**
 * Copies the partial marks of rows to the copies that `create`, `merge` and `preload` make, because
 * copies have lists of their own. It also marks the relations of rows loaded by `preload` that came
 * with the given object.
 */
export function watchCopies(manager: EntityManager): void {
  const transformer: object = Reflect.get(manager, 'plainObjectToEntityTransformer')
  wrap(transformer, 'groupAndTransform', (_, copy, target: object, row: object, metadata: EntityMetadata) => {
    copy()
    inherit(target, row, metadata)
  })
  wrap(manager, 'preload', async (own: EntityManager, preload, target: EntityTarget<object>, given: object) => {
    const row = await preload()
    if (isObject(row)) markGiven(row, given, dataSourceOf(own).getMetadata(target))
    return row
  })
}

function markGiven(row: object, given: object, { relations }: EntityMetadata): void {
  for (const { propertyName, embeddedMetadata } of relations) {
    const way = embeddedMetadata?.parentPropertyNames ?? []
    const [from, to] = [given, row].map((of) => way.reduce<unknown>(property, of))
    if (!isObject(from) || !isObject(to) || property(from, propertyName) === undefined) continue
    markPartial(to, propertyName)
    markLeadsToPartial(row)
  }
}

/** Copies the partial marks of a row. The related rows of the copy were copied before. */
function inherit(copy: object, row: object, { relations }: EntityMetadata): void {
  for (const relation of relations) {
    const { propertyName, embeddedMetadata, isLazy } = relation
    const way = embeddedMetadata?.parentPropertyNames ?? []
    const [from, to] = [row, copy].map((of) => way.reduce<unknown>(property, of))
    // Reading an unloaded lazy relation would load it.
    if (!isObject(from) || !isObject(to) || (isLazy && !(`__${propertyName}__` in from))) continue
    const held = loaded(to, relation)
    if (isPartial(from, propertyName, loaded(from, relation))) markPartial(to, propertyName)
    else if (Array.isArray(held) && held.some(mayBePartial)) markLeadsToPartial(held)
    else if (!mayBePartial(held)) continue
    markLeadsToPartial(copy)
  }
}
