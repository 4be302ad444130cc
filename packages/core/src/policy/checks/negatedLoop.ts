import type { Call, Expression, Rule } from '../../language/ast.js'
import { hasCut, occurrences } from '../../language/mentions.js'
import { isOneOf } from '../matchRule.js'
import { sameNode } from '../sameNode.js'
import type { PolicyContext, RuleCheck } from './check.js'

/** The most names of rules that are followed from one negation, and the most rules of one name. */
const FOLLOWED = 100

/**
 * A rule must not need that its own head fails: it would prove what it needs to fail. Other rules are followed while
 * they pass on what the head has, so that `f(x) if not g(x); g(x) if f(x);` is found, too.
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

/** Returns the call in a condition that makes it true whenever the head of a rule holds; undefined if none does. */
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

/** Returns the calls each of which alone makes a condition true. */
function callsIn(condition: Expression | undefined): readonly Call[] {
  if (condition?.kind === 'or') return condition.operands.flatMap(callsIn)
  return condition?.kind === 'call' && condition.keywords.length === 0 ? [condition] : []
}

function isHead({ parameters }: Rule, args: readonly (Expression | undefined)[]): boolean {
  return args.length === parameters.length && parameters.every(({ term }, at) => args[at] && sameNode(term, args[at]))
}

/**
 * Returns what the variables of another rule stand for if it certainly matches arguments that a rule has in its head;
 * undefined if that is unknown.
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
