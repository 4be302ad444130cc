import { linkPredicate } from '../../evaluate/check.js'
import { dispatchClosures } from '../../evaluate/fast/dispatch.js'
import type { BackEnd } from '../../predicate/predicate.js'
import { sourceCompiler } from '../../predicate/write/program.js'
import type { Predicates } from './checkPlans.js'
import { predicatesBy } from './predicates.js'

/**
 * Returns the part that makes predicates for an evaluator.
 * @param isChosen - Whether the application has chosen it; otherwise it need not generate code for the first few checks.
 */
export function predicatesOf(evaluator: 'source' | 'closures', isChosen: boolean): Predicates {
  if (evaluator === 'closures') return predicatesBy(closures)
  return predicatesBy(isChosen ? source() : { ...source(), compileFirst: linkPredicate })
}

/** Finds predicates of too many classes for generated code as closures do. */
function source(): BackEnd {
  const compiler = sourceCompiler(linkPredicate)
  return { ...compiler, dispatch: (all, reads) => compiler.dispatch(all, reads) ?? dispatchClosures(all) }
}

/** The closures back end leaves checks that have to wait to the machine. */
const closures: BackEnd = { compile: linkPredicate, dispatch: dispatchClosures }
