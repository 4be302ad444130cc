import type { Expression } from '../../language/ast.js'
import { stalledNegation } from '../recursion/loops.js'
import { Cell } from '../state/cell.js'
import type { Choice } from '../state/frame.js'
import { Frame } from '../state/frame.js'
import type { Machine } from '../state/machine.js'
import { stillWaiting } from '../state/once.js'
import { exit, fail, type Step } from '../state/step.js'
import { type Constraint, type Excluded, Suspended, type Suspension, suspend } from '../state/suspension.js'
import type { Term } from '../state/term.js'
import { cellsOf, connected, settled, settledTerm, termsOf } from '../terms/constraint.js'

/** One negation during the proof of its goal. */
class Negation {
  /** The trail, the choice points and the variables at the beginning. */
  readonly trail: number
  readonly serial: number
  /** Number of calls that had stalled before. */
  readonly stalls: number
  /** Number of errors that the query had met before. */
  readonly failures: number
  /** Number of choice points when the goal began. */
  choices = 0
  /** Whether the goal was proven without a demand on a variable that is known elsewhere. */
  proven = false
  /** The demands of each proof on such variables; each list excludes that combination. */
  alternatives: Excluded[][] | undefined = undefined
  cells: Set<Cell> | undefined = undefined

  constructor(
    m: Machine,
    readonly node: Expression,
    readonly body: Step,
    readonly record: number,
    readonly height: number | undefined,
    readonly next: Step,
  ) {
    this.trail = m.trail.length
    this.serial = m.serial
    this.stalls = m.stalls
    this.failures = m.failures.size
  }
}

/**
 * `not goal`: false if the goal is true, true if it is false, and an error if it is one. Searches
 * for proofs of the goal until one demands nothing of open variables, or for all proofs if the host
 * requires it. No binding of the goal survives.
 * @param record - The slot that holds the state of the negation.
 * @param height - The slot from which a `cut` inside reads the height of its choice points, if
 * there is one.
 * @param body - The goal, ending in `notProven(record)`.
 */
export function notStep(node: Expression, record: number, height: number | undefined, body: Step, next: Step): Step {
  return (m) => {
    const negation = new Negation(m, node, body, record, height, next)
    m.pushRetry(exhausted, negation)
    negation.choices = m.choices.length
    m.frame.slots[record] = negation
    if (height !== undefined) m.frame.slots[height] = m.choices.length
    return body
  }
}

/**
 * Runs when the goal inside a negation is proven: records the demands of the proof, and searches
 * for the next proof.
 */
export function notProven(record: number): Step {
  return (m) => {
    // Sound: `notStep` wrote it there.
    const negation = m.frame.slots[record] as Negation
    if (!negation.proven) note(m, negation)
    if (negation.proven && !m.host.runsLikeOso) m.cut(negation.choices)
    return m.backtrack()
  }
}

function note(m: Machine, negation: Negation): void {
  if (m.trail.length === negation.trail) {
    negation.proven = true
    return
  }
  const demands: Excluded[] = []
  // goals that wait for variables of the goal alone
  const inner: Constraint[] = []
  const cells = new Set<Cell>()
  const fresh = new Set<Cell>()
  // goals that waited for variables before the negation
  const before = new Map<Cell, readonly Suspension[] | undefined>()
  const bound: Cell[] = []
  for (let at = negation.trail; at < m.trail.length; at++) {
    const entry = m.trail[at]!
    if (entry instanceof Cell) {
      if (entry.serial < negation.serial) bound.push(entry)
    } else if (entry instanceof Suspended) {
      entry.cells.forEach((cell, index) => {
        if (!before.has(cell)) before.set(cell, entry.before[index])
      })
      const { active, constraint } = entry.suspension
      if (!active) continue
      const outer = entry.cells.find(
        (cell) => cell.serial < negation.serial && !cell.isBound && (cell.linked || before.get(cell) !== undefined),
      )
      if (outer === undefined) inner.push(constraint)
      else {
        demands.push({ kind: 'constraint', constraint: settled(constraint) })
        cells.add(outer)
      }
    } else if (entry.linked !== undefined) fresh.add(entry.linked)
  }
  // known variables by the variable of the goal that they are equal to
  const equal = new Map<Cell, Cell[]>()
  for (const cell of bound) {
    // a variable unknown outside is free: some value of it proves the goal
    if (fresh.has(cell) || !(cell.linked || cell.goals !== undefined)) continue
    cells.add(cell)
    const value = settledTerm(cell.value)
    if (value instanceof Cell && value.serial >= negation.serial) equal.set(value, [...(equal.get(value) ?? []), cell])
    else demands.push({ kind: 'binding', cell, value })
  }
  for (const [inner, [first, ...others]] of equal) {
    if (others.length === 0) demands.push({ kind: 'binding', cell: first!, value: inner })
    for (const cell of others) demands.push({ kind: 'binding', cell, value: first })
  }
  if (demands.length === 0) {
    if (inner.length > 0 && !m.host.runsLikeOso) throw stillWaiting(m)
    negation.proven = true
    return
  }
  const demanded = demands.flatMap((one) => (one.kind === 'constraint' ? cellsOf(termsOf(one.constraint)) : []))
  for (const constraint of connected(demanded, inner))
    demands.push({ kind: 'constraint', constraint: settled(constraint) })
  negation.alternatives = [...(negation.alternatives ?? []), demands]
  negation.cells = new Set([...(negation.cells ?? []), ...cells])
}

function exhausted(m: Machine, choice: Choice): Step {
  m.choices.pop()
  // Sound: `notStep` pushed it.
  const negation = choice.data as Negation
  const hasStalled = m.stalls !== negation.stalls
  m.stalls = negation.stalls
  // false: the errors of the other parts do not count
  if (negation.proven) {
    m.failures.drop(negation.failures)
    return fail
  }
  if (negation.alternatives !== undefined) {
    // The goal runs again once its variables have values, and meets its errors again.
    m.failures.drop(negation.failures)
    suspendNegation(m, negation)
    return negation.next
  }
  // an error
  if (m.failures.size > negation.failures) return fail
  // true
  if (hasStalled) throw stalledNegation(m.stalled!)
  return negation.next
}

/** Suspends a negation whose goal depends on variables: it runs again when one of them is bound. */
function suspendNegation(m: Machine, negation: Negation): void {
  const { node, record, height, body, alternatives = [], cells = [] } = negation
  const origin = m.frame
  const again = notStep(node, record, height, body, exit)
  const slots: Term[] = [...origin.slots]
  const step: Step = (m) => {
    const waiting = m.frame
    m.frame = new Frame(
      slots,
      waiting.parent,
      waiting.next,
      origin.site,
      m.choices.length,
      waiting.depth,
      waiting.negations,
      waiting.loop,
    )
    return again
  }
  suspend(m, [...cells], step, slots, { kind: 'not', alternatives, node })
}
