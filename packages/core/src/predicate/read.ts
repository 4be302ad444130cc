import type { CompareOperator, Operand, Path, Text } from '../condition/condition.js'
import type { ArithmeticOperator } from '../language/ast.js'
import { isPlain } from '../schema/adoption.js'
import { arePartial, isWhole } from '../schema/partial.js'
import { tagOf } from '../schema/tags.js'
import type { Account } from '../text/account.js'
import { callMethod, type Method, textTestUnits } from '../text/call.js'
import type { RegExpEngine } from '../text/engine.js'
import { Dict } from '../values/dict.js'
import { HostError, queryError } from '../values/hostError.js'
import { bailOut } from './bail.js'
import type { Budget } from './budget.js'
import type { ClassMeaning, EqualityMeaning, Meaning, ValueMeaning } from './meaning.js'

/** The values of one evaluation, by slot: actor, resource, action, what it may use, parameters, variables. */
export type Slots = unknown[]
export const budgetSlot = 3
/** How many slots every frame has. */
export const ownSlots = 4

/** What an evaluation may use, where it counts. */
export function budgetOf(frame: Slots): Budget {
  // it was put there when the evaluation began
  return frame[budgetSlot] as Budget
}

/**
 * How an operand is read from a frame: a slot, an attribute of what another reader reads, or a function. Reading in place is
 * what makes it fast: calling one of many functions costs more than reading an attribute.
 */
export class Reader {
  readonly slot: number
  readonly name: string | undefined
  /** Reads what has the attribute; undefined: it is in the slot. */
  readonly of: Reader | undefined
  readonly compute: ((frame: Slots) => unknown) | undefined
  /** The slot that keeps the value once it was read; 0, which is the actor's, where none does. */
  memo = 0

  constructor(slot: number, name?: string, of?: Reader, compute?: (frame: Slots) => unknown) {
    this.slot = slot
    this.name = name
    this.of = of
    this.compute = compute
  }
}

/** The value of an operand; it can be a promise, as with `read`. */
export function get(reader: Reader, frame: Slots): unknown {
  if (reader.compute !== undefined) return reader.compute(frame)
  if (reader.name === undefined) return frame[reader.slot]
  if (reader.memo !== 0) {
    const known = frame[reader.memo]
    if (known !== undefined) return known
  }
  const value = read(reader.of === undefined ? frame[reader.slot] : get(reader.of, frame), reader.name)
  if (reader.memo !== 0) frame[reader.memo] = value
  return value
}

function computed(compute: (frame: Slots) => unknown): Reader {
  return new Reader(0, undefined, undefined, compute)
}

/**
 * Reads an attribute: anything but undefined, which bails out. It can still be a promise; whoever uses the value for more than
 * reading on from it has to see to that (`plain`, `equals`), before anything else is read (`held`). Of a promise itself
 * anything is undefined.
 */
export function read(object: unknown, name: string): unknown {
  if ((typeof object !== 'object' && typeof object !== 'function') || object === null) return bailOut()
  if (arePartial() && isPart(object)) return bailOut()
  // any object can have the attribute
  const value = (object as Readonly<Record<string, unknown>>)[name]
  return value === undefined ? bailOut(object) : value
}

/** A value that is kept while others are read: if one of those ends the evaluation, nobody would wait for a promise. */
export function held(value: unknown): unknown {
  return typeof value === 'object' && value instanceof Promise ? bailOut(value) : value
}

/**
 * Whether two values are equal; what is missing or has to be waited for bails out.
 * @param leftModel - The model whose rows the schema says the left value to be, or its elements.
 */
export function equals(
  meaning: EqualityMeaning,
  left: unknown,
  right: unknown,
  leftModel?: string,
  rightModel?: string,
): boolean {
  if (left === right) return isThere(left)
  if (typeof left === 'number' && typeof right === 'number') return false
  if (typeof left === 'string' && typeof right === 'string') return false
  if (isPart(left) || isPart(right)) return bailOut(left, right)
  if (typeof left === 'object' && typeof right === 'object' && left !== null && right !== null) {
    const same = meaning.equalAtSight(left, right, leftModel, rightModel)
    if (same !== undefined) return same
    plain(left, right)
    plain(right)
    meet(meaning, left, leftModel)
    meet(meaning, right, rightModel)
  }
  return meaning.equal(left, right) ?? bailOut(left, right)
}

/** Takes plain objects for what the schema says of the place that they were read from. Where it says nothing, this is the end. */
function meet(meaning: EqualityMeaning, value: object, model: string | undefined): void {
  if (Array.isArray(value) || value instanceof Dict) {
    for (const one of Object.values(value)) if (typeof one === 'object' && one !== null) meet(meaning, one, model)
    return
  }
  const { schema } = meaning
  if (!isPlain(value) || (tagOf(value) !== undefined && schema.modelOf(value))) return
  if (model !== undefined) schema.adopt(value, model)
  if (schema.isStranger(value)) meaning.stranger(value)
}

/** Whether a value is an instance of a class. @param known - The model whose rows the schema says the value to be. */
export function isInstance(
  meaning: ClassMeaning,
  value: unknown,
  model: string,
  exact: boolean,
  known?: string,
): boolean {
  const it = plain(value)
  if (known !== undefined && typeof it === 'object' && it !== null) meaning.schema.adopt(it, known)
  return meaning.isInstance(it, model, exact) ?? bailOut()
}

/** Whether a value is a list, and not known to be all there is of it. */
function isPart(value: unknown): boolean {
  return Array.isArray(value) && !isWhole(value)
}

