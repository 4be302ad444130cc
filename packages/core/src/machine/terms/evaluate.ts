import { holdsPlain } from '../../schema/adoption.js'
import { mayBePartial } from '../../schema/partial.js'
import { agreeAtSight } from '../../values/links.js'
import { isThenable } from '../../values/thenable.js'
import { Cell, deref } from '../state/cell.js'
import type { CompiledValue } from '../state/compiledValue.js'
import type { Machine } from '../state/machine.js'
import { unanswered } from '../state/replay.js'
import { failed, pending, type Signal } from '../state/signal.js'
import { DictTerm, ListTerm, type Term } from '../state/term.js'
import { calculate } from './arithmetic.js'
import { lookUp } from './lookup.js'

/**
 * Returns the value of an operand, through its whole chain of variables, or the signal that it has
 * none (yet).
 */
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
    // Sound: instances of this class are known to have fields that can be read as properties.
    const value = (object as Readonly<Record<string, unknown>>)[operand.name]
    if (value !== undefined && !mayBePartial(value) && !mayHoldRows(operand, object, value))
      return noteField(m, object, operand, value)
  }
  if (object === failed || object === pending) return object
  return lookUp(m, object, operand)
}

/**
 * Returns whether a value holds plain objects that are rows because of the field they were read
 * from, or may be another row than the columns of its holder refer to.
 */
function mayHoldRows(operand: CompiledValue, object: object, value: unknown): boolean {
  const { leadsToRows } = operand
  if (!leadsToRows || typeof value !== 'object') return false
  if (leadsToRows !== true && !agreeAtSight(leadsToRows, object, value)) return true
  return value !== null && holdsPlain(value, operand)
}

/** Records a value that was read directly, as the answer to the question of the general way. */
function noteField(m: Machine, object: object, operand: CompiledValue, value: unknown): unknown {
  if (!m.replay.isRecording && !isThenable(value)) return value
  m.replay.note(operand.node, object, operand.name)
  return m.settleField(value, object, operand.name)
}

/** Reads a constant anew in each step. A step that runs again keeps its earlier value. */
function readConstant(m: Machine, { node, name }: CompiledValue): Term {
  const known = m.recall(node, undefined, name)
  if (known !== unanswered) return known
  m.at = node.span
  const value = m.host.constant(name)
  // A constant that is a promise is awaited by the goal that needs its value.
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
