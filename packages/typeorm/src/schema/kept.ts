import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js'

/**
 * Whether a reference that is not null leads to a row in every case: the database keeps it, and TypeORM leaves no row of the
 * other entity out.
 */
export function isKept(relation: RelationMetadata): boolean {
  const isReference = relation.isManyToOne || relation.isOneToOneOwner || relation.isManyToMany
  return isReference && relation.createForeignKeyConstraints && !leavesRowsOut(relation.inverseEntityMetadata)
}

/** The columns of a row that refer to the other one, where it has properties for all of them and they are sure to lead to one. */
export function referencesOf(relation: RelationMetadata): readonly Reference[] {
  if (!isKept(relation) || relation.isManyToMany) return []
  const references = relation.joinColumns.flatMap(
    ({ propertyName, isVirtual, embeddedMetadata, referencedColumn: to }) =>
      isVirtual || embeddedMetadata || !to || to.isVirtual || to.embeddedMetadata
        ? []
        : [{ from: propertyName, to: to.propertyName }],
  )
  return references.length === relation.joinColumns.length ? references : []
}

interface Reference {
  readonly from: string
  readonly to: string
}

/** Whether the entity's table has rows that are none of its own: deleted softly, or of another class. */
function leavesRowsOut(entity: EntityMetadata): boolean {
  return entity.deleteDateColumn !== undefined || entity.parentEntityMetadata !== undefined
}
