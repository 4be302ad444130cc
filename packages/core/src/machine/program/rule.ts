import type { Call, Expression, Parameter, Rule } from '../../language/ast.js'
import { plainRule } from '../../language/head.js'
import { hasCut, occurrences } from '../../language/mentions.js'
import { Candidate } from '../calls/dispatch.js'
import { planBody } from '../goals/logicGoals.js'
import { hasEffect, planOperand } from '../goals/operands.js'
import { matcherOf } from '../goals/patterns.js'
import { type Context, type GoalPlan, inOrder, withValue } from '../goals/plan.js'
import { Scope } from '../goals/scope.js'
import { makeCells } from '../goals/valueGoals.js'
import { Cell } from '../state/cell.js'
import type { CompiledValue } from '../state/compiledValue.js'
import type { Matcher, Unions } from '../state/matcher.js'
import { failed, pending } from '../state/signal.js'
import { exit, type Step } from '../state/step.js'
import { evaluate } from '../terms/evaluate.js'
import { isInstance, match } from '../terms/pattern.js'
import { unifyStep } from '../terms/unify.js'

/** The context for compiling a rule, without the parts that belong to the rule itself. */
export interface RuleContext extends Omit<Context, 'scope' | 'owner' | 'standing'> {
  /**
   * Returns the calls of a rule that pass on only arguments of the rule. A rule that can't call
   * itself has none.
   */
  readonly standingCalls: (rule: Rule) => ReadonlySet<Call>
}

/** A rule that is compiled when it is tried for the first time. */
export class CompiledRule extends Candidate {
  /** Compiled once for all queries; the steps keep the state of a query only in its machine. */
  #steps: Steps | undefined = undefined

  constructor(
    node: Rule,
    private readonly surroundings: RuleContext,
  ) {
    super(node, surroundings.host, surroundings.unions)
  }

  /** Proves the body, for arguments that are known to match the head. */
  get body(): Step {
    this.#steps ??= compile(this.node, this.surroundings)
    return this.#steps.body
  }

  /** Matches the head, then proves the body. */
  get entry(): Step {
    this.#steps ??= compile(this.node, this.surroundings)
    return this.#steps.entry
  }

  /**
   * Proves the body for arguments that match the head, except an open one whose class has to be
   * tested.
   */
  openEntry(at: number): Step {
    this.#steps ??= compile(this.node, this.surroundings)
    const { output } = this.#steps
    return output !== undefined && output.at === at ? output.step : this.#steps.entry
  }
}

interface Steps {
  readonly body: Step
  readonly entry: Step
  /**
   * The parameter that the first goal binds if the call leaves it open, and the first step in that
   * case.
   */
  readonly output: { readonly at: number; readonly step: Step } | undefined
}

function compile(rule: Rule, surroundings: RuleContext): Steps {
  const { parameters, goals } = plainRule(rule)
  const scope = new Scope(parameters.length, [...parameters, ...goals])
  const c: Context = { ...surroundings, scope, owner: rule.name, standing: surroundings.standingCalls(rule) }
  const head = planHead(c, parameters)
  const output = c.tracer === undefined ? outputOf(c, parameters, goals) : undefined
  const plan = goals.length === 0 ? undefined : planBody(c, goals, output === undefined ? 0 : 1)
  const traced = c.tracer?.rule(scope, rule)
  c.predicates.get(rule.name, parameters.length).needs(scope.size)
  const end = traced ? traced.end : exit
  const steps = plan === undefined ? end : plan.all(end)
  const bodyStep = traced ? traced.body(steps) : steps
  const matching = head.length === 0 ? bodyStep : inOrder(head)(bodyStep)
  const entry = traced && head.length > 0 ? traced.head(matching) : matching
  if (output === undefined || plan === undefined) return { body: bodyStep, entry, output: undefined }
  return { body: bodyStep, entry, output: { at: output.at, step: outputStep(output, entry, plan.others(exit)) } }
}

/** `parameter = value` as the first goal of a rule, if the parameter tests only a class. */
interface Output {
  readonly at: number
  readonly tag: string
  readonly operand: CompiledValue
  readonly unions: Unions
  readonly node: Expression
}

