import { invalidArgument, PolicyError } from '../../errors.js'
import type { Diagnostic } from '../../language/diagnostic.js'
import { formatDiagnostic } from '../../language/formatDiagnostic.js'
import type { Policy } from '../../policy/policy.js'
import { entryOf } from '../../values/entryOf.js'
import type { WarningListener } from '../options.js'

/** The number of policies whose warnings are remembered, for each listener. */
const REMEMBERED = 100

/** The warnings that a listener has received, by the text of the policy. */
const received = new WeakMap<WarningListener, Map<string, Set<string>>>()

/** Prints a warning. */
const print: WarningListener = (warning) => console.warn(formatDiagnostic(warning))

/** Reports the warnings of policies, each once for the same text of a policy. */
export class WarningLog {
  /**
   * @param listener - Receives the warnings. Default: `console.warn`.
   * @param isStrict - Whether warnings are errors. Default false.
   * @throws ArgumentError if an option is of the wrong type.
   */
  constructor(
    private readonly listener: WarningListener = print,
    /** Whether warnings are errors. */
    readonly isStrict: boolean = false,
  ) {
    if (typeof listener !== 'function')
      throw invalidArgument('The option `log` must be a function.', { hint: 'pass a function: log: (warning) => …' })
    if (typeof isStrict !== 'boolean') throw invalidArgument('The option `strict` must be a boolean.')
  }

  /** @throws PolicyError for the warnings of a new policy, if warnings are errors. */
  assertNone({ warnings }: Policy): void {
    if (this.isStrict && warnings.length > 0)
      throw new PolicyError(warnings.map((warning) => ({ ...warning, severity: 'error' })))
  }

  /** Reports all warnings of a policy. */
  reportAll(policy: Policy): void {
    if (policy.warnings.length === 0) return
    const known = this.#knownOf(policy)
    for (const warning of policy.warnings) this.#report(warning, known)
  }

  /** Reports a warning, unless it was reported for a policy of the same text. */
  report(policy: Policy, warning: Diagnostic): void {
    this.#report(warning, this.#knownOf(policy))
  }

  #report(warning: Diagnostic, known: Set<string>): void {
    const key = `${warning.code} ${warning.span?.start} ${warning.message}`
    if (known.has(key)) return
    known.add(key)
    this.listener(warning)
  }

  /** Returns the warnings that were reported for policies of the same text. */
  #knownOf({ sources }: Policy): Set<string> {
    const policies = entryOf(received, this.listener, () => new Map<string, Set<string>>())
    const content = JSON.stringify(sources.map(({ name, text }) => [name, text]))
    const known = entryOf(policies, content, () => new Set())
    const [oldest] = policies.keys()
    if (policies.size > REMEMBERED) policies.delete(oldest!)
    return known
  }
}
