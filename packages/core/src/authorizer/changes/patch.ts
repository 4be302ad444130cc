/** A way to refer to a row in the data of a change: the row, a part of it with its key, or a form of Prisma. */
export type RowReference<Row> = Row | Partial<Row> | { readonly connect: object } | { readonly disconnect: true }

/** The data of a change of a row: its columns, and its relations to one row. */
export type PatchOf<Row> = Row extends object
  ? {
      readonly [Field in keyof Row]?: NonNullable<Row[Field]> extends ColumnValue
        ? Row[Field]
        : NonNullable<Row[Field]> extends object
          ? RowReference<Row[Field]>
          : Row[Field]
    }
  : object

/** The objects that columns hold: dates, lists, bytes and decimals. Other objects in a row are rows. */
type ColumnValue = Date | readonly unknown[] | Uint8Array | { toFixed(places?: number): string }

/** The columns in the data of a change. */
export type ColumnsOf<Row> = Row extends object
  ? {
      readonly [Field in keyof Row as NonNullable<Row[Field]> extends ColumnValue
        ? Field
        : NonNullable<Row[Field]> extends object
          ? never
          : Field]?: Row[Field]
    }
  : object
