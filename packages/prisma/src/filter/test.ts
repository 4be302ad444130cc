import type { Order } from '@arcturus/sql/internal/prisma'

/** Prisma's filter for one column: `{ equals: 1 }`, `{ gte: 'a', lt: 'b' }`. */
export type ColumnFilter = { readonly [operator: string]: unknown }

/** Alternatives for a true test (`yes`) and for a false one (`no`). */
export interface Alternatives {
  readonly yes: readonly ColumnFilter[]
  readonly no: readonly ColumnFilter[]
}

/**
 * A test of a column's values that are not null, usually for one value. `always` and `never` are
 * not sent to the database.
 */
export type ColumnTest = 'always' | 'never' | { readonly equals: unknown } | Alternatives

const filters = { '<': 'lt', '<=': 'lte', '>': 'gt', '>=': 'gte' } as const
const opposites = { '<': '>=', '<=': '>', '>': '<=', '>=': '<' } as const

export function equalTo(value: unknown): ColumnTest {
  return { equals: value }
}

/** Whether a test is for one value. */
export function isEquality(test: ColumnTest): test is { readonly equals: unknown } {
  return typeof test === 'object' && 'equals' in test
}

export function alternativesOf(test: Exclude<ColumnTest, string>): Alternatives {
  if (!isEquality(test)) return test
  const { equals } = test
  // A column of numbers can hold numbers other than 0 and 1, and drivers read them as either.
  return { yes: [test], no: [typeof equals === 'boolean' ? { equals: !equals } : { not: equals }] }
}

export function oneOf(values: readonly unknown[]): ColumnTest {
  if (values.length === 0) return 'never'
  // Prisma has no `in` for booleans, and needs none.
  if (values.includes(true) && values.includes(false)) return 'always'
  const [first] = values
  return values.length === 1 || typeof first === 'boolean'
    ? equalTo(first)
    : { yes: [{ in: values }], no: [{ notIn: values }] }
}

export function ordered(order: Order, value: unknown): Alternatives {
  return { yes: [{ [filters[order]]: value }], no: [{ [filters[opposites[order]]]: value }] }
}

/** Returns the test for values from `from` on and before `to`. An undefined `to` is no end. */
export function within(from: unknown, to: unknown): ColumnTest {
  if (to === undefined) return ordered('>=', from)
  return { yes: [{ gte: from, lt: to }], no: [{ lt: from }, { gte: to }] }
}
