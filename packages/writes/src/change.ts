/** Columns of a row with their values. */
export type Values = Readonly<Record<string, unknown>>

/** A relation between two models, and the rows that have the columns of its reference. */
export interface LinkRelation {
  readonly name: string
  /** The model that has the relation. */
  readonly owner: string
  /** The model of the related rows. */
  readonly model: string
  readonly many: boolean
  /** The rows with the columns of the reference: the own row, the other row, or a row between both. */
  readonly keeper: 'own' | 'other' | 'join'
  /** Columns of the own row, pairwise equal to those of the other row in `to`. */
  readonly from: readonly string[]
  readonly to: readonly string[]
  /** Whether the columns of the reference can be null. */
  readonly nullable: boolean
  /** Whether one row at most can have the same reference. */
  readonly unique: boolean
  /** The relation of the other rows that leads back, which is a field of theirs. */
  readonly inverse?: string | undefined
}

/** What a row gets: columns, and links to other rows. */
export interface Data<Where> {
  /** In the form of the store, for example `{ increment: 1 }`. */
  readonly columns: Values
  /** The names of the fields as the caller wrote them, for rules about fields. */
  readonly names: readonly string[]
  readonly links: readonly Link<Where>[]
  /** The references that columns leave as they are, in a row that shows them. Default: none. */
  readonly present?: readonly LinkRelation[]
}

export interface Link<Where> {
  readonly relation: LinkRelation
  readonly step: LinkStep<Where>
}

/**
 * A change of the rows that a relation leads to. Each of several `where` names one row; without a `where`: the row of a
 * relation to one row.
 */
export type LinkStep<Where> =
  | { readonly kind: 'create'; readonly data: readonly Data<Where>[] }
  | { readonly kind: 'connect'; readonly where: readonly Where[] }
  | { readonly kind: 'connectOrCreate'; readonly where: Where; readonly create: Data<Where> }
  | { readonly kind: 'disconnect'; readonly where: readonly Where[] | undefined }
  | { readonly kind: 'set'; readonly where: readonly Where[] }
  | { readonly kind: 'update'; readonly where: Where | undefined; readonly data: Data<Where>; readonly many: boolean }
  | {
      readonly kind: 'upsert'
      readonly where: Where | undefined
      readonly create: Data<Where>
      readonly update: Data<Where>
    }
  | { readonly kind: 'delete'; readonly where: Where | undefined; readonly many: boolean }

/** A reference to deleted rows, and what the database does to the rows that have it. */
export interface Dependent {
  readonly relation: LinkRelation
  readonly onDelete: 'cascade' | 'detach' | 'refuse'
}

/** The relations of a schema, as the plan of a write needs them. */
export interface Relations {
  /** Returns the relations whose reference is in the rows of a model. */
  references(model: string): readonly LinkRelation[]
  /** Returns the references of other rows to the rows of a model. */
  dependents(model: string): readonly Dependent[]
}

/** Finds rows of the database by conditions of its form. All calls are part of one transaction. */
export interface RowStore<Where> {
  /** @param isLocked - Whether the rows are about to be written, so that they are locked if the store does so. */
  find(model: string, where: Where, columns: readonly string[], isLocked?: boolean): Promise<readonly Values[]>
  /** Returns the rows with these keys. */
  keyed(model: string, keys: readonly Values[]): Where
  /** Returns the rows whose relation to one row leads to no row, or to one of these. */
  related(relation: LinkRelation, where: Where): Where
  /** The maximum number of keys in one condition. */
  readonly mostKeys: number
  all(wheres: readonly Where[]): Where
  any(wheres: readonly Where[]): Where
}

/** The database, as a front end offers it to a `Writer`. */
export interface Store<Where> extends RowStore<Where> {
  /** Inserts rows. Returns columns of each as the database holds them, in the order of the rows. */
  insert(model: string, rows: readonly Values[], columns: readonly string[]): Promise<readonly Values[]>
  /** Asserts that an update can be sent, before rows that follow new keys are looked for: hidden ones must tell nothing. */
  assertUpdate(model: string, where: Where, values: Values): Promise<void>
  /** Updates rows. Returns columns of each as the database holds them then. */
  update(model: string, where: Where, values: Values, columns: readonly string[]): Promise<readonly Values[]>
  /**
   * Deletes rows by their keys.
   * @param where - A condition that they still have to fulfil.
   * @returns the number of deleted rows
   */
  delete(model: string, keys: readonly Values[], where?: Where): Promise<number>
  /** Adds and removes rows between a row and others. */
  join(relation: LinkRelation, row: Values, added: readonly Values[], removed: readonly Values[]): Promise<void>
  /** Returns the rows that a relation of a row leads to. */
  linked(relation: LinkRelation, row: Values): Where
}
