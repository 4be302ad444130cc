/** A constructor, or anything that stands for one in `instanceof`. */
// biome-ignore lint/suspicious/noExplicitAny: the only type that every constructor is assignable to
export type Class<T = unknown> = abstract new (...args: any[]) => T

/** What a scalar column or attribute holds. `unknown` is anything: nothing is assumed of it. */
export type ScalarType =
  | 'boolean'
  | 'integer'
  | 'bigint'
  | 'float'
  | 'decimal'
  | 'string'
  | 'enum'
  | 'uuid'
  | 'date'
  | 'json'
  | 'bytes'
  | 'unknown'

/** A column, or an attribute that is no relation. */
export interface ScalarField {
  readonly kind: 'scalar'
  readonly name: string
  readonly type: ScalarType
  /** Whether its value can be nil. True where nobody said otherwise. */
  readonly nullable: boolean
  /** Whether it holds a list of `type`. */
  readonly list: boolean
}

/** Rows of another model that belong to this one. */
export interface RelationField {
  readonly kind: 'relation'
  readonly name: string
  /** Name of the other model. */
  readonly model: string
  /** True for a list of rows, false for at most one. */
  readonly many: boolean
  /** Whether there can be no row: always false for `many` (an empty list is not nil). */
  readonly nullable: boolean
  /**
   * Whether what the row refers by leads to a row in every case: for `one` its own columns in `from`, unless one of them is null; for
   * `many` each row of the table between the two. The database says so by a foreign key. Where it is false, a reference to a row
   * that is gone is nil, and `one` is `nullable`. False where the other row refers to this one: it need not be there.
   */
  readonly kept: boolean
  /** Own columns and the other's columns that must be equal, pairwise; empty where the link has a table of its own. */
  readonly from: readonly string[]
  readonly to: readonly string[]
}

export type Field = ScalarField | RelationField

/** A class or a table that the policy speaks of. */
export interface Model {
  readonly name: string
  /** The JavaScript class whose instances are rows; undefined where rows are plain objects known by a tag. */
  readonly class: Class | undefined
  readonly fields: ReadonlyMap<string, Field>
  /** Names of the key's fields, in order; undefined where the model declares no key (then rows are equal by identity). */
  readonly key: readonly string[] | undefined
  /** Whether `fields` names everything there is, so that an unknown one is a mistake. */
  readonly closed: boolean
  /** Recognizes objects that are no instances of `class`. */
  readonly isaCheck: ((value: unknown) => boolean) | undefined
}
