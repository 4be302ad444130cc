import { markPartial } from '@arcturus/core/internal/typeorm'
import type { DataSource, QueryRunner } from 'typeorm'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import { wrap } from '../prototypes.js'
import { dataSourceOf } from '../schema/dialect.js'
import { type LoadedRelation, loaded, loadedRelations, objectsOf } from './loadedRelations.js'

interface Held extends LoadedRelation {
  readonly rows: readonly object[]
}

/**
 * Marks the relations that a listener changed (`@AfterLoad`, `afterLoad` of a subscriber) as
 * partial. A listener can remove rows, or replace an unloaded relation with an empty list.
 */
export function watchListeners({ broadcaster }: QueryRunner): void {
  wrap(
    broadcaster,
    'broadcast',
    async (own: object, broadcast, event: string, entity: EntityMetadata, rows: readonly object[]) => {
      if (event !== 'Load' || !listens(dataSourceOf(Reflect.get(own, 'queryRunner')))) return await broadcast()
      const before = heldBy(rows, entity)
      await broadcast()
      for (const { owner, relation, value, rows: held } of before) {
        const now = loaded(owner, relation)
        const left = objectsOf(now)
        const isSame = now === value || (Array.isArray(now) && Array.isArray(value))
        if (!isSame || left.length !== held.length || !held.every((row) => left.includes(row)))
          markPartial(owner, relation.propertyName)
      }
    },
  )
}

const listening = new WeakMap<DataSource, boolean>()

function listens(dataSource: DataSource): boolean {
  const { entityMetadatas, subscribers } = dataSource
  let entities = listening.get(dataSource)
  if (entities === undefined) {
    entities = entityMetadatas.some(({ afterLoadListeners }) => afterLoadListeners.length > 0)
    listening.set(dataSource, entities)
  }
  return entities || subscribers.some(({ afterLoad }) => afterLoad !== undefined)
}

/** Returns the relations of rows, and of the rows that they hold. */
function heldBy(rows: readonly object[], entity: EntityMetadata, seen = new Set<object>()): Held[] {
  return rows.flatMap((row) => {
    if (seen.has(row)) return []
    seen.add(row)
    return loadedRelations(row, entity).flatMap((one) => {
      const held = objectsOf(one.value)
      return [{ ...one, rows: held }, ...heldBy(held, one.relation.inverseEntityMetadata, seen)]
    })
  })
}
