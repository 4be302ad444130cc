/** What a database knows of the registered classes. */
export interface StoredClasses {
  /**
   * Returns the fields that identify a row of a class: `['id']`. Undefined if there are none: then
   * rows of the class can't be compared.
   */
  key(model: string): readonly string[] | undefined
  /**
   * Returns whether the database ensures that each value of a to-one relation's `myField` but null
   * leads to a row, with exactly that value: a foreign key, to rows that queries never omit.
   * Default: false for all. Then each relation is looked up.
   */
  isKept?(model: string, relation: string): boolean
  /**
   * Returns whether a to-one relation leads to at most one row, as the relation of a key does.
   * Default: true for all. If it does not, the store needs a field `*relation`: all rows of the
   * relation, as a list.
   */
  isUnique?(model: string, relation: string): boolean
}
