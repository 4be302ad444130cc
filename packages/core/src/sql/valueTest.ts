export type Order = '<' | '<=' | '>' | '>='

/**
 * The test of a column's values that are not null, if one side of a comparison is known. Values are
 * of the column's type.
 */
export type ValueTest =
  | { readonly kind: 'always' }
  | { readonly kind: 'never' }
  | { readonly kind: 'is'; readonly operator: Order | '='; readonly value: unknown }
  /** From `from`, inclusive, to `to`, exclusive. */
  | { readonly kind: 'within'; readonly from: unknown; readonly to: unknown }
  | { readonly kind: 'among'; readonly values: readonly unknown[] }
  | { readonly kind: 'any'; readonly of: readonly ValueTest[] }
