import type { Expression, Node, Variable } from '../../language/ast.js'
import { descendants } from '../../language/visit.js'
import type { RuleCheck } from './check.js'

/**
 * `not` and `forall` give no variable a value. A variable that is first used there and then outside has none in the rest
 * of the rule: `not x in user.roles and x.name = "admin"`.
 */
export const unboundUnderNot: RuleCheck = (context) => {
  const variablesIn = (node: Node): readonly Variable[] =>
    descendants(node).filter(
      (one): one is Variable => one.kind === 'variable' && one.name !== '_' && !context.schema.isName(one.name),
    )
  /** @param open - The first uses of variables that only negations have used. */
  const visit = (node: Expression, known: Set<string>, open: Map<string, Variable>): void => {
    switch (node.kind) {
      case 'and':
        for (const one of node.operands) visit(one, known, open)
        return
      case 'or':
        // A variable of one alternative may have a value after all of them.
        for (const one of node.operands) visit(one, known, new Map(open))
        return
      case 'not':
      case 'forall':
        for (const one of variablesIn(node)) if (!known.has(one.name) && !open.has(one.name)) open.set(one.name, one)
        return
      default:
        for (const { name } of variablesIn(node)) {
          const first = known.has(name) ? undefined : open.get(name)
          known.add(name)
          if (!first) continue
          const message = `The variable ${name} is first used in a negation, which gives it no value for the rest of the rule.`
          const hint = `move the condition that gives ${name} a value before the negation, or into it`
          context.warning('unbound-variable', message, first.span, { hint, data: { name } })
        }
    }
  }
  return {
    rule: ({ parameters, body }) => {
      if (!body) return
      const known = new Set(parameters.flatMap((one) => variablesIn(one).map(({ name }) => name)))
      visit(body, known, new Map())
    },
  }
}
