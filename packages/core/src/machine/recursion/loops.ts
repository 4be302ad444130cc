import { Fault } from '../../values/fault.js'
import { areSameRow } from '../../values/rows.js'
import type { Callee } from '../state/caller.js'
import { Cell, deref } from '../state/cell.js'
import { IntSet } from '../state/intSet.js'
import type { Loop } from '../state/loop.js'
import type { Machine } from '../state/machine.js'
import { dictGet, dictKeys, Float, isDict, isOfHost, ListTerm, type Term } from '../state/term.js'

/**
 * Number of calls in a block. A set at the end of a block holds all enclosing calls; later calls
 * are compared one by one.
 */
const block = 64

/**
 * Number of elements of a list or a dictionary that are compared. Longer ones are identified by the
 * array or object that they were made from. Otherwise, a recursion along a list would read all of
 * it again and again.
 */
const contents = 16

/**
 * Returns whether a call is ground and the same as an enclosing call. The call stalls if no call
 * between the two reads data.
 * @throws Fault if there is a negation between the two: neither answer would be right then.
 */
export function meetsItself(m: Machine, loop: Loop): boolean {
  const { predicate } = loop
  let at = loop.around
  for (; at !== undefined && at.depth % block !== 0; at = at.around) {
    if (at.predicate === predicate && mayBeSame(m, loop, at) && isSame(m, loop, at)) return close(m, loop, at)
  }
  if (at === undefined) return false
  const number = numberOfCall(m, loop)
  if (number === notGround || !numbersUpTo(m, at).has(number)) return false
  while (numberOfCall(m, at) !== number) at = at.around!
  return close(m, loop, at)
}

/** Records that a call is the same as an enclosing one. */
function close(m: Machine, inner: Loop, outer: Loop): true {
  if (outer.negations !== inner.negations) {
    throw negatedLoop(
      inner,
      `Whether \`${inner.predicate.name}\` holds depends on its own negation.`,
      'remove the call, or the `not` around it: a rule that holds only if it does not hold has no result',
    )
  }
  m.loops++
  let isStanding = inner.site.isStanding
  for (let at = inner.around!; at !== outer; at = at.around!) {
    at.restsOn = Math.min(at.restsOn, outer.depth)
    isStanding &&= at.site.isStanding
  }
  if (isStanding) m.stall(inner)
  return true
}

function numberOfCall(m: Machine, loop: Loop): number {
  loop.number ??= numberOf(m, loop.predicate, loop.slots)
  return loop.number
}

/**
 * Returns the numbers of all calls up to one at the end of a block. They are collected from the
 * outside inwards, so that no depth becomes recursion.
 */
function numbersUpTo(m: Machine, end: Loop): IntSet {
  const blocks: Loop[] = []
  for (let at: Loop | undefined = end; at !== undefined && at.numbers === undefined; at = at.around) {
    if (at.depth % block === 0) blocks.push(at)
  }
  for (let last = blocks.pop(); last !== undefined; last = blocks.pop()) {
    const numbers: number[] = []
    let at: Loop | undefined = last
    for (; at !== undefined && at.numbers === undefined; at = at.around) {
      const number = numberOfCall(m, at)
      if (number !== notGround) numbers.push(number)
    }
    last.numbers = (at === undefined ? IntSet.empty : at.numbers!).with(numbers)
  }
  return end.numbers!
}

/** Returns the error for negating a call that stalled: the failure of the call decides nothing. */
export function stalledNegation(loop: Loop): Fault {
  return negatedLoop(
    loop,
    `\`not\` cannot be decided: \`${loop.predicate.name}\` calls itself with the same arguments.`,
    'remove the call, or pass an argument read from data, such as `folder.parent`',
  )
}

function negatedLoop({ predicate, site }: Loop, summary: string, hint: string): Fault {
  return new Fault('negated-loop', summary, { span: site.node?.span, hint, data: { name: predicate.name } })
}

/**
 * Returns whether strings, numbers and the like are equal, and no two rows have different keys. These
 * distinguish most calls.
 */
function mayBeSame(m: Machine, left: Loop, right: Loop): boolean {
  const a = left.slots
  const b = right.slots
  const { arity } = left.predicate
  let objects = 0
  for (let at = 0; at < arity; at++) {
    const x = a[at]
    const y = b[at]
    if (x === y) continue
    if (typeof x !== 'object' || typeof y !== 'object') return false
    objects++
  }
  for (let at = 0; objects > 0 && at < arity; at++) if (areOtherRows(m, a[at], b[at])) return false
  return true
}

