import type { Call, Expression } from '../../language/ast.js'
import { occurrences } from '../../language/mentions.js'
import { has } from '../../own.js'
import { Dict } from '../../values/dict.js'
import { entryOf } from '../../values/entryOf.js'
import { call } from '../goals/callGoal.js'
import { planAnd } from '../goals/logicGoals.js'
import { Scope } from '../goals/scope.js'
import type { CompiledPolicy } from '../program/program.js'
import { Cell } from '../state/cell.js'
import { Frame } from '../state/frame.js'
import type { Machine } from '../state/machine.js'
import { type Step, stop } from '../state/step.js'
import { DictTerm, ListTerm, type Term } from '../state/term.js'
import { Variable } from '../state/variable.js'

/** The calls of a query that pass on only arguments: a query has no arguments. */
const none: ReadonlySet<Call> = new Set()

/** The end of every query. */
export const solved: Step = (m) => {
  m.program?.surroundings.tracer?.recorder.record({ kind: 'solution' })
  return m.solved()
}

/**
 * Prepares a machine for a query.
 * @returns the variables that the query names
 */
export function start(
  m: Machine,
  program: CompiledPolicy,
  goal: Expression | RuleCall,
  bindings: ReadonlyMap<string, unknown>,
): ReadonlyMap<string, Cell> {
  m.program = program
  const named = new Map<string, Cell>()
  if (has(goal, 'rule')) startCall(m, program, goal, named, bindings)
  else startExpression(m, program, goal, named, bindings)
  return named
}

function startCall(
  m: Machine,
  program: CompiledPolicy,
  goal: RuleCall,
  named: Map<string, Cell>,
  bindings: ReadonlyMap<string, unknown>,
): void {
  const slots = goal.args.map((arg) => importTerm(m, arg, named))
  const site = program.site(goal.rule, slots.length)
  m.begin(rootFrame(slots), (m) => {
    bind(m, named, bindings)
    const args = slots.map((slot) => {
      if (!(slot instanceof Cell)) return slot
      if (!slot.isBound) m.link(slot)
      return slot.isBound ? slot.value : slot
    })
    return call(m, site, args, solved)
  })
}

function startExpression(
  m: Machine,
  program: CompiledPolicy,
  goal: Expression,
  named: Map<string, Cell>,
  bindings: ReadonlyMap<string, unknown>,
): void {
  const { host } = program.surroundings
  const known = new Map<string, Term>()
  for (const name of occurrences(goal).keys()) {
    if (name !== 'nil' && !host.isConstant(name)) known.set(name, variableNamed(m, name, named))
  }
  begin(m, goal, planned(program, goal, known.keys()), known, () => bind(m, named, bindings))
}

/** Prepares a machine for the body of a rule, with values for some of its variables. */
export function startBody(
  m: Machine,
  program: CompiledPolicy,
  goal: Expression,
  bindings: ReadonlyMap<string, unknown>,
): ReadonlyMap<string, Cell> {
  m.program = program
  const known = entryOf(bodies, program, () => new WeakMap<Expression, Planned>())
  let body = known.get(goal)
  if (!body || body.places.size !== bindings.size || ![...bindings.keys()].every((name) => body!.places.has(name))) {
    body = planned(program, goal, bindings.keys())
    known.set(goal, body)
  }
  begin(m, goal, body, bindings)
  return new Map()
}

/** The plans of bodies: planning takes longer than most proofs, and the calls of a plan remember the rules that match. */
const bodies = new WeakMap<CompiledPolicy, WeakMap<Expression, Planned>>()

/** A goal as steps. */
interface Planned {
  /** The slots of the variables that exist before the goal is proven. */
  readonly places: ReadonlyMap<string, number>
  readonly first: Step
}

function planned(program: CompiledPolicy, goal: Expression, names: Iterable<string>): Planned {
  const places = new Map([...names].map((name, at) => [name, at]))
  const scope = new Scope(0, [goal], new Set(places.keys()))
  for (const name of places.keys()) scope.place(name, scope.temporary())
  const context = { ...program.surroundings, scope, owner: undefined, standing: none }
  return { places, first: planAnd(context, goal.kind === 'and' ? goal.operands : [goal])(solved) }
}

/** @param known - The variables that exist before the goal is proven. */
function begin(
  m: Machine,
  goal: Expression,
  { places, first }: Planned,
  known: ReadonlyMap<string, Term>,
  ready: () => void = () => {},
): void {
  m.goal = goal
  const slots = [...places.keys()].map((name) => known.get(name))
  m.begin(rootFrame(slots), (m) => {
    ready()
    return m.proceed(first)
  })
}

function rootFrame(slots: Term[]): Frame {
  // no `cut` removes the choice point that ends the query
  return new Frame(slots, undefined, stop, undefined, 1, 0, 0, undefined)
}

function bind(m: Machine, named: Map<string, Cell>, bindings: ReadonlyMap<string, unknown>): void {
  for (const [name, value] of bindings) m.bind(variableNamed(m, name, named), importTerm(m, value, named))
}

function variableNamed(m: Machine, name: string, named: Map<string, Cell>): Cell {
  return entryOf(named, name, () => m.namedCell(name))
}

/**
 * Returns a value of the application as a term. Only variables and their containers are converted.
 */
function importTerm(m: Machine, value: unknown, named: Map<string, Cell>): Term {
  if (value instanceof Variable) return variableNamed(m, value.name, named)
  if (Array.isArray(value) && hasVariables(value)) {
    return new ListTerm(
      value.map((element) => importTerm(m, element, named)),
      0,
      undefined,
    )
  }
  if (value instanceof Dict && hasVariables(Object.values(value))) {
    return new DictTerm(
      new Map(
        Object.keys(value)
          .sort()
          .map((key) => [key, importTerm(m, value[key], named)]),
      ),
    )
  }
  return value
}

function hasVariables(values: readonly unknown[]): boolean {
  return values.some(
    (value) =>
      value instanceof Variable ||
      (Array.isArray(value) && hasVariables(value)) ||
      (value instanceof Dict && hasVariables(Object.values(value))),
  )
}

/**
 * A call of a rule by name; the query has to find the values of each `Variable` among the
 * arguments.
 */
export interface RuleCall {
  readonly rule: string
  readonly args: readonly unknown[]
}
