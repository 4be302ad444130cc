import {
  isPartial,
  markLeadsToPartial,
  markPartial,
  markUnread,
  mayBePartial,
  setSource,
  tag,
} from '@arcturus/core/internal/typeorm'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js'
import { dataSourceOf } from '../schema/dialect.js'
import { modelName } from '../schema/entities.js'
import type { Builder, Join } from './builders.js'
import { type LoadedRelation, loadedRelations, objectsOf, unreadRelations } from './loadedRelations.js'
import type { QueriedRelations } from './queriedRelations.js'

/** Describes how the rows of a query were loaded. */
export interface Loading {
  readonly map: Builder['expressionMap']
  /** The joins that provably load a relation with all its rows. */
  readonly whole: ReadonlySet<Join>
  readonly queried: QueriedRelations
  /** Whether a table is read without the rows that its user may not read. */
  readonly narrows: ((tablePath: string) => boolean) | undefined
}

/**
 * Marks the relations of a query's rows that are not proven to be whole. These are all relations
 * with a value, except those that a join or a separate query loaded with all rows. The value can
 * also come from an initializer or a listener, or be keys.
 */
export function markPartialRelations(rows: readonly object[], loading: Loading): void {
  const { mainAlias } = loading.map
  if (rows.length === 0 || !mainAlias?.hasMetadata) return
  const marking = new Marking(loading)
  for (const row of rows) marking.mark(row, mainAlias.metadata, mainAlias.name)
}

const noJoins: readonly Join[] = []

class Marking {
  /** The joins by the alias into whose rows they load. */
  readonly #joins = new Map<string, Join[]>()
  readonly #seen = new Set<object>()

  constructor(private readonly loading: Loading) {
    for (const join of loading.map.joinAttributes) {
      const parent = join.mapToPropertyParentAlias ?? join.parentAlias
      if (join.isSelected && parent !== undefined) this.#joins.set(parent, [...(this.#joins.get(parent) ?? []), join])
    }
  }

  /**
   * Marks a row, and the rows that it holds.
   * @param alias alias of the rows; undefined if the query has none, or several
   */
  mark(row: object, entity: EntityMetadata, alias: string | undefined): void {
    if (typeof entity.target === 'string') tag(row, modelName(entity))
    setSource(row, dataSourceOf(entity))
    const joins = (alias !== undefined && this.#joins.get(alias)) || noJoins
    for (const { owner, relation } of unreadRelations(row, entity)) markUnread(owner, relation.propertyName)
    const loaded = loadedRelations(row, entity)
    if (loaded.length === 0 && joins.length === 0) return
    if (this.#seen.has(row)) return
    this.#seen.add(row)
    const { queried, map } = this.loading
    for (const one of loaded) {
      const { owner, relation, value } = one
      const own = joins.filter((join) => !join.mapToProperty && join.relation?.propertyPath === relation.propertyPath)
      const isQueried = alias === map.mainAlias?.name && queried.has(relation)
      // A separate query has marked its rows.
      if (!isQueried)
        for (const held of objectsOf(value))
          this.mark(held, relation.inverseEntityMetadata, own.length === 1 ? own[0]!.alias.name : undefined)
      const isWhole = isQueried ? queried.isWhole(relation, value) : this.#isWhole(relation, alias, own)
      if (
        !isWhole ||
        this.#isNarrowed(relation) ||
        hasOtherRows(row, entity, one) ||
        isPartial(owner, relation.propertyName, value)
      )
        markPartial(owner, relation.propertyName)
      if (objectsOf(value).some(mayBePartial)) for (const above of [owner, value]) markLeadsToPartial(above as object)
      if (mayBePartial(owner)) markLeadsToPartial(row)
    }
    for (const { mapToPropertyPropertyName: name, metadata, alias: mapped } of joins) {
      if (name === undefined || !metadata) continue
      for (const held of objectsOf(Reflect.get(row, name))) {
        this.mark(held, metadata, mapped.name)
        if (mayBePartial(held)) markLeadsToPartial(row)
      }
    }
  }

  #isNarrowed({ inverseEntityMetadata, junctionEntityMetadata }: RelationMetadata): boolean {
    const paths = [inverseEntityMetadata, junctionEntityMetadata].flatMap((entity) => entity?.tablePath ?? [])
    return paths.some((path) => this.loading.narrows?.(path))
  }

  #isWhole({ propertyPath }: RelationMetadata, alias: string | undefined, joins: readonly Join[]): boolean {
    const { map, whole } = this.loading
    const isReplacedByKeys = map.relationIdAttributes.some(
      (keys) => keys.parentAlias === alias && keys.mapToPropertyPropertyPath === propertyPath,
    )
    return joins.length > 0 && joins.every((join) => whole.has(join)) && !isReplacedByKeys
  }
}

/**
 * Returns whether a relation holds values other than rows, or TypeORM could have merged two rows
 * into one.
 */
function hasOtherRows(row: object, entity: EntityMetadata, { relation, value }: LoadedRelation): boolean {
  const held = objectsOf(value)
  if (value !== null && held.length !== (Array.isArray(value) ? value.length : 1)) return true
  return isAmbiguous(row, entity) || held.some((one) => isAmbiguous(one, relation.inverseEntityMetadata))
}

/**
 * Returns whether TypeORM could confuse a row's key with another. It joins the values of a key with
 * `_`, so ('a_b', 'c') and ('a', 'b_c') are the same key.
 */
function isAmbiguous(row: object, { primaryColumns }: EntityMetadata): boolean {
  if (primaryColumns.length < 2) return false
  return primaryColumns.some((column) => String(column.getEntityValue(row)).includes('_'))
}
