import type { RelationField } from './model.js'

/** What a relation of the actor's side is that is not loaded: an error, or read in the database with the rows. */
export type Unloaded = 'error' | 'database'

/** What is read from an object and is not there at once: a relation that is not loaded, or a promise. */
export interface Wanted {
  readonly object: object
  readonly name: string
  /** The relation, undefined for a promise. */
  readonly relation: RelationField | undefined
  readonly model: string | undefined
  /** How many rows of it are wanted; of more, none: getting them is an error then. Undefined for all. */
  readonly most?: number | undefined
}

/** What arrived already, and where to say what is missing. */
export interface Missing {
  arrived(object: object, name: string): { readonly value: unknown } | undefined
  /** @param isKnown - Whether its key is known, which may be enough. */
  want(wanted: Wanted, isKnown?: boolean): void
}
