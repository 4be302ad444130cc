import { nearestModel } from '../schema/classes.js'
import { referencedModel, unloadedRelation } from '../schema/reference.js'
import type { Models, Schema } from '../schema/schema.js'
import { tagOf } from '../schema/tags.js'
import { Dict } from '../values/dict.js'
import { type Equality, unifiable } from '../values/equality.js'
import { unknownRow } from '../values/fault.js'
import { allKinds } from '../values/kinds.js'
import { compareEqual, compareOrder } from '../values/order.js'
import { areSameRow, haveSameKey, type RowEquality, rowEqualityOf } from '../values/rows.js'
import { abandon } from '../values/thenable.js'
import type { ClassMeaning, EqualityMeaning, RowMeaning, ValueMeaning } from './meaning.js'

/** The application's classes, according to the host. */
export interface HostClasses {
  classOf(value: unknown): string | undefined
  isSubclass(name: string, ancestor: string): boolean | undefined
  isa(value: unknown, name: string): boolean | PromiseLike<boolean>
}

/**
 * Returns the equality of a host; functions return undefined if they would have to wait.
 * @param equality - The host's equality of the application's objects.
 * @param hasEquality - Whether it compares objects without keys by more than identity.
 */
export function equalityMeaning(schema: Schema, equality: Equality, hasEquality: boolean): RowMeaning {
  // Shared by all evaluations: it depends on the class and the schema alone. A schema that grows
  // has its meanings made anew.
  const known = new Map<unknown, RowEquality | null>()
  const rowEquality = (cls: unknown): RowEquality | undefined => {
    let found = known.get(cls)
    if (found === undefined) {
      found = rowEqualityOf(schema, cls, hasEquality) ?? null
      // Not memoized without a model: such a class may belong to one object alone.
      if (schema.modelOfClass(cls)) known.set(cls, found)
    }
    return found ?? undefined
  }
  return {
    schema,
    kinds: allKinds,
    equality,
    rowEquality,
    // The most frequent comparison: two rows of one class.
    equalAtSight(left, right, leftModel, rightModel) {
      if (left.constructor !== right.constructor) return equalByReference(schema, left, right)
      const rows = rowEquality(left.constructor)
      return rows ? areSameRow(rows, left, right) : equalByTags(schema, left, right, leftModel, rightModel)
    },
    // The machine knows where the object comes from.
    stranger() {},
    equal: (left, right) => (isSettled(left) && isSettled(right) ? now(unifiable(left, right, equality)) : undefined),
  }
}

/**
 * Returns whether two objects with one tag are the same row, if a key of one column decides. If the schema declares
 * another model, the general comparison decides.
 */
export function equalByTags(
  schema: Models,
  left: object,
  right: object,
  leftModel?: string,
  rightModel?: string,
): boolean | undefined {
  const model = tagOf(left)
  if (model === undefined || tagOf(right) !== model) return undefined
  if ((leftModel ?? model) !== model || (rightModel ?? model) !== model) return undefined
  const key = schema.key(model)
  return key?.length === 1 ? haveSameKey(key[0]!, left, right) : undefined
}

/** Returns whether a row that is known by its key alone is another one, if a key of one column decides. */
function equalByReference(schema: Models, left: object, right: object): boolean | undefined {
  const [of, row] = unloadedRelation(left) ? [left, right] : [right, left]
  const model = referencedModel(of)
  if (model === undefined || (schema.modelOfClass(row.constructor)?.name ?? tagOf(row)) !== model) return undefined
  const key = schema.key(model)
  return key?.length === 1 ? haveSameKey(key[0]!, left, right) : undefined
}

/** Adds the classes of a host. */
export function withClasses<Meaning extends EqualityMeaning>(
  meaning: Meaning,
  host: HostClasses,
): Meaning & ClassMeaning {
  const { schema } = meaning
  return {
    ...meaning,
    isInstance(value, model, exact) {
      // The class of a row that is not loaded depends on its relation; only the host knows it.
      if (exact && !unloadedRelation(value)) {
        const own = schema.modelOf(value)?.name
        if (own === undefined && (schema.isStranger(value) || schema.baseOf(value) !== undefined))
          throw unknownRow(value, model, 'tested for its class')
        return (own ?? nearestModel(schema, value)?.name) === model
      }
      const known = host.classOf(value)
      if (exact && known !== undefined) return known === model
      if (known !== undefined) {
        const isInstance = host.isSubclass(known, model)
        // Custom checks of other classes do not run for objects of a registered class.
        if (isInstance || isRow(value) || !schema.models.get(model)?.isaCheck) return isInstance
      }
      const isInstance = now(host.isa(value, model))
      // It can be an instance of a subclass.
      return exact && isInstance ? undefined : isInstance
    },
  }
}

/** Adds the order of values. */
export function withOrder<Meaning extends EqualityMeaning>(meaning: Meaning): Meaning & ValueMeaning {
  const { equality } = meaning
  return {
    ...meaning,
    compare(operator, left, right) {
      if (operator !== '==' && operator !== '!=') return compareOrder(operator, left, right)
      const equal = now(compareEqual(left, right, equality))
      return equal === undefined ? undefined : equal === (operator === '==')
    },
  }
}

export function now(answer: boolean | undefined | PromiseLike<unknown>): boolean | undefined {
  if (typeof answer === 'boolean') return answer
  abandon(answer)
  return undefined
}

function isRow(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Dict)
}

function isSettled(value: unknown): boolean {
  return value !== undefined && typeof (value as { then?: unknown } | null)?.then !== 'function'
}
