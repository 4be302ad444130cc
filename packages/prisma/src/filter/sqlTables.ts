import type { SqlColumn, SqlRelation, SqlTable, SqlTables } from '@arcturus/sql'
import type { SqlField, SqlLink, SqlPair } from '@arcturus/sql/internal/prisma'
import { type DatabaseOptions, type Dialects, dialectsOf } from '../database/dialect.js'
import { withReferences } from '../database/references.js'
import type { TextFacts } from '../database/textFacts.js'
import {
  named,
  nameInSchema,
  type PrismaColumn,
  type PrismaModel,
  type PrismaRelation,
  type PrismaSchema,
} from '../schema/schema.js'
import { Tables } from '../schema/tables.js'
import { sqlTypeOf } from './types.js'

/** Tables and columns of a Prisma schema, by their names in the database. */
export class PrismaSqlTables implements SqlTables {
  readonly #columns = new Map<PrismaColumn, SqlColumn>()

  constructor(
    private readonly tables: Tables,
    private readonly dialects: Dialects,
  ) {}

  table(name: string): SqlTable | undefined {
    const model = this.tables.model(name)
    if (!model) return undefined
    return { path: pathOf(model, model.table), key: this.#columnsOf(model, model.key), restrictions: [] }
  }

  field(name: string, field: string): SqlField | undefined {
    const model = this.tables.model(name)
    const found = this.tables.field(name, field)
    if (!model || !found) return undefined
    return found.kind === 'relation'
      ? { kind: 'relation', relation: this.#relation(model, found) }
      : { kind: 'column', column: this.#column(found) }
  }

  /** A table of Prisma holds the rows of one model. */
  instances(model: string, of: string): 'all' | 'none' {
    return model === of ? 'all' : 'none'
  }

  #relation(model: PrismaModel, relation: PrismaRelation): SqlRelation {
    const other = this.tables.model(relation.model)!
    return {
      model: relation.model,
      many: relation.list,
      link: this.#link(model, relation, other),
      kept: this.tables.isKept(relation),
    }
  }

  #link(model: PrismaModel, relation: PrismaRelation, other: PrismaModel): SqlLink {
    if (relation.from.length > 0) {
      const own = this.#columnsOf(model, relation.from)
      const others = this.#columnsOf(other, relation.to)
      return { kind: 'columns', pairs: own.map((from, at) => ({ from, to: others[at]! })) }
    }
    // `A` is the model whose name sorts first. Between rows of one model it is the field whose name
    // sorts first.
    const inverse = this.tables.inverse(relation)
    const isFirst =
      model === other ? !inverse || relation.name < inverse.name : nameInSchema(model) < nameInSchema(other)
    const ownColumn = isFirst ? 'A' : 'B'
    const holder = isFirst ? model : other
    return {
      kind: 'table',
      path: pathOf(holder, `_${relation.relation}`),
      own: this.#keyPairs(model, ownColumn),
      other: this.#keyPairs(other, ownColumn === 'A' ? 'B' : 'A').map(({ from, to }) => ({ from: to, to: from })),
    }
  }

  /**
   * Returns the key of a model, and the column that refers to it in the table of an implicit
   * many-to-many.
   */
  #keyPairs(model: PrismaModel, column: 'A' | 'B'): SqlPair[] {
    return this.#columnsOf(model, model.key).map((from) => ({ from, to: { ...from, name: column, nullable: false } }))
  }

  #columnsOf(model: PrismaModel, names: readonly string[]): SqlColumn[] {
    return names.flatMap((name) => {
      const field = this.tables.field(model.name, name)
      return field && field.kind !== 'relation' ? [this.#column(field)] : []
    })
  }

  #column(column: PrismaColumn): SqlColumn {
    let known = this.#columns.get(column)
    if (!known) {
      const dialect = this.dialects(column)
      const type = sqlTypeOf(column, this.tables.storedValues(column), dialect)
      known = { name: column.column, nullable: column.nullable, type, identifies: dialect.identifies }
      this.#columns.set(column, known)
    }
    return known
  }
}

function pathOf({ tableSchema }: PrismaModel, table: string): readonly string[] {
  return tableSchema === undefined ? [table] : [tableSchema, table]
}

/**
 * Returns the tables of a Prisma schema for `@arcturus/sql`, which writes conditions as SQL.
 * @throws PrismaSchemaError if `acceptCollation` names a column that is not a text column;
 * ArgumentError if `database` names no reference.
 */
export function sqlTablesOf(schema: PrismaSchema, options: DatabaseOptions = {}, texts?: TextFacts): SqlTables {
  const known = withReferences(named(schema, options.names), options)
  return new PrismaSqlTables(new Tables(known), dialectsOf(known, options, texts))
}
