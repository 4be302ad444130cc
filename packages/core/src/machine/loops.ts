import type { CallSite } from './callSite.js'
import { Fault } from './fault.js'
import { IntSet } from './intSet.js'
import type { Machine } from './machine.js'
import type { Predicate } from './predicate.js'
import { Cell, deref, dictGet, dictKeys, Float, isDict, isList, ListTerm, type Term } from './term.js'

/** How many of the calls around a call are compared with it one by one; those beyond are looked up. */
const nearby = 64

/** How much of a list or a dictionary is looked at: larger ones are told apart by what they were made from. */
const contents = 256

/**
 * A call of a recursive predicate, and those around it. A ground call that meets itself below itself can't be proven that
 * way: it fails, so that cyclic data ends.
 */
export class Loop {
  readonly predicate: Predicate
  /** The arguments stand first. */
  readonly slots: readonly Term[]
  readonly parent: Loop | undefined
  readonly depth: number
  readonly negations: number
  #identities: unknown[] | undefined = undefined
  #calls: IntSet | undefined = undefined

  constructor(predicate: Predicate, slots: readonly Term[], parent: Loop | undefined, negations: number) {
    this.predicate = predicate
    this.slots = slots
    this.parent = parent
    this.depth = parent === undefined ? 1 : parent.depth + 1
    this.negations = negations
  }

  /** What identifies an argument that is an object of the application. */
  identity(m: Machine, at: number, value: object): unknown {
    this.#identities ??= []
    this.#identities[at] ??= m.host.identify(value)
    return this.#identities[at]
  }

  /** Numbers of this call and of all around it; made from the outside inwards, so that no depth becomes recursion here. */
  calls(m: Machine): IntSet {
    const path: Loop[] = []
    let outer: Loop | undefined = this
    while (outer !== undefined && outer.#calls === undefined) {
      path.push(outer)
      outer = outer.parent
    }
    let calls = (outer === undefined ? undefined : outer.#calls) ?? IntSet.empty
    for (let loop = path.pop(); loop !== undefined; loop = path.pop()) {
      const number = numberOf(m, loop.predicate, loop.slots)
      if (number !== undefined) calls = calls.with(number)
      loop.#calls = calls
    }
    return calls
  }
}

/**
 * Whether a call is ground and the same as one that it is part of.
 * @throws Fault where a negation stands between the two: then neither answer would be right.
 */
export function meetsItself(
  m: Machine,
  around: Loop,
  site: CallSite,
  args: readonly Term[],
  negations: number,
): boolean {
  let at: Loop | undefined = around
  for (let count = 0; at !== undefined && count < nearby; count++) {
    if (at.predicate === site.predicate && isSameCall(m, at, args)) return loopOrFault(at, site, negations)
    at = at.parent
  }
  if (at === undefined) return false
  const number = numberOf(m, site.predicate, args)
  if (number === undefined || !at.calls(m).has(number)) return false
  while (at.predicate !== site.predicate || numberOf(m, at.predicate, at.slots) !== number) at = at.parent!
  return loopOrFault(at, site, negations)
}

function loopOrFault(loop: Loop, site: CallSite, negations: number): true {
  if (loop.negations === negations) return true
  throw new Fault('negated-loop', `Whether \`${site.predicate.name}\` holds depends on its own negation.`, {
    span: site.node?.span,
    hint: 'no answer is right for a rule that holds when it does not hold',
    data: { name: site.predicate.name },
  })
}

function isSameCall(m: Machine, loop: Loop, args: readonly Term[]): boolean {
  const { slots, predicate } = loop
  // texts and numbers tell most calls apart
  for (let at = predicate.arity - 1; at >= 0; at--) {
    const a = slots[at]
    const b = args[at]
    if (a !== b && (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null)) return false
  }
  for (let at = predicate.arity - 1; at >= 0; at--) {
    const a = slots[at]
    const b = args[at]
    if (a instanceof Cell || b instanceof Cell) return false
    if (a === b) continue
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
    if (isMade(a) || isMade(b)) {
      const text = contentOf(m, a)
      if (text === undefined || text !== contentOf(m, b)) return false
    } else if (loop.identity(m, at, a) !== m.host.identify(b)) return false
  }
  return true
}

function isMade(term: Term): boolean {
  return term instanceof Float || isList(term) || isDict(term)
}

/** The number of a ground call within this query; undefined where it is not ground. */
function numberOf(m: Machine, predicate: Predicate, args: readonly Term[]): number | undefined {
  let text = `${predicate.name}/${predicate.arity}`
  for (let at = 0; at < predicate.arity; at++) {
    const arg = args[at]
    if (arg instanceof Cell) return undefined
    const content = contentOf(m, arg)
    if (content === undefined) return undefined
    text += ` ${content}`
  }
  return m.number(text)
}

/** A text that is the same for equal ground terms, and for no others; undefined for terms that are not ground. */
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
        result += `#${m.number(items)}+${from}`
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
        result += `#${m.number(term)}`
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
      return value === null ? 'nil' : `#${m.number(m.host.identify(value))}`
    default:
      return `#${m.number(value)}`
  }
}
