import type { KnownModel } from '../schema/schema.js'
import { Fault } from './fault.js'

/** An object whose class compares its instances, such as `ObjectId` of MongoDB. */
interface Comparable {
  equals(other: unknown): unknown
}

function isComparable(value: unknown): value is Comparable {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Comparable>).equals === 'function'
}

/**
 * Returns whether two instances of a class of values are equal, as the class itself compares them.
 * @throws Fault `type-error` if its method `equals` does not return a boolean.
 */
export function sameValue({ name }: KnownModel, left: unknown, right: unknown): boolean {
  const answer = isComparable(left) ? left.equals(right) : undefined
  if (typeof answer === 'boolean') return answer
  throw new Fault('type-error', `The method equals of ${name} must return a boolean.`, { data: { left, right } })
}

/**
 * Asserts that identity may compare two objects that are no rows with keys. The class of neither has another equality.
 * @throws Fault `type-error`: under `not`, a no would be a yes.
 */
export function assertComparedByIdentity(left: unknown, right: unknown): void {
  for (const value of [left, right]) {
    const hint = valueHint(value)
    if (hint === undefined) continue
    const summary = `Objects of class ${classNameOf(value)} can't be compared: their class has an equality of its own.`
    throw new Fault('type-error', summary, { hint, data: { left, right } })
  }
}

/** Returns how an object's class becomes a kind of value; undefined if it does not compare its instances. */
export function valueHint(value: unknown): string | undefined {
  return isComparable(value) ? `register it: registerClass(${classNameOf(value)}, { value: true })` : undefined
}

export function classNameOf(value: unknown): string {
  const cls: unknown = (value as Partial<object> | null | undefined)?.constructor
  return typeof cls === 'function' && cls.name !== '' ? cls.name : 'Object'
}
