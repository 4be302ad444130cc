import type { Condition, Operand } from '../condition/condition.js'
import { conjunction, disjunction, FALSE, marked, not, originOf, TRUE } from '../condition/construct.js'
import { bail, undecided } from '../predicate/bail.js'
import { compare, equalsLiteral, held, listOf, plain } from '../predicate/read.js'
import { caughtError, endsAtOnce, noteError } from '../values/metErrors.js'
import type { Decision } from '../values/semantics.js'
import { budgetOf, type Layout, ownSlots, type Slots } from './fast/frame.js'
import { beside, get, type Reader } from './fast/reader.js'
import { areEqual, areSame, equalsNil } from './fast/same.js'
import { groupsOf } from './link.js'
import { type Called, type Group, kinds, type Loop, type Step } from './step.js'

/** True, false, a failure, or what remains of a condition. Undefined: a failure that nobody has asked for. */
export type Result = Decision | Condition

/**
 * Evaluates a condition. A check knows all values: its leaves are tested in the fast way, and what that does not decide
 * is undecided, as an error is. If `by` is given, it decides every leaf with unknown values, and every leaf that the fast
 * way leaves undecided: the result is true, false, a failure, or the part of the condition that depends on unknown values.
 * What code of the application throws in a leaf is an error of that leaf alone.
 */
export function evaluate(step: Step, frame: Slots, by: Exact | undefined): Result {
  switch (step.kind) {
    case kinds.all: {
      const { of } = step
      let left: Condition[] | undefined
      for (let at = 0; at < of.length; at++) {
        const holds = evaluate(of[at]!, frame, by)
        if (holds === true) continue
        if (holds === undefined || (holds === false && left === undefined)) return holds
        left ??= []
        left.push(conditionOf(holds))
        if (holds === false || holds.kind === 'failure') break
      }
      if (by === undefined) return true
      const origin = originOf(step.source)
      if (origin) return marked(conjunction(left ?? []), origin)
      return left === undefined || conjunction(left)
    }
    case kinds.any: {
      if (by !== undefined) return anyOf(step, frame, by)
      const { of } = step
      let found: Decision = false
      for (let at = 0; at < of.length; at++) {
        const holds = evaluate(of[at]!, frame, undefined)
        if (holds === true) return true
        if (holds === undefined) found = undefined
      }
      return found
    }
    case kinds.not: {
      const holds = evaluate(step.of[0]!, frame, by)
      if (holds === undefined || typeof holds === 'boolean') return holds === undefined ? undefined : !holds
      return not(holds)
    }
    case kinds.some:
      return by === undefined ? search(step, frame) : by.some(step, frame)
    case kinds.call:
      return by === undefined ? call(step, frame) : by.call(step, frame)
    case kinds.true:
      return true
    case kinds.false:
      return false
    case kinds.failure:
      return by === undefined ? step.errors && noteError(step.errors) : step.source
    default: {
      if (by !== undefined && isOpen(step, frame)) return by.leaf(step, frame)
      let holds: Decision
      try {
        holds = test(step, frame)
      } catch (error) {
        if (by === undefined) caughtError(error)
        else if (error !== bail && endsAtOnce(error)) throw error
      }
      if (holds !== undefined) return holds
      return by === undefined ? step.errors && noteError(step.errors) : by.leaf(step, frame)
    }
  }
}

/** What decides the leaves that the fast way does not decide, and quantifiers and calls with unknown values. */
export interface Exact {
  leaf(step: Step, frame: Slots): boolean | Condition
  some(step: Step, frame: Slots): boolean | Condition
  call(step: Step, frame: Slots): boolean | Condition
  /** Decides quantifiers over the same rows in one pass; undefined if they are decided one by one. */
  together(group: Group, frame: Slots): Condition | undefined
}

/** Stands in a slot for an operand that is no value, or more than one: a row of the database, a float. */
export class Held {
  constructor(readonly operand: Operand) {}
}

function isOpen({ slots }: Step, frame: Slots): boolean {
  for (let at = 0; at < slots.length; at++) {
    const value = frame[slots[at]!]
    if (value === undefined || value instanceof Held) return true
  }
  return false
}

export function conditionOf(result: boolean | Condition): Condition {
  return result === true ? TRUE : result === false ? FALSE : result
}

