/**
 * A column in the database's own description. Names are in lower case: databases differ in whether
 * case matters.
 */
export interface CatalogColumn {
  /** The schema of the table; undefined if the database has no schemas. */
  readonly schema?: string | undefined
  /**
   * Whether the unqualified table name means this table; undefined if the database has no such
   * rule.
   */
  readonly visible?: boolean | undefined
  readonly table: string
  readonly column: string
  /**
   * The type's own name, in lower case and without its length: `varchar`, `bpchar`, `timestamp`.
   */
  readonly type: string
  readonly nullable: boolean
  /** How texts of the column are compared; undefined for a column without a collation. */
  readonly text?: CatalogText | undefined
  /** The values of an enum, in their stored form. */
  readonly values?: readonly string[] | undefined
  /** The number of digits of a second that the column stores; undefined for other types. */
  readonly digits?: number | undefined
  readonly unsigned?: boolean | undefined
}

/** The collation of a column: whether it compares texts by code point. */
export interface CatalogText {
  readonly collation: string
  /** Whether it finds two texts equal only if their code points are equal. */
  readonly equality: boolean
  /** Whether it orders texts by code point. */
  readonly order: boolean
}

/** A foreign key that the database enforces. */
export interface CatalogReference {
  /** The schemas of the two tables; undefined if the database has no schemas. */
  readonly schema?: string | undefined
  readonly toSchema?: string | undefined
  readonly table: string
  readonly columns: readonly string[]
  readonly to: string
  readonly toColumns: readonly string[]
  /**
   * Why rows can refer to missing ones nevertheless: the key is deferred, not validated, or not
   * enforced.
   */
  readonly weakness?: string | undefined
}

/** Runs one statement and returns its rows, keyed by column name. */
export type CatalogQuery = (sql: string) => Promise<readonly object[]>
