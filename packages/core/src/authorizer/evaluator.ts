import { ArgumentError } from '../errors.js'
import { compileClosures } from '../predicate/closures/closures.js'
import type { BackEnd } from '../predicate/compiler.js'
import { sourceCompiler } from '../predicate/emit/emit.js'

/**
 * What answers a check: JavaScript that is written for the policy (`source`), functions put together from those of this
 * package (`closures`), or the query machine alone (`machine`, for comparison); `auto` is `source` where the platform lets
 * text become code, and `closures` in browsers and wherever else it does not, but for the first three checks of a kind: those
 * are answered by the machine, which is sooner than a predicate is made.
 */
export type EvaluatorName = 'auto' | 'source' | 'closures' | 'machine'

/**
 * The back end of an evaluator; undefined for the machine.
 * @throws ArgumentError for a name that is none, and for `source` where the platform forbids it.
 */
export function backEndOf(evaluator: EvaluatorName): BackEnd | undefined {
  switch (evaluator) {
    case 'auto':
      return !isBrowser() && canMakeCode() ? sourceCompiler() : closures
    case 'source':
      if (canMakeCode()) return sourceCompiler()
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

/** What waits is for the machine. */
const closures: BackEnd = { compile: compileClosures }

/** Browsers that forbid it report the attempt, so there is none. */
function isBrowser(): boolean {
  return ['window', 'document', 'WorkerGlobalScope'].some((name) => name in globalThis)
}

function canMakeCode(): boolean {
  try {
    // Spelled so that bundlers for the edge, which refuse the usual form unseen, leave it alone.
    return new globalThis.Function('return true')() === true
  } catch {
    return false
  }
}
