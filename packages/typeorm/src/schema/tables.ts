import type { DatabaseFacts } from '@arcturus/core/internal/typeorm'
import type { SqlColumn, SqlDialect, SqlRelation, SqlTable, SqlTables } from '@arcturus/sql'
import {
  columnsNamed,
  mismatch,
  type SqlField,
  type SqlLink,
  type SqlPair,
  type SqlRestriction,
  type SqlType,
  type VerifiedDatabase,
} from '@arcturus/sql/internal/typeorm'
import type { DataSource } from 'typeorm'
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js'
import { typeOrmColumnType } from '../driver/columnType.js'
import type { TypeOrmDriver } from '../driver/metadata.js'
import { driverOf } from './dialect.js'
import { classOf, columnsOf, type Described, entitiesOf, isEmbedded, modelName, relationsOf } from './entities.js'
import { References } from './references.js'

/** The tables of a data source, for the SQL printer. */
export class TypeOrmTables implements SqlTables {
  readonly #dataSource: DataSource
  readonly #driver: TypeOrmDriver
  readonly #references: References
  readonly #database: VerifiedDatabase | undefined
  readonly #models: ReadonlyMap<string, Described>
  readonly #columns = new Map<ColumnMetadata, SqlColumn>()
  readonly #tables = new Map<string, SqlTable>()
  readonly #fields = new Map<string, ReadonlyMap<string, SqlField>>()

  /**
   * @param database facts about the database, which take precedence over the declarations of the
   * entities. Without them, strings are compared so that no collation matters.
   * @throws ArgumentError if it names an unknown reference
   */
  constructor(dataSource: DataSource, database?: DatabaseFacts | VerifiedDatabase) {
    this.#dataSource = dataSource
    this.#references = new References(dataSource, database)
    this.#database = database && 'columns' in database ? database : undefined
    this.#driver = driverOf(dataSource)
    const described = entitiesOf(dataSource).flatMap((entity): readonly Described[] => [entity, ...entity.allEmbeddeds])
    this.#models = new Map(described.map((of) => [modelName(of), of]))
  }

  table(model: string): SqlTable | undefined {
    const of = this.#models.get(model)
    if (!of) return undefined
    const entity = isEmbedded(of) ? of.entityMetadata : of
    const known = this.#tables.get(model)
    if (known) return known
    const table: SqlTable = {
      path: pathOf(entity),
      key: entity.primaryColumns.map((column) => this.column(column)),
      restrictions: this.#restrictions(entity),
    }
    this.#tables.set(model, table)
    return table
  }

  field(model: string, name: string): SqlField | undefined {
    const of = this.#models.get(model)
    if (!of) return undefined
    let fields = this.#fields.get(model)
    if (!fields) {
      fields = this.#fieldsOf(of)
      this.#fields.set(model, fields)
    }
    return fields.get(name)
  }

  instances(model: string, of: string, exact: boolean): 'all' | 'none' | SqlRestriction {
    const own = this.#entity(model)
    const asked = this.#entity(of)
    if (!own || !asked) return 'none'
    const isOfClass = (entity: EntityMetadata): boolean => entity === asked || (!exact && isSubclass(entity, asked))
    const classes = [own, ...classesBelow(own)]
    const among = classes.filter(isOfClass)
    if (among.length === 0) return 'none'
    if (among.length === classes.length || !own.discriminatorColumn) return 'all'
    return this.#among(own.discriminatorColumn, among)
  }

  column(column: ColumnMetadata): SqlColumn {
    const known = this.#columns.get(column)
    if (known) return known
    const { sql } = typeOrmColumnType(column, this.#dataSource.driver.normalizeType(column), this.#driver)
    const type = this.#database ? asRead(sql, column, this.#database, this.#driver.dialect) : sql
    const described: SqlColumn = {
      name: column.databaseName,
      nullable: column.isNullable,
      type,
      identifies: identifies(column),
    }
    this.#columns.set(column, described)
    return described
  }

  #entity(model: string): EntityMetadata | undefined {
    const of = this.#models.get(model)
    return of && !isEmbedded(of) ? of : undefined
  }

  /** Returns the conditions that TypeORM itself adds to every load of an entity. */
  #restrictions(entity: EntityMetadata): readonly SqlRestriction[] {
    const restrictions: SqlRestriction[] = []
    if (entity.deleteDateColumn) restrictions.push({ kind: 'null', column: this.column(entity.deleteDateColumn) })
    if (entity.discriminatorColumn && entity.parentEntityMetadata)
      restrictions.push(this.#among(entity.discriminatorColumn, [entity, ...classesBelow(entity)]))
    return restrictions
  }

