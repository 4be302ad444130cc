import type { Expression } from '../language/ast.js'
import type { Models, Schema } from '../schema/schema.js'
import type { Missing } from '../schema/wanted.js'
import type { RegExpEngine } from '../text/engine.js'
import type { Equality } from '../values/equality.js'
import type { RowEquality } from '../values/rows.js'
import type { BudgetLimits } from './budget.js'

/**
 * What values mean, for whoever evaluates a condition over them: the same as for the query machine. Undefined wherever only
 * the machine can tell (a promise, an error).
 */
export interface EqualityMeaning {
  readonly schema: Models
  /** `=` of two values; undefined too where one of them is undefined or a promise. */
  equal(a: unknown, b: unknown): boolean | undefined
  /**
   * As `equal`, where the classes or the tags of two objects tell at once.
   * @param aModel - The model whose row the schema says the object to be.
   */
  equalAtSight(a: object, b: object, aModel?: string, bModel?: string): boolean | undefined
  /** Ends the evaluation for a plain object of which nothing tells whose row it is. */
  stranger(object: object): never
  /** How rows of a class are compared; undefined for what is no row, or where it takes more than one column. */
  rowEquality(cls: unknown): RowEquality | undefined
  /** What the host says of two objects that the language does not decide; what it throws is what the evaluation throws. */
  readonly equality: Equality
  /** Makes the regular expressions of methods; undefined for JavaScript's own. */
  readonly regExp?: RegExpEngine | undefined
}

/** As `EqualityMeaning`, and what orders values. */
export interface ValueMeaning extends EqualityMeaning {
  /** `==`, `!=` and the orderings. */
  compare(operator: '==' | '!=' | '<' | '<=' | '>' | '>=', a: unknown, b: unknown): boolean | undefined
}

/** As `EqualityMeaning`, and what classes are. */
export interface ClassMeaning extends EqualityMeaning {
  /** Whether a value is an instance of a registered class, or of just that class. */
  isInstance(value: unknown, model: string, exact: boolean): boolean | undefined
}

/** What a condition means: its values, and what only the machine can answer. */
export interface Meaning extends ValueMeaning, ClassMeaning {
  readonly schema: Schema
  /** What an evaluation may use. */
  readonly limits: BudgetLimits
  /**
   * Whether a goal of the policy holds, as the machine says.
   * @param all - Whether solutions behind the first are looked for too, since they can be errors.
   * @param missing - Is told of relations that are not loaded, and has those that arrived.
   */
  ask(goal: Expression, bindings: ReadonlyMap<string, unknown>, all?: boolean, missing?: Missing): boolean | undefined
}
