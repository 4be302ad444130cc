import type { Call, Expression, Node, Rule } from '../../language/ast.js'
import type { PolicyCheck, PolicyContext } from './check.js'
import { demandOf, Heads } from './heads.js'
import { eachVisited } from './walk.js'

/** The documentation of an exception that holds for every rule. */
export const ONE_DOOR = 'docs/model/one-door.md'

/**
 * An exception in one rule of `allow` must hold in the others: any rule of `allow` can allow alone. For example,
 * `allow(_, "read", d: Document) if d.isPublic;` allows what `… and not is_blocked(actor, resource)` in another rule denies.
 * An exception is the negated call of a rule that can match the arguments of the other rule.
 */
export const bypassedException: PolicyCheck = (context) => ({
  end: () => {
    const rules = (context.rules.get('allow') ?? []).filter(({ parameters }) => parameters.length === 3)
    if (context.isForOso || rules.length < 2) return
    const heads = new Heads(context)
    const reported = new Set<Rule>()
    for (const door of rules)
      for (const exception of exceptionsOf(door)) {
        const guarded = rulesWith(exception.name, context)
        for (const rule of rules) {
          if (reported.has(rule) || guarded.has(rule) || !meets(rule, door, exception, heads)) continue
          reported.add(rule)
          const { source, start } = exception.span
          const file = source.name && source.name !== rule.span.source.name ? ` of ${source.name}` : ''
          const message = `This rule can allow what \`not ${exception.name}(…)\` in line ${source.position(start).line}${file} denies.`
          const hint = `make it a rule that the other one calls, or add \`not ${exception.name}(…)\`: see ${ONE_DOOR}`
          context.warning('bypassed-exception', message, rule.head, { hint, data: { rule, exception } })
        }
      }
  },
})

/** Returns the negated calls among the conditions of a rule. */
function exceptionsOf({ body }: Rule): readonly Call[] {
  const goals: readonly (Expression | undefined)[] = body?.kind === 'and' ? body.operands : [body]
  return goals.flatMap((goal) => (goal?.kind === 'not' && goal.operand.kind === 'call' ? goal.operand : []))
}

/** Returns the rules that negate a call of a name, directly or by the rules that they call. */
function rulesWith(name: string, { rules }: PolicyContext): ReadonlySet<Rule> {
  const all = [...rules.values()].flat()
  const found = new Set<Rule>()
  const names = new Set<string>()
  const isGuarded = (node: Node): boolean => {
    if (node.kind === 'not' && node.operand.kind === 'call') return node.operand.name === name
    if (node.kind === 'call' && names.has(node.name)) return true
    let any = false
    eachVisited(node, (child) => {
      any ||= isGuarded(child)
    })
    return any
  }
  for (let size = -1; size !== found.size; ) {
    size = found.size
    for (const rule of all) if (!found.has(rule) && rule.body && isGuarded(rule.body)) found.add(rule)
    for (const [called, those] of rules) if (those.every((rule) => found.has(rule))) names.add(called)
  }
  return found
}

/** Returns whether a question can match both rules, and the exception of the second one. */
function meets(rule: Rule, door: Rule, exception: Call, heads: Heads): boolean {
  const [own, its] = [rule.parameters.map(demandOf), door.parameters.map(demandOf)]
  if (rule === door || !own.every((demand, at) => heads.accepts(its[at]!, demand))) return false
  const shapes = exception.args.map((arg) => {
    if (arg.kind === 'string') return `"${arg.value}`
    const at = door.parameters.findIndex(({ term }) => arg.kind === 'variable' && isNamed(term, arg.name))
    return at === -1 ? '' : own[at] || its[at]!
  })
  return heads.areOpen(exception.name, shapes.length) || heads.match(exception.name, shapes)
}

const isNamed = (term: Node, name: string): boolean => term.kind === 'variable' && term.name === name
