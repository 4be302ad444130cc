import type { Dependent, LinkRelation, Relations } from '@arcturus/writes/internal/typeorm'
import type { DataSource } from 'typeorm'
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js'
import { entitiesOf, modelName } from '../schema/entities.js'

/** Returns the topmost entity of an entity's table. */
export function rootOf(entity: EntityMetadata): EntityMetadata {
  const { parentEntityMetadata: parent } = entity
  return parent && parent.tablePath === entity.tablePath ? rootOf(parent) : entity
}

/** Returns the name of a column in the plan of a write: its property, or its own if it has none. */
export function columnName({ isVirtual, propertyPath, databaseName }: ColumnMetadata): string {
  return isVirtual ? `#${databaseName}` : propertyPath
}

/** The columns of entities by their names. The first of a name counts. */
const named = new WeakMap<EntityMetadata, ReadonlyMap<string, ColumnMetadata>>()

/** Returns the column with a name of `columnName`. */
export function columnNamed(entity: EntityMetadata, name: string): ColumnMetadata {
  const columns =
    named.get(entity) ?? new Map([...entity.columns].reverse().map((column) => [columnName(column), column]))
  named.set(entity, columns)
  const found = columns.get(name)
  if (!found) throw new Error(`${modelName(entity)} has no column ${name}.`)
  return found
}

/** The relations of a data source, as the plan of a write needs them. */
export class EntityRelations implements Relations {
  /** The topmost entities of each table, by its path in lower case. */
  readonly tables: Map<string, EntityMetadata[]> = new Map()
  readonly #entities: ReadonlyMap<string, EntityMetadata>
  readonly #references = new Map<string, readonly LinkRelation[]>()
  readonly #dependents = new Map<string, Dependent[]>()

  constructor(dataSource: DataSource) {
    for (const entity of dataSource.entityMetadatas) {
      if (rootOf(entity) !== entity) continue
      const path = entity.tablePath.toLowerCase()
      this.tables.set(path, [...(this.tables.get(path) ?? []), entity])
    }
    const entities = entitiesOf(dataSource)
    this.#entities = new Map(entities.map((entity) => [modelName(entity), entity]))
    for (const entity of entities) {
      const owning = entity.relations.filter(({ isManyToOne, isOneToOneOwner }) => isManyToOne || isOneToOneOwner)
      this.#references.set(modelName(entity), owning.map(linkOf))
    }
    for (const owner of entities.filter((entity) => rootOf(entity) === entity)) {
      for (const key of owner.foreignKeys) {
        const relation: LinkRelation = {
          name: owner.relations.find(({ foreignKeys }) => foreignKeys.includes(key))?.propertyName ?? '',
          owner: modelName(owner),
          model: modelName(key.referencedEntityMetadata),
          many: false,
          keeper: 'own',
          from: key.columns.map(columnName),
          to: key.referencedColumns.map(columnName),
          nullable: key.columns.every(({ isNullable }) => isNullable),
          unique: false,
        }
        const effect = effects[key.onDelete ?? ''] ?? 'refuse'
        for (const entity of entities.filter(({ tablePath }) => tablePath === key.referencedEntityMetadata.tablePath))
          this.#dependents.set(modelName(entity), [
            ...(this.#dependents.get(modelName(entity)) ?? []),
            { relation, onDelete: effect },
          ])
      }
    }
  }

  /** Returns the entity of a model. */
  entity(model: string): EntityMetadata {
    return this.#entities.get(model)!
  }

  references(model: string): readonly LinkRelation[] {
    return this.#references.get(model) ?? []
  }

  dependents(model: string): readonly Dependent[] {
    return this.#dependents.get(model) ?? []
  }
}

const effects: Readonly<Record<string, Dependent['onDelete']>> = {
  CASCADE: 'cascade',
  'SET NULL': 'detach',
  DEFAULT: 'detach',
}

/** Returns a relation as the plan of a write needs it. */
export function linkOf(relation: RelationMetadata): LinkRelation {
  const { entityMetadata, inverseEntityMetadata, joinColumns, isOneToOne, isManyToMany, isOneToMany } = relation
  const isOwn = relation.isManyToOne || relation.isOneToOneOwner
  return {
    name: relation.propertyName,
    owner: modelName(entityMetadata),
    model: modelName(inverseEntityMetadata),
    many: isManyToMany || isOneToMany,
    keeper: isManyToMany ? 'join' : isOwn ? 'own' : 'other',
    from: isOwn ? joinColumns.map(columnName) : [],
    to: isOwn ? joinColumns.map(({ referencedColumn }) => columnName(referencedColumn!)) : [],
    nullable: joinColumns.every(({ isNullable }) => isNullable),
    unique: isOneToOne && isOwn,
    inverse: relation.inverseRelation?.propertyName,
  }
}
