import { equalsItself } from '../../values/equality.js'
import { areSameRow } from '../../values/rows.js'
import { isThenable } from '../../values/thenable.js'
import { Cell, deref } from '../state/cell.js'
import type { Machine } from '../state/machine.js'
import { unanswered } from '../state/replay.js'
import { failed, pending, type Verdict } from '../state/signal.js'
import type { Step } from '../state/step.js'
import type { AnyList } from '../state/term.js'
import { dictGet, dictHas, dictKeys, Float, isDict, isList, ListTerm, type Term } from '../state/term.js'
import { exportTerm } from './export.js'

/** Number of pairs of one unification between two charges: sixteen steps for each pair. */
const portion = 512
const cost = 16 * portion

/**
 * Makes two terms equal by binding variables; returns false if they can't be equal. Of two
 * variables, one is bound to the other, so that both stay open. There is no occurs check.
 */
export function unify(m: Machine, left: Term, right: Term): Verdict {
  const a = left instanceof Cell ? deref(left) : left
  const b = right instanceof Cell ? deref(right) : right
  if (a === b) return equalsItself(a) || (left === right && left instanceof Cell)
  if (a instanceof Cell) return bindCell(m, a, b)
  if (b instanceof Cell) return bindCell(m, b, a)
  if (typeof a !== 'object' && typeof b !== 'object' && typeof a === typeof b && typeof a !== 'function') {
    // two different numbers, strings or booleans
    return left === right && left instanceof Cell
  }
  return isList(a) || isDict(a) ? unifyStructures(m, a, b) : unifyValues(m, a, b)
}

function bindCell(m: Machine, cell: Cell, value: Term): true {
  if (!(value instanceof Cell)) {
    m.bind(cell, value)
    return true
  }
  if (cell.name !== undefined && value.name !== undefined) {
    // both are named in the query: a solution reports the bound ones, so both have to be bound
    const shared = m.cell(true)
    m.bind(cell, shared)
    m.bind(value, shared)
    return true
  }
  const [from, to] = value.name === undefined ? [cell, value] : [value, cell]
  m.link(to)
  m.bind(from, to)
  return true
}

/** Pairs that remain to be unified: the rests of two lists, or two terms. */
interface Pair {
  readonly left: Term
  readonly right: Term
}

function unifyStructures(m: Machine, left: Term, right: Term): Verdict {
  const open: Pair[] = [{ left, right }]
  let work = 0
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    if (++work % portion === 0) m.spend(cost)
    const a = deref(pair.left)
    const b = deref(pair.right)
    if (a === undefined || b === undefined) m.meetUndefined()
    if (pair.left === pair.right && pair.left instanceof Cell) continue
    if (a === b) {
      if (equalsItself(a)) continue
      return false
    }
    if (a instanceof Cell) bindCell(m, a, b)
    else if (b instanceof Cell) bindCell(m, b, a)
    else if (isList(a) && isList(b)) {
      const verdict = unifyLists(m, a, b, open)
      if (verdict !== true) return verdict
    } else if (isDict(a) && isDict(b)) {
      const keys = dictKeys(a)
      if (keys.length !== dictKeys(b).length || !keys.every((key) => dictHas(b, key))) return false
      for (let at = keys.length - 1; at >= 0; at--) {
        open.push({ left: dictGet(a, keys[at]!), right: dictGet(b, keys[at]!) })
      }
    } else {
      const verdict = unifyValues(m, a, b)
      if (verdict !== true) return verdict
    }
  }
  return true
}

/**
 * Goes along two lists as far as their elements are decided at once. Pushes the first other pair on
 * `open`, and below it the rest of the lists.
 */
function unifyLists(m: Machine, left: AnyList, right: AnyList, open: Pair[]): Verdict {
  const a = cursor(left)
  const b = cursor(right)
  for (let work = 0; a.at < a.items.length && b.at < b.items.length; work++) {
    if (work % portion === portion - 1) m.spend(cost)
    const x = deref(a.items[a.at++])
    const y = deref(b.items[b.at++])
    if (x === y && x !== undefined && equalsItself(x)) continue
    if (isScalar(x) && isScalar(y)) return false
    open.push({ left: remaining(a), right: remaining(b) })
    open.push({ left: x, right: y })
    return true
  }
  if (a.at === a.items.length && b.at === b.items.length) {
    if (a.rest === undefined && b.rest === undefined) return true
    open.push({ left: a.rest ?? emptyList, right: b.rest ?? emptyList })
    return true
  }
  const [longer, shorter] = a.at < a.items.length ? [a, b] : [b, a]
  if (shorter.rest === undefined) return false
  open.push(longer === a ? { left: remaining(a), right: b.rest } : { left: a.rest, right: remaining(b) })
  return true
}

