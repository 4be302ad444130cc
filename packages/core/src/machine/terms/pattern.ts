import type { Expression } from '../../language/ast.js'
import { isBuiltinInstance } from '../../values/builtin.js'
import { Fault } from '../../values/fault.js'
import { type Host, noField } from '../host/host.js'
import { Cell, deref } from '../state/cell.js'
import type { Machine } from '../state/machine.js'
import type { FieldMatcher, Matcher, Unions } from '../state/matcher.js'
import { unanswered } from '../state/replay.js'
import { failed, pending, type Verdict } from '../state/signal.js'
import { exit, type Step } from '../state/step.js'
import { suspend } from '../state/suspension.js'
import { dictGet, dictHas, isDict, isList, isOfHost, ListTerm, type Term } from '../state/term.js'
import { evaluate } from './evaluate.js'
import { assertReachable, settleReceiver } from './lookup.js'
import { unify } from './unify.js'

/** Matches a value against a pattern, binding variables of both. */
export function match(m: Machine, slots: Term[], value: Term, pattern: Matcher, node: Expression): Verdict {
  const term = deref(value)
  switch (pattern.kind) {
    case 'value': {
      const other = evaluate(m, slots, pattern.operand)
      if (other === failed) return false
      return other === pending ? pending : unify(m, term, other)
    }
    case 'list':
      return matchList(m, slots, term, pattern, node)
    case 'fields':
      if (term instanceof Cell) return pattern.fields.length === 0 || later(m, slots, term, pattern, node)
      return matchFields(m, slots, term, pattern.fields, node)
    case 'class': {
      if (term instanceof Cell) return compatible(m, term, pattern) && later(m, slots, term, pattern, node)
      const verdict = isInstance(m, term, pattern.tag, pattern.unions, node)
      return verdict === true && pattern.fields.length > 0 ? matchFields(m, slots, term, pattern.fields, node) : verdict
    }
  }
}

/**
 * Returns whether a known value is an instance of a class or of a union.
 * @throws Fault for an unregistered class.
 */
export function isInstance(m: Machine, value: Term, tag: string, unions: Unions, node: Expression): Verdict {
  const object = settleReceiver(m, value)
  if (object === pending) return pending
  const members = unions.get(tag)
  if (members === undefined) return isOne(m, value, object, tag, node)
  if (object === m.host.constant(tag)) return true
  for (const member of members) {
    const verdict = isOne(m, value, object, member, node)
    if (verdict !== false) return verdict
  }
  return false
}

/** @param term - The value before it was converted or awaited. */
function isOne(m: Machine, term: Term, value: unknown, tag: string, node: Expression): Verdict {
  const decided = decideClass(m.host, value, tag, node)
  if (decided !== undefined) return decided
  const known = m.recall(node, term, tag)
  // Sound: `isa` returned it.
  if (known !== unanswered) return known as boolean
  m.at = node.span
  return m.settle(m.host.isa(value, tag)) as Verdict
}

/**
 * Decides a class test by the class of the value alone; returns undefined if the host has to
 * inspect the value.
 */
export function decideClass(
  host: Host,
  value: unknown,
  tag: string,
  node: Expression | undefined,
): boolean | undefined {
  if (typeof value !== 'object' && typeof value !== 'function' && !host.hasCheck(tag)) {
    const verdict = isBuiltinInstance(value, tag)
    if (verdict !== undefined) return verdict
  }
  const cls = host.classOf(value)
  if (cls === undefined) return undefined
  const verdict = host.isSubclass(cls, tag)
  if (verdict === undefined) throw unregistered(tag, node)
  return verdict || !host.hasCheck(tag) || isOfHost(value) ? verdict : undefined
}

export function unregistered(tag: string, node: Expression | undefined): Fault {
  return new Fault('unregistered-class', `The class ${tag} is not registered.`, {
    span: node?.span,
    hint: `register it: registerClass(${tag})`,
    data: { name: tag },
  })
}

