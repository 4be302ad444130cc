import type { Expression, Parameter, Rule, Variable } from './ast.js'

/** A rule whose head computes no values. */
export interface PlainRule {
  readonly parameters: readonly Parameter[]
  /** The goals of its body, followed by the goals that compute the values of the head. */
  readonly goals: readonly Expression[]
}

/**
 * Replaces computed values in a head by variables. They are unified with the results after the
 * body, when all operands are known.
 */
export function plainRule({ parameters, body }: Rule): PlainRule {
  const behind: Expression[] = []
  const plain = parameters.map((parameter) => ({ ...parameter, term: withoutExpressions(parameter.term, behind) }))
  return { parameters: plain, goals: [...(body?.kind === 'and' ? body.operands : body ? [body] : []), ...behind] }
}

function withoutExpressions(term: Expression, behind: Expression[]): Expression {
  switch (term.kind) {
    case 'dot':
    case 'arithmetic':
    case 'new': {
      // no variable of a policy can have such a name
      const variable: Variable = { kind: 'variable', name: `head ${behind.length}`, span: term.span }
      behind.push({ kind: 'unify', left: variable, right: term, span: term.span })
      return variable
    }
    case 'list':
      return { ...term, elements: term.elements.map((element) => withoutExpressions(element, behind)) }
    case 'dictionary':
      return {
        ...term,
        entries: term.entries.map((entry) => ({ ...entry, value: withoutExpressions(entry.value, behind) })),
      }
    default:
      return term
  }
}
