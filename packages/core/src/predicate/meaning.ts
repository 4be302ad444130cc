import type { Expression } from '../language/ast.js'
import type { Models, Schema } from '../schema/schema.js'
import type { Missing } from '../schema/wanted.js'
import type { RegExpEngine } from '../text/engine.js'
import type { Equality } from '../values/equality.js'
import type { ValueKinds } from '../values/kinds.js'
import type { RowEquality } from '../values/rows.js'
import type { BudgetLimits } from './budget.js'

/**
 * The semantics of values for evaluators of conditions: the same as for the query machine.
 * Functions return undefined if only the machine can decide (a promise, an error).
 */
export interface EqualityMeaning {
  readonly schema: Models
  readonly kinds: ValueKinds
  /**
   * Returns whether two values are equal (`=`); undefined also if one of them is undefined or a
   * promise.
   */
  equal(a: unknown, b: unknown): boolean | undefined
  /**
   * As `equal`, if the classes or tags of two objects are enough to decide.
   * @param aModel - The model whose row the object is according to the schema.
   */
  readonly equalAtSight?: ((a: object, b: object, aModel?: string, bModel?: string) => boolean | undefined) | undefined
  /** Called for a plain object of unknown class: a comparison with it is undecided. */
  stranger(object: object): void
  /** The host's equality of objects, beyond that of the language. */
  readonly equality: Equality
  /** Makes the regular expressions of methods. Default: JavaScript's own. */
  readonly regExp?: RegExpEngine | undefined
}

/** `EqualityMeaning` with the equality of rows by their class. */
export interface RowMeaning extends EqualityMeaning {
  /**
   * Returns how rows of a class are compared; undefined for a class without rows, or a key of
   * several columns.
   */
  rowEquality(cls: unknown): RowEquality | undefined
}

/** `EqualityMeaning` with the order of values. */
export interface ValueMeaning extends EqualityMeaning {
  /** `==`, `!=` and the orderings. */
  compare(operator: '==' | '!=' | '<' | '<=' | '>' | '>=', a: unknown, b: unknown): boolean | undefined
}

/** `EqualityMeaning` with classes. */
export interface ClassMeaning extends EqualityMeaning {
  /** Returns whether a value is an instance of a registered class, or of exactly that class. */
  isInstance(value: unknown, model: string, exact: boolean): boolean | undefined
}

/** The semantics of a condition: its values, and the goals for the machine. */
export interface Meaning extends ValueMeaning, ClassMeaning, RowMeaning {
  readonly schema: Schema
  /** The limits of an evaluation. */
  readonly limits: BudgetLimits
  /**
   * Returns whether a goal of the policy holds according to the machine.
   * @param missing - Receives relations that are not loaded, and holds those that arrived.
   */
  ask(goal: Expression, bindings: ReadonlyMap<string, unknown>, missing?: Missing): boolean | undefined
}
