import type { Expression, Parameter, Rule, Variable } from './ast.js'
import { compareText } from './compareText.js'

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
  const replace = (value: Expression): Expression => {
    // no variable of a policy can have such a name
    const variable: Variable = { kind: 'variable', name: `head ${behind.length}`, span: value.span }
    behind.push({ kind: 'unify', left: variable, right: value, span: value.span })
    return variable
  }
  const plain = parameters.map((parameter) => ({ ...parameter, term: replaceComputed(parameter.term, replace) }))
  return { parameters: plain, goals: [...(body?.kind === 'and' ? body.operands : body ? [body] : []), ...behind] }
}

/** Replaces each computed value in a term by what a function returns for it; in dictionaries in the order of the keys. */
export function replaceComputed(term: Expression, replace: (value: Expression) => Expression): Expression {
  switch (term.kind) {
    case 'dot':
    case 'arithmetic':
    case 'new':
      return replace(term)
    case 'list':
      return { ...term, elements: term.elements.map((element) => replaceComputed(element, replace)) }
    case 'dictionary': {
      const entries = [...term.entries].sort((a, b) => compareText(a.key, b.key))
      return { ...term, entries: entries.map((entry) => ({ ...entry, value: replaceComputed(entry.value, replace) })) }
    }
    default:
      return term
  }
}
