import { linkPredicate } from '../../evaluate/check.js'
import { sourceCompiler } from '../../predicate/write/program.js'
import type { Predicates } from './checkPlans.js'
import { predicatesBy } from './predicates.js'

/**
 * Returns the part that makes predicates for an evaluator.
 * @param isChosen - Whether the application has chosen it; otherwise it need not generate code for the first few checks.
 */
export function predicatesOf(evaluator: 'source' | 'closures', isChosen: boolean): Predicates {
  if (evaluator === 'closures') return predicatesBy({ compile: linkPredicate })
  const compiler = sourceCompiler(linkPredicate)
  return predicatesBy(isChosen ? compiler : { ...compiler, compileFirst: linkPredicate })
}
