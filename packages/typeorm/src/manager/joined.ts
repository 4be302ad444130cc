import type { Values } from '@arcturus/writes/internal/typeorm'
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js'
import { columnName } from './entityRelations.js'

/** A row at one end of a link, by the columns that the link refers to. */
export interface End {
  readonly entity: EntityMetadata
  readonly columns: Values
  /** Whether the same write inserts the row, so that there is nothing to allow before. */
  readonly isNew: boolean
}

/** A link between two rows by a table of its own. */
export interface Joined {
  readonly ends: readonly [End, End]
  /** The relation that the caller changes, and at which end it is; undefined if they wrote the table itself. */
  readonly via: RelationMetadata | undefined
}

/**
 * Returns the link that a row of a table between two entities is.
 * @param get - Returns the value of a column.
 */
export function joinedOf(
  junction: EntityMetadata,
  get: (column: ColumnMetadata) => unknown,
  via: RelationMetadata | undefined,
  isNew: (column: ColumnMetadata) => boolean = () => false,
): Joined {
  const end = (columns: readonly ColumnMetadata[]): End => ({
    entity: columns[0]!.referencedColumn!.entityMetadata,
    columns: Object.fromEntries(columns.map((one) => [columnName(one.referencedColumn!), get(one)])),
    isNew: columns.some(isNew),
  })
  return { ends: [end(junction.ownerColumns), end(junction.inverseColumns)], via }
}