export function resultOf(condition: Condition): boolean | Condition {
  return condition.kind === 'true' ? true : condition.kind === 'false' ? false : condition
}

function anyOf(step: Step, frame: Slots, by: Exact): Result {
  const parts: Condition[] = []
  for (const group of groupsOf(step)) {
    const together = group.of.length > 1 ? by.together(group, frame) : undefined
    if (together) parts.push(together)
    else
      for (const one of group.of) {
        const holds = evaluate(one, frame, by)
        if (holds === true) return true
        // Sound: with `by`, no part is undecided.
        if (holds !== false) parts.push(holds as Condition)
      }
  }
  return resultOf(disjunction(parts))
}

/** Puts an element into its slot, and counts it. */
export function visit({ slot, kept }: Loop, element: unknown, frame: Slots): void {
  budgetOf(frame).spend(1)
  frame[slot] = element
  for (let at = 0; at < kept.length; at++) frame[kept[at]!] = undefined
}

function search({ value, of, parts: { loop }, errors }: Step, frame: Slots): Decision {
  let list: readonly unknown[] | undefined
  try {
    list = listOf(get(value, frame))
  } catch (error) {
    caughtError(error)
  }
  if (list === undefined) return errors && noteError(errors)
  const where = of[0]!
  let found: Decision = false
  for (let index = 0; index < list.length; index++) {
    const element = list[index]
    visit(loop, element, frame)
    if (loop.held !== undefined && typeof element === 'object' && element !== null) loop.held(element)
    // An undefined element is an error, whatever the test says.
    const holds = element === undefined ? errors && noteError(errors) : evaluate(where, frame, undefined)
    if (holds === true) return true
    if (holds === undefined) found = undefined
  }
  return found
}

function call({ parts: { call }, errors }: Step, frame: Slots): Decision {
  // Sound: without `by`, the result is a decision.
  if (call.within !== undefined) return evaluate(call.within(), frame, undefined) as Decision
  const called = call.called()
  let inner: Slots | undefined
  try {
    inner = innerFrame(called.scope.layout, frame, call.args)
  } catch (error) {
    caughtError(error)
  }
  return inner === undefined ? errors && noteError(errors) : decide(called, inner)
}

/** Decides a definition whose arguments are known; results of a recursive one are memoized when there are many. */
export function decide({ step, recursive, parameters }: Called, frame: Slots): Decision {
  // Sound: as above.
  if (!recursive) return evaluate(step, frame, undefined) as Decision
  const budget = budgetOf(frame)
  const isTabled = budget.enter() <= 0
  const call = isTabled ? budget.call(step, frame.slice(ownSlots, ownSlots + parameters)) : undefined
  if (call?.isOver) return budget.leave(undefined, call.answer)
  return budget.leave(call, evaluate(step, frame, undefined) as Decision)
}

/** Returns the frame of a definition that is called from another frame; undefined if an argument is missing. */
function innerFrame(layout: Layout, frame: Slots, args: readonly Reader[]): Slots | undefined {
  const inner = layout.inner(frame)
  for (let at = 0; at < args.length; at++) {
    const value = held(get(args[at]!, frame))
    if (value === undefined) return undefined
    inner[ownSlots + at] = value
  }
  return inner
}

/** The test of a leaf. */
function test({ kind, value: reader, other: beyond, parts }: Step, frame: Slots): Decision {
  const value = get(reader, frame)
  // If the other operand can't be read, nobody awaits the value.
  const other = beyond === undefined ? undefined : beside(value, beyond, frame)
  const { how } = parts
  switch (kind) {
    case kinds.literal:
      return equalsLiteral(how.meaning, value, parts.literal, how.leftType)
    case kinds.nil:
      return equalsNil(how, value)
    case kinds.truth:
      return value === true || (value !== false && undecided(value))
    case kinds.order:
      return compare(how.meaning, parts.operator, value, other, how.leftType, how.rightType)
    case kinds.same:
      return areSame(how, value, other)
    case kinds.equal: {
      const same = areEqual(how, value, other)
      return same === undefined ? undefined : same !== parts.isNegated
    }
    case kinds.none:
      return plain(value) === undefined ? undefined : (value === null) !== parts.isNegated
    default:
      return parts.test(value, other, frame)
  }
}
