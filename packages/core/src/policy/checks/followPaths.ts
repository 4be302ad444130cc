import type {
  Arithmetic,
  Call,
  Dot,
  Entry,
  Expression,
  Matches,
  Node,
  Parameter,
  Pattern,
  Rule,
} from '../../language/ast.js'
import { children } from '../../language/visit.js'
import { own } from '../../own.js'
import type { Schema } from '../../schema/schema.js'
import type { PolicyContext, RuleCheck } from './check.js'
import { shapeOf } from './heads.js'
import { Helpers } from './helpers.js'
import { Knowledge, literalsOf } from './knowledge.js'

/** Visits the paths of a rule. */
export interface PathVisitor {
  /** Called for a rule, before its paths. */
  readonly rule?: (rule: Rule, knowledge: Knowledge) => void
  /** Called when a field is read, or a method is called. */
  readonly step?: (node: Dot, knowledge: Knowledge) => void
  /** Called for each calculation. */
  readonly arithmetic?: (node: Arithmetic, knowledge: Knowledge) => void
  /** Called when a pattern names a field of a class. */
  readonly patternField?: (field: Entry<Pattern>, model: string) => void
  /**
   * Called for each goal except `and`, `or`, `not` and `forall`, before its own facts are added.
   */
  readonly goal?: (goal: Expression, knowledge: Knowledge) => void
  /** Called after all of a rule, with the facts of its goals in a row. */
  readonly end?: (rule: Rule, knowledge: Knowledge) => void
}

/** A check of the paths of a rule; undefined if the schema has no facts to check. */
export type PathCheck = (context: PolicyContext) => PathVisitor | undefined

/** Makes a check of the paths of the written rules. */
export function checkPaths(...checks: readonly PathCheck[]): RuleCheck {
  return (context) => {
    const visitors = checks.flatMap((check) => check(context) ?? [])
    if (visitors.length === 0) return {}
    const knowledge = new Knowledge(context.schema, learnFrom)
    const helpers = new Helpers(context)
    const following = { knowledge, visitor: allOf(visitors), helpers, open: [] }
    return {
      rule: (rule) => {
        if (context.expanded.has(rule)) return
        helpers.begin()
        knowledge.branch(() => {
          followPaths(rule, following)
          following.visitor.end(rule, knowledge)
        })
      },
    }
  }
}

/**
 * Calls a function with the facts that hold at a place of a rule: once the goal there has succeeded, or before it.
 * @param isAfter - Whether the facts of the goal count. Default: those of the goals before it.
 */
export function factsAt<T>(
  rule: Rule,
  offset: number,
  schema: Schema,
  use: (knowledge: Knowledge, goal: Expression | undefined) => T,
  isAfter = false,
): T {
  const knowledge = new Knowledge(schema, learnFrom)
  let found: { readonly value: T } | undefined
  const goal = (node: Expression): void => {
    if (found || offset < node.span.start || offset > node.span.end) return
    if (isAfter) knowledge.learn(node)
    found = { value: use(knowledge, node) }
  }
  const visitor = { ...allOf([]), goal }
  followPaths(rule, { knowledge, visitor, helpers: undefined, open: [] })
  if (found) return found.value
  if (!rule.body) knowledge.learn(rule)
  return use(knowledge, undefined)
}

/** What following paths needs. */
interface Following {
  readonly knowledge: Knowledge
  readonly visitor: Required<PathVisitor>
  /** Undefined if calls are not followed. */
  readonly helpers: Helpers | undefined
  /** The expressions of a goal that are not visited yet; empty between goals, which share the list. */
  readonly open: Expression[]
}

function allOf(visitors: readonly PathVisitor[]): Required<PathVisitor> {
  const given = visitors.map(own)
  return {
    rule: inTurn(given.flatMap(({ rule }) => rule ?? [])),
    step: inTurn(given.flatMap(({ step }) => step ?? [])),
    arithmetic: inTurn(given.flatMap(({ arithmetic }) => arithmetic ?? [])),
    patternField: inTurn(given.flatMap(({ patternField }) => patternField ?? [])),
    goal: inTurn(given.flatMap(({ goal }) => goal ?? [])),
    end: inTurn(given.flatMap(({ end }) => end ?? [])),
  }
}

/** Returns a function that calls others with its arguments. */
function inTurn<A, B>(calls: readonly ((one: A, other: B) => void)[]): (one: A, other: B) => void {
  return (one, other) => {
    for (let at = 0; at < calls.length; at++) calls[at]!(one, other)
  }
}

/**
 * Follows a rule's goals in order, and calls the visitor for each step of a path with the facts
 * about its object.
 */
function followPaths(rule: Rule, following: Following): void {
  const { parameters, body } = rule
  following.visitor.rule(rule, following.knowledge)
  for (let index = 0; index < parameters.length; index++) {
    const { pattern } = parameters[index]!
    if (pattern) followPattern(pattern, following.visitor)
  }
  if (!body) return
  following.knowledge.learn(rule)
  followGoal(body, following)
}

/** Returns the name of a parameter's variable. Each `_` is a separate variable. */
function parameterName(term: Parameter['term'], index: number): string {
  return term.kind === 'variable' && term.name !== '_' ? term.name : `_${index}`
}

/**
 * Follows a goal. The parser limits nesting, so recursion over `and`, `or`, `not` and `forall` is
 * limited too.
 */
