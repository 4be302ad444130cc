import type { Relations, Store, Values } from './change.js'
import type { LedgerParts } from './ledger.js'

/** Writes prepared rows, after everything that has to be true before was found to be. */
export type Apply<Result = void> = () => Promise<Result>
/** Inserts a prepared row, with the columns of its reference to a row that was inserted before. */
export type Insert = (inherited?: Values) => Promise<Values>
/** Changes the rows of a relation, once the row with the relation is written. */
export type ApplyTo = (row: Values) => Promise<void>

/** What the rules about rows need, whoever writes the rows. */
export interface RuleParts<Where> extends LedgerParts<Where> {
  readonly relations: Relations
  /** Returns the columns of new rows whose stored values are known from the data. */
  readonly knownValues: (model: string, columns: Values) => Values
  /** Whether rows that the database changes with a deleted row are trusted. */
  readonly trustsCascades: boolean
  /** Whether a column is a field that rules can name. Default: all are. */
  readonly isField?: (name: string) => boolean
}

export interface WriterParts<Where> extends RuleParts<Where> {
  readonly store: Store<Where>
}