const emptyList: ListTerm = new ListTerm([], 0, undefined)

interface Cursor {
  readonly items: readonly Term[]
  at: number
  readonly rest: Term | undefined
}

function cursor(list: AnyList): Cursor {
  return list instanceof ListTerm
    ? { items: list.items, at: list.from, rest: list.rest }
    : { items: list, at: 0, rest: undefined }
}

function remaining(list: Cursor): Term {
  return new ListTerm(list.items, list.at, list.rest)
}

/** Returns whether a term is a number that `===` compares, a string or a boolean. */
function isScalar(term: Term): boolean {
  return typeof term === 'string' || typeof term === 'boolean' || typeof term === 'number'
}

/** Unifies two different values of which at most one is a list, and at most one a dictionary. */
function unifyValues(m: Machine, left: Term, right: Term): Verdict {
  if (isThenable(left) || isThenable(right)) return unifyAwaited(m, left, right)
  const isOwn = isOwnValue(left)
  const isOtherOwn = isOwnValue(right)
  if (isOwn && isOtherOwn) {
    const x = left instanceof Float ? left.value : left
    const y = right instanceof Float ? right.value : right
    // a number and a bigint are equal if neither is below the other and neither is NaN
    if ((typeof x === 'number' || typeof x === 'bigint') && (typeof y === 'number' || typeof y === 'bigint')) {
      return x <= y && x >= y
    }
    return false
  }
  return askHost(m, left, right, isOwn, isOtherOwn)
}

/** Unifies two different objects of the application. */
export function unifyObjects(m: Machine, left: object, right: object): Verdict {
  if (isThenable(left) || isThenable(right)) return unifyAwaited(m, left, right)
  if (left.constructor === right.constructor) {
    const rows = m.program?.rows.of(m.host, left.constructor)
    const same = rows && areSameRow(rows, left, right)
    if (same !== undefined) return same
  }
  return askHost(m, left, right, false, false)
}

function askHost(m: Machine, left: Term, right: Term, isOwn: boolean, isOtherOwn: boolean): Verdict {
  const known = m.recall(equality, left, right)
  // Sound: the recorded answer to this question is a boolean.
  if (known !== unanswered) return known as boolean
  const a = isOwn ? exportTerm(m, left) : left
  const b = isOtherOwn ? exportTerm(m, right) : right
  m.raw = true
  const verdict = m.settle(m.host.equal(a, b)) as Verdict
  m.raw = false
  return verdict
}

function unifyAwaited(m: Machine, left: Term, right: Term): Verdict {
  const a = awaited(m, left)
  if (a === pending) return pending
  const b = awaited(m, right)
  if (b === pending) return pending
  // No awaited value is a promise.
  return a === b ? equalsItself(a) : isScalar(a) && isScalar(b) ? false : unifyStructures(m, a, b)
}

function awaited(m: Machine, term: Term): Term {
  return isThenable(term) ? m.awaited(term) : term
}

/** Key of the question whether two values are equal. */
const equality: unique symbol = Symbol('equality')

/** Returns whether a term is a value of the language itself, which needs no host. */
function isOwnValue(term: Term): boolean {
  return isScalar(term) || typeof term === 'bigint' || term instanceof Float || isList(term) || isDict(term)
}

/**
 * Unifies two terms and continues with `next`.
 * @param again - The running step, which runs again if the host has to wait.
 */
export function unifyStep(m: Machine, left: Term, right: Term, next: Step, again: Step): Step {
  if (left === failed) return m.backtrack()
  if (left === pending) return m.wait(again)
  const verdict = unify(m, left, right)
  if (verdict === true) return m.proceed(next)
  return verdict === false ? m.backtrack() : m.wait(again)
}
