import type { BaseOptions } from './baseOptions.js'
import type { EvaluatorName } from './plans/evaluatorName.js'

export interface AuthorizerOptions extends BaseOptions {
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
