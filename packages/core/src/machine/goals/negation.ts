import type { Expression } from '../../language/ast.js'
import { stalledNegation } from '../recursion/loops.js'
import { Cell, deref } from '../state/cell.js'
import type { Choice } from '../state/frame.js'
import { Frame } from '../state/frame.js'
import type { Machine } from '../state/machine.js'
import { exit, fail, type Step } from '../state/step.js'
import { type Excluded, Suspended, Suspension, suspend } from '../state/suspension.js'
import type { Term } from '../state/term.js'

/** One negation while the goal inside it is being proven. */
class Negation {
  readonly node: Expression
  /** Where the trail, the choices and the variables were when it began. */
  readonly trail: number
  readonly serial: number
  readonly body: Step
  readonly record: number
  readonly height: number | undefined
  readonly next: Step
  /** How many calls had stalled before. */
  readonly stalls: number
  /** How many choices there were when the goal began. */
  choices = 0
  /** Whether the goal was proven without asking anything of a variable that is known elsewhere. */
  proven = false
  /** What proofs demanded of such variables; each excludes that combination. */
  alternatives: Excluded[][] | undefined = undefined
  cells: Set<Cell> | undefined = undefined

  constructor(m: Machine, node: Expression, body: Step, record: number, height: number | undefined, next: Step) {
    this.node = node
    this.trail = m.trail.length
    this.serial = m.serial
    this.body = body
    this.record = record
    this.height = height
    this.next = next
    this.stalls = m.stalls
  }
}

/**
 * `not goal`. Proofs of the goal are looked for until one asks nothing of open variables, or all of them where the host
 * wants to meet them; none of its bindings survives.
 * @param record the slot that holds the state of the negation
 * @param height the slot in which a `cut` inside expects the height of its choices, if there is one
 * @param body the goal, ending in `notProven(record)`
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

/** The goal inside a negation is proven: notes what that took, and looks for the next proof. */
export function notProven(record: number): Step {
  return (m) => {
    // `notStep` put it there
    const negation = m.frame.slots[record] as Negation
    if (!negation.proven) note(m, negation)
    if (negation.proven && !m.host.meetsAllProofs) m.cut(negation.choices)
    return m.backtrack()
  }
}

function note(m: Machine, negation: Negation): void {
  if (m.trail.length === negation.trail) {
    negation.proven = true
    return
  }
  const demands: Excluded[] = []
  const cells = new Set<Cell>()
  const fresh = new Set<Cell>()
  // what waited for variables before the negation
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
      if (!entry.suspension.active) continue
      for (const cell of entry.cells) {
        if (cell.serial < negation.serial && !cell.isBound && (cell.linked || before.get(cell) !== undefined)) {
          demands.push({ kind: 'constraint', constraint: entry.suspension.constraint })
          cells.add(cell)
          break
        }
      }
    } else if (entry.linked !== undefined) fresh.add(entry.linked)
  }
  for (const cell of bound) {
    // what nothing outside knew of may be anything: there is a value that proves the goal
    if (fresh.has(cell) || !(cell.linked || cell.goals !== undefined)) continue
    demands.push({ kind: 'binding', cell, value: deref(cell.value) })
    cells.add(cell)
  }
  if (demands.length === 0) {
    negation.proven = true
    return
  }
  negation.alternatives = [...(negation.alternatives ?? []), demands]
  negation.cells = new Set([...(negation.cells ?? []), ...cells])
}

function exhausted(m: Machine, choice: Choice): Step {
  m.choices.pop()
  // `notStep` pushed it
  const negation = choice.data as Negation
  const hasStalled = m.stalls !== negation.stalls
  m.stalls = negation.stalls
  if (negation.proven) return fail
  if (hasStalled) throw stalledNegation(m.stalled!)
  if (negation.alternatives !== undefined) suspendNegation(m, negation)
  return negation.next
}

/** Whether the goal can be proven depends on variables: it is looked into again when one of them has a value. */
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
  suspend(m, [...cells], new Suspension(step, slots, { kind: 'not', alternatives, node }))
}
