import type { Definite } from '@arcturus/core/internal/oso'
import { DataFilteringConfigurationError } from './errors.js'
import type { StoredClasses } from './stored/classes.js'
import type { HostTypes } from './types.js'

/** A field of a joined row; without `fieldName` the row itself. */
export interface Projection {
  typeName: string
  fieldName?: string
}

/** A value. */
export interface Immediate {
  value: unknown
}

export type Datum = Projection | Immediate

export interface FilterCondition {
  lhs: Datum
  cmp: 'Eq' | 'Neq' | 'In' | 'Nin' | 'Lt' | 'Leq' | 'Gt' | 'Geq'
  rhs: Datum
}

export interface FilterRelation {
  fromTypeName: string
  fromFieldName: string
  toTypeName: string
}

/**
 * Describes rows of `model`: those that have one row for each of `relations` (inner joins, in
 * order) such that all conditions of some group are true. nil is an ordinary value.
 */
export interface Filter {
  model: string
  /**
   * @throws (when read) if inner joins can't describe the rows; `condition` always describes them.
   */
  relations: FilterRelation[]
  /** A disjunction of conjunctions. @throws as `relations`. */
  conditions: FilterCondition[][]
  types: HostTypes
  /**
   * The same rows without the limits of inner joins: each quantifier has its own row, and negation
   * is exact. Rows are compared as a whole.
   */
  condition: Definite
  /**
   * Returns the same rows for a database, which compares rows by their keys: `condition` with the
   * key's columns in the place of rows, and without the rows whose check is an error because a
   * reference leads nowhere.
   *
   * Undefined in the filter of a relation, which compares one column, and in a filter whose
   * `relations` or `conditions` were changed, which they alone describe then.
   * @throws UnsupportedFilterError if rows without a key are compared
   */
  readonly conditionFor?: ((stored: StoredClasses) => Definite) | undefined
}

/** Builds and runs the queries of an application's ORM from filters. */
export interface Adapter<Query = unknown, Resource = unknown> {
  buildQuery: (filter: Filter) => Query
  executeQuery: (query: Query) => Promise<Resource[]>
}

/** Returns whether a side of a condition is a field or a row, not a value. */
export function isProjection(datum: Datum): datum is Projection {
  return (datum as Partial<Projection>).typeName !== undefined
}

/** The default adapter, before the application sets one. */
export function missingAdapter<Query, Resource>(): Adapter<Query, Resource> {
  const refuse = (): never => {
    throw new DataFilteringConfigurationError()
  }
  return { buildQuery: refuse, executeQuery: refuse }
}