function followGoal(goal: Expression, following: Following): void {
  const { knowledge, helpers } = following
  if (helpers?.isInside && knowledge.isDead) return
  switch (goal.kind) {
    case 'and':
      for (let at = 0; at < goal.operands.length; at++) followGoal(goal.operands[at]!, following)
      return
    case 'or':
      // In a helper, an alternative that one caller can't use is no mistake.
      if (helpers?.isInside) return
      for (const operand of goal.operands) knowledge.branch(() => followGoal(operand, following))
      return
    case 'not':
      // In a helper, what one caller can't meet is seldom a mistake.
      if (!helpers?.isInside)
        knowledge.branch(() => {
          const { negated } = knowledge
          knowledge.negated = goal.operand
          followGoal(goal.operand, following)
          knowledge.negated = negated
        })
      knowledge.learn(goal)
      return
    case 'forall':
      knowledge.branch(() => {
        followGoal(goal.condition, following)
        followGoal(goal.action, following)
      })
      return
    default:
      followValues(goal, following)
      following.visitor.goal(goal, knowledge)
      knowledge.learn(goal)
      if (goal.kind === 'call' && helpers) followHelper(goal, following, helpers)
  }
}

/** Follows the rule that a call reaches, with the facts about its arguments. */
function followHelper(call: Call, following: Following, helpers: Helpers): void {
  const { name, args } = call
  const { knowledge } = following
  if (!helpers.has(name)) return
  const shapes = args.map((one) => shapeOf(one, knowledge))
  const rule = helpers.ruleOf(name, shapes)
  // A parameter with a class is known where the rule is written.
  if (!rule?.parameters.some(({ pattern }, index) => !pattern && tells(args[index]!, knowledge))) return
  const { guards, body } = helpers.withArguments(rule, call)
  knowledge.branch(() => {
    for (const guard of guards) knowledge.learn(guard)
    helpers.inside(rule, () => followGoal(body, following))
  })
}

/** Returns whether something is known of an argument. */
function tells(argument: Expression, knowledge: Knowledge): boolean {
  const { model, from } = knowledge.of(argument)
  return model !== undefined || from !== undefined
}

/** Adds the facts that hold once the head of a rule matches, or a goal has succeeded. */
function learnFrom(node: Node, knowledge: Knowledge): void {
  switch (node.kind) {
    case 'rule':
      for (const [index, { term, pattern }] of node.parameters.entries()) {
        if (pattern) knowledge.matches(knowledge.variable(parameterName(term, index)), pattern)
      }
      return
    case 'not':
      learnFalse(node.operand, knowledge)
      return
    case 'unify':
    case 'assign':
      knowledge.equal(node.left, node.right)
      return
    case 'compare':
      if (node.operator === '==') knowledge.equal(node.left, node.right)
      else if (node.operator === '!=') notEqual(node.left, node.right, knowledge)
      else {
        knowledge.present(knowledge.of(node.left))
        knowledge.present(knowledge.of(node.right))
        knowledge.compare(node.left, node.operator, node.right)
      }
      return
    case 'matches':
      knowledge.matches(knowledge.of(node.value), node.pattern)
      return
    case 'in': {
      const literals = literalsOf(node.collection)
      if (literals) knowledge.compared(knowledge.of(node.item), '==', literals)
      const field = knowledge.of(node.collection).from?.field
      if (field?.kind === 'relation' && field.many) knowledge.isA(knowledge.of(node.item), field.model)
      return
    }
    default:
  }
}

/** Adds the facts that hold once a goal has failed. */
function learnFalse(goal: Expression, knowledge: Knowledge): void {
  if (goal.kind === 'unify' || (goal.kind === 'compare' && goal.operator === '==')) {
    notEqual(goal.left, goal.right, knowledge)
  }
  if (goal.kind === 'matches') knowledge.isNotA(knowledge.of(goal.value))
}

function notEqual(left: Expression, right: Expression, knowledge: Knowledge): void {
  if (isNil(right)) knowledge.present(knowledge.of(left))
  if (isNil(left)) knowledge.present(knowledge.of(right))
  knowledge.compare(left, '!=', right)
}

export const isNil = (node: Expression): boolean => node.kind === 'variable' && node.name === 'nil'

/**
 * Visits all steps in values, the innermost first. Not recursive, as paths and sums can be long.
 */
function followValues(goal: Expression, following: Following): void {
  const { visitor, open, knowledge } = following
  open.push(goal)
  for (let node = open.pop(); node; node = open.pop()) {
    switch (node.kind) {
      case 'variable':
      case 'string':
      case 'number':
        break
      case 'dot':
        followPath(node, following)
        break
      case 'matches':
        followPattern(node.pattern, visitor)
        open.push(node.value)
        break
      case 'unify':
      case 'compare':
        open.push(node.right, node.left)
        break
      case 'arithmetic':
        visitor.arithmetic(node, knowledge)
        pushExpressions(node, open)
        break
      default:
        pushExpressions(node, open)
    }
  }
}

function followPath(path: Dot, { knowledge, visitor, open }: Following): void {
  const steps = [path]
  let at = path.object
  for (; at.kind === 'dot'; at = at.object) steps.push(at)
  open.push(at)
  for (let index = steps.length - 1; index >= 0; index--) {
    const step = steps[index]!
    visitor.step(step, knowledge)
    if (step.member.kind === 'call') pushExpressions(step.member, open)
  }
}

function pushExpressions(node: Exclude<Expression, Dot | Matches>, open: Expression[]): void {
  // Sound: of all expressions, only `matches` has children that are not expressions.
  const below = children(node) as readonly Expression[]
  for (let index = below.length - 1; index >= 0; index--) open.push(below[index]!)
}

function followPattern(pattern: Pattern, visitor: Required<PathVisitor>): void {
  if (pattern.kind === 'list pattern') for (const element of pattern.elements) followPattern(element, visitor)
  if (pattern.kind !== 'class pattern' && pattern.kind !== 'dictionary pattern') return
  if (!pattern.fields) return
  for (const field of pattern.fields) {
    if (pattern.kind === 'class pattern') visitor.patternField(field, pattern.tag)
    followPattern(field.value, visitor)
  }
}
