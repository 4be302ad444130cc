import { bailOut } from './bail.js'
import type { Operand, Root } from './condition.js'
import type { Meaning } from './meaning.js'

/** The values of one evaluation, by slot: actor, resource, parameters, variables. */
export type Frame = unknown[]

/**
 * How an operand is read from a frame: a slot and up to two attributes, which is what most of them are, or a function. Reading
 * in place is what makes it fast: calling one of many functions costs more than reading an attribute.
 */
export interface Reader {
  readonly slot: number
  readonly first: string | undefined
  readonly second: string | undefined
  readonly compute: ((frame: Frame) => unknown) | undefined
}

/** The value of an operand; it can be a promise, as with `read`. */
export function get(reader: Reader, frame: Frame): unknown {
  if (reader.compute !== undefined) return reader.compute(frame)
  const root = frame[reader.slot]
  if (reader.first === undefined) return root
  const value = read(root, reader.first)
  return reader.second === undefined ? value : read(value, reader.second)
}

function computed(compute: (frame: Frame) => unknown): Reader {
  return { slot: 0, first: undefined, second: undefined, compute }
}

/**
 * Reads an attribute: anything but undefined, which bails out. It can still be a promise; whoever uses the value for more than
 * reading on from it has to see to that (`plain`, `equals`).
 */
export function read(object: unknown, name: string): unknown {
  if ((typeof object !== 'object' && typeof object !== 'function') || object === null) return bailOut()
  // any object can have the attribute
  const value = (object as Readonly<Record<string, unknown>>)[name]
  return value === undefined ? bailOut() : value
}

/** Whether two values are equal; what is missing or has to be waited for bails out. */
export function equals(meaning: Meaning, left: unknown, right: unknown): boolean {
  if (left === right) return left !== undefined || bailOut()
  return meaning.equal(left, right) ?? bailOut()
}

/** A value as it is, when it is one: nothing missing, and nothing to wait for. */
export function plain(value: unknown): unknown {
  switch (typeof value) {
    case 'undefined':
      return bailOut()
    case 'object':
      if (value !== null && typeof (value as { then?: unknown }).then === 'function') return bailOut()
      return value
    case 'function':
      return typeof (value as { then?: unknown }).then === 'function' ? bailOut() : value
    default:
      return value
  }
}

/** Compiles an operand to a function that reads it from a frame; the value can be a promise, as with `read`. */
export function compileOperand(operand: Operand, slotOf: (root: Root) => number, meaning: Meaning): Reader {
  const compile = (one: Operand): Reader => compileOperand(one, slotOf, meaning)
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
    case 'path': {
      const slot = slotOf(operand.root)
      const names = operand.steps.map((step) => step.name)
      const [first, second] = names
      if (names.length <= 2) return { slot, first, second, compute: undefined }
      return computed((frame) => {
        let at = frame[slot]
        for (const name of names) at = read(at, name)
        return at
      })
    }
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
      return computed((frame) => {
        const receiver = plain(get(of, frame))
        if (receiver === null || receiver === undefined || typeof receiver === 'boolean') return bailOut()
        const target: unknown = (receiver as Record<string, unknown>)[method]
        if (typeof target !== 'function' || method === 'constructor') return bailOut()
        return plain(
          Reflect.apply(
            target,
            receiver,
            args.map((arg) => plain(get(arg, frame))),
          ),
        )
      })
    }
    case 'arithmetic':
      return compileArithmetic(operand, compile(operand.left), compile(operand.right))
  }
}

/** Integers stay exact and finite here; all else is the machine's, which knows overflow and division by zero. */
function compileArithmetic(operand: Extract<Operand, { kind: 'arithmetic' }>, left: Reader, right: Reader): Reader {
  const { operator } = operand
  return computed((frame) => {
    const a = get(left, frame)
    const b = get(right, frame)
    if (typeof a !== 'number' || typeof b !== 'number') return bailOut()
    const result = calculate(operator, a, b)
    return Number.isSafeInteger(result) || (Number.isFinite(result) && !Number.isInteger(result)) ? result : bailOut()
  })
}

function calculate(operator: Extract<Operand, { kind: 'arithmetic' }>['operator'], a: number, b: number): number {
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
