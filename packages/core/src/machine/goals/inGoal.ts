import type { In } from '../../language/ast.js'
import { compareText } from '../../language/compareText.js'
import { Fault } from '../../values/fault.js'
import { isThenable } from '../../values/thenable.js'
import { Cell, deref } from '../state/cell.js'
import type { Choice } from '../state/frame.js'
import { Iteration } from '../state/frame.js'
import type { Machine } from '../state/machine.js'
import { unanswered } from '../state/replay.js'
import { pending, type Verdict } from '../state/signal.js'
import { exit, fail, type Step } from '../state/step.js'
import { suspend } from '../state/suspension.js'
import { dictGet, dictKeys, Float, isDict, ListTerm, type Term } from '../state/term.js'
import { exportTerm } from '../terms/export.js'
import { formatTerm } from '../terms/format.js'
import { unify, unifyStep } from '../terms/unify.js'
import { planOperands } from './operands.js'
import { type Context, type GoalPlan, inOrder, withValues } from './plan.js'

/** `item in collection`: each element is an alternative. */
export function planIn(c: Context, node: In): GoalPlan {
  const { item, collection } = node
  const { before, operands } = planOperands(c, [item, collection])
  return inOrder([
    ...before,
    withValues(operands, (m, value, values, next, again) => {
      if (Array.isArray(values) && typeof value === 'string') return memberStep(m, value, values, node, next)
      return inStep(m, value, values, node, next, again)
    }),
  ])
}

/** Succeeds once for each occurrence of a string in an array of the application. */
function memberStep(m: Machine, text: string, values: readonly unknown[], node: In, next: Step): Step {
  let count = 0
  for (const value of values) {
    if (value === text) count++
    // an object may still be equal to it, and an undefined element is an error
    else if (typeof value === 'object' || typeof value === 'function' || value === undefined) {
      return elementsStep(m, new Elements(text, values, 0, undefined, node, next))
    }
  }
  if (count === 0) return m.backtrack()
  if (count > 1) m.push(new Array<Step>(count).fill(next))
  return next
}

/** The elements of an `in`, and the term that each is unified with. */
class Elements {
  constructor(
    readonly item: Term,
    readonly items: readonly Term[],
    public at: number,
    /** Continuation of the list. */
    readonly rest: Term | undefined,
    readonly node: In,
    readonly next: Step,
  ) {}
}

/**
 * Goes through a collection of any kind.
 * @param again - The running step.
 */
export function inStep(m: Machine, item: Term, values: Term, node: In, next: Step, again: Step): Step {
  const collection = deref(values)
  if (collection instanceof ListTerm) {
    return elementsStep(m, new Elements(item, collection.items, collection.from, collection.rest, node, next))
  }
  if (Array.isArray(collection)) return elementsStep(m, new Elements(item, collection, 0, undefined, node, next))
  if (isDict(collection)) {
    const pairs = dictKeys(collection)
      .sort(compareText)
      .map((key) => new ListTerm([key, dictGet(collection, key)], 0, undefined))
    return elementsStep(m, new Elements(item, pairs, 0, undefined, node, next))
  }
  if (typeof collection === 'string') {
    return elementsStep(m, new Elements(item, [...collection], 0, undefined, node, next))
  }
  if (collection instanceof Cell) {
    const step: Step = (m) => {
      m.asking()
      return inStep(m, deref(m.frame.slots[0]), m.frame.slots[1], node, exit, step)
    }
    if (item instanceof Cell) m.link(item)
    const constraint = { kind: 'operation', operator: 'In', args: [item, collection], node } as const
    suspend(m, [collection], step, [item, collection], constraint)
    return next
  }
  return iterateStep(m, item, collection, node, next, again)
}

