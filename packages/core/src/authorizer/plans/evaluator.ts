import { linkPredicate } from '../../evaluate/check.js'
import { dispatchClosures } from '../../evaluate/fast/dispatch.js'
import type { BackEnd } from '../../predicate/predicate.js'
import { sourceCompiler } from '../../predicate/write/program.js'
import type { Predicates } from './checkPlans.js'
import { predicatesBy } from './predicates.js'

/** Returns the part that makes predicates for an evaluator. */
export function predicatesOf(evaluator: 'source' | 'closures'): Predicates {
  return predicatesBy(evaluator === 'source' ? source() : closures)
}

/** Finds predicates of too many classes for generated code as closures do. */
function source(): BackEnd {
  const compiler = sourceCompiler(linkPredicate)
  return { ...compiler, dispatch: (all, reads) => compiler.dispatch(all, reads) ?? dispatchClosures(all) }
}

/** The closures back end leaves checks that have to wait to the machine. */
const closures: BackEnd = { compile: linkPredicate, dispatch: dispatchClosures }
