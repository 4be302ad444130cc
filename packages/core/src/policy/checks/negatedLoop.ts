import type { Call, Expression, Rule } from '../../language/ast.js'
import { hasCut, occurrences } from '../../language/mentions.js'
import { isOneOf } from '../matchRule.js'
import { sameNode } from '../sameNode.js'
import type { PolicyContext, RuleCheck } from './check.js'

/** Limit of the rule names that are followed from one negation, and of the rules that a followed name can have. */
const FOLLOWED = 100

/**
 * A rule must not require its own head to be false: such a rule never applies. Calls of other rules with the same
 * arguments are followed, which also finds `f(x) if not g(x); g(x) if f(x);`.
 */
export const negatedLoop: RuleCheck = (context) => ({
  rule: (rule) => {
    if (!rule.body || context.isForOso) return
    for (const goal of goalsOf(rule.body)) {
      if (goal.kind !== 'not') continue
      const implied = impliedBy(rule, goal.operand, context)
      if (!implied) continue
      const also = implied.name === rule.name ? '' : `, which holds whenever \`${rule.name}\` does`
      const message = `This rule holds only if \`${implied.name}\` does not hold for the same arguments${also}.`
      const hint = 'remove the call, or the `not` around it: a rule that holds only if it does not hold has no result'
      context.error('negated-loop', message, goal.span, { hint, data: { rule, call: implied } })
    }
  },
})

const goalsOf = (body: Expression): readonly Expression[] => (body.kind === 'and' ? body.operands : [body])

/** Returns a call that makes the condition true whenever the head of the rule is true; undefined if there is none. */
function impliedBy(rule: Rule, condition: Expression, context: PolicyContext): Call | undefined {
  const seen = new Set<string>([rule.name])
  const isImplied = (name: string, args: readonly (Expression | undefined)[]): boolean => {
    if (name === rule.name && isHead(rule, args)) return true
    const rules = context.rules.get(name) ?? []
    if (seen.has(name) || seen.size > FOLLOWED || rules.length > FOLLOWED) return false
    seen.add(name)
    // A rule with `cut` can end the call before the others are tried.
    if (rules.some(({ body }) => body && hasCut(body))) return false
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

function isHead({ parameters }: Rule, args: readonly (Expression | undefined)[]): boolean {
  return args.length === parameters.length && parameters.every(({ term }, at) => args[at] && sameNode(term, args[at]))
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
    if (pattern.kind !== 'class pattern' || own?.kind !== 'class pattern') return false
    return !pattern.fields?.length && isOneOf(own.tag, pattern.tag, context)
  })
  if (!matches || args.length !== parameters.length) return undefined
  return (term) => {
    if (term.kind === 'variable') return values.get(term.name)
    return occurrences(term).size === 0 ? term : undefined
  }
}
