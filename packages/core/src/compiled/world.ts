import type { Limits } from '../machine/state/limits.js'
import type { Class } from '../schema/model.js'
import type { RegExpEngine } from '../text/engine.js'
import type { Equality } from '../values/equality.js'

/**
 * The application's classes, constants and settings for a compiled policy: the equivalents of
 * `registerClass` and `registerConstant`.
 */
export interface World<ClassName extends string = string, ConstantName extends string = string> {
  /** The classes, by the names that the policy uses. */
  readonly classes: Readonly<Record<ClassName, Class>>
  /** The constants that the policy uses. They are read anew at each check. */
  readonly constants?: Readonly<Record<ConstantName, unknown>>
  /** Decides whether two objects that are not rows with keys, or objects in keys, are equal. Default: they never are. */
  readonly equality?: Equality
  /**
   * Creates the regular expressions of the policy, in linear time. Default: JavaScript's own; see
   * `RegExpEngine`.
   */
  readonly regExp?: RegExpEngine
  /** Limits of one check: `steps` and `syncTime`. */
  readonly limits?: Partial<Limits>
  /**
   * Receives a warning, once for each action that nothing names and that a rule for any action
   * decides. Default: `console.warn`.
   */
  readonly log?: (warning: string) => void
  /** Whether such an action is an error. Default false. */
  readonly strict?: boolean
}
