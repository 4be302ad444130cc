import type { DataSource, FindManyOptions, ObjectLiteral } from 'typeorm'
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js'
import { typeOrmColumnType } from '../driver/columnType.js'
import { typeOrmDriver } from '../driver/driver.js'
import type { Builder } from './builders.js'

/** The types of keys whose values TypeORM compares unchanged, in TypeScript. */
const plainKeys = /^(int|integer|smallint|mediumint|tinyint|bigint|text|varchar|character varying|uuid|char)$/

/**
 * The relations that a query loads by separate queries (`relationLoadStrategy: 'query'`). TypeORM
 * then assigns the rows by keys.
 */
export class QueriedRelations {
  readonly #relations: readonly RelationMetadata[]
  readonly #options: FindManyOptions<ObjectLiteral>
  readonly #withDeleted: boolean

  constructor(
    builder: Builder,
    private readonly dataSource: DataSource,
  ) {
    const { relationLoadStrategy, withDeleted } = builder.expressionMap
    this.#relations = relationLoadStrategy === 'query' ? Reflect.get(builder, 'relationMetadatas') : []
    this.#options = Reflect.get(builder, 'findOptions')
    this.#withDeleted = withDeleted
  }

  has(relation: RelationMetadata): boolean {
    return this.#relations.includes(relation)
  }

  /**
   * Returns whether TypeORM finds exactly the rows of a relation: deleted rows are left out, and
   * the keys are selected and comparable. The database also finds 'A' by 'a', and TypeORM then drops
   * that row, but a single row that it keeps is the right one.
   * @param value the value of the relation
   */
  isWhole(relation: RelationMetadata, value: unknown): boolean {
    const isFound = value !== null && !Array.isArray(value)
    const { entityMetadata, inverseEntityMetadata, propertyPath } = relation
    const { select } = this.#options
    return (
      !this.#withDeleted &&
      keysOf(relation).every((column) => this.#isPlain(column, isFound)) &&
      hasKey(select, entityMetadata) &&
      hasKey(selectedOf(select, propertyPath), inverseEntityMetadata)
    )
  }

  #isPlain(column: ColumnMetadata, isFound: boolean): boolean {
    const type = this.dataSource.driver.normalizeType(column)
    if (column.transformer || column.embeddedMetadata || !plainKeys.test(type)) return false
    if (isFound || !/char|text/.test(type)) return true
    // Undefined for a database that is not supported.
    const driver = typeOrmDriver(this.dataSource)
    const sql = driver && typeOrmColumnType(column, type, driver)
    return sql?.kind === 'text' && sql.exact
  }
}

/** Returns the columns whose values TypeORM compares. */
function keysOf(relation: RelationMetadata): readonly ColumnMetadata[] {
  const { entityMetadata, inverseEntityMetadata, inverseRelation, joinColumns, inverseJoinColumns } = relation
  const references = [...joinColumns, ...inverseJoinColumns, ...(inverseRelation?.joinColumns ?? [])]
  const referenced = references.flatMap((column) => column.referencedColumn ?? [])
  return [...entityMetadata.primaryColumns, ...inverseEntityMetadata.primaryColumns, ...references, ...referenced]
}

function hasKey(select: unknown, { primaryColumns }: EntityMetadata): boolean {
  if (typeof select !== 'object' || select === null) return primaryColumns.every(({ isSelect }) => isSelect)
  return primaryColumns.every((column) => selectedOf(select, column.propertyPath))
}

/**
 * Returns the selection under a property: `true` is everything. TypeORM 0.3 also takes lists of
 * names.
 */
function selectedOf(select: unknown, path: string): unknown {
  if (Array.isArray(select)) return select.includes(path) || undefined
  return path
    .split('.')
    .reduce((one, name) => (typeof one === 'object' && one !== null ? Reflect.get(one, name) : one), select)
}
