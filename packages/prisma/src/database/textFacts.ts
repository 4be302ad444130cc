import {
  type CatalogColumn,
  columnsNamed,
  cutsTexts,
  readColumns,
  type VerifiedDatabase,
} from '@arcturus/sql/internal/prisma'
import type { PrismaColumn, PrismaModel, PrismaSchema } from '../schema/schema.js'
import type { Send } from './send.js'
import { sqlDialectOf } from './sqlDialect.js'

/** How the database compares and reads the texts of its columns. No Prisma schema contains it. */
export type Texts = Pick<VerifiedDatabase, 'columns' | 'cutsTexts'>

/** The text facts of a database, once they are read. */
export interface ReadTexts {
  texts?: Texts | undefined
}

/** The facts about one text column that filters need. */
export interface TextFact {
  readonly textEquality: boolean
  readonly textOrder: boolean
  readonly collation: string | undefined
  readonly textType: string | undefined
  readonly cutsTexts: boolean
  readonly identifies: boolean
}

/**
 * The collations of the database have not been read yet. It never leaves this package: its handler
 * reads them, and tries again.
 */
export class UnknownTextsError extends Error {}

/**
 * PostgreSQL's types whose texts are read as they were written, and compared only by a collation.
 */
const plainTypes: ReadonlySet<string> = new Set(['text', 'varchar', 'name'])

/** How the texts of a schema's columns are compared, after it was read from the database once. */
export class TextFacts {
  readonly #isAsked: boolean
  readonly #tables: ReadonlyMap<PrismaColumn, readonly string[]>
  readonly #identifying: ReadonlySet<PrismaColumn>
  readonly #read: ReadTexts

  /**
   * @param read - the facts read already, also by other users of the same client
   * @param isAsked - whether unknown facts will be read from the database; otherwise the worst case
   * is assumed
   */
  constructor(
    private readonly schema: PrismaSchema,
    read: ReadTexts = {},
    isAsked = false,
  ) {
    this.#read = read
    this.#isAsked = isAsked && sqlDialectOf(schema) !== undefined
    this.#tables = new Map(schema.models.flatMap((model) => columnsOf(model).map((one) => [one, pathOf(model)])))
    this.#identifying = new Set(schema.models.flatMap(identifying))
  }

  /** Whether the facts were read. Then they never change. */
  get areRead(): boolean {
    return this.#read.texts !== undefined
  }

  /**
   * @param isAccepted - whether the application accepts the column's collation
   * @throws UnknownTextsError if the facts must be read from the database first
   */
  of(column: PrismaColumn, isAccepted: boolean): TextFact {
    const { provider } = this.schema
    const isSqlite = provider === 'sqlite'
    // On MySQL, two columns can be compared only by one collation, even an accepted one.
    const isNeeded = isSqlite || provider === 'mysql'
    const { texts } = this.#read
    if (!texts && this.#isAsked && (isNeeded || !isAccepted)) throw new UnknownTextsError()
    const found = texts ? columnsNamed(texts.columns, this.#tables.get(column) ?? [''], column.column) : []
    const every = (is: (one: CatalogColumn) => boolean | undefined): boolean =>
      found.length > 0 && found.every((one) => is(one) === true)
    return {
      textEquality: isAccepted || provider === 'cockroachdb' || every((one) => one.text?.equality),
      textOrder: isAccepted || every((one) => one.text?.order),
      collation: found[0]?.text?.collation,
      textType:
        provider === 'postgresql'
          ? found.map(({ type }) => type.replace(/^_/, '')).find((type) => !plainTypes.has(type))
          : undefined,
      cutsTexts: isSqlite && (texts?.cutsTexts ?? true),
      identifies: this.#identifying.has(column),
    }
  }

  /**
   * Reads the facts from the database. Concurrent calls both read them. Neither waits for the
   * other, whose transaction may wait for it.
   */
  async read(send: Send): Promise<void> {
    if (this.#read.texts) return
    const dialect = sqlDialectOf(this.schema)
    if (!dialect) return
    const query = (sql: string) => send({ texts: [sql], values: [], model: '' })
    const tables = [...new Set(this.schema.models.map(({ table }) => table))]
    const columns = await readColumns(dialect, tables, query)
    this.#read.texts = { columns, cutsTexts: dialect === 'sqlite' && (await cutsTexts(query)) }
  }
}

function columnsOf({ fields }: PrismaModel): readonly PrismaColumn[] {
  return fields.filter((field): field is PrismaColumn => field.kind !== 'relation')
}

function pathOf({ table, tableSchema }: PrismaModel): readonly string[] {
  return tableSchema === undefined ? [table] : [tableSchema, table]
}

/** Returns the columns of keys and of references. */
function identifying(model: PrismaModel): readonly PrismaColumn[] {
  const names = new Set([
    ...model.uniques.flatMap(({ fields }) => fields),
    ...model.fields.flatMap((field) => (field.kind === 'relation' ? field.from : [])),
  ])
  return columnsOf(model).filter(({ name }) => names.has(name))
}
