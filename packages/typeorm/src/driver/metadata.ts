import type { SqlDialect } from '@arcturus/sql'

/** The part of TypeORM's `ColumnMetadata` that determines a column's type. */
export interface TypeOrmColumn {
  /** The declared type: a constructor such as `Boolean`, or a name such as `varchar`. */
  readonly type: unknown
  readonly isArray: boolean
  readonly isVirtualProperty?: boolean
  readonly transformer?: Transformer | Transformer[] | undefined
  readonly enum?: (string | number)[] | undefined
  readonly collation?: string | undefined
  readonly length?: string | undefined
  readonly scale?: number | undefined
  readonly precision?: number | null | undefined
  readonly unsigned: boolean
}

/** Converts values on their way to the database, and back. */
interface Transformer {
  // biome-ignore lint/suspicious/noExplicitAny: as TypeORM declares it
  to(value: any): unknown
  // biome-ignore lint/suspicious/noExplicitAny: as above
  from(value: any): unknown
}

/** The part of TypeORM's `DataSource` or `Connection` that determines how values are converted. */
export interface TypeOrmSource {
  readonly options: { readonly type: string }
  readonly driver: {
    /** Returns the column's type in the driver's own terms. */
    // biome-ignore lint/suspicious/noExplicitAny: TypeORM declares the column's type for each version
    normalizeType(column: any): string
    // biome-ignore lint/suspicious/noExplicitAny: as above
    prepareHydratedValue(value: unknown, column: any): unknown
  }
}

/** How the driver of a data source converts values. */
export interface TypeOrmDriver {
  readonly dialect: SqlDialect
  /** Whether it reads a string only up to its first zero character. */
  readonly cutsTexts: boolean
  /** Whether it writes dates without an offset in the local time of the process. */
  readonly hasWallClock: boolean
  /** Returns whether its settings change the form of a column's values in rows. */
  readonly hasOtherForm: (column: TypeOrmColumn) => boolean
}
