import type { RelationField } from './model.js'

/**
 * How a query treats an unloaded relation on the actor's side: it throws an error, or reads it in
 * the database with the rows.
 */
export type Unloaded = 'error' | 'database'

/**
 * A value that is read from an object and is not available at once: an unloaded relation, or a
 * promise.
 */
export interface Wanted {
  readonly object: object
  readonly name: string
  /** The relation; undefined for a promise. */
  readonly relation: RelationField | undefined
  readonly model: string | undefined
  /**
   * The maximum number of rows: if there are more, none are loaded and reading them is an error.
   * Undefined for all rows.
   */
  readonly most?: number | undefined
  /**
   * Identifies the question, or the request, for which it is loaded. A loader can remember facts for
   * that time, such as that the row exists.
   */
  readonly scope?: object | undefined
}

/** Loads a value that is not available at once; rejects if it can't. */
export type Load = (wanted: Wanted) => Promise<unknown>

/** The loaded values, and a list of missing ones. */
export interface Missing {
  arrived(object: object, name: string): { readonly value: unknown } | undefined
  /** @param isKnown - Whether its key is known, which may be enough. */
  want(wanted: Wanted, isKnown?: boolean): void
}
