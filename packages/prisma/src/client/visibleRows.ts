import type { Tables } from '../schema/tables.js'
import type { ReadableFields } from './fields.js'
import type { Questions } from './questions.js'

/** The rows and fields that the actor may read, for arguments that could reveal others. */
export class VisibleRows {
  protected readonly tables: Tables

  /** @param action - Returns the read action of a model. */
  constructor(
    protected readonly questions: Questions,
    protected readonly fields: ReadableFields,
    protected readonly action: (model: string) => string,
  ) {
    this.tables = questions.parts.tables
  }
}
