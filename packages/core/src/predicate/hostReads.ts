import type { AssumedType, Call } from '../condition/condition.js'
import type { TypeOfHost } from '../condition/rewrite/assume.js'
import { abandon } from '../values/thenable.js'
import { bailOut } from './bail.js'

/**
 * Returns the types of the host's values when predicates are made: it reads each constant, and calls each
 * method that `clock.now()` is an example of.
 */
export function typesOfHost(constants: ReadonlyMap<string, unknown>): TypeOfHost {
  return (read) => {
    try {
      const value = read.kind === 'constant' ? constants.get(read.name) : resultOf(read, constants)
      abandon(value)
      return assumedTypes.find((type) => hasType(value, type))
    } catch {
      return undefined
    }
  }
}

function resultOf({ of, method }: Call, constants: ReadonlyMap<string, unknown>): unknown {
  const receiver = of.kind === 'constant' && isFree(method) ? constants.get(of.name) : undefined
  return isReceiver(receiver) ? (receiver[method] as () => unknown)() : undefined
}

const assumedTypes: readonly AssumedType[] = ['date', 'number', 'string', 'boolean']

/** Returns the result of a method without arguments; bails out if it does not have the assumed type. */
export function callAssumed(receiver: unknown, method: string, type: AssumedType): unknown {
  const value = isReceiver(receiver) ? (receiver[method] as () => unknown)() : bailOut(receiver)
  return assuming(value, type)
}

/** Returns a value; bails out if it does not have the assumed type. */
export function assuming(value: unknown, type: AssumedType): unknown {
  return hasType(value, type) ? value : bailOut(value)
}

function hasType(value: unknown, type: AssumedType): boolean {
  if (type === 'date') return isDate(value)
  return type === 'number' ? Number.isFinite(value) : typeof value === type
}

function isReceiver(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    typeof (value as { then?: unknown }).then !== 'function'
  )
}

/** Returns whether a value is a valid date that is ordered by its time. */
export function isDate(value: unknown): value is Date {
  return !Number.isNaN(timeOf(value))
}

/** Returns the time of a date that is ordered by its time; NaN for any other value. */
export function timeOf(value: unknown): number {
  const isDate =
    value instanceof Date && value.valueOf === Date.prototype.valueOf && value.getTime === Date.prototype.getTime
  return isDate ? value.getTime() : Number.NaN
}

/**
 * Returns whether calls of a method are not charged: neither texts, lists nor regular expressions
 * have it.
 */
export function isFree(method: string): boolean {
  return ![String, Array, RegExp, Function].some((one) => method in one.prototype || method in one)
}
