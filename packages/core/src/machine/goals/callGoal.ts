import type { Call } from '../../language/ast.js'
import { Fault } from '../../values/fault.js'
import { CallSite } from '../calls/callSite.js'
import { meetsItself } from '../recursion/loops.js'
import { isWatched, watch } from '../recursion/watch.js'
import { Cell, deref } from '../state/cell.js'
import { Frame } from '../state/frame.js'
import { Loop } from '../state/loop.js'
import type { Machine } from '../state/machine.js'
import { Once } from '../state/once.js'
import { failed, pending } from '../state/signal.js'
import type { Step } from '../state/step.js'
import { OwnTerm, type Term } from '../state/term.js'
import { evaluate } from '../terms/evaluate.js'
import { isGround } from '../terms/ground.js'
import { asksHost, planOperands } from './operands.js'
import { type Context, type GoalPlan, inOrder } from './plan.js'

/** `rule(args)` */
export function planCall(c: Context, node: Call): GoalPlan {
  if (node.keywords.length > 0) return () => () => refuseKeywords(node)
  const { before, operands } = planOperands(c, node.args)
  const predicate = c.predicates.get(node.name, node.args.length)
  const site = new CallSite(predicate, node, c.owner, operands, c.scope.negations, c.standing.has(node))
  const asks = operands.some(asksHost)
  return inOrder([...before, (next) => callStep(site, asks, next)])
}

/** Sources of an argument that is not a known variable. */
const fixed = -1
const computed = -2

function callStep(site: CallSite, asks: boolean, next: Step): Step {
  const { operands, predicate } = site
  const count = operands.length
  const from = operands.map(({ kind, slot }) => (kind === 'slot' ? slot : kind === 'value' ? fixed : computed))
  const values = operands.map((operand) => operand.value)
  const step: Step = (m) => {
    if (asks) m.asking()
    const caller = m.frame.slots
    const slots: Term[] = new Array(predicate.capacity)
    for (let at = 0; at < count; at++) {
      const slot = from[at]!
      let term: Term
      if (slot >= 0) {
        term = caller[slot]
        if (term instanceof Cell) term = deref(term)
      } else if (slot === fixed) term = values[at]
      else {
        const operand = operands[at]!
        if (operand.kind === 'fresh') {
          term = m.cell(true)
          caller[operand.slot] = term
        } else {
          term = evaluate(m, caller, operand)
          if (term === failed) return m.backtrack()
          if (term === pending) return m.wait(step)
        }
      }
      if (term instanceof Cell) m.link(term)
      slots[at] = term
    }
    return call(m, site, slots, next)
  }
  return step
}

/**
 * Calls the rules that fit these arguments, one after the other. A call with ground arguments counts
 * once.
 */
export function call(m: Machine, site: CallSite, slots: Term[], next: Step): Step {
  const entries = site.entries(m, slots)
  if (entries.length === 0) return m.backtrack()
  const once = areGround(m, slots, site.predicate.arity) ? new Once(m) : undefined
  const caller = m.frame
  const negations = caller.negations + site.negations
  let loop: Loop | undefined = caller.loop
  let after = next
  if (site.predicate.recursive) {
    loop = new Loop(site, slots, loop, negations)
    if (meetsItself(m, loop)) return m.backtrack()
    const refuted = m.refuted?.get(site.predicate, slots)
    if (refuted !== undefined) {
      if (refuted !== 'false') m.failures.add(refuted)
      return m.backtrack()
    }
    if (isWatched(m, loop)) after = watch(m, loop, next)
  }
  const frame = new Frame(slots, caller, after, site, m.choices.length, caller.depth + 1, negations, loop, once)
  m.enter(frame)
  if (entries.length > 1) m.push(entries)
  return entries[0]!
}

function areGround(m: Machine, slots: readonly Term[], arity: number): boolean {
  for (let at = 0; at < arity; at++) {
    const arg = slots[at]
    if (arg instanceof OwnTerm && !isGround(m, arg)) return false
  }
  return true
}

function refuseKeywords(node: Call): never {
  throw new Fault(
    'keyword-arguments',
    `The rule "${node.name}" is called with keyword arguments, which rules do not accept.`,
    {
      span: node.span,
      hint: 'pass the arguments by position',
      data: { of: 'rule', node },
    },
  )
}
