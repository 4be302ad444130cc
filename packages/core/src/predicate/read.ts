import type { CompareOperator, Text } from '../condition/condition.js'
import type { ArithmeticOperator } from '../language/ast.js'
import { arePartial, isWhole, mayBePartial, wholeValue } from '../schema/partial.js'
import { referencedRow, unloadedRelation } from '../schema/reference.js'
import type { Schema } from '../schema/schema.js'
import { type Account, charge, unitsPerElement } from '../text/account.js'
import { callMethod } from '../text/call.js'
import type { RegExpEngine } from '../text/engine.js'
import { callPlain, methodOf, textTestUnits } from '../text/plainCall.js'
import { floats } from '../values/arithmetic.js'
import { equalsItself } from '../values/equality.js'
import type { KeyMeaning } from '../values/keyParts.js'
import { isLink, isLinked, type Link } from '../values/links.js'
import { caughtError } from '../values/metErrors.js'
import { compareNumbers } from '../values/order.js'
import type { Decision } from '../values/semantics.js'
import { bailOut, undecided } from './bail.js'
import { timeOf } from './hostReads.js'
import type { ClassMeaning, EqualityMeaning, ValueMeaning } from './meaning.js'

/**
 * Returns an attribute; undefined if there is none, or if the object itself is undefined or nil. It
 * can be a promise. Code that does more with the value than read on from it must check it (`plain`,
 * `equals`) before it reads anything else (`held`). Any attribute of a promise itself is undefined.
 */
export function read(object: unknown, name: string): unknown {
  if ((typeof object !== 'object' && typeof object !== 'function') || object === null) return undefined
  if (arePartial() && isPart(object)) return undefined
  const value = wholeValue(object, name)
  return value === undefined ? undecided(object) : value
}

/**
 * Returns a value that is kept while others are read. Bails out for a promise: if another read
 * ended the evaluation, nobody would await it.
 */
export function held(value: unknown): unknown {
  return typeof value === 'object' && value instanceof Promise ? bailOut(value) : value
}

/**
 * Returns whether two values are equal; undefined for a missing value, or a value of another type than the schema
 * declares. Bails out for a promise.
 * @param leftType - The declared type (`declaredType`) of the left value or its elements.
 * @param rightType - The declared type of the right value or its elements.
 */
export function equals(
  meaning: EqualityMeaning,
  left: unknown,
  right: unknown,
  leftType?: string,
  rightType?: string,
): Decision {
  if (left === right) return isThere(left)
  if (typeof left === 'number' && typeof right === 'number') return false
  if (left === undefined || right === undefined) return undecided(left, right)
  if (isForeign(left, leftType) || isForeign(right, rightType)) return undecided(left, right)
  if (typeof left === 'string' && typeof right === 'string') return false
  if (isPart(left) || isPart(right)) return undecided(left, right)
  const areObjects = isObject(left) && isObject(right)
  const same = areObjects ? meaning.equalAtSight?.(left, right, leftType, rightType) : undefined
  if (same !== undefined) return same
  plain(left, right)
  plain(right, left)
  if (areObjects && !areKnown(meaning, left, right, leftType, rightType)) return undecided(left, right)
  return equalByHost(meaning, left, right) ?? undecided(left, right)
}

/**
 * As `equals`, for values that are declared as texts, booleans or numbers. Bails out for an object, which contradicts the
 * declaration.
 */
export function equalScalars(left: unknown, right: unknown, leftType?: string, rightType?: string): Decision {
  if (Object(left) === left || Object(right) === right) return bailOut(left, right)
  if (left === undefined || right === undefined || isForeign(left, leftType) || isForeign(right, rightType))
    return undecided()
  if (left === right) return true
  // A bigint equals the number of the same value.
  return isNumber(left) && isNumber(right) && left <= right && left >= right
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint'
}

