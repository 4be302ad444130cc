import type { Class, Model } from '../schema/model.js'
import { unloadedRelation } from '../schema/reference.js'
import { Table } from '../schema/schema.js'
import { isBinary, isBinaryClass } from './binary.js'
import { builtinClasses } from './builtin.js'
import { Dict } from './dict.js'
import { type Answer, type Equality, equalsItself, scalarsEqual, unifiable } from './equality.js'
import { isNumeric } from './numeric.js'

/**
 * The kinds of values that are not rows. A compiled policy whose comparisons need only a few of them does
 * without the others.
 */
export interface ValueKinds {
  /** The classes that every policy can name. */
  readonly builtins: ReadonlyMap<string, unknown>
  /** See `unifiable`. */
  unifiable(left: unknown, right: unknown, equality: Equality): Answer
  /** See `scalarsEqual`. */
  scalarsEqual(left: unknown, right: unknown): boolean | undefined
  /**
   * Returns the kind of a value that its contents identify: two values of one kind are equal if `scalarsEqual` says so.
   * Returns undefined for any other value, such as NaN, a list or a promise.
   */
  kindOf(value: unknown): string | undefined
  /** Returns whether a value holds others: a list or a dictionary. */
  isContainer(value: object): boolean
  /** Returns whether an object without a model is a value or an unloaded reference, so that it can't be a row. */
  isValue(object: object): boolean
  /** See `isValueClass`. */
  isValueClass(cls: Class): boolean
}

/** All kinds of values. */
export const allKinds: ValueKinds = {
  builtins: builtinClasses,
  unifiable,
  scalarsEqual,
  kindOf(value) {
    if (!equalsItself(value)) return undefined
    if (isNumeric(value)) return 'number'
    if (value instanceof Date) return 'date'
    if (isBinary(value)) return 'bytes'
    return typeof value === 'object' || typeof value === 'function' ? undefined : typeof value
  },
  isContainer: (value) => Array.isArray(value) || value instanceof Dict,
  isValue: (object) =>
    object instanceof Date ||
    object instanceof Dict ||
    object instanceof Table ||
    Array.isArray(object) ||
    isBinary(object) ||
    unloadedRelation(object) !== undefined ||
    isNumeric(object),
  isValueClass,
}

/** Returns whether instances of a model are values: equal if their contents are. */
export function isValueModel({ class: cls, isValue }: Pick<Model, 'class' | 'isValue'>): boolean {
  return isValue === true || (cls !== undefined && isValueClass(cls))
}

/** Returns whether instances of a class of JavaScript or of a decimal library are values. */
export function isValueClass(cls: Class): boolean {
  const { prototype } = cls
  return (
    cls === Date ||
    cls === Array ||
    cls === Dict ||
    prototype instanceof Date ||
    isBinaryClass(cls) ||
    isNumeric(prototype) ||
    builtinClasses.has(cls.name)
  )
}
