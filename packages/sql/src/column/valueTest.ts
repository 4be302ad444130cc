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

export const always: ValueTest = { kind: 'always' }
export const never: ValueTest = { kind: 'never' }

export function is(operator: Order | '=', value: unknown): ValueTest {
  return { kind: 'is', operator, value }
}

/** Returns the test for those of a column's few values that hold. */
export function among<Value>(values: readonly Value[], holds: (value: Value) => boolean): ValueTest {
  const those = values.filter(holds)
  return those.length === values.length ? always : oneOf(those)
}

export function oneOf(values: readonly unknown[]): ValueTest {
  return values.length === 0 ? never : values.length === 1 ? is('=', values[0]) : { kind: 'among', values }
}
