/** An ORM over a database that holds the rows of the corpus. */
export interface Orm {
  /** The ORM and the database. */
  readonly name: string
  /** How many conditions are said by the ORM's own words alone, at the least; the others take a query of ours. */
  readonly ownWords: number
  /** The ids of the items that a list gives for the action. @throws what the ORM's filter throws. */
  list(action: string): Promise<Listed>
  close(): Promise<void>
}

export interface Listed {
  readonly ids: readonly string[]
  readonly strategy: 'where' | 'subquery'
}
