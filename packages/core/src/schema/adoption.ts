import type { Models, Schema } from './schema.js'
import { tagOf } from './tags.js'

/**
 * Plain objects that a relation leads to, such as the memberships in a session's JSON. The relation says which model they are rows
 * of. One registry for each schema: relations of another schema can lead from the same objects to other models.
 */
export class AdoptedRows {
  readonly #rows = new WeakMap<object, string>()
  readonly #models: Pick<Models, 'isSubclass'>

  constructor(models: Pick<Models, 'isSubclass'>) {
    this.#models = models
  }

  /** Takes a plain object for a row of a model. Tags win; of two models, the subclass wins, and unrelated ones leave the object unknown. */
  adopt(value: object, model: string): void {
    if (!isPlain(value) || tagOf(value) !== undefined) return
    const known = this.#rows.get(value)
    if (known === model) return
    if (known === undefined || this.#models.isSubclass(model, known)) this.#rows.set(value, model)
    else if (!this.#models.isSubclass(known, model)) this.#rows.set(value, none)
  }

  /** The model that an object was taken for; its row can be of a subclass. */
  modelOf(value: object): string | undefined {
    return this.#rows.get(value) || undefined
  }
}

/** Marks an object that two relations say different things of; no model has this name. */
const none = ''

/** Whether an object is an instance of no class: what `{…}` and `JSON.parse` make, in this realm or in another. */
export function isPlain(value: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null
}

/** What a place that reads objects remembers of them: most are instances of one class. */
export interface Reading {
  /** The class of the instance that was read last: all objects that have it as their constructor are its instances. */
  valueClass: unknown
}

/** Whether a value is a plain object without a tag, or a list with one: nothing but the relation that it was read from says what it is. */
export function holdsPlain(value: object, reading: Reading): boolean {
  if (!Array.isArray(value)) return isUntagged(value, reading)
  for (const one of value) if (typeof one === 'object' && one !== null && isUntagged(one, reading)) return true
  return false
}

/** Whether an object is plain, and without a tag. Prototypes take several times as long as the constructor. */
export function isUntagged(value: object, reading: Reading): boolean {
  const cls: unknown = value.constructor
  if ((cls === reading.valueClass && cls !== undefined) || tagOf(value) !== undefined) return false
  if (isPlain(value)) return true
  if (typeof cls === 'function' && cls !== Object) reading.valueClass = cls
  return false
}

/** Takes a value, or each element of a list, for rows of a model. */
export function adoptAll(models: Pick<Models, 'adopt'>, value: unknown, model: string): void {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) models.adopt(value, model)
  else for (const one of value) if (typeof one === 'object' && one !== null) models.adopt(one, model)
}

/** Takes what was read from a field for rows of the model that the field leads to. */
export function adoptRead(schema: Schema, holder: unknown, name: string, value: object): void {
  const model = relatedModel(schema, holder, name)
  if (model !== undefined) adoptAll(schema, value, model)
}

/** Name of the model that a field of an object leads to; undefined for a field that is no relation. */
export function relatedModel(schema: Schema, holder: unknown, name: string): string | undefined {
  const model = schema.baseOf(holder)
  const field = model && schema.field(model.name, name)
  return field?.kind === 'relation' ? field.model : undefined
}