/** Takes the first element that fits; a choice point keeps the later ones. */
function elementsStep(m: Machine, elements: Elements): Step {
  const { items, item } = elements
  for (let work = 1; elements.at < items.length; work++) {
    if (work % 512 === 0) m.spend(512)
    const element = items[elements.at++]
    m.asking()
    const trail = m.trail.length
    let verdict: Verdict
    try {
      if (element === undefined) assertElement(m, elements.node)
      verdict = unify(m, element, item)
    } catch (thrown) {
      // an error of one element: the others are alternatives
      m.pushRetry(moreElements, elements, trail)
      throw thrown
    }
    if (verdict === false) {
      m.undo(trail)
      m.woken = undefined
      continue
    }
    if (elements.at < items.length || elements.rest !== undefined) m.pushRetry(moreElements, elements, trail)
    return verdict === true ? m.proceed(elements.next) : m.wait(tryAgain(element, item, elements.next))
  }
  if (elements.rest === undefined) return m.backtrack()
  const rest: Step = (m) => {
    m.asking()
    return inStep(m, item, elements.rest, elements.node, elements.next, rest)
  }
  return rest
}

function moreElements(m: Machine, choice: Choice): Step {
  m.choices.pop()
  // Sound: `elementsStep` pushed it.
  const elements = choice.data as Elements
  return (m) => elementsStep(m, elements)
}

/** The state of going through an iterator of the application. */
class Iterating extends Iteration {
  constructor(
    iterator: Iterator<unknown> | AsyncIterator<unknown>,
    readonly item: Term,
    readonly node: In,
    readonly next: Step,
  ) {
    super(iterator)
  }
}

/** Takes the elements of an object of the application one at a time. */
function iterateStep(m: Machine, item: Term, collection: Term, node: In, next: Step, again: Step): Step {
  if (isScalar(collection) || collection instanceof Float) {
    const shown = formatTerm(m.host, collection)
    throw new Fault('type-error', `\`in\` needs a list or another iterable value, not ${shown}.`, {
      span: node.span,
      data: { of: 'in', value: collection, shown, expression: node.collection },
    })
  }
  let object: unknown
  if (isThenable(collection)) {
    object = m.awaited(collection)
    if (object === pending) return m.wait(again)
    if (isScalar(object)) throw notIterable(m, object, node)
    if (!isObject(object)) return inStep(m, item, object, node, next, again)
  } else object = exportTerm(m, collection)
  m.at = node.span
  m.raw = true
  const iterator = m.host.iterate(object)
  m.raw = false
  if (iterator === undefined) {
    if (Array.isArray(object) || isDict(object)) return inStep(m, item, object, node, next, again)
    throw notIterable(m, object, node)
  }
  m.iterators++
  m.pushRetry(nextIterated, new Iterating(iterator, item, node, next))
  return m.backtrack()
}

function notIterable(m: Machine, value: unknown, node: In): Fault {
  const hint = value === null ? 'test it against nil first' : undefined
  const message = `${m.host.show(value)} has no elements: \`in\` needs a list.`
  return new Fault('not-iterable', message, { span: node.span, hint, data: { value } })
}

function isScalar(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

/** Takes the next element that fits; the choice point stays until the iterator is done. */
function nextIterated(_m: Machine, choice: Choice): Step {
  // Sound: `iterateStep` pushed it.
  const { iterator, item, node, next } = choice.data as Iterating
  const step: Step = (m) => {
    for (let work = 1; ; work++) {
      if (work % 512 === 0) m.spend(512)
      m.asking()
      let result = m.recall(choice, iterator, 'next')
      if (result === unanswered) {
        m.raw = true
        try {
          result = m.settle(iterator.next())
        } catch (thrown) {
          m.choices.pop()
          m.iterators--
          throw thrown
        }
        m.raw = false
      }
      if (result === pending) return m.wait(step)
      // Sound: `next` of an iterator returns it.
      const { done, value } = result as IteratorResult<unknown>
      if (done) {
        m.choices.pop()
        m.iterators--
        return fail
      }
      // `tryAgain` repeats the following questions to the host in the same order
      m.asking()
      if (value === undefined) assertElement(m, node)
      const verdict = unify(m, value, item)
      if (verdict === true) return m.proceed(next)
      if (verdict === pending) return m.wait(tryAgain(value, item, next))
      m.undo(choice.trail)
      m.woken = undefined
    }
  }
  return step
}

/** @throws Fault for an undefined element, unless the host takes it for a value. */
export function assertElement(m: Machine, { span }: In): void {
  m.at = span
  m.meetUndefined()
}

/** Unifies an element once more after the host had to wait. */
function tryAgain(value: unknown, item: Term, next: Step): Step {
  const step: Step = (m) => {
    m.asking()
    return unifyStep(m, value, item, next, step)
  }
  return step
}
