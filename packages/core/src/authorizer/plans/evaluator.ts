import { ArgumentError } from '../../errors.js'
import { dispatchClosures } from '../../predicate/interpret/dispatch.js'
import { compileClosures } from '../../predicate/interpret/interpret.js'
import type { BackEnd } from '../../predicate/predicate.js'
import { sourceCompiler } from '../../predicate/write/program.js'

/**
 * The name of an evaluator of checks.
 *
 * - `source`: JavaScript generated for the policy.
 * - `closures`: an interpreter of the graph of the policy's tests.
 * - `machine`: the query machine alone, for comparison.
 * - `auto`: `source` if the platform permits generated code; `closures` in browsers and wherever it
 *   is forbidden. The machine evaluates the first three checks of a kind, since that is faster than
 *   making a predicate.
 */
export type EvaluatorName = 'auto' | 'source' | 'closures' | 'machine'

/**
 * Returns the back end of an evaluator, or undefined for the machine.
 * @throws ArgumentError for an unknown name, and for `source` if the platform forbids generated
 * code.
 */
export function backEndOf(evaluator: EvaluatorName): BackEnd | undefined {
  switch (evaluator) {
    case 'auto':
      return !isBrowser() && canMakeCode() ? source() : closures
    case 'source':
      if (canMakeCode()) return source()
      throw new ArgumentError(
        'invalid-argument',
        '`evaluator: "source"` needs `new Function`, which this platform forbids.',
        {
          hint: 'omit the option to auto-detect',
        },
      )
    case 'closures':
      return closures
    case 'machine':
      return undefined
    default: {
      const name: never = evaluator
      throw new ArgumentError('invalid-argument', `Unknown evaluator "${String(name)}".`, {
        hint: 'use auto, source, closures or machine',
      })
    }
  }
}

/** Finds predicates of too many classes for generated code as closures do. */
function source(): BackEnd {
  const compiler = sourceCompiler()
  return { ...compiler, dispatch: (all, reads) => compiler.dispatch(all, reads) ?? dispatchClosures(all) }
}

/** The closures back end leaves checks that have to wait to the machine. */
const closures: BackEnd = { compile: compileClosures, dispatch: dispatchClosures }

/**
 * Returns whether the platform is a browser. Browsers that forbid generated code report each
 * attempt, so none is made there.
 */
function isBrowser(): boolean {
  return ['window', 'document', 'WorkerGlobalScope'].some((name) => name in globalThis)
}

function canMakeCode(): boolean {
  try {
    // Spelled so that bundlers for edge platforms accept it: they refuse the usual form without
    // running it.
    return new globalThis.Function('return true')() === true
  } catch {
    return false
  }
}
