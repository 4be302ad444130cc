import { type Root, refused, type Span, type UnsupportedFilterError } from '@arcturus/core/internal/oso'
import type { FilterCondition, FilterRelation } from './filter.js'
import type { Relation } from './relation.js'
import type { HostTypes } from './types.js'

/** A joined table. Each `some` has its own row, different from that of any other `some`. */
export interface Join extends FilterRelation {
  readonly row: Root | undefined
}

/** A conjunction: its conditions and its joins. Each join follows the one that it starts from. */
export interface Group {
  readonly joins: readonly Join[]
  readonly conditions: readonly FilterCondition[]
}

/** The end of a path: a row of a joined table, or a column. */
export type Place = RowPlace | ColumnPlace

export interface RowPlace {
  readonly kind: 'row'
  readonly table: string
  readonly joins: readonly Join[]
  /** For the row of a to-one relation: the place where it starts. */
  readonly from: { readonly place: RowPlace; readonly relation: Relation } | undefined
}

export interface ColumnPlace {
  readonly kind: 'column'
  readonly table: string
  readonly field: string
  readonly joins: readonly Join[]
  /** Whether a step on the way can have no row although nothing is joined there. */
  readonly mayBeNoRow: boolean
}

/** The context of a leaf. */
export interface Flattening {
  readonly types: HostTypes
  /** Tables of the rows in the conditions. */
  readonly tables: ReadonlyMap<Root, Place>
  readonly model: string
  /** Whether the key of a related row is read by a join, not from the reference to the row. */
  readonly joinsKeys: boolean
}

/** Returns the error for a condition that the flat form of a filter can't represent. */
export function unsupported(what: string, span: Span | undefined): UnsupportedFilterError {
  return refused(
    'inner-joins',
    `${what} can't be said by a filter of inner joins.`,
    span,
    "an adapter that reads the filter's `condition` can say it",
  )
}

/**
 * Adds a join, unless it is present.
 * @throws UnsupportedFilterError if another row of the same table is joined.
 */
export function withJoin(joins: readonly Join[], join: Join, span: Span | undefined): readonly Join[] {
  const known = joins.find(({ toTypeName }) => toTypeName === join.toTypeName)
  if (!known) return [...joins, join]
  if (relationKey(known) === relationKey(join) && known.row === join.row) return joins
  throw unsupported(`Two rows of ${join.toTypeName} at once`, span)
}

/** Returns a key that is equal for the same relation. */
export function relationKey({ fromTypeName, fromFieldName, toTypeName }: FilterRelation): string {
  return JSON.stringify([fromTypeName, fromFieldName, toTypeName])
}
