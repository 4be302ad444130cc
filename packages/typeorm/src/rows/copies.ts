import { isPartial, markCareful, markPartial, needsCare } from '@arcturus/core'
import type { EntityManager } from 'typeorm'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import { loaded } from './partialRelations.js'

/** What copies one row, and through itself the rows that it holds. */
type Copy = (this: unknown, copy: object, row: object, metadata: EntityMetadata, ...rest: unknown[]) => void

/**
 * Remembers of the copies that `create`, `merge` and `preload` make what is known of the rows, for they have lists of their own.
 * Each manager has its own transformer, which TypeORM does not show.
 */
export function rememberCopies(manager: EntityManager): void {
  const transformer: object = Reflect.get(manager, 'plainObjectToEntityTransformer')
  const copy: Copy = Reflect.get(transformer, 'groupAndTransform')
  const remember: Copy = function (this: unknown, target, row, metadata, ...rest) {
    Reflect.apply(copy, this, [target, row, metadata, ...rest])
    inherit(target, row, metadata)
  }
  Reflect.set(transformer, 'groupAndTransform', remember)
}

/** The rows that the copy holds were copied before. */
function inherit(copy: object, row: object, { relations }: EntityMetadata): void {
  for (const { propertyName, embeddedMetadata, isLazy } of relations) {
    const way = embeddedMetadata?.parentPropertyNames ?? []
    const [from, to] = [row, copy].map((of) => way.reduce<unknown>(property, of))
    // What is lazy and not there would be loaded.
    if (!isObject(from) || !isObject(to) || (isLazy && !(`__${propertyName}__` in from))) continue
    const held = loaded(to, propertyName)
    if (isPartial(from, propertyName, loaded(from, propertyName))) markPartial(to, propertyName)
    else if (Array.isArray(held) && held.some(needsCare)) markCareful(held)
    else if (!needsCare(held)) continue
    markCareful(copy)
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function property(of: unknown, name: string): unknown {
  return isObject(of) ? Reflect.get(of, name) : undefined
}
