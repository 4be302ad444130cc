import type { ArithmeticOperator, Expression } from '../../language/ast.js'
import { holdsPlain } from '../../schema/adoption.js'
import { mayBePartial } from '../../schema/partial.js'
import { calculate } from '../terms/arithmetic.js'
import { lookUp } from '../terms/lookup.js'
import type { Machine } from './machine.js'
import { unanswered } from './replay.js'
import { failed, pending, type Signal } from './signal.js'
import { Cell, DictTerm, deref, isThenable, ListTerm, type Term } from './term.js'

/** How a value of a rule is got when the rule runs. */
export type CompiledValueKind =
  | 'value'
  | 'slot'
  /** The first occurrence of a variable: makes it. */
  | 'fresh'
  | 'constant'
  | 'field'
  | 'list'
  | 'dictionary'
  | 'arithmetic'

/**
 * A compiled expression that has a value. One class for all kinds, so that the code that evaluates them sees one shape; the
 * functions below make them, and say what each kind uses.
 */
export class CompiledValue {
  readonly kind: CompiledValueKind
  readonly slot: number
  readonly value: Term
  /** Name of a constant, a field or an operator. */
  readonly name: string
  readonly parts: readonly CompiledValue[]
  readonly keys: readonly string[]
  readonly rest: CompiledValue | undefined
  readonly node: Expression
  /**
   * A class whose instances have the field as a plain property: the one that was met last. All queries of a program share it;
   * it decides how quickly a field is read, and never what is asked of the host, in which order, or what is replayed.
   */
  plainClass: unknown = undefined
  /** Whether plain objects in the field of that class can be rows because of it; it changes together with the class. */
  leadsToRows = true
  /** Of its values, in the same way. */
  valueClass: unknown = undefined

  constructor(
    kind: CompiledValueKind,
    node: Expression,
    slot: number,
    value: Term,
    name: string,
    parts: readonly CompiledValue[],
    keys: readonly string[],
    rest: CompiledValue | undefined,
  ) {
    this.kind = kind
    this.node = node
    this.slot = slot
    this.value = value
    this.name = name
    this.parts = parts
    this.keys = keys
    this.rest = rest
  }
}

const none: readonly never[] = []

export function literalValue(node: Expression, value: Term): CompiledValue {
  return new CompiledValue('value', node, -1, value, '', none, none, undefined)
}
export function slotValue(node: Expression, slot: number): CompiledValue {
  return new CompiledValue('slot', node, slot, undefined, '', none, none, undefined)
}
export function freshValue(node: Expression, slot: number): CompiledValue {
  return new CompiledValue('fresh', node, slot, undefined, '', none, none, undefined)
}
export function constantValue(node: Expression, name: string): CompiledValue {
  return new CompiledValue('constant', node, -1, undefined, name, none, none, undefined)
}
export function fieldValue(node: Expression, object: CompiledValue, name: string): CompiledValue {
  return new CompiledValue('field', node, -1, undefined, name, [object], none, undefined)
}
export function listValue(
  node: Expression,
  parts: readonly CompiledValue[],
  rest: CompiledValue | undefined,
): CompiledValue {
  if (rest === undefined && parts.every((part) => part.kind === 'value')) {
    return literalValue(
      node,
      new ListTerm(
        parts.map((part) => part.value),
        0,
        undefined,
      ),
    )
  }
  return new CompiledValue('list', node, -1, undefined, '', parts, none, rest)
}
/** @param keys in the order of their code points, as are `parts`. */
export function dictionaryValue(
  node: Expression,
  keys: readonly string[],
  parts: readonly CompiledValue[],
): CompiledValue {
  if (parts.every((part) => part.kind === 'value')) {
    return literalValue(node, new DictTerm(new Map(keys.map((key, at) => [key, parts[at]!.value]))))
  }
  return new CompiledValue('dictionary', node, -1, undefined, '', parts, keys, undefined)
}
export function arithmeticValue(
  node: Expression,
  operator: ArithmeticOperator,
  left: CompiledValue,
  right: CompiledValue,
): CompiledValue {
  return new CompiledValue('arithmetic', node, -1, undefined, operator, [left, right], none, undefined)
}

/** The value of an operand, all the way down its chain of variables; or the signal that there is none (yet). */
export function evaluate(m: Machine, slots: Term[], operand: CompiledValue): Term | Signal {
  switch (operand.kind) {
    case 'slot': {
      const term = slots[operand.slot]
      return term instanceof Cell ? deref(term) : term
    }
    case 'value':
      return operand.value
    case 'field':
      return readField(m, slots, operand)
    case 'fresh': {
      const cell = m.cell(false)
      slots[operand.slot] = cell
      return cell
    }
    case 'constant':
      return readConstant(m, operand)
    case 'list':
    case 'dictionary':
      return build(m, slots, operand)
    case 'arithmetic':
      return compute(m, slots, operand)
  }
}

function readField(m: Machine, slots: Term[], operand: CompiledValue): Term | Signal {
  const object = evaluate(m, slots, operand.parts[0]!)
  if (
    typeof object === 'object' &&
    object !== null &&
    object.constructor === operand.plainClass &&
    !mayBePartial(object) &&
    !m.replay.isReplaying
  ) {
    m.at = operand.node.span
    // instances of this class are known to have fields that can be read as properties
    const value = (object as Readonly<Record<string, unknown>>)[operand.name]
    if (value !== undefined && !mayBePartial(value) && !mayHoldRows(operand, value))
      return noteField(m, object, operand, value)
  }
  if (object === failed || object === pending) return object
  return lookUp(m, object, operand)
}

/** Whether a value holds plain objects that are rows because of the field that they were read from. */
function mayHoldRows(operand: CompiledValue, value: unknown): boolean {
  return operand.leadsToRows && typeof value === 'object' && value !== null && holdsPlain(value, operand)
}

/** Takes a value that was read in place as the answer to the question that the general way would have asked. */
function noteField(m: Machine, object: object, operand: CompiledValue, value: unknown): unknown {
  if (!m.replay.isRecording && !isThenable(value)) return value
  m.replay.note(operand.node, object, operand.name)
  return m.settleField(value, object, operand.name)
}

/** Constants are read anew by each step, but not by one that runs again: it goes on with the value that it had. */
function readConstant(m: Machine, { node, name }: CompiledValue): Term {
  const known = m.recall(node, undefined, name)
  if (known !== unanswered) return known
  const value = m.host.constant(name)
  // A constant that is a promise is awaited by whoever needs its value.
  if (m.replay.isRecording) m.replay.answer(value)
  return value
}

function build(m: Machine, slots: Term[], operand: CompiledValue): Term | Signal {
  const parts: Term[] = []
  for (const part of operand.parts) {
    const value = evaluate(m, slots, part)
    if (value === failed || value === pending) return value
    parts.push(value)
  }
  if (operand.kind === 'dictionary') return new DictTerm(new Map(operand.keys.map((key, at) => [key, parts[at]])))
  const rest = operand.rest && evaluate(m, slots, operand.rest)
  return rest === failed || rest === pending ? rest : new ListTerm(parts, 0, rest)
}

function compute(m: Machine, slots: Term[], operand: CompiledValue): Term | Signal {
  const left = evaluate(m, slots, operand.parts[0]!)
  if (left === failed || left === pending) return left
  const right = evaluate(m, slots, operand.parts[1]!)
  if (right === failed || right === pending) return right
  return calculate(m, operand, left, right)
}