function outputOf(c: Context, parameters: readonly Parameter[], goals: readonly Expression[]): Output | undefined {
  const goal = goals[0]
  if (goal?.kind !== 'unify' || hasEffect(goal) || goals.some(hasCut)) return undefined
  const [variable, value] = goal.left.kind === 'variable' ? [goal.left, goal.right] : [goal.right, goal.left]
  if (variable.kind !== 'variable' || occurrences(value).has(variable.name)) return undefined
  const at = parameters.findIndex(({ term }) => term.kind === 'variable' && term.name === variable.name)
  const pattern = parameters[at]?.pattern
  if (at === -1 || c.host.isConstant(variable.name) || pattern?.kind !== 'class pattern') return undefined
  for (const name of occurrences(value).keys()) {
    if (!c.host.isConstant(name) && !c.scope.has(name)) return undefined
  }
  return {
    at,
    tag: pattern.tag,
    operand: planOperand(c, value).operand,
    unions: c.unions,
    node: parameters[at]!.term,
  }
}

/**
 * Binds the open parameter and tests its class at once. Otherwise the class would be a constraint
 * on the variable that the very next goal wakes.
 */
function outputStep(output: Output, entry: Step, others: Step): Step {
  const { at, tag, operand, unions, node } = output
  // A class that passes the test, shared by all queries: the test depends only on the class.
  let known: unknown
  const step: Step = (m) => {
    m.asking()
    const slots = m.frame.slots
    const cell = slots[at]
    const value = evaluate(m, slots, operand)
    if (!(cell instanceof Cell) || value instanceof Cell) return entry
    if (value === failed) return m.backtrack()
    if (value === pending) return m.wait(step)
    const cls: unknown = typeof value === 'object' && value !== null ? value.constructor : undefined
    if (cls === undefined || cls !== known) {
      const verdict = isInstance(m, value, tag, unions, node)
      if (verdict === false) return m.backtrack()
      if (verdict === pending) return m.wait(step)
      if (m.host.decidesClass(cls)) known = cls
    }
    m.bind(cell, value)
    return m.proceed(others)
  }
  return step
}

/**
 * Plans the matching of all arguments with their parameters: first the values, then the classes,
 * then the fields. A new variable needs none. So a rule for another action or class never reads a
 * field.
 */
function planHead(c: Context, parameters: readonly Parameter[]): GoalPlan[] {
  const values: GoalPlan[] = []
  const classes: GoalPlan[] = []
  const fields: GoalPlan[] = []
  parameters.forEach(({ term }, at) => {
    const isNew = term.kind === 'variable' && term.name !== 'nil' && !c.host.isConstant(term.name)
    if (isNew && term.name !== '_' && !c.scope.has(term.name)) c.scope.place(term.name, at)
    else if (!isNew || term.name !== '_') {
      const { before, operand } = planOperand(c, term)
      values.push(...before, unifyArgument(operand, at))
    }
  })
  parameters.forEach(({ term, pattern }, at) => {
    if (pattern === undefined) return
    const before: GoalPlan[] = []
    const { matcher, fresh } = matcherOf(c, pattern, before)
    if (matcher.kind !== 'class' || matcher.fields.length === 0) {
      const isValue = matcher.kind === 'value' || matcher.kind === 'class'
      ;(isValue ? classes : fields).push(...before, matchArgument(matcher, fresh, term, at))
      return
    }
    classes.push(matchArgument({ ...matcher, fields: [] }, [], term, at))
    fields.push(...before, matchArgument({ kind: 'fields', fields: matcher.fields }, fresh, term, at))
  })
  return [...values, ...classes, ...fields]
}

function matchArgument(matcher: Matcher, fresh: readonly number[], term: Expression, at: number): GoalPlan {
  return (next) => {
    const step: Step = (m) => {
      m.asking()
      const slots = m.frame.slots
      makeCells(m, slots, fresh)
      const verdict = match(m, slots, slots[at], matcher, term)
      if (verdict === true) return m.proceed(next)
      return verdict === false ? m.backtrack() : m.wait(step)
    }
    return step
  }
}

function unifyArgument(operand: CompiledValue, at: number): GoalPlan {
  return withValue(operand, (m, value, next, again) => unifyStep(m, m.frame.slots[at], value, next, again))
}
