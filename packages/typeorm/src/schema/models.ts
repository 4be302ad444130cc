import type {
  DatabaseFacts,
  Field,
  Model,
  RelationField,
  ScalarField,
  ScalarType,
} from '@arcturus/core/internal/typeorm'
import type { DataSource } from 'typeorm'
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js'
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js'
import { keepsOf, scalarOf, typeOrmColumnType } from '../driver/columnType.js'
import { driverOf } from './dialect.js'
import { classOf, columnsOf, type Described, entitiesOf, isEmbedded, modelName, relationsOf } from './entities.js'
import { References } from './references.js'

/**
 * Returns the entities of a data source as models of the authorizer:
 * `authorizer.registerModels(modelsOf(dataSource))`.
 * @param facts facts about the database, which take precedence over the declarations of the
 * entities
 * @throws TypeOrmSchemaError if the data source is not initialized
 * @throws ArgumentError if `facts` names an unknown reference
 */
export function modelsOf(dataSource: DataSource, facts?: DatabaseFacts): Model[] {
  const driver = driverOf(dataSource)
  const references = new References(dataSource, facts)
  const scalar = (column: ColumnMetadata): ScalarField => {
    const own = dataSource.driver.normalizeType(column)
    const sql = typeOrmColumnType(column, own, driver)
    const type = scalarOf(sql)
    const keeps = keepsOf(column, own, driver)
    const element = sql.kind === 'list' ? sql.of : sql
    const values = element.kind === 'enum' ? [...element.values.keys()] : undefined
    const [name, nullable, list] = [column.propertyName, column.isNullable, sql.kind === 'list']
    const initial = initialOf(column, type, list)
    return {
      kind: 'scalar',
      name,
      type,
      nullable,
      list,
      ...(values && { values }),
      ...(initial && { initial }),
      ...(keeps && { keeps }),
    }
  }
  const fieldsOf = (of: Described): readonly Field[] => [
    ...accessorsOf(of),
    ...columnsOf(of).map(scalar),
    ...relationsOf(of).map((relation) => relationField(relation, references)),
    ...of.embeddeds.map(embeddedField),
  ]
  const modelOf = (of: Described): Model => ({
    name: modelName(of),
    class: isEmbedded(of) ? undefined : classOf(of),
    fields: new Map(fieldsOf(of).map((field) => [field.name, field])),
    key: isEmbedded(of) ? undefined : keyOf(of.primaryColumns),
    closed: true,
    isaCheck: undefined,
  })
  return entitiesOf(dataSource).flatMap((entity) => [entity, ...entity.allEmbeddeds].map(modelOf))
}

/**
 * Returns the property names of the key. Returns undefined if a part of it is not an own property
 * of the row, because such a key can't identify the row.
 */
function keyOf(columns: readonly ColumnMetadata[]): readonly string[] | undefined {
  if (columns.length === 0 || columns.some((column) => column.isVirtual || column.embeddedMetadata)) return undefined
  return columns.map((column) => column.propertyName)
}

function relationField(relation: RelationMetadata, references: References): RelationField {
  const { propertyName: name, inverseEntityMetadata: other } = relation
  const many = relation.isOneToMany || relation.isManyToMany
  const kept = references.isKept(relation)
  const columns = references.columnsOf(relation)
  return {
    kind: 'relation',
    name,
    model: modelName(other),
    many,
    nullable: !many && (relation.isNullable || !kept),
    kept,
    from: columns.map(({ from }) => from),
    to: columns.map(({ to }) => to),
    heldIn: holdersOf(relation),
    inverse: inverseOf(relation),
  }
}

/** Returns the properties of a row that hold the reference of a relation, also if policies can't compare them. */
function holdersOf(relation: RelationMetadata): readonly string[] {
  if (!relation.isManyToOne && !relation.isOneToOneOwner) return []
  const shown = relation.joinColumns.filter(({ isVirtual, embeddedMetadata }) => !isVirtual && !embeddedMetadata)
  return shown.map(({ propertyName }) => propertyName)
}

/** Returns the name of the relation that holds the reference; null if a join table does, undefined if the row itself does. */
function inverseOf(relation: RelationMetadata): string | null | undefined {
  if (relation.isManyToMany) return null
  return relation.isOneToMany || relation.isOneToOneNotOwner ? relation.inverseRelation?.propertyName : undefined
}

/** The types of the literal defaults that a new row has as they are declared. */
const literals: Partial<Record<ScalarType, string>> = {
  boolean: 'boolean',
  integer: 'number',
  float: 'number',
  string: 'string',
  enum: 'string',
}

/** Returns the value of a column that a new row has without data for it. Default: nil if it can be nil. */
function initialOf(column: ColumnMetadata, type: ScalarType, list: boolean): ScalarField['initial'] {
  const { default: value, isGenerated, isCreateDate, isUpdateDate, isVersion, isDiscriminator } = column
  if (isGenerated || isCreateDate || isUpdateDate || isVersion || isDiscriminator || column.generatedType)
    return 'generated'
  if (value === undefined || value === null) return undefined
  // A transformer, or the driver, can return another value.
  return !list && !column.transformer && typeof value === literals[type] ? { value } : 'generated'
}

/**
 * Returns the field of embedded columns, which are read as a row of their own that always exists.
 */
function embeddedField(embedded: Described['embeddeds'][number]): RelationField {
  const { propertyName: name } = embedded
  return {
    kind: 'relation',
    name,
    model: modelName(embedded),
    many: false,
    nullable: false,
    kept: true,
    from: [],
    to: [],
    heldIn: [],
  }
}

/**
 * Returns the getters of a class as fields. A policy may read them, but the database has no value
 * for them.
 */
function accessorsOf(of: Described): readonly ScalarField[] {
  const cls = isEmbedded(of) ? undefined : classOf(of)
  const fields: ScalarField[] = []
  for (let at: unknown = cls?.prototype; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(at)))
      if (get && name !== '__proto__')
        fields.push({ kind: 'scalar', name, type: 'unknown', nullable: true, list: false })
  }
  return fields
}
