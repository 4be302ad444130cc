import type { Expression } from '../language/ast.js'
import type { Class } from '../schema/model.js'
import type { Schema } from '../schema/schema.js'

/** How two rows of one class are compared: by a column of the key, or (no column) by being the same object. */
export interface RowEquality {
  readonly column: string | undefined
}

/**
 * What values mean, for whoever evaluates a condition over them: the same as for the query machine. Undefined wherever only
 * the machine can tell (a promise, an error).
 */
export interface Meaning {
  readonly schema: Schema
  /** `=` of two values; undefined too where one of them is undefined or a promise. */
  equal(a: unknown, b: unknown): boolean | undefined
  /** How rows of a class are compared; undefined for what is no row, or where it takes more than one column. */
  rowEquality(cls: unknown): RowEquality | undefined
  /** `==`, `!=` and the orderings. */
  compare(operator: '==' | '!=' | '<' | '<=' | '>' | '>=', a: unknown, b: unknown): boolean | undefined
  /** Whether a value is an instance of a registered class, or of just that class. */
  isInstance(value: unknown, model: string, exact: boolean): boolean | undefined
  /**
   * Whether a goal of the policy holds, as the machine says.
   * @param all - Whether solutions behind the first are looked for too, since they can be errors.
   */
  ask(goal: Expression, bindings: ReadonlyMap<string, unknown>, all?: boolean): boolean | undefined
}

/** Whether two rows of the class that `rows` is about are the same; undefined where the key's values do not tell at once. */
export function areSameRow(rows: RowEquality, left: object, right: object): boolean | undefined {
  const { column } = rows
  if (column === undefined) return left === right
  // the key names a column, whose type the compiler does not know
  const a = (left as Readonly<Record<string, unknown>>)[column]
  const b = (right as Readonly<Record<string, unknown>>)[column]
  return typeof a === typeof b && (typeof a === 'number' || typeof a === 'string') ? a === b : undefined
}

/** The class whose own instances are instances of the model, whatever else is. */
export function constructorOf({ schema }: Meaning, model: string): Class | undefined {
  const found = schema.models.get(model)
  return found?.isaCheck ? undefined : found?.class
}