/** An error of the application's equality is an error of this comparison alone. */
function equalByHost(meaning: EqualityMeaning, left: unknown, right: unknown): Decision {
  try {
    return meaning.equal(left, right)
  } catch (error) {
    return caughtError(error)
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** Returns whether a value is of another primitive type than the schema declares for its place. */
function isForeign(value: unknown, type: string | undefined): boolean {
  return typeof value !== 'object' && isOfPrimitives(type) && !type.includes(typeof value)
}

/** Returns whether a declared type is one of primitive values, not a model. */
function isOfPrimitives(type: string | undefined): type is string {
  return type?.[0] === '#'
}

function areKnown(
  meaning: EqualityMeaning,
  left: object,
  right: object,
  leftType: string | undefined,
  rightType: string | undefined,
): boolean {
  return isKnown(meaning, left, leftType) && isKnown(meaning, right, rightType)
}

/**
 * Assigns plain objects the model that the schema declares for the place that they were read from.
 * Returns whether their class is known.
 */
function isKnown(meaning: EqualityMeaning, value: object, type: string | undefined): boolean {
  if (meaning.kinds.isContainer(value))
    return (Object.values(value) as readonly unknown[]).every((one) => !isObject(one) || isKnown(meaning, one, type))
  const { schema } = meaning
  if (type !== undefined && !isOfPrimitives(type)) schema.adopt(value, type)
  if (!schema.isStranger(value)) return true
  meaning.stranger(value)
  return false
}

/**
 * Returns whether a value is an instance of a class; undefined for a missing value.
 * @param exact - Whether instances of subclasses are excluded.
 * @param known - The model of the value according to the schema.
 */
export function isInstance(
  meaning: ClassMeaning,
  value: unknown,
  model: string,
  exact: boolean,
  known?: string,
): Decision {
  const it = plain(value)
  if (it === undefined) return undefined
  if (known !== undefined && isObject(it)) meaning.schema.adopt(it, known)
  try {
    return meaning.isInstance(it, model, exact)
  } catch (error) {
    return caughtError(error)
  }
}

/** Returns whether a value is a list that may be partial. */
function isPart(value: unknown): boolean {
  return Array.isArray(value) && mayBePartial(value)
}

/**
 * Returns whether a value equals itself, unlike NaN and an invalid date; undefined if it is missing. Bails out for a
 * promise, which may never resolve.
 */
export function isThere(value: unknown): Decision {
  return plain(value) === undefined ? undefined : equalsItself(value)
}

/** Returns whether a value is equal to a text, a number, a boolean or nil, as `equals` does. */
export function equalsLiteral(meaning: EqualityMeaning, value: unknown, literal: unknown, type?: string): Decision {
  if (value === literal) return true
  if (value === null || (typeof value === typeof literal && literal !== null)) return false
  return equals(meaning, value, literal, type)
}

/** `==`, `!=` and the orderings; undefined as with `equals`, and for values that have no order. */
export function compare(
  meaning: ValueMeaning,
  operator: Exclude<CompareOperator, '='>,
  left: unknown,
  right: unknown,
  leftType?: string,
  rightType?: string,
): Decision {
  if (typeof left === 'number' && typeof right === 'number') return compareNumbers(operator, left, right)
  if (operator !== '==' && operator !== '!=') {
    const from = timeOf(left)
    const to = timeOf(right)
    if (!Number.isNaN(from) && !Number.isNaN(to)) return compareNumbers(operator, from, to)
  }
  return compareAny(meaning, operator, left, right, leftType, rightType)
}

/** As `compare`, without its short cuts for numbers and dates. */
export const compareAny: typeof compare = (meaning, operator, left, right, leftType, rightType) => {
  if (left === undefined || right === undefined) return undecided(left, right)
  if (isForeign(left, leftType) || isForeign(right, rightType)) return undecided(left, right)
  plain(left, right)
  plain(right, left)
  const isEquality = operator === '==' || operator === '!='
  if (isEquality && isObject(left) && isObject(right) && !areKnown(meaning, left, right, leftType, rightType))
    return undecided(left, right)
  try {
    return meaning.compare(operator, left, right)
  } catch (error) {
    return caughtError(error)
  }
}

/** Returns whether a list has an element that is equal to a value; undefined if one of them may be. */
export function contains(
  meaning: EqualityMeaning,
  value: unknown,
  list: unknown,
  type?: string,
  elementType?: string,
): Decision {
  const elements = listOf(list)
  if (elements === undefined || plain(value) === undefined) return undefined
  let found: Decision = false
  for (const one of elements) {
    const same = equals(meaning, value, one, type, elementType)
    if (same) return true
    if (same === undefined) found = undefined
  }
  return found
}

/**
 * Returns the row that a relation leads to that is not loaded, if the database keeps its foreign key: it is compared by that.
 * Undefined if the key is not known.
 * @param model - The model of the holder according to the schema.
 */
export function referenced(schema: Schema, holder: unknown, model: string | undefined, name: string): unknown {
  if (typeof holder !== 'object' || holder === null) return undefined
  if (model !== undefined) schema.adopt(holder, model)
  const own = schema.baseOf(holder)?.name
  const field = own === undefined ? undefined : schema.field(own, name)
  return isLink(field) && field.kept ? referencedRow(holder, own!, field) : undefined
}

/** Bails out unless a relation holds the row that the columns of its holder refer to. */
export function linked(how: KeyMeaning, link: Link, holder: unknown, value: unknown): true {
  const isObject = typeof holder === 'object' && holder !== null
  return !isObject || isLinked(how, link, holder, value) === true ? true : bailOut(value)
}

/** Returns a list that is complete; undefined for any other value. */
export function listOf(value: unknown): readonly unknown[] | undefined {
  return isWhole(value) ? value : undecided(value)
}

/** Runs a text operator. Returns false if an operand is nil; undefined if one is neither that nor a text. */
export function textTest(operator: Text['operator'], text: unknown, part: unknown, account: Account): Decision {
  if (typeof text === 'string' && typeof part === 'string') {
    charge(account, textTestUnits(operator, text, part))
    return text[operator](part)
  }
  return text !== undefined && part !== undefined && (text === null || part === null) ? false : undecided(text, part)
}

/**
 * Returns a value, which may be undefined; bails out for a promise.
 * @param other - Another value that was read and not used yet.
 */
export function plain<T>(value: T, other?: unknown): T {
  const canWait = typeof value === 'object' || typeof value === 'function'
  return canWait && typeof (value as { then?: unknown } | null)?.then === 'function' ? bailOut(value, other) : value
}

type Calling = (
  receiver: unknown,
  method: string,
  args: readonly unknown[],
  account: Account,
  regExp?: RegExpEngine,
) => unknown

/**
 * Calls a method of the host's value; undefined if it is missing, or a value that it needs, and for an error of the
 * method.
 */
export const call: Calling = /* @__PURE__ */ callBy(callMethod)

/** Calls a method as `call`, but one that uses no regular expression. */
export const callWithoutPattern: Calling = /* @__PURE__ */ callBy(callPlain)

function callBy(charged: typeof callMethod): Calling {
  return (receiver, method, args, account, regExp) => {
    if (args.includes(undefined)) return undefined
    // The machine loads rows that are known by their keys alone.
    if (holdsReference(receiver) || args.some((arg) => holdsReference(arg))) return undefined
    const target = methodOf(receiver, method, args)
    if (target === undefined) return undefined
    try {
      return plain(charged(target, receiver, method, args, account, regExp))
    } catch (error) {
      return caughtError(error)
    }
  }
}

/** Returns whether a value is a row that is known by its key alone, or a list with such a row. */
export function holdsReference(value: unknown): boolean {
  return Array.isArray(value) ? listHoldsReference(value, new Set()) : unloadedRelation(value) !== undefined
}

/** Visits each list once: lists that share lists, or hold themselves, have far more paths than elements. */
function listHoldsReference(list: readonly unknown[], visited: Set<unknown>): boolean {
  if (visited.has(list)) return false
  visited.add(list)
  return list.some((value) =>
    Array.isArray(value) ? listHoldsReference(value, visited) : unloadedRelation(value) !== undefined,
  )
}

/**
 * Calls a method that neither texts nor regular expressions have, and that no list has by itself.
 * It has no part in the analysis of patterns, so that a compiled module can do without that.
 */
export function invoke(receiver: unknown, method: string, args: readonly unknown[], account: Account): unknown {
  const target = args.includes(undefined) ? undefined : methodOf(receiver, method, args)
  if (target === undefined) return undefined
  if (Array.isArray(receiver)) charge(account, unitsPerElement * receiver.length)
  try {
    return plain(Reflect.apply(target, receiver, args))
  } catch (error) {
    return caughtError(error)
  }
}

/** As `invoke`, if the machine loads rows that are known by their keys alone. */
export function invokeLoaded(receiver: unknown, method: string, args: readonly unknown[], account: Account): unknown {
  if (holdsReference(receiver) || args.some((arg) => holdsReference(arg))) return undefined
  return invoke(receiver, method, args, account)
}

/**
 * Calculates exact and finite numbers. Undefined for any other: the machine handles overflow and
 * division by zero.
 */
export function calculate(operator: ArithmeticOperator, left: unknown, right: unknown): number | undefined {
  if (typeof left !== 'number' || typeof right !== 'number') return undecided(left, right)
  const result = floats(operator, left, right)
  return Number.isSafeInteger(result) || (Number.isFinite(result) && !Number.isInteger(result)) ? result : undefined
}
