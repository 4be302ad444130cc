import { type DatabaseFacts, declaredReferences } from '@arcturus/core/internal/typeorm'
import type { DataSource } from 'typeorm'
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js'
import { typeOrmColumnType } from '../driver/columnType.js'
import { driverOf } from './dialect.js'
import { type Described, entitiesOf, modelName, relationsOf } from './entities.js'

/** A pair of equal columns, an own one and one of the other row, by their properties. */
interface Reference {
  readonly from: string
  readonly to: string
}

/** The references between the rows of a data source, and whether each always leads to a row. */
export class References {
  readonly #kept: ReadonlyMap<RelationMetadata, boolean>
  readonly #isExact: (column: ColumnMetadata) => boolean

  /** @throws ArgumentError if `facts` names an unknown reference */
  constructor(dataSource: DataSource, facts: DatabaseFacts | undefined) {
    const described = entitiesOf(dataSource).flatMap((entity): readonly Described[] => [entity, ...entity.allEmbeddeds])
    const relations = described.flatMap((of) => relationsOf(of).map((relation) => ({ of: modelName(of), relation })))
    const driver = driverOf(dataSource)
    // A foreign key compares strings by their collation: 'a' can refer to 'A', which is a different
    // string in a check.
    this.#isExact = (column) => {
      const type = dataSource.driver.normalizeType(column)
      const sql = typeOrmColumnType(column, type, driver)
      if (sql.kind === 'text') return sql.exact
      return sql.kind !== 'other' || !/char|text/i.test(type)
    }
    const declared = declaredReferences(facts, (model, name) =>
      relations.some(({ of, relation }) => of === model && relation.propertyName === name && isReference(relation)),
    )
    const isKept = (of: string, relation: RelationMetadata): boolean =>
      isReference(relation) &&
      !leavesRowsOut(relation.inverseEntityMetadata) &&
      keysOf(relation).every(this.#isExact) &&
      (declared(of, relation.propertyName) ?? isEnforced(relation))
    this.#kept = new Map(relations.map(({ of, relation }) => [relation, isKept(of, relation)]))
  }

  /**
   * Returns whether a non-null reference always leads to a row with exactly that key. The database
   * must enforce it, and TypeORM must omit no row of the other entity.
   */
  isKept(relation: RelationMetadata): boolean {
    return this.#kept.get(relation) === true
  }

  /**
   * Returns the columns of a row that refer to the other one. The list is empty unless all are
   * properties of the row and identify a row that TypeORM does not omit.
   *
   * A reference that is not enforced identifies a row only by its key, because other columns need
   * not be unique. Strings that the database compares by a collation identify none, and neither do
   * values that are read in another form than the key.
   */
  columnsOf(relation: RelationMetadata): readonly Reference[] {
    const { inverseEntityMetadata: other, joinColumns } = relation
    if (!isReference(relation) || relation.isManyToMany || leavesRowsOut(other)) return []
    if (!keysOf(relation).every(this.#isExact) || !joinColumns.every(isReadAsKey)) return []
    const isNamed = this.isKept(relation) || joinColumns.every(({ referencedColumn }) => referencedColumn?.isPrimary)
    const references = joinColumns.flatMap(({ propertyName, isVirtual, embeddedMetadata, referencedColumn: to }) =>
      isVirtual || embeddedMetadata || !to || to.isVirtual || to.embeddedMetadata
        ? []
        : [{ from: propertyName, to: to.propertyName }],
    )
    return isNamed && references.length === joinColumns.length ? references : []
  }
}

/** Returns the columns that refer to rows, and the columns that they refer to. */
function keysOf({ joinColumns, junctionEntityMetadata: junction }: RelationMetadata): readonly ColumnMetadata[] {
  const own = junction ? [...junction.ownerColumns, ...junction.inverseColumns] : joinColumns
  return own.flatMap((column) => [column, column.referencedColumn ?? []].flat())
}

/**
 * Returns whether a value is read in the same form as the key that it equals in the database. A
 * transformer can make another value of it, and decimals are strings with all their digits.
 */
function isReadAsKey({ referencedColumn: key, transformer, scale }: ColumnMetadata): boolean {
  return key?.transformer === transformer && key?.scale === scale
}

/** Returns whether the row itself or a junction table holds the reference. */
function isReference(relation: RelationMetadata): boolean {
  return relation.isManyToOne || relation.isOneToOneOwner || relation.isManyToMany
}

/** Returns whether the database has a foreign key for a relation that is checked on each write. */
function isEnforced(relation: RelationMetadata): boolean {
  const { junctionEntityMetadata: junction, inverseEntityMetadata: other } = relation
  const from = junction ?? relation.entityMetadata
  // Both ends of a junction table see the columns of the owner.
  const columns = !junction ? relation.joinColumns : relation.isOwning ? junction.inverseColumns : junction.ownerColumns
  const pairs = columns.map((one) => [one, one.referencedColumn] as const)
  return hasForeignKey(from, other, pairs, [...relation.foreignKeys, ...from.foreignKeys])
}

type Pair = readonly [from: ColumnMetadata, to: ColumnMetadata | undefined]

/** Returns whether one of the keys refers from these columns to those of another table, on each write. */
export function hasForeignKey(
  from: EntityMetadata,
  other: EntityMetadata,
  wanted: readonly Pair[],
  keys: EntityMetadata['foreignKeys'],
): boolean {
  const pairs = pairsOf(wanted)
  const isOf = ({ columns, referencedColumns, referencedEntityMetadata, deferrable }: (typeof keys)[number]): boolean =>
    referencedEntityMetadata.tablePath === other.tablePath &&
    deferrable === undefined &&
    pairsOf(columns.map((one, at) => [one, referencedColumns[at]])) === pairs
  return from.tableType !== 'view' && other.tableType !== 'view' && keys.some(isOf)
}

/** Returns the same string for the same pairs of names, in any order. */
function pairsOf(pairs: readonly Pair[]): string {
  return JSON.stringify(pairs.map((pair) => JSON.stringify(pair.map((column) => column?.databaseName))).sort())
}

/**
 * Returns whether the entity's table has rows that do not belong to it: soft-deleted ones, or ones
 * of another class.
 */
export function leavesRowsOut(entity: EntityMetadata): boolean {
  return entity.deleteDateColumn !== undefined || entity.parentEntityMetadata !== undefined
}