function matchFields(
  m: Machine,
  slots: Term[],
  value: Term,
  fields: readonly FieldMatcher[],
  node: Expression,
): Verdict {
  if (fields.length === 0) return true
  if (isDict(value)) {
    for (const field of fields) {
      if (!dictHas(value, field.key)) return false
      const entry = dictGet(value, field.key)
      if (entry === undefined) m.meetUndefined()
      const verdict = match(m, slots, entry, field.pattern, node)
      if (verdict !== true) return verdict
    }
    return true
  }
  const object = settleReceiver(m, value)
  if (object === pending) return pending
  for (const field of fields) {
    assertReachable(field.key, node)
    let read = m.recall(field, value, field.key)
    if (read === unanswered) {
      m.at = node.span
      read = m.settleField(m.host.readForPattern(object, field.key), object, field.key)
    }
    if (read === pending) return pending
    if (read === noField) return false
    const verdict = match(m, slots, read, field.pattern, node)
    if (verdict !== true) return verdict
  }
  return true
}

function matchList(
  m: Machine,
  slots: Term[],
  value: Term,
  pattern: Extract<Matcher, { kind: 'list' }>,
  node: Expression,
): Verdict {
  let term = value
  for (const element of pattern.elements) {
    term = withoutEmptyParts(term)
    if (term instanceof Cell) {
      const head = m.cell(true)
      const tail = m.cell(true)
      const verdict = unify(m, term, new ListTerm([head], 0, tail))
      if (verdict !== true) return verdict
      term = deref(term)
    }
    if (!isList(term)) return false
    const first = firstOf(term)
    if (first === undefined) return false
    if (first.head === undefined) m.meetUndefined()
    const verdict = match(m, slots, first.head, element, node)
    if (verdict !== true) return verdict
    term = deref(first.tail)
  }
  if (!isList(term) && !(term instanceof Cell)) return false
  const rest = pattern.rest === undefined ? new ListTerm([], 0, undefined) : evaluate(m, slots, pattern.rest)
  return unify(m, term, rest)
}

/** Returns what follows the parts of a list that have no elements: its open end, if nothing else does. */
function withoutEmptyParts(list: Term): Term {
  let at = deref(list)
  while (at instanceof ListTerm && at.from >= at.items.length && at.rest !== undefined) at = deref(at.rest)
  return at
}

function firstOf(list: readonly Term[] | ListTerm): { readonly head: Term; readonly tail: Term } | undefined {
  let at: Term = list
  while (at instanceof ListTerm && at.from >= at.items.length) at = deref(at.rest)
  if (at instanceof ListTerm) {
    return { head: at.items[at.from], tail: new ListTerm(at.items, at.from + 1, at.rest) }
  }
  if (!Array.isArray(at) || at.length === 0) return undefined
  return { head: at[0], tail: new ListTerm(at, 1, undefined) }
}

/**
 * Returns whether a class is compatible with the known classes of a variable: one of each pair must
 * extend the other.
 */
function compatible(m: Machine, cell: Cell, pattern: Extract<Matcher, { kind: 'class' }>): boolean {
  const members = pattern.unions.get(pattern.tag)
  if (members !== undefined) return members.size > 0
  for (const goal of cell.goals ?? []) {
    const constraint = goal.constraint
    if (!goal.active || constraint.kind !== 'matches' || constraint.pattern.kind !== 'class') continue
    const { tag } = constraint.pattern
    if (pattern.unions.has(tag)) continue
    if (m.host.isSubclass(tag, pattern.tag) === false && m.host.isSubclass(pattern.tag, tag) === false) return false
  }
  return true
}

/**
 * Suspends a match until the variable has a value; the step then runs over a copy of the present
 * slots.
 */
function later(m: Machine, slots: Term[], cell: Cell, pattern: Matcher, node: Expression): true {
  const last = slots.length
  const step: Step = (m) => {
    const frame = m.frame.slots
    m.asking()
    const verdict = match(m, frame, frame[last], pattern, node)
    if (verdict === true) return m.proceed(exit)
    return verdict === false ? m.backtrack() : m.wait(step)
  }
  linkVariables(m, slots, pattern)
  const copy = [...slots, cell]
  suspend(m, [cell], step, copy, { kind: 'matches', value: cell, pattern, slots: copy, node })
  return true
}

/**
 * Links the variables of a waiting pattern: they depend on the value, so they are known elsewhere.
 */
function linkVariables(m: Machine, slots: readonly Term[], pattern: Matcher): void {
  switch (pattern.kind) {
    case 'value': {
      const term = pattern.operand.kind === 'slot' ? deref(slots[pattern.operand.slot]) : undefined
      if (term instanceof Cell) m.link(term)
      return
    }
    case 'list':
      for (const element of pattern.elements) linkVariables(m, slots, element)
      return
    case 'class':
    case 'fields':
      for (const field of pattern.fields) linkVariables(m, slots, field.pattern)
      return
  }
}
