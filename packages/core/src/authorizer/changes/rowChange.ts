/** A row of a statement, as it is before and as it will be after it. */
export interface RowChange {
  /** The name of the row's model. */
  readonly model: string
  /** Undefined for a new row. */
  readonly before: object | undefined
  /**
   * The row with its new values: a copy, marked as a row of its model. It holds the relations that the statement sets
   * and those that its columns still refer to. Other relations are missing, so that they are loaded.
   */
  readonly after: object
  /** The fields that the data write. */
  readonly set: ReadonlySet<string>
  /** The relations that the statement sets, or whose reference it changes. */
  readonly replaced: ReadonlySet<string>
  /** Relations that may change in a way that the schema does not tell. Reading one is an error. */
  readonly unknown: ReadonlySet<string>
}

/** Returns whether a change can put a row into another collection, or take it out of one. */
export function moves({ before, replaced, unknown }: RowChange): boolean {
  return before === undefined || replaced.size > 0 || unknown.size > 0
}
