import type { Limits, SchemaHostOptions } from '../machine/index.js'
import type { EvaluatorName } from './plans/evaluatorName.js'
import type { WarningListener } from './policies/warnings.js'

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
