import { type CatalogColumn, columnsNamed, cutsTexts, readColumns, type VerifiedDatabase } from '@arcturus/core/sql'
import { sqlDialectOf } from '../filter/sql/types.js'
import type { Send } from '../filter/subquery/send.js'
import type { PrismaColumn, PrismaModel, PrismaSchema } from '../schema/schema.js'

/** How the database compares and reads the texts of its columns: no Prisma schema says it. */
export type Texts = Pick<VerifiedDatabase, 'columns' | 'cutsTexts'>

/** What was read of a database, once it was. */
export interface ReadTexts {
  texts?: Texts | undefined
}

/** What filters have to know of one column of texts. */
export interface TextFact {
  readonly textEquality: boolean
  readonly textOrder: boolean
  readonly textType: string | undefined
  readonly cutsTexts: boolean
  readonly identifies: boolean
}

/** The database was not asked yet how it compares texts. It never leaves this package: who meets it asks, and tries again. */
export class UnknownTextsError extends Error {}

/** PostgreSQL's types whose texts are read as they were written, and compared by a collation alone. */
const plainTypes: ReadonlySet<string> = new Set(['text', 'varchar', 'name'])

/** Knows how the texts of a schema's columns are compared, once the database was asked, in one query. */
export class TextFacts {
  readonly #schema: PrismaSchema
  readonly #isAsked: boolean
  readonly #tables: ReadonlyMap<PrismaColumn, readonly string[]>
  readonly #identifying: ReadonlySet<PrismaColumn>
  readonly #read: ReadTexts

  /**
   * @param read - what was read already, also by others of the same client
   * @param isAsked - whether the database will be asked for what is not known; otherwise the worst is assumed
   */
  constructor(schema: PrismaSchema, read: ReadTexts = {}, isAsked = false) {
    this.#schema = schema
    this.#read = read
    this.#isAsked = isAsked && sqlDialectOf(schema) !== undefined
    this.#tables = new Map(schema.models.flatMap((model) => columnsOf(model).map((one) => [one, pathOf(model)])))
    this.#identifying = new Set(schema.models.flatMap(identifying))
  }

  /**
   * @param isAccepted - whether the application says that the column's collation will do
   * @throws UnknownTextsError
   */
  of(column: PrismaColumn, isAccepted: boolean): TextFact {
    const { provider } = this.#schema
    const isSqlite = provider === 'sqlite'
    const { texts } = this.#read
    if (!texts && this.#isAsked && (isSqlite || !isAccepted)) throw new UnknownTextsError()
    const found = texts ? columnsNamed(texts.columns, this.#tables.get(column) ?? [''], column.column) : []
    const every = (is: (one: CatalogColumn) => boolean | undefined): boolean =>
      found.length > 0 && found.every((one) => is(one) === true)
    return {
      textEquality: isAccepted || provider === 'cockroachdb' || every((one) => one.text?.equality),
      textOrder: isAccepted || every((one) => one.text?.order),
      textType:
        provider === 'postgresql'
          ? found.map(({ type }) => type.replace(/^_/, '')).find((type) => !plainTypes.has(type))
          : undefined,
      cutsTexts: isSqlite && (texts?.cutsTexts ?? true),
      identifies: this.#identifying.has(column),
    }
  }

  /** Asks the database. Two that ask at once read the same; neither waits for the other, whose transaction may wait for it. */
  async read(send: Send): Promise<void> {
    if (this.#read.texts) return
    const dialect = sqlDialectOf(this.#schema)
    if (!dialect) return
    const query = (sql: string) => send({ texts: [sql], values: [], model: '' })
    const tables = [...new Set(this.#schema.models.map(({ table }) => table))]
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

/** The columns of keys and of references. */
function identifying(model: PrismaModel): readonly PrismaColumn[] {
  const names = new Set([
    ...model.uniques.flatMap(({ fields }) => fields),
    ...model.fields.flatMap((field) => (field.kind === 'relation' ? field.from : [])),
  ])
  return columnsOf(model).filter(({ name }) => names.has(name))
}
