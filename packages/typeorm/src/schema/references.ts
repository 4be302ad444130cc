import { type DatabaseFacts, declaredReferences } from '@arcturus/core/filters'
import type { DataSource } from 'typeorm'
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js'
import { typeOf } from './columnType.js'
import { driverOf } from './dialect.js'
import { type Described, entitiesOf, modelName, relationsOf } from './entities.js'

/** Own columns and the other's that are equal, by their properties. */
interface Reference {
  readonly from: string
  readonly to: string
}

/** What the rows of a data source refer by, and whether that leads to a row. */
export class References {
  readonly #kept: ReadonlyMap<RelationMetadata, boolean>
  readonly #isExact: (column: ColumnMetadata) => boolean

  /** @throws ArgumentError where `facts` names no reference. */
  constructor(dataSource: DataSource, facts: DatabaseFacts | undefined) {
    const described = entitiesOf(dataSource).flatMap((entity): readonly Described[] => [entity, ...entity.allEmbeddeds])
    const relations = described.flatMap((of) => relationsOf(of).map((relation) => ({ of: modelName(of), relation })))
    const driver = driverOf(dataSource)
    // A foreign key compares texts by their collation: 'a' can refer to 'A', whose key is another text to a check.
    this.#isExact = (column) => {
      const { sql } = typeOf(column, dataSource.driver.normalizeType(column), driver)
      return sql.kind !== 'text' || sql.exact
    }
    const declared = declaredReferences(facts, (model, name) =>
      relations.some(({ of, relation }) => of === model && relation.propertyName === name && isReference(relation)),
    )
    const isKept = (of: string, relation: RelationMetadata): boolean =>
      isReference(relation) &&
      !leavesRowsOut(relation.inverseEntityMetadata) &&
      keysOf(relation).every(this.#isExact) &&
      (declared(of, relation.propertyName) ?? hasForeignKey(relation))
    this.#kept = new Map(relations.map(({ of, relation }) => [relation, isKept(of, relation)]))
  }

  /**
   * Whether a reference that is not null leads to a row in every case, whose key it has: the database keeps it, and TypeORM leaves no
   * row of the other entity out.
   */
  isKept(relation: RelationMetadata): boolean {
    return this.#kept.get(relation) === true
  }

  /**
   * The columns of a row that refer to the other one, where it has properties for all of them and they name a row that TypeORM does
   * not leave out. A reference that is not kept names one only by its key: other columns need not be unique. Texts that the database
   * compares in its own way name none.
   */
  columnsOf(relation: RelationMetadata): readonly Reference[] {
    const { inverseEntityMetadata: other, joinColumns } = relation
    if (!isReference(relation) || relation.isManyToMany || leavesRowsOut(other)) return []
    if (!keysOf(relation).every(this.#isExact)) return []
    const isNamed = this.isKept(relation) || joinColumns.every(({ referencedColumn }) => referencedColumn?.isPrimary)
    const references = joinColumns.flatMap(({ propertyName, isVirtual, embeddedMetadata, referencedColumn: to }) =>
      isVirtual || embeddedMetadata || !to || to.isVirtual || to.embeddedMetadata
        ? []
        : [{ from: propertyName, to: to.propertyName }],
    )
    return isNamed && references.length === joinColumns.length ? references : []
  }
}

/** The columns that refer to rows, and those that they refer to. */
function keysOf({ joinColumns, junctionEntityMetadata: junction }: RelationMetadata): readonly ColumnMetadata[] {
  const own = junction ? [...junction.ownerColumns, ...junction.inverseColumns] : joinColumns
  return own.flatMap((column) => [column, column.referencedColumn ?? []].flat())
}

/** Whether a row itself refers to others, or a table between the two does. */
function isReference(relation: RelationMetadata): boolean {
  return relation.isManyToOne || relation.isOneToOneOwner || relation.isManyToMany
}

/** Whether the database has a foreign key for it, which is checked whenever a row is written. */
function hasForeignKey(relation: RelationMetadata): boolean {
  const { junctionEntityMetadata: junction, inverseEntityMetadata: other } = relation
  const from = junction ?? relation.entityMetadata
  if (from.tableType === 'view' || other.tableType === 'view') return false
  // Both ends of a table between them see the columns of the owner.
  const columns = !junction ? relation.joinColumns : relation.isOwning ? junction.inverseColumns : junction.ownerColumns
  const pairs = pairsOf(columns.map((one) => [one.databaseName, one.referencedColumn?.databaseName]))
  return [...relation.foreignKeys, ...from.foreignKeys].some(
    (key) =>
      key.referencedEntityMetadata.tablePath === other.tablePath &&
      key.deferrable === undefined &&
      pairsOf(key.columns.map((one, at) => [one.databaseName, key.referencedColumns[at]?.databaseName])) === pairs,
  )
}

/** The same text for the same pairs of names, in whatever order. */
function pairsOf(pairs: readonly (readonly [string, string | undefined])[]): string {
  return JSON.stringify(pairs.map((pair) => JSON.stringify(pair)).sort())
}

/** Whether the entity's table has rows that are none of its own: deleted softly, or of another class. */
function leavesRowsOut(entity: EntityMetadata): boolean {
  return entity.deleteDateColumn !== undefined || entity.parentEntityMetadata !== undefined
}
