import { type DatabaseFacts, entryOf } from '@arcturus/core/internal/typeorm'
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
import { columnsOf, type Described, entitiesOf, extendsClass, isEmbedded, modelName, relationsOf } from './entities.js'
import { References } from './references.js'

/** What any tables of entities are: their columns, their classes, and the rows that TypeORM leaves out. */
export abstract class EntityTables {
  readonly #columns = new Map<ColumnMetadata, SqlColumn>()

  constructor(
    private readonly source: Pick<DataSource, 'driver'>,
    private readonly driver: TypeOrmDriver,
    private readonly database?: VerifiedDatabase | undefined,
  ) {}

  protected abstract entity(model: string): EntityMetadata | undefined

  /** Returns the class, or the name of a schema, of a model in policies. */
  protected targetOf(model: string): unknown {
    return this.entity(model)?.target
  }

  protected tableOf(entity: EntityMetadata): SqlTable {
    const { primaryColumns, deleteDateColumn, discriminatorColumn, parentEntityMetadata } = entity
    // The conditions that TypeORM itself adds to every load of an entity.
    const restrictions: SqlRestriction[] = []
    if (deleteDateColumn) restrictions.push({ kind: 'null', column: this.column(deleteDateColumn) })
    if (discriminatorColumn && parentEntityMetadata)
      restrictions.push(this.#among(discriminatorColumn, classesIn(entity)))
    return { path: pathOf(entity), key: primaryColumns.map((column) => this.column(column)), restrictions }
  }

  instances(model: string, of: string, exact: boolean): 'all' | 'none' | SqlRestriction {
    const entity = this.entity(model)
    const asked = this.targetOf(of)
    if (!entity || !asked) return 'none'
    const classes = classesIn(entity)
    const among = classes.filter(({ target }) => target === asked || (!exact && extendsClass(target, asked)))
    if (among.length === 0) return 'none'
    if (among.length === classes.length || !entity.discriminatorColumn) return 'all'
    return this.#among(entity.discriminatorColumn, among)
  }

  column(column: ColumnMetadata): SqlColumn {
    const known = this.#columns.get(column)
    if (known) return known
    const sql = typeOrmColumnType(column, this.source.driver.normalizeType(column), this.driver)
    const described: SqlColumn = {
      name: column.databaseName,
      nullable: column.isNullable,
      type: this.database ? asRead(sql, column, this.database, this.driver.dialect) : sql,
      identifies: identifies(column),
    }
    this.#columns.set(column, described)
    return described
  }

  protected pair(from: ColumnMetadata, to: ColumnMetadata): SqlPair {
    return { from: this.column(from), to: this.column(to) }
  }

  #among(column: ColumnMetadata, classes: readonly EntityMetadata[]): SqlRestriction {
    return { kind: 'among', column: this.column(column), values: classes.map((one) => one.discriminatorValue) }
  }
}

/** The tables of a data source, for the SQL printer. */
export class TypeOrmTables extends EntityTables implements SqlTables {
  readonly #references: References
  readonly #models: ReadonlyMap<string, Described>
  readonly #tables = new Map<string, SqlTable>()
  readonly #fields = new Map<string, ReadonlyMap<string, SqlField>>()

  /**
   * @param facts facts about the database, which take precedence over the declarations of the
   * entities. Without them, strings are compared so that no collation matters.
   * @throws ArgumentError if it names an unknown reference
   */
  constructor(dataSource: DataSource, facts?: DatabaseFacts | VerifiedDatabase) {
    super(dataSource, driverOf(dataSource), facts && 'columns' in facts ? facts : undefined)
    this.#references = new References(dataSource, facts)
    const described = entitiesOf(dataSource).flatMap((entity): readonly Described[] => [entity, ...entity.allEmbeddeds])
    this.#models = new Map(described.map((of) => [modelName(of), of]))
  }

  table(model: string): SqlTable | undefined {
    const of = this.#models.get(model)
    return of && entryOf(this.#tables, model, () => this.tableOf(isEmbedded(of) ? of.entityMetadata : of))
  }

  field(model: string, name: string): SqlField | undefined {
    const of = this.#models.get(model)
    return of && entryOf(this.#fields, model, () => this.#fieldsOf(of)).get(name)
  }

  protected override entity(model: string): EntityMetadata | undefined {
    const of = this.#models.get(model)
    return of && !isEmbedded(of) ? of : undefined
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
        own: own.map((column) => this.pair(column.referencedColumn!, column)),
        other: other.map((column) => this.pair(column, column.referencedColumn!)),
      }
    }
    if (relation.isOwning)
      return {
        kind: 'columns',
        pairs: relation.joinColumns.map((column) => this.pair(column, column.referencedColumn!)),
      }
    const columns = relation.inverseRelation?.joinColumns ?? []
    return { kind: 'columns', pairs: columns.map((column) => this.pair(column.referencedColumn!, column)) }
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

/** Returns an entity and those of its subclasses, as far as their rows are in the same table. */
function classesIn(entity: EntityMetadata): readonly EntityMetadata[] {
  return [entity, ...entity.childEntityMetadatas.filter(({ tablePath }) => tablePath === entity.tablePath)]
}
