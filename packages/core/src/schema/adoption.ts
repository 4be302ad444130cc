import { tagOf } from './tags.js'

/** The subclass relation of models. */
interface ClassTree {
  isSubclass(name: string, ancestor: string): boolean
}

/**
 * The plain objects that relations lead to, such as the memberships in a session's JSON. The
 * relation names the model of such a row.
 * Each schema has a registry of its own: relations of another schema can lead from the same objects
 * to other models.
 */
export class AdoptedRows {
  readonly #rows = new WeakMap<object, string>()

  /**
   * Adopts a plain object as a row of a model. A tag takes precedence. Of two models, the subclass
   * wins; two unrelated models make the object unknown.
   * @param models - The registry of the schema has always the same ones.
   */
  adopt(value: object, model: string, models: ClassTree): void {
    if (!isPlain(value) || tagOf(value) !== undefined) return
    const known = this.#rows.get(value)
    if (known === model) return
    if (known === undefined || models.isSubclass(model, known)) this.#rows.set(value, model)
    else if (!models.isSubclass(known, model)) this.#rows.set(value, none)
  }

  /**
   * Returns the model that an object was adopted for; the row can be of a subclass. The name is empty if relations
   * disagree.
   */
  modelOf(value: object): string | undefined {
    return this.#rows.get(value)
  }
}

/** Marks an object that two relations disagree about; no model has this name. */
const none = ''

/**
 * Returns whether an object has no class: a result of `{…}` or `JSON.parse`, in this realm or in
 * another.
 */
export function isPlain(value: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null
}

/** A cache for one place that reads objects, most of which have the same class. */
export interface Reading {
  /** The class of the last instance: all objects with this constructor are its instances. */
  valueClass: unknown
}

/**
 * Returns whether a value is an untagged plain object, or a list that contains one. Only the
 * relation that it was read from determines its model.
 */
export function holdsPlain(value: object, reading: Reading): boolean {
  if (!Array.isArray(value)) return isUntagged(value, reading)
  for (const one of value) if (typeof one === 'object' && one !== null && isUntagged(one, reading)) return true
  return false
}

/**
 * Returns whether an object is plain and has no tag. Comparing constructors is several times faster
 * than reading prototypes.
 */
export function isUntagged(value: object, reading: Reading): boolean {
  const cls: unknown = value.constructor
  if ((cls === reading.valueClass && cls !== undefined) || tagOf(value) !== undefined) return false
  if (isPlain(value)) return true
  if (typeof cls === 'function' && cls !== Object) reading.valueClass = cls
  return false
}
