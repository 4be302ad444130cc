/** What holds the rows of a model, as an ORM knows it. Names are as the database has them, without quotes. */
export interface SqlTable {
  /** Database, schema and table, as far as they are said: `['public', 'documents']`. */
  readonly path: readonly string[]
  /** The columns that tell a row from all others, in order; empty where there are none. */
  readonly key: readonly SqlColumn[]
  /** What the ORM itself demands of every row of the model: not deleted softly, of this class of the table's. */
  readonly restrictions: readonly SqlRestriction[]
}

export interface SqlColumn {
  readonly name: string
  readonly nullable: boolean
  readonly type: SqlType
  /** Whether it is part of a key or a reference, which only an index finds. Default false. */
  readonly identifies?: boolean | undefined
}

/** What a column holds, and what has to be known of how the database compares it. */
export type SqlType =
  | { readonly kind: 'boolean' }
  /** Whole numbers within a range; beyond it the database may refuse the number itself. `bigint`: sent as a bigint. */
  | { readonly kind: 'integer'; readonly from: bigint; readonly to: bigint; readonly bigint: boolean }
  /** `single`: of 32 bits. */
  | { readonly kind: 'float'; readonly single: boolean }
  /** `digits`: how many of them the database compares exactly. Sent as text. */
  | { readonly kind: 'decimal'; readonly digits: number }
  /**
   * `exact`: whether the column's own collation finds texts equal only when their code points are; false if that is not known.
   * `collation`: its name, where the column has one of its own. `cut`: whether the application reads a text only up to its first
   * zero character, which SQLite compares whole.
   */
  | {
      readonly kind: 'text'
      readonly exact: boolean
      readonly collation?: string | undefined
      readonly cut?: boolean | undefined
    }
  /** Values by the names that the application has for them: as the database has them. */
  | { readonly kind: 'enum'; readonly values: ReadonlyMap<string, string> }
  /** Of the database's own type; as text it is in lower case. */
  | { readonly kind: 'uuid' }
  /**
   * Of the database's own type, and read by the application as the text that the database has for it: a bigint, a decimal, a date.
   * `has`: whether it is such a text; each value has just one, and columns of one `name` have the same one for it.
   */
  | { readonly kind: 'form'; readonly name: string; readonly has: (text: string) => boolean }
  /**
   * `finer`: than the milliseconds of JavaScript, which cuts off what is finer. `zoned`: whether the column knows the zone of its
   * times; two columns of which just one does are not compared. `uneven`: of SQLite, whose texts for times are with or without
   * milliseconds. `wall`: kept without an offset from UTC, as the clocks of the process' time zone show it. `common`: whether only
   * the years 1 to 9999 of our calendar are read as dates; any other value, such as PostgreSQL's infinity, is read as an invalid one.
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
   * An array of PostgreSQL. `nullIsEmpty`: whether the application reads null as an empty list. `separated`: it is a text instead, in
   * which commas stand between the elements; an empty one has none.
   */
  | {
      readonly kind: 'list'
      readonly of: SqlType
      readonly nullIsEmpty: boolean
      readonly separated?: boolean | undefined
    }
  /**
   * Refused, and called by this name: JSON, bytes, what is rewritten on its way by the application … `nil`: whether the application
   * reads null, and nothing but null, as nil; then that alone can be asked. `json`: whether it is JSON, in whose lists texts can
   * be looked for.
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
  /** Name of the other model. */
  readonly model: string
  readonly many: boolean
  readonly link: SqlLink
  /**
   * Whether a reference of the own row that is not null leads to a row in every case: the database keeps it, and the other
   * model has no restrictions. Then the other row need not be looked for.
   */
  readonly kept: boolean
}

/** Which rows are linked. */
export type SqlLink =
  /** By columns that are equal, pairwise. */
  | { readonly kind: 'columns'; readonly pairs: readonly SqlPair[] }
  /** By the rows of a table that has nothing else. */
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
  /** A group of the row's own columns that is read as a row: its fields are asked for under the model's name. */
  | { readonly kind: 'embedded'; readonly model: string }

/** Finds in the database what a condition speaks of. */
export interface SqlTables {
  /** Undefined for a model without a table. */
  table(model: string): SqlTable | undefined
  field(model: string, name: string): SqlField | undefined
  /**
   * Which rows of a model's table are of a class: all of them, none, or those that meet a restriction.
   * @param exact - just of that class, no subclass
   */
  instances(model: string, of: string, exact: boolean): 'all' | 'none' | SqlRestriction
}
