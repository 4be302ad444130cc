/** The table of a model, in the ORM's description. Names are the database's own, without quotes. */
export interface SqlTable {
  /** Database, schema and table, as far as they are specified: `['public', 'documents']`. */
  readonly path: readonly string[]
  /** The columns that identify a row, in order; empty if there are none. */
  readonly key: readonly SqlColumn[]
  /**
   * The ORM's own conditions for every row of the model: not softly deleted, of this class in the
   * table.
   */
  readonly restrictions: readonly SqlRestriction[]
}

export interface SqlColumn {
  readonly name: string
  readonly nullable: boolean
  readonly type: SqlType
  /**
   * Whether it is part of a key or a reference, which must be looked up by an index. Default:
   * false.
   */
  readonly identifies?: boolean | undefined
}

/** The type of a column, and the facts about its comparison in the database. */
export type SqlType =
  | { readonly kind: 'boolean' }
  /**
   * Whole numbers within a range. Beyond it, the database may reject the number itself. `bigint`:
   * sent as a bigint.
   */
  | { readonly kind: 'integer'; readonly from: bigint; readonly to: bigint; readonly bigint: boolean }
  /** `single`: whether it has 32 bits. */
  | { readonly kind: 'float'; readonly single: boolean }
  /** `digits`: the number of digits that the database compares exactly. Sent as text. */
  | { readonly kind: 'decimal'; readonly digits: number }
  /**
   * `exact`: whether the column's own collation finds texts equal only if their code points are;
   * false if unknown. `collation`: its name, if the column has one of its own. `cut`: whether the
   * application reads a text only up to its first zero character. SQLite compares the whole text.
   */
  | {
      readonly kind: 'text'
      readonly exact: boolean
      readonly collation?: string | undefined
      readonly cut?: boolean | undefined
    }
  /** The database's values, by the names that the application uses. */
  | { readonly kind: 'enum'; readonly values: ReadonlyMap<string, string> }
  /** A UUID type of the database. As text it is in lower case. */
  | { readonly kind: 'uuid' }
  /**
   * A type of the database that the application reads as the database's text: a bigint, a decimal,
   * a date. `has`: whether a text has that form. Each value has exactly one text, and columns of
   * one `name` have the same text for it.
   */
  | { readonly kind: 'form'; readonly name: string; readonly has: (text: string) => boolean }
  /**
   * `finer`: more precise than JavaScript's milliseconds, which truncate it. `zoned`: whether the
   * column stores its times with a zone. Two columns are compared only if both or neither do.
   * `uneven`: an SQLite column, whose texts have milliseconds or not. `wall`: stored without an
   * offset from UTC, as the clocks of the process' time zone show it. `common`: whether only the
   * years 1 to 9999 of our calendar are read as dates. Any other value, such as PostgreSQL's
   * infinity, is read as an invalid date.
   */
  | {
      readonly kind: 'date'
      readonly wall?: boolean | undefined
      readonly common?: boolean | undefined
      readonly precision: 'days' | 'milliseconds' | 'finer'
      readonly zoned?: boolean | undefined
      readonly uneven?: boolean | undefined
    }
  /**
   * An array of PostgreSQL. `nullIsEmpty`: whether the application reads null as an empty list.
   * `separated`: it is a text instead, with commas between the elements. An empty text has no
   * elements.
   */
  | {
      readonly kind: 'list'
      readonly of: SqlType
      readonly nullIsEmpty: boolean
      readonly separated?: boolean | undefined
    }
  /**
   * An unsupported type, with its name: JSON, bytes, values that the application transforms …
   * `nil`: whether the application reads null, and nothing but null, as nil. Then nil is the only
   * supported test. `json`: whether it is JSON, in whose lists texts can be searched.
   */
  | {
      readonly kind: 'other'
      readonly name: string
      readonly nil?: boolean | undefined
      readonly json?: boolean | undefined
    }

export type SqlRestriction =
  | { readonly kind: 'null'; readonly column: SqlColumn }
  | { readonly kind: 'among'; readonly column: SqlColumn; readonly values: readonly unknown[] }

/** Rows of another model that belong to a row. */
export interface SqlRelation {
  /** The name of the other model. */
  readonly model: string
  readonly many: boolean
  readonly link: SqlLink
  /**
   * Whether every reference of the own row that is not null leads to a row. That requires a foreign
   * key, and another model without restrictions. The other row then needs no lookup.
   */
  readonly kept: boolean
}

/** How two rows are linked. */
export type SqlLink =
  /** By equal columns, pairwise. */
  | { readonly kind: 'columns'; readonly pairs: readonly SqlPair[] }
  /** By the rows of a table that has no other columns. */
  | {
      readonly kind: 'table'
      readonly path: readonly string[]
      /** Columns of the own row, and of the table. */
      readonly own: readonly SqlPair[]
      /** Columns of the table, and of the other row. */
      readonly other: readonly SqlPair[]
    }

export interface SqlPair {
  readonly from: SqlColumn
  readonly to: SqlColumn
}

export type SqlField =
  | { readonly kind: 'column'; readonly column: SqlColumn }
  | { readonly kind: 'relation'; readonly relation: SqlRelation }
  /**
   * A group of the row's own columns that is read as a row. Its fields are found under the model's
   * name.
   */
  | { readonly kind: 'embedded'; readonly model: string }

/** Maps the models and fields of a condition to the database. */
export interface SqlTables {
  /** Returns the table of a model; undefined if it has none. */
  table(model: string): SqlTable | undefined
  field(model: string, name: string): SqlField | undefined
  /**
   * Returns which rows of a model's table are of a class: all of them, none, or those that fulfil a
   * restriction.
   * @param exact - whether subclasses are excluded
   */
  instances(model: string, of: string, exact: boolean): 'all' | 'none' | SqlRestriction
}

/** Returns whether the application reads the values of a type as strings. */
export function isTextual({ kind }: SqlType): boolean {
  return kind === 'text' || kind === 'enum' || kind === 'uuid' || kind === 'form'
}