function areOtherRows(m: Machine, left: Term, right: Term): boolean {
  if (left === right || typeof left !== 'object' || typeof right !== 'object' || left === null || right === null)
    return false
  const a = m.program?.rows.of(m.host, left.constructor)
  const b = left.constructor === right.constructor ? a : m.program?.rows.of(m.host, right.constructor)
  if (a === undefined || b === undefined) return false
  return a.owner !== b.owner || (a.column === b.column && areSameRow(a, left, right) === false)
}

function isSame(m: Machine, left: Loop, right: Loop): boolean {
  for (let at = left.predicate.arity - 1; at >= 0; at--) {
    const arg = left.slots[at]
    if (arg === right.slots[at] && !isMade(arg)) continue
    const identity = identityOf(m, left, at)
    if (identity === open || identity !== identityOf(m, right, at)) return false
  }
  return true
}

/** The identity of an argument that is not ground. */
const open: unique symbol = Symbol('open')

function identityOf(m: Machine, loop: Loop, at: number): unknown {
  const arg = loop.slots[at]
  if (arg instanceof Cell) return open
  if (typeof arg !== 'object' || arg === null) return arg ?? null
  loop.identities ??= new Array(loop.predicate.arity)
  loop.identities[at] ??= (isMade(arg) ? contentOf(m, arg) : m.host.identify(arg)) ?? open
  return loop.identities[at]
}

/** The number of a call that is not ground. */
const notGround = -1

/** Returns whether a term is an object, but none of the application. */
function isMade(term: Term): boolean {
  return typeof term === 'object' && term !== null && !isOfHost(term)
}

/** Returns the number of a ground call within this query. */
function numberOf(m: Machine, predicate: Callee, args: readonly Term[]): number {
  for (let at = 0; at < predicate.arity; at++) if (args[at] instanceof Cell) return notGround
  let text = `${predicate.name}/${predicate.arity}`
  for (let at = 0; at < predicate.arity; at++) {
    const arg = args[at]
    const content = contentOf(m, arg)
    if (content === undefined) return notGround
    text += ` ${content}`
  }
  return m.outside.number(text)
}

/**
 * Returns a text that is the same for equal ground terms and for no others; undefined for terms
 * that are not ground.
 */
function contentOf(m: Machine, root: Term): string | undefined {
  const open: { readonly text: string | undefined; readonly term: Term }[] = [{ text: undefined, term: root }]
  let result = ''
  let budget = contents
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    if (part.text !== undefined) {
      result += part.text
      continue
    }
    const term = deref(part.term)
    if (term instanceof Cell) return undefined
    if (term instanceof ListTerm || Array.isArray(term)) {
      const [items, from, rest] = term instanceof ListTerm ? [term.items, term.from, term.rest] : [term, 0, undefined]
      budget -= items.length - from
      if (budget < 0) {
        if (rest !== undefined) return undefined
        result += `#${m.outside.number(items)}+${from}`
        continue
      }
      open.push({ text: ']', term: undefined })
      if (rest !== undefined) open.push({ text: undefined, term: rest }, { text: '*', term: undefined })
      for (let at = items.length - 1; at >= from; at--) {
        open.push({ text: ',', term: undefined }, { text: undefined, term: items[at] })
      }
      open.push({ text: '[', term: undefined })
    } else if (isDict(term)) {
      const keys = dictKeys(term).sort()
      budget -= keys.length
      if (budget < 0) {
        result += `#${m.outside.number(term)}`
        continue
      }
      open.push({ text: '}', term: undefined })
      for (const key of keys) {
        open.push({ text: undefined, term: dictGet(term, key) }, { text: `${JSON.stringify(key)}:`, term: undefined })
      }
      open.push({ text: '{', term: undefined })
    } else result += scalarContent(m, term)
  }
  return result
}

function scalarContent(m: Machine, term: Term): string {
  const value = term instanceof Float ? term.value : term
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'number':
    case 'bigint':
    case 'boolean':
    case 'undefined':
      return Object.is(value, -0) ? '0' : String(value)
    case 'object':
      return value === null ? 'nil' : `#${m.outside.number(m.host.identify(value))}`
    default:
      return `#${m.outside.number(value)}`
  }
}
