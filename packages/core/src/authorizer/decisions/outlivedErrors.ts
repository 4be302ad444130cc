import type { Diagnostic } from '../../language/diagnostic.js'
import { type Source, type Span, spanText } from '../../language/source.js'
import type { Policy } from '../../policy/policy.js'
import { entryOf } from '../../values/entryOf.js'
import { metErrors } from '../../values/metErrors.js'
import type { LoadedPolicy } from '../policies/loadedPolicy.js'
import type { WarningLog } from '../policies/warnings.js'

interface Outlived {
  readonly actor: unknown
  readonly action: string | undefined
  readonly errors: readonly Diagnostic[]
}

/**
 * The errors that evaluations met, and that did not count because another part allowed the check. The log
 * receives each once, and the listeners of decisions receive those of their decision. Nothing is evaluated
 * for that, so a check tells only the errors that it met before it was decided.
 */
export class OutlivedErrors {
  readonly #diagnostics = new WeakMap<Span, Diagnostic>()
  /** The places in a source that were logged. */
  readonly #logged = new WeakMap<Source, Span[]>()
  /** The errors of the last decision about a resource. */
  readonly #last = new WeakMap<object, Outlived>()
  /** Whether there was any. */
  #met = false
  /** Whether the errors of the running evaluation are not told. */
  isQuiet = false

  constructor(private readonly log: WarningLog) {}

  /**
   * Ends the record of an evaluation.
   * @param action - Undefined for a decision about several actions.
   */
  end(policy: LoadedPolicy, actor: unknown, action: string | undefined, resource: unknown, allowed: boolean): void {
    const { places } = metErrors
    metErrors.clear()
    if (!allowed || this.isQuiet) return
    for (const place of places) place.isTold = true
    this.add(
      policy,
      actor,
      action,
      resource,
      places.map(({ span }) => span),
    )
  }

  /** Reports the places of errors that a granted check met. */
  add(
    { policy }: LoadedPolicy,
    actor: unknown,
    action: string | undefined,
    resource: unknown,
    places: readonly Span[],
  ): void {
    const errors = places.map((place) => this.#diagnosticAt(policy, place))
    if (!metErrors.isWatched || !isObject(resource) || errors.length === 0) return
    this.#met = true
    this.#last.set(resource, { actor, action, errors })
  }

  /** Returns the errors of the decision that was made last, for its listeners. */
  of(actor: unknown, action: string | undefined, resource: unknown): readonly Diagnostic[] | undefined {
    const last = this.#met && isObject(resource) ? this.#last.get(resource) : undefined
    if (last === undefined || !isObject(resource)) return undefined
    this.#last.delete(resource)
    return last.actor === actor && last.action === action ? last.errors : undefined
  }

  /** Returns the diagnostic of a place, which is logged when it is made. */
  #diagnosticAt(policy: Policy, span: Span): Diagnostic {
    const known = this.#diagnostics.get(span)
    if (known) return known
    const diagnostic: Diagnostic = {
      code: 'ignored-error',
      severity: 'warning',
      message: `\`${spanText(span)}\` was an error in a check that another rule or alternative allows.`,
      span,
      hint: 'test for nil or for the class first; explain() of @arcturus/explain shows the error',
    }
    this.#diagnostics.set(span, diagnostic)
    const logged = entryOf(this.#logged, span.source, () => [])
    // Evaluators differ in what they call the place: a comparison, or the operand that can't be read.
    if (logged.every(({ start, end }) => end <= span.start || span.end <= start)) {
      logged.push(span)
      this.log.report(policy, diagnostic)
    }
    return diagnostic
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}
