import type { Parameter, Pattern } from '../../language/ast.js'
import { has } from '../../own.js'
import type { Condition } from '../condition.js'
import type { Evaluator } from './evaluate.js'
import { onward, type Unified } from './onward.js'
import type { Next, Scope, Substitution, Symbolic } from './terms.js'
import type { Unifier } from './unify.js'

/** A unification or pattern match of a rule's head. */
export type HeadStep = (bound: Substitution) => Unified

/**
 * Derives the steps of a head in order, each followed by the goals that it wakes, then the
 * continuation.
 */
export function inOrder(steps: readonly HeadStep[], at: number, bound: Substitution, next: Next): Condition {
  const step = steps[at]
  return step ? onward(step(bound), (inner) => inOrder(steps, at + 1, inner, next)) : next(bound)
}

/** Matches arguments with the heads of rules. */
export class Heads {
  constructor(
    private readonly evaluator: Evaluator,
    private readonly unifier: Unifier,
  ) {}

  /**
   * Returns the steps of a head: first the unification of all arguments with the parameters, then
   * the class tests, then the fields of patterns.
   */
  steps(parameters: readonly Parameter[], args: readonly Symbolic[], scope: Scope): readonly HeadStep[] {
    // Each term is created once, because every `_` is a new variable.
    const terms: Symbolic[] = []
    const unify = parameters.map(
      ({ term, span }, index): HeadStep =>
        (bound) => {
          const isNew = term.kind === 'variable' && !scope.unknowns.has(term.name)
          const evaluated = this.evaluator.term(term, scope, bound)
          if (!has(evaluated, 'term')) return { bound, conditions: evaluated }
          terms[index] = evaluated.term
          const arg = bound.resolve(args[index]!)
          // A new variable is bound as an alias of the argument, which is stronger than a
          // unification.
          if (isNew && arg.kind === 'unknown' && evaluated.term.kind === 'unknown')
            return { bound: bound.bind(evaluated.term.unknown, arg), conditions: [] }
          return this.unifier.unify(args[index]!, evaluated.term, evaluated.bound, span)
        },
    )
    const match = (patternOf: (pattern: Pattern) => Pattern | undefined): HeadStep[] =>
      parameters.flatMap(({ pattern }, index): HeadStep[] => {
        const part = pattern && patternOf(pattern)
        return part ? [(bound) => this.unifier.match(terms[index]!, part, scope, bound, true)] : []
      })
    return [...unify, ...match(classPart), ...match(fieldPart)]
  }
}

/** Returns the part of a pattern that reads no field; undefined if it reads fields alone. */
function classPart(pattern: Pattern): Pattern | undefined {
  if (pattern.kind === 'dictionary pattern' || pattern.kind === 'list pattern') return undefined
  return hasFields(pattern) ? { ...pattern, fields: [] } : pattern
}

/** Returns a pattern that reads fields. */
function fieldPart(pattern: Pattern): Pattern | undefined {
  const isRead = pattern.kind === 'dictionary pattern' || pattern.kind === 'list pattern' || hasFields(pattern)
  return isRead ? pattern : undefined
}

function hasFields(pattern: Pattern): pattern is Extract<Pattern, { kind: 'class pattern' }> {
  return pattern.kind === 'class pattern' && (pattern.fields?.length ?? 0) > 0
}