/** That a value is equal to itself: unless it is missing, or has to be waited for and may never come. */
export function isThere(value: unknown): true {
  plain(value)
  return true
}

/** Whether a value is equal to a text, a number, a boolean or nil. */
export function equalsLiteral(meaning: EqualityMeaning, value: unknown, literal: unknown): boolean {
  if (value === literal) return true
  if (value === null || (typeof value === typeof literal && literal !== null)) return false
  return equals(meaning, value, literal)
}

/** `==`, `!=` and the orderings. */
export function compare(
  meaning: ValueMeaning,
  operator: Exclude<CompareOperator, '='>,
  left: unknown,
  right: unknown,
  leftModel?: string,
  rightModel?: string,
): boolean {
  if (typeof left === 'number' && typeof right === 'number') return compareNumbers(operator, left, right)
  if (typeof left === 'object' && typeof right === 'object' && left !== null && right !== null) {
    if (operator === '==' || operator === '!=') {
      meet(meaning, plain(left, right), leftModel)
      meet(meaning, plain(right), rightModel)
    }
  }
  return meaning.compare(operator, plain(left, right), plain(right)) ?? bailOut()
}

function compareNumbers(operator: Exclude<CompareOperator, '='>, left: number, right: number): boolean {
  switch (operator) {
    case '==':
      return left === right
    case '!=':
      return left !== right
    case '<':
      return left < right
    case '<=':
      return left <= right
    case '>':
      return left > right
    case '>=':
      return left >= right
  }
}

/** Whether a list has an element that is equal to a value. */
export function contains(
  meaning: EqualityMeaning,
  value: unknown,
  list: unknown,
  model?: string,
  elementModel?: string,
): boolean {
  for (const one of listOf(list)) if (equals(meaning, value, one, model, elementModel)) return true
  return false
}

export function listOf(value: unknown): readonly unknown[] {
  return isWhole(value) ? value : bailOut(value)
}

/** False with nil on a side. */
export function textTest(operator: Text['operator'], text: unknown, part: unknown, account: Account): boolean {
  if (typeof text === 'string' && typeof part === 'string') {
    account.charge(textTestUnits(operator, text, part))
    return text[operator](part)
  }
  return text !== undefined && part !== undefined && (text === null || part === null) ? false : bailOut(text, part)
}

/**
 * A value as it is, when it is one: nothing missing, and nothing to wait for.
 * @param other - What was read as well, and not used yet.
 */
export function plain<T>(value: T, other?: unknown): T {
  switch (typeof value) {
    case 'undefined':
      return bailOut(other)
    case 'object':
    case 'function':
      if (typeof (value as { then?: unknown } | null)?.then === 'function') return bailOut(value, other)
  }
  return value
}

/**
 * Compiles an operand to a function that reads it from a frame; the value can be a promise, as with `read`.
 * @param accountOf - Returns what pays for the methods that an evaluation calls; called only if there are any.
 */
export function compileOperand(
  operand: Operand,
  pathOf: (path: Path) => Reader,
  meaning: Meaning,
  accountOf: () => (frame: Slots) => Account,
): Reader {
  const compile = (one: Operand): Reader => compileOperand(one, pathOf, meaning, accountOf)
  switch (operand.kind) {
    case 'value': {
      const { value } = operand
      return computed(() => value)
    }
    case 'constant': {
      const { name } = operand
      const { constants } = meaning.schema
      return computed(() => plain(constants.get(name)))
    }
    case 'path':
      return pathOf(operand)
    case 'count':
      return computed(bailOut)
    case 'field': {
      const of = compile(operand.of)
      const { name } = operand.step
      return computed((frame) => read(get(of, frame), name))
    }
    case 'list': {
      const elements = operand.elements.map(compile)
      return computed((frame) => elements.map((element) => plain(get(element, frame))))
    }
    case 'call': {
      const of = compile(operand.of)
      const args = operand.args.map(compile)
      const { method } = operand
      const account = accountOf()
      return computed((frame) => {
        const receiver = plain(get(of, frame))
        return call(
          receiver,
          method,
          args.map((arg) => plain(get(arg, frame))),
          account(frame),
          meaning.regExp,
        )
      })
    }
    case 'arithmetic': {
      const left = compile(operand.left)
      const right = compile(operand.right)
      const { operator } = operand
      return computed((frame) => calculate(operator, held(get(left, frame)), get(right, frame)))
    }
  }
}

/** Calls a method of the host's value. */
export function call(
  receiver: unknown,
  method: string,
  args: readonly unknown[],
  account: Account,
  regExp: RegExpEngine | undefined,
): unknown {
  if (receiver === null || receiver === undefined || typeof receiver === 'boolean') return bailOut()
  // anything else can have the method
  const target = (receiver as Readonly<Record<string, unknown>>)[method]
  if (typeof target !== 'function' || method === 'constructor') return bailOut()
  try {
    return plain(callMethod(target as Method, receiver, method, args, account, regExp))
  } catch (error) {
    throw error instanceof HostError ? queryError(error) : error
  }
}

/** Integers stay exact and finite here; all else is the machine's, which knows overflow and division by zero. */
export function calculate(operator: ArithmeticOperator, left: unknown, right: unknown): number {
  if (typeof left !== 'number' || typeof right !== 'number') return bailOut(left, right)
  const result = compute(operator, left, right)
  return Number.isSafeInteger(result) || (Number.isFinite(result) && !Number.isInteger(result)) ? result : bailOut()
}

function compute(operator: ArithmeticOperator, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
      return a / b
    case 'mod':
      return ((a % b) + b) % b
    case 'rem':
      return a % b
  }
}