  #among(column: ColumnMetadata, classes: readonly EntityMetadata[]): SqlRestriction {
    return { kind: 'among', column: this.column(column), values: classes.map((one) => one.discriminatorValue) }
  }

  #fieldsOf(of: Described): ReadonlyMap<string, SqlField> {
    return new Map<string, SqlField>([
      ...columnsOf(of).map((one): [string, SqlField] => [
        one.propertyName,
        { kind: 'column', column: this.column(one) },
      ]),
      ...relationsOf(of).map((one): [string, SqlField] => [
        one.propertyName,
        { kind: 'relation', relation: this.#relation(one) },
      ]),
      ...of.embeddeds.map((one): [string, SqlField] => [one.propertyName, { kind: 'embedded', model: modelName(one) }]),
    ])
  }

  #relation(relation: RelationMetadata): SqlRelation {
    return {
      model: modelName(relation.inverseEntityMetadata),
      many: relation.isOneToMany || relation.isManyToMany,
      link: this.#link(relation),
      kept: this.#references.isKept(relation),
    }
  }

  #link(relation: RelationMetadata): SqlLink {
    const junction = relation.junctionEntityMetadata
    if (junction) {
      // Both ends have the same table, whose columns are named from the owner's side.
      const [own, other] = relation.isOwning
        ? [junction.ownerColumns, junction.inverseColumns]
        : [junction.inverseColumns, junction.ownerColumns]
      return {
        kind: 'table',
        path: pathOf(junction),
        own: own.map((column) => this.#pair(column.referencedColumn!, column)),
        other: other.map((column) => this.#pair(column, column.referencedColumn!)),
      }
    }
    if (relation.isOwning)
      return {
        kind: 'columns',
        pairs: relation.joinColumns.map((column) => this.#pair(column, column.referencedColumn!)),
      }
    const columns = relation.inverseRelation?.joinColumns ?? []
    return { kind: 'columns', pairs: columns.map((column) => this.#pair(column.referencedColumn!, column)) }
  }

  #pair(from: ColumnMetadata, to: ColumnMetadata): SqlPair {
    return { from: this.column(from), to: this.column(to) }
  }
}

/**
 * Returns the type of a column, corrected by the verified database: how it compares strings, or
 * that its real type differs from the declared one.
 */
function asRead(
  type: SqlType,
  { databaseName, entityMetadata }: ColumnMetadata,
  { columns, cutsTexts }: VerifiedDatabase,
  dialect: SqlDialect,
): SqlType {
  const found = columnsNamed(columns, pathOf(entityMetadata), databaseName)
  const wrong = found.map((one) => mismatch(type, one, dialect)).find((one) => one?.kind === 'column-type')
  if (wrong) return { kind: 'other', name: wrong.found, nil: true }
  if (type.kind !== 'text') return type
  const isExact = found.length > 0 && found.every(({ text }) => text?.equality === true)
  return { ...type, exact: isExact, collation: type.collation ?? found[0]?.text?.collation, cut: type.cut && cutsTexts }
}

/** Returns whether a column is part of a key, a unique constraint or a reference. */
function identifies(column: ColumnMetadata): boolean {
  const { isPrimary, relationMetadata, referencedColumn, entityMetadata: of } = column
  if (isPrimary || relationMetadata !== undefined || referencedColumn !== undefined) return true
  const uniques = [...of.uniques, ...of.indices.filter(({ isUnique }) => isUnique)]
  return uniques.some(({ columns }) => columns.includes(column))
}

/** Returns the database, schema and table, as far as they are declared. */
export function pathOf({ database, schema, tableName }: EntityMetadata): readonly string[] {
  return [database, schema, tableName].filter((part): part is string => part !== undefined && part !== '')
}

/** Returns the entities of subclasses whose rows are in the same table. */
function classesBelow(entity: EntityMetadata): readonly EntityMetadata[] {
  return entity.childEntityMetadatas.filter(({ tablePath }) => tablePath === entity.tablePath)
}

function isSubclass(entity: EntityMetadata, ancestor: EntityMetadata): boolean {
  const [cls, other] = [classOf(entity), classOf(ancestor)]
  return cls !== undefined && other !== undefined && Object.prototype.isPrototypeOf.call(other, cls)
}
