import type { Call, Dot, New } from '../../language/ast.js'
import { compareText } from '../../language/compareText.js'
import { spanText } from '../../language/source.js'
import { Fault } from '../../values/fault.js'
import { Cell, deref } from '../state/cell.js'
import type { CompiledValue } from '../state/compiledValue.js'
import type { Machine } from '../state/machine.js'
import { unanswered } from '../state/replay.js'
import { failed, pending } from '../state/signal.js'
import { exit, type Step } from '../state/step.js'
import { suspend } from '../state/suspension.js'
import { dictGet, dictKeys, isDict, type Term } from '../state/term.js'
import { evaluate } from '../terms/evaluate.js'
import { exportTerm } from '../terms/export.js'
import { assertKey, assertReachable, lookUpKey, settleReceiver } from '../terms/lookup.js'
import { unify, unifyStep } from '../terms/unify.js'
import { type GoalPlan, withValue } from './plan.js'

/** `object.method(args)`: stores the result in a slot that nothing has written yet. */
export function methodPlan(
  node: Dot,
  call: Call,
  object: CompiledValue,
  args: readonly CompiledValue[],
  slot: number,
): GoalPlan {
  return withValue(object, (m, receiver, next, again) => {
    if (receiver instanceof Cell) throw unboundReceiver(node, call)
    const { slots } = m.frame
    const result = callMethod(m, receiver, node, call, exportAll(m, slots, args))
    if (result === pending) return m.wait(again)
    if (result === undefined) m.meetUndefined(`The result of "${call.name}"`)
    slots[slot] = m.outside.import(result)
    return next
  })
}

function callMethod(m: Machine, receiver: Term, node: Dot, call: Call, args: readonly unknown[]): unknown {
  if (typeof receiver === 'boolean') {
    throw new Fault('type-error', `Cannot call "${call.name}" on ${receiver}: a boolean has no methods.`, {
      span: node.span,
      data: { of: 'lookup', value: receiver, expression: node.object },
    })
  }
  assertNoKeywords(call, node)
  assertReachable(call.name, node)
  const object = settleReceiver(m, receiver)
  if (object === pending) return pending
  const known = m.recall(node, receiver, m.frame.slots)
  if (known !== unanswered) return known
  m.at = node.span
  // a method can't change a list that the query still uses
  return m.settle(m.host.call(Array.isArray(object) ? [...object] : object, call.name, args, m))
}

function unboundReceiver(node: Dot, call: Call): Fault {
  const shown = spanText(node.object.span)
  return new Fault('unsupported-operation', `Cannot call "${call.name}" on ${shown}: the variable has no value.`, {
    span: node.span,
    hint: 'bind the variable before the call',
    data: { of: 'method', shown },
  })
}

function exportAll(m: Machine, slots: Term[], args: readonly CompiledValue[]): unknown[] {
  // everything that can fail or wait is a goal of its own before the call
  return args.map((arg) => exportTerm(m, evaluate(m, slots, arg)))
}

function assertNoKeywords(call: Call, node: Dot | New): void {
  if (call.keywords.length === 0) return
  throw new Fault(
    'keyword-arguments',
    `"${call.name}" is called with keyword arguments, which JavaScript does not support.`,
    {
      span: node.span,
      hint: 'pass the arguments by position',
      data: { of: 'host' },
    },
  )
}

/** `new Class(args)`; an error of a constructor belongs to the application. */
export function newPlan(node: New, args: readonly CompiledValue[], slot: number): GoalPlan {
  const call = node.call
  return (next) => {
    const step: Step = (m) => {
      m.asking()
      assertNoKeywords(call, node)
      const slots = m.frame.slots
      const values = exportAll(m, slots, args)
      let result = m.recall(node, slots, call.name)
      if (result === unanswered) {
        m.at = node.span
        m.raw = true
        result = m.settle(m.host.construct(call.name, values))
        m.raw = false
      }
      if (result === pending) return m.wait(step)
      slots[slot] = result
      return next
    }
    return step
  }
}

/** `object.(key)`: an open key goes through all keys of a dictionary. */
export function dynamicLookupPlan(node: Dot, object: CompiledValue, key: CompiledValue, slot: number): GoalPlan {
  return withValue(object, (m, receiver, next, again) => {
    const { slots } = m.frame
    const name = evaluate(m, slots, key)
    if (name instanceof Cell) {
      const result = m.cell(true)
      slots[slot] = result
      return lookUpOpen(m, receiver, name, result, node, next)
    }
    assertKey(m, name, node)
    const value = lookUpKey(m, receiver, name, node)
    if (value === failed) return m.backtrack()
    if (value === pending) return m.wait(again)
    slots[slot] = value
    return next
  })
}

/** `object.(key)` with an open key. */
function lookUpOpen(m: Machine, object: Term, key: Cell, result: Cell, node: Dot, next: Step): Step {
  if (object instanceof Cell) {
    suspendLookup(m, object, key, result, node)
    return next
  }
  if (!isDict(object)) assertKey(m, key, node)
  if (!isDict(object)) return m.backtrack()
  const alternatives = dictKeys(object)
    .sort(compareText)
    .map((name): Step => {
      const step: Step = (m) => {
        m.asking()
        unify(m, key, name)
        return unifyStep(m, dictGet(object, name), result, next, step)
      }
      return step
    })
  if (alternatives.length === 0) return m.backtrack()
  if (alternatives.length > 1) m.push(alternatives)
  return alternatives[0]!
}

function suspendLookup(m: Machine, object: Cell, key: Cell, result: Cell, node: Dot): void {
  const step: Step = (m) => {
    const slots = m.frame.slots
    m.asking()
    const receiver = deref(slots[0])
    const name = deref(slots[1])
    if (name instanceof Cell) return lookUpOpen(m, receiver, name, result, node, exit)
    assertKey(m, name, node)
    return unifyStep(m, lookUpKey(m, receiver, name, node), result, exit, step)
  }
  const constraint = { kind: 'operation', operator: 'Dot', args: [object, key, result], node } as const
  suspend(m, [object, key], step, [object, key], constraint)
}
