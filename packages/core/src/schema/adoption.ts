import { tagOf } from './tags.js'

/** Which models are subclasses of others. */
interface ClassTree {
  isSubclass(name: string, ancestor: string): boolean
}

/**
 * Plain objects that a relation leads to, such as the memberships in a session's JSON. The relation says which model they are rows
 * of. One registry for each schema: relations of another schema can lead from the same objects to other models.
 */
export class AdoptedRows {
  readonly #rows = new WeakMap<object, string>()
  readonly #models: ClassTree

  constructor(models: ClassTree) {
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
