import type { Limits, SchemaHostOptions } from '../machine/index.js'
import type { WarningListener } from './policies/warnings.js'

/** The options that the authorizers of all entries have. */
export interface BaseOptions extends SchemaHostOptions {
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
}
