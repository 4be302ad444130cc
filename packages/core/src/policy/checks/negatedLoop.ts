import type { Call, Expression, Rule } from '../../language/ast.js'
import { hasCut, occurrences } from '../../language/mentions.js'
import { builtInClass, isOneOf } from '../matchRule.js'
import { sameNode } from '../sameNode.js'
import type { PolicyContext, RuleCheck } from './check.js'

/** Limit of the rule names that are followed from one negation, and of the rules that a followed name can have. */
const FOLLOWED = 100

/**
 * A rule must not require its own head to be false: such a rule never applies. Calls of other rules with the same
 * arguments are followed, which also finds `f(x) if not g(x); g(x) if f(x);`. The head also stands for narrower calls, as
 * in `f(x, _) if not f(x, 1);`: whether that rule is met would depend on the order of the rules.
 */
export const negatedLoop: RuleCheck = (context) => ({
  rule: (rule) => {
    if (!rule.body || context.isForOso) return
    const goals = goalsOf(rule.body)
    for (const [at, goal] of goals.entries()) {
      if (goal.kind !== 'not') continue
      const implied = impliedBy(rule, goal.operand, occurrences(...goals.slice(0, at + 1)), context)
      if (!implied) continue
      const also = implied.name === rule.name ? '' : `, which holds whenever \`${rule.name}\` does`
      const message = `This rule holds only if \`${implied.name}\` does not hold for the same arguments${also}.`
      const hint =
        'remove the call, or the `not` around it; if the call has narrower arguments than the head, exclude these before it'
      context.error('negated-loop', message, goal.span, { hint, data: { rule, call: implied } })
    }
  },
})

const goalsOf = (body: Expression): readonly Expression[] => (body.kind === 'and' ? body.operands : [body])

/**
 * Returns a call that makes the condition true whenever the head of the rule is true; undefined if there is none.
 * @param before - The variables of the goals up to the condition. Other arguments of the head can be narrower.
 */
function impliedBy(
  rule: Rule,
  condition: Expression,
  before: ReadonlyMap<string, number>,
  context: PolicyContext,
): Call | undefined {
  const seen = new Set<string>()
  const isImplied = (name: string, args: readonly (Expression | undefined)[]): boolean => {
    if (name === rule.name && isHead(rule, args)) return true
    const rules = context.rules.get(name) ?? []
    if (rules.length > FOLLOWED) return false
    // A rule with `cut` can end the call before the others are tried.
    if (rules.some(({ body }) => body && hasCut(body))) return false
    if (name === rule.name) return isHead(rule, args, before) && valuesIn(rule, args, rule, context) !== undefined
    if (seen.has(name) || seen.size > FOLLOWED) return false
    seen.add(name)
    return rules.some((other) => {
      const values = valuesIn(other, args, rule, context)
      return values && callsIn(other.body).some((call) => isImplied(call.name, call.args.map(values)))
    })
  }
  return callsIn(condition).find(({ name, args }) => isImplied(name, args))
}

/** Returns the calls that make a condition true, each by itself. */
function callsIn(condition: Expression | undefined): readonly Call[] {
  if (condition?.kind === 'or') return condition.operands.flatMap(callsIn)
  return condition?.kind === 'call' && condition.keywords.length === 0 ? [condition] : []
}

/** Returns whether arguments are those of the head; with `names`, only those that are one of these variables count. */
function isHead(
  { parameters }: Rule,
  args: readonly (Expression | undefined)[],
  names?: ReadonlyMap<string, number>,
): boolean {
  return (
    args.length === parameters.length &&
    parameters.every(
      ({ term }, at) =>
        (names && term.kind === 'variable' && !names.has(term.name)) || (args[at] && sameNode(term, args[at])),
    )
  )
}

/**
 * Returns a function from the variables of another rule to arguments of a call of it, all of which are in the head of
 * `rule`. Returns undefined unless the other rule always matches them.
 */
function valuesIn(
  { parameters }: Rule,
  args: readonly (Expression | undefined)[],
  rule: Rule,
  context: PolicyContext,
): ((term: Expression) => Expression | undefined) | undefined {
  const values = new Map<string, Expression | undefined>()
  const matches = parameters.every(({ term, pattern }, at) => {
    const value = args[at]
    if (term.kind !== 'variable' || context.schema.isName(term.name))
      return !pattern && value !== undefined && sameNode(term, value)
    if (values.has(term.name)) return false
    if (term.name !== '_') values.set(term.name, value)
    if (!pattern) return true
    const own = rule.parameters.find((one) => value && sameNode(one.term, value))?.pattern
    if (own && occurrences(own).size === 0 && sameNode(own, pattern)) return true
    if (pattern.kind !== 'class pattern' || pattern.fields?.length) return false
    const tag = own?.kind === 'class pattern' ? own.tag : value && builtInClass(value)
    return tag !== undefined && isOneOf(tag, pattern.tag, context)
  })
  if (!matches || args.length !== parameters.length) return undefined
  return (term) => {
    if (term.kind === 'variable') return values.get(term.name)
    return occurrences(term).size === 0 ? term : undefined
  }
}
