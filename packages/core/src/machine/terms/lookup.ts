import type { Expression } from '../../language/ast.js'
import { Fault } from '../../values/fault.js'
import { isThenable } from '../../values/thenable.js'
import { Cell, deref } from '../state/cell.js'
import type { CompiledValue } from '../state/compiledValue.js'
import type { Machine } from '../state/machine.js'
import { unanswered } from '../state/replay.js'
import { failed, pending, type Signal } from '../state/signal.js'
import { exit, type Step } from '../state/step.js'
import { suspend } from '../state/suspension.js'
import { dictGet, Float, isDict, ListTerm, type Term } from '../state/term.js'
import { exportTerm } from './export.js'
import { formatTerm } from './format.js'
import { unifyStep } from './unify.js'

/** Names that lead from any object to code. */
const unreachable: ReadonlySet<string> = new Set(['constructor', 'prototype', '__proto__'])

/**
 * Asserts that a name may be read from objects of the application.
 * @throws Fault for any other name.
 */
export function assertReachable(name: string, node: Expression): void {
  if (!unreachable.has(name)) return
  throw new Fault('unreachable-name', `A policy must not read "${name}": it leads from data to code.`, {
    span: node.span,
    hint: 'compare classes with `matches`',
    data: { name },
  })
}

/**
 * Reads a field with a fixed name the general way; stores in the operand if there is a quicker way.
 */
export function lookUp(m: Machine, object: Term, operand: CompiledValue): Term | Signal {
  const value = lookUpKey(m, object, operand.name, operand.node)
  if (typeof object === 'object' && object !== null) notePlainClass(m, object, operand)
  return value
}

/**
 * Stores the class of an object of the application if its fields are read as properties.
 * @returns whether they are
 */
export function notePlainClass(m: Machine, object: object, operand: CompiledValue): boolean {
  if (isDict(object) || object instanceof Cell || object instanceof ListTerm || object instanceof Float) return false
  const cls: unknown = object.constructor
  if (typeof cls !== 'function' || unreachable.has(operand.name) || isThenable(object)) return false
  if (!m.host.readsPlainly(cls, operand.name)) return false
  operand.leadsToRows = m.host.leadsToRows(cls, operand.name)
  operand.plainClass = cls
  return true
}

/**
 * Reads `object.key`. Returns a value, `failed` if a dictionary does not have the key, or a
 * variable while the object is open.
 */
export function lookUpKey(m: Machine, object: Term, key: string, node: Expression): Term | Signal {
  if (object instanceof Cell) return later(m, object, key, node)
  if (isDict(object)) {
    const value = dictGet(object, key)
    return value === undefined ? failed : deref(value)
  }
  if (typeof object === 'boolean') {
    throw new Fault('type-error', `Cannot read "${key}" of ${object}: a boolean has no fields.`, {
      span: node.span,
      data: { of: 'lookup', value: object, expression: node.kind === 'dot' ? node.object : undefined },
    })
  }
  const receiver = settleReceiver(m, object)
  if (receiver === pending) return pending
  assertReachable(key, node)
  const known = m.recall(node, object, key)
  if (known !== unanswered) return known
  m.at = node.span
  return m.settleField(m.host.read(receiver, key), receiver, key)
}

/** Returns an object in the form for the host: converted, and awaited if it is a promise. */
export function settleReceiver(m: Machine, object: Term): unknown {
  return isThenable(object) ? m.awaited(object) : exportTerm(m, object)
}

function later(m: Machine, object: Cell, key: string, node: Expression): Cell {
  const result = m.cell(true)
  const step: Step = (m) => {
    const slots = m.frame.slots
    m.asking()
    return unifyStep(m, lookUpKey(m, deref(slots[0]), key, node), slots[1], exit, step)
  }
  suspend(m, [object], step, [object, result], { kind: 'lookup', object, key, result, node })
  return result
}

/**
 * Asserts that the key of `object.(key)` is a string.
 * @throws Fault for any other key.
 */
export function assertKey(m: Machine, key: Term, node: Expression): asserts key is string {
  if (typeof key === 'string') return
  const shown = formatTerm(m.host, key)
  throw new Fault('type-error', `The name of a field must be a string, not ${shown}.`, {
    span: node.span,
    data: { of: 'key', value: key, shown, expression: node.kind === 'dot' ? node.member : undefined },
  })
}
