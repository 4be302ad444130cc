import { invalidArgument } from '../errors.js'
import type { Diagnostic } from '../language/diagnostic.js'
import type { SchemaHostOptions } from '../machine/host/schemaHost.js'
import { defaultLimits, type Limits } from '../machine/state/limits.js'

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

/**
 * The longest wait of a timer in milliseconds, about 25 days. A longer timer would fire at once.
 */
const longestWait = 2 ** 31 - 1

/** Receives the warnings of a policy. */
export type WarningListener = (warning: Diagnostic) => void

/**
 * Returns the limits of an application, with defaults for missing and undefined ones.
 * @throws ArgumentError for an unknown limit, and for a value that is not a number: no comparison
 * with it would ever end a query.
 */
export function limitsOf(given: Partial<Limits> = {}): Limits {
  const limits: { -readonly [Name in keyof Limits]: Limits[Name] } = { ...defaultLimits }
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue
    if (!isLimit(name)) {
      throw invalidArgument(`Unknown limit "${name}".`, { hint: `use one of ${Object.keys(defaultLimits).join(', ')}` })
    }
    if (typeof value !== 'number' || Number.isNaN(value)) {
      throw invalidArgument(`\`limits.${name}\` must be a number.`, { data: { value } })
    }
    limits[name] = name === 'asyncTime' ? Math.min(value, longestWait) : value
  }
  return limits
}

function isLimit(name: string): name is keyof Limits {
  return Object.hasOwn(defaultLimits, name)
}

export interface AuthorizerOptions extends SchemaHostOptions {
  /** The action that decides whether an actor may learn that a resource exists. Default `read`. */
  readonly readAction?: string
  /** The limits of a query. `Limits` documents the defaults. */
  readonly limits?: Partial<Limits>
  /**
   * The actions that the policy does not name, but that a rule may grant, such as those of
   * `allow(admin: Admin, _, _)`. Any other action that the policy does not name is an error. Default:
   * none.
   */
  readonly actions?: readonly string[]
  /**
   * Receives the warnings of policies, each once for the same text of a policy. Default: prints them
   * with `console.warn`.
   */
  readonly log?: WarningListener
  /**
   * The back end that evaluates checks: `source`, `closures` or `machine`. The default, `auto`,
   * starts with the machine. From the fourth check of a kind on, it uses the fastest back end that
   * the platform allows.
   */
  readonly evaluator?: EvaluatorName
  /**
   * The rules that the application queries by name (`query`, `queryRule`). A rule that nothing calls
   * is a warning. Default: none.
   */
  readonly queryRules?: readonly string[]
  /** Whether the warnings of a policy are errors. Default false. */
  readonly strict?: boolean
}
