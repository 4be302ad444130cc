/** A column as the database itself describes it. Names are in lower case: databases differ in whether case matters. */
export interface CatalogColumn {
  /** The schema of the table; undefined where the database has none. */
  readonly schema?: string | undefined
  /** Whether the name of the table alone means this table; undefined where the database has no such rule. */
  readonly visible?: boolean | undefined
  readonly table: string
  readonly column: string
  /** The type's own name, in lower case and without its length: `varchar`, `bpchar`, `timestamp`. */
  readonly type: string
  readonly nullable: boolean
  /** How texts of the column are compared; undefined for a column without a collation. */
  readonly text?: CatalogText | undefined
  /** The values of an enum, as they are stored. */
  readonly values?: readonly string[] | undefined
  /** How many digits of a second the column keeps; undefined for a type without any. */
  readonly digits?: number | undefined
  readonly unsigned?: boolean | undefined
}

/** The collation of a column: whether it compares texts by code point. */
export interface CatalogText {
  readonly collation: string
  /** Whether it finds two texts equal only when their code points are. */
  readonly equality: boolean
  /** Whether it orders texts by code point. */
  readonly order: boolean
}

/** A foreign key that the database keeps. */
export interface CatalogReference {
  /** The schemas of the two tables; undefined where the database has none. */
  readonly schema?: string | undefined
  readonly toSchema?: string | undefined
  readonly table: string
  readonly columns: readonly string[]
  readonly to: string
  readonly toColumns: readonly string[]
  /** Why rows can refer to missing ones all the same: the key is deferred, not validated, or not enforced. */
  readonly weakness?: string | undefined
}

/** Runs one statement and returns its rows, by the names of its columns. */
export type CatalogQuery = (sql: string) => Promise<readonly object[]>
