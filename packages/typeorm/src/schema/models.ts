import type { Field, Model, RelationField, ScalarField } from '@arcturus/core'
import type { DataSource } from 'typeorm'
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js'
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js'
import { typeOf } from './columnType.js'
import { dialectOf } from './dialect.js'
import { classOf, columnsOf, type Described, entitiesOf, isEmbedded, modelName, relationsOf } from './entities.js'
import { isKept, referencesOf } from './kept.js'

/** The entities of a data source as the authorizer knows them: `authorizer.registerModels(modelsOf(dataSource))`. */
export function modelsOf(dataSource: DataSource): Model[] {
  const dialect = dialectOf(dataSource)
  const scalar = (column: ColumnMetadata): ScalarField => {
    const { scalar: type, sql } = typeOf(column, dataSource.driver.normalizeType(column), dialect)
    return { kind: 'scalar', name: column.propertyName, type, nullable: column.isNullable, list: sql.kind === 'list' }
  }
  const fieldsOf = (of: Described): readonly Field[] => [
    ...accessorsOf(of),
    ...columnsOf(of).map(scalar),
    ...relationsOf(of).map(relationField),
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

/** A key that a row does not have under properties of its own can't tell it from others. */
function keyOf(columns: readonly ColumnMetadata[]): readonly string[] | undefined {
  if (columns.length === 0 || columns.some((column) => column.isVirtual || column.embeddedMetadata)) return undefined
  return columns.map((column) => column.propertyName)
}

function relationField(relation: RelationMetadata): RelationField {
  const { propertyName: name, inverseEntityMetadata: other } = relation
  const many = relation.isOneToMany || relation.isManyToMany
  const references = referencesOf(relation)
  return {
    kind: 'relation',
    name,
    model: other.name,
    many,
    nullable: !many && (relation.isNullable || !isKept(relation)),
    from: references.map(({ from }) => from),
    to: references.map(({ to }) => to),
  }
}

/** Embedded columns are read as a row of their own, which is always there. */
function embeddedField(embedded: Described['embeddeds'][number]): RelationField {
  const { propertyName: name } = embedded
  return { kind: 'relation', name, model: modelName(embedded), many: false, nullable: false, from: [], to: [] }
}

/** What the class computes: no mistake where a policy reads it, and nothing that a database knows. */
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
