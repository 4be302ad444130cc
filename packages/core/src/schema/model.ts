/** A constructor, or any other object that `instanceof` accepts. */
// biome-ignore lint/suspicious/noExplicitAny: the only type that every constructor is assignable to
export type Class<T = unknown> = abstract new (...args: any[]) => T

/** The type of a scalar column or attribute. `unknown` is any value, without assumptions. */
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

/** A column, or an attribute that is not a relation. */
export interface ScalarField {
  readonly kind: 'scalar'
  readonly name: string
  readonly type: ScalarType
  /** Whether its value can be nil. True by default. */
  readonly nullable: boolean
  /** Whether it holds a list of `type`. */
  readonly list: boolean
  /** The values of an enum; undefined if they are unknown. */
  readonly values?: readonly string[] | undefined
  /** The value of a new row whose data do not contain it. Default: nil if it can be nil, else unknown. */
  readonly initial?: InitialValue | undefined
  /**
   * Returns whether the database returns a value as it is written to the column; undefined if only the database knows.
   * Default: it does.
   */
  readonly keeps?: ((value: unknown) => boolean | undefined) | undefined
}

/** A known value, or one that the database or the ORM makes, such as the next number or the time. */
export type InitialValue = { readonly value: unknown } | 'generated'

/** Rows of another model that belong to this one. */
export interface RelationField {
  readonly kind: 'relation'
  readonly name: string
  /** Name of the other model. */
  readonly model: string
  /** True for a list of rows, false for at most one. */
  readonly many: boolean
  /** Whether the row can be missing. Always false for `many`: an empty list is not nil. */
  readonly nullable: boolean
  /**
   * Whether each reference leads to an existing row, as a foreign key in the database ensures.
   * For `one`, the reference is its own columns in `from`, unless one of them is null. For `many`,
   * it is each row of the join table. If false, a reference to a row that is gone is nil, and `one`
   * is `nullable`. Also false if the other row refers to this one: the other row may not exist.
   */
  readonly kept: boolean
  /**
   * Own columns and the other's columns that must be equal, pairwise; empty if the link is a join
   * table.
   */
  readonly from: readonly string[]
  readonly to: readonly string[]
  /**
   * Own columns that hold the reference, also if no policy can compare them, so that `from` is empty. Empty if no
   * column of the row holds it: the other row does, or a join table, or a column that rows do not show. Default: unknown.
   */
  readonly heldIn?: readonly string[] | undefined
  /**
   * The relation of the other model that is the other end and holds the reference; null if a join table holds it.
   * Default: unknown, so that only `from` and `to` tell when a row of the other model enters or leaves.
   */
  readonly inverse?: string | null | undefined
}

export type Field = ScalarField | RelationField

/** A class or a table that policies can name. */
export interface Model {
  readonly name: string
  /**
   * The JavaScript class whose instances are rows; undefined if rows are plain objects with a tag.
   */
  readonly class: Class | undefined
  readonly fields: ReadonlyMap<string, Field>
  /**
   * Names of the key's fields, in order; undefined if the model declares no key, so that rows are
   * equal by identity.
   */
  readonly key: readonly string[] | undefined
  /** Whether `fields` is complete, so that an unknown field is a mistake. */
  readonly closed: boolean
  /** Whether its instances are values, which the method `equals` of the class compares. Default: they are rows. */
  readonly isValue?: boolean
  /** Recognizes objects that are not instances of `class`. */
  readonly isaCheck: ((value: unknown) => boolean) | undefined
}
