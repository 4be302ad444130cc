import type { SqlDialect } from '@arcturus/sql'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js'
import type { Builder, ExpressionMap, Join, Notes } from '../rows/builders.js'
import { dialectOfBuilder } from '../schema/dialect.js'
import { isContained, isWithinClause } from '../sql/containedText.js'
import { mentionedAliases } from '../sql/mentionedAliases.js'

/** The parts of a query that determine which rows it returns. */
interface Query {
  readonly map: ExpressionMap
  readonly where: string
  readonly notes: Notes
  readonly parameters: Readonly<Record<string, unknown>>
  readonly dialect: SqlDialect
}

/**
 * Returns the joins of a query that load a relation with all its rows, for each row that the query
 * returns.
 *
 * A join is whole only if nothing else in the query depends on it. The proof uses a list of
 * harmless forms. They are joins of a relation without a condition, and conditions that read
 * columns of other aliases with known operators. If the query contains any other form, no join is
 * whole.
 */
export function wholeJoins(builder: Builder, notes: Notes): ReadonlySet<Join> {
  const map = builder.expressionMap
  const dialect = dialectOfBuilder(builder)
  if (map.joinAttributes.length === 0 || !dialect) return new Set()
  const createWhere = Reflect.get(builder, 'createWhereExpression') as () => string
  const query: Query = {
    map,
    where: createWhere.call(builder),
    notes,
    parameters: builder.getParameters(),
    dialect,
  }
  if (!isPlain(query)) return new Set()
  const dependencies = new Dependencies(query)
  const cut = map.limit !== undefined || map.offset !== undefined || map.onLocked === 'skip_locked'
  return new Set(
    map.joinAttributes.filter(
      (join) =>
        isRelation(join) &&
        join.mapToProperty === undefined &&
        !dependencies.isNarrowed(join) &&
        (isSingle(join.relation!) || (!cut && !dependencies.isRead(join))),
    ),
  )
}

/**
 * Returns whether a query has only columns, joins, conditions, an order and a limit, all in known
 * forms.
 */
function isPlain({ map, where, parameters, notes, dialect }: Query): boolean {
  const { mainAlias, aliases, joinAttributes } = map
  return (
    mainAlias?.subQuery === undefined &&
    aliases.filter(({ type }) => type === 'from').length === 1 &&
    map.commonTableExpressions.length === 0 &&
    map.groupBys.length === 0 &&
    map.havings.length === 0 &&
    map.selectDistinctOn.length === 0 &&
    // A result cached under a name can belong to another query.
    map.cacheId === undefined &&
    !map.timeTravel &&
    notes.loose === undefined &&
    !map.comment?.includes('*/') &&
    // TypeORM treats the result of a function as SQL.
    Object.values(parameters).every((value) => typeof value !== 'function') &&
    map.wheres.every((one) => areContained(one.condition, dialect)) &&
    isContained(where, dialect) &&
    joinAttributes.every((join) => isJoinContained(join, dialect)) &&
    map.selects.every((select) => isKnownSelect(select, map)) &&
    Object.keys(map.orderBys).every((text) => /^[\w$."`]+$/.test(text) || mentionsKnown(text, map) !== undefined)
  )
}

/** Returns whether each SQL condition stays inside the brackets around it. */
export function areContained(condition: unknown, dialect: SqlDialect): boolean {
  if (typeof condition === 'string') return isContained(condition, dialect)
  if (Array.isArray(condition)) return condition.every((one) => areContained(one, dialect))
  if (typeof condition !== 'object' || condition === null) return true
  return Object.values(condition).every((one) => areContained(one, dialect))
}

/** Returns whether the SQL of a join stays inside its place. */
export function isJoinContained({ condition = '', alias, relation }: Join, dialect: SqlDialect): boolean {
  const { subQuery } = alias
  if (subQuery !== undefined && !isContained(subQuery.replace(/^\s*\(|\)\s*$/g, ''), dialect)) return false
  return relation ? isContained(condition, dialect) : isWithinClause(condition, dialect)
}

/**
 * Returns whether a selection is an alias, a column of an alias, or an extra value that replaces
 * none of these. An aggregate, which leaves a single row, is not known.
 */
function isKnownSelect({ selection, aliasName }: ExpressionMap['selects'][number], map: ExpressionMap): boolean {
  if (aliasName === undefined || aliasName === '')
    return map.aliases.some(({ name }) => name === selection) || /^\w+(\.\w+)+$/.test(selection)
  const hides = map.aliases.some(({ name }) => aliasName.toLowerCase().startsWith(`${name.toLowerCase()}_`))
  return !hides && mentionsKnown(selection, map) !== undefined
}

/** The joins that the conditions of a query read, and the joins above a join that drops rows. */
class Dependencies {
  readonly #map: ExpressionMap
  readonly #joins: ReadonlyMap<string, Join>
  readonly #read = new Set<Join>()
  readonly #narrowed = new Set<Join>()

  constructor({ map, where, notes }: Query) {
    this.#map = map
    this.#joins = new Map(map.joinAttributes.flatMap((join) => namesOf(join).map((name) => [name, join])))
    this.#readAll(mentionedBy(where.replace(/^ WHERE /, ''), map, notes.filters))
    for (const join of map.joinAttributes) {
      if (join.direction !== 'INNER') continue
      this.#narrowAbove(join)
      this.#readAll(this.#dependenciesOf(join), join)
    }
  }

  isRead(join: Join): boolean {
    return this.#read.has(join)
  }

  isNarrowed(join: Join): boolean {
    return this.#narrowed.has(join)
  }

  /**
   * Marks the joins above an inner join as narrowed. An inner join drops the rows above it, and
   * TypeORM can put nil in their place.
   */
  #narrowAbove(join: Join): void {
    for (let above = this.#parentOf(join); above; above = this.#parentOf(above)) {
      const isSure = above.direction === 'INNER' && above.relation && isSingle(above.relation)
      if (!isSure) this.#narrowed.add(above)
    }
  }

  #parentOf({ parentAlias }: Join): Join | undefined {
    return parentAlias === undefined ? undefined : this.#joins.get(parentAlias.toLowerCase())
  }

  /** Marks the named joins and all their dependencies as read. Undefined names mean all joins. */
  #readAll(names: ReadonlySet<string> | undefined, except?: Join): void {
    for (const name of names ?? this.#joins.keys()) {
      const join = this.#joins.get(name)
      if (!join || join === except || this.#read.has(join) || this.#isDecided(join)) continue
      this.#read.add(join)
      this.#readAll(this.#dependenciesOf(join), join)
    }
  }

  #dependenciesOf(join: Join): ReadonlySet<string> | undefined {
    const mentioned = mentionedBy(conditionOf(join), this.#map)
    const parent = join.parentAlias?.toLowerCase()
    return mentioned && new Set(parent === undefined ? mentioned : [...mentioned, parent])
  }

  /**
   * Returns whether the row of the query alone determines the row of a join: the join and all above
   * it have single rows.
   */
  #isDecided(join: Join): boolean {
    if (!isRelation(join) || !isSingle(join.relation!)) return false
    const parent = this.#parentOf(join)
    return parent === undefined ? join.parentAlias === this.#map.mainAlias?.name : this.#isDecided(parent)
  }
}

/** Returns the names of a join and of its junction table. */
function namesOf(join: Join): string[] {
  const junction = join.relation?.junctionEntityMetadata ? [join.junctionAlias.toLowerCase()] : []
  return [join.alias.name.toLowerCase(), ...junction]
}

/**
 * Returns the aliases that SQL reads, or undefined if it can read more.
 * @param filters conditions that read columns of only one alias, whatever their form
 */
function mentionedBy(
  sql: string,
  map: ExpressionMap,
  filters: ReadonlyMap<string, string> = new Map(),
): ReadonlySet<string> | undefined {
  let rest = sql
  const own: string[] = []
  for (const [text, alias] of filters) {
    if (!rest.includes(text)) continue
    rest = rest.split(text).join(' TRUE ')
    own.push(alias.toLowerCase())
  }
  const mentioned = mentionsKnown(rest, map)
  return mentioned && new Set([...mentioned, ...own])
}

function mentionsKnown(sql: string, { aliases }: ExpressionMap): ReadonlySet<string> | undefined {
  return mentionedAliases(sql, (name, path) =>
    aliases.some(
      (alias) =>
        alias.name.toLowerCase() === name.toLowerCase() &&
        (!path.includes('.') || (alias.hasMetadata && isPath(path, alias.metadata))),
    ),
  )
}

/** Returns whether a path of several names is a column: an embedded one, or one of a reference. */
function isPath(path: string, { columns, relations }: EntityMetadata): boolean {
  return (
    columns.some(({ propertyPath }) => propertyPath === path) ||
    relations.some(({ propertyPath, joinColumns }) =>
      joinColumns.some(({ referencedColumn }) => `${propertyPath}.${referencedColumn?.propertyPath}` === path),
    )
  )
}

/**
 * Returns whether a join loads a relation with no other condition than TypeORM's own for
 * soft-deleted rows.
 */
function isRelation(join: Join): boolean {
  return join.relation !== undefined && (join.condition ?? '') === notDeleted(join)
}

function conditionOf(join: Join): string {
  const { condition = '' } = join
  return condition === notDeleted(join) ? '' : condition
}

function notDeleted({ alias, metadata }: Join): string {
  const column = metadata?.deleteDateColumn
  return column ? `${alias.name}.${column.propertyName} IS NULL` : ''
}

/** Returns whether at most one row is related, and no condition can choose another one. */
export function isSingle(relation: RelationMetadata): boolean {
  const { inverseEntityMetadata: other, inverseRelation } = relation
  if (other.tableType === 'view') return false
  if (relation.isOneToOneNotOwner) return inverseRelation?.createForeignKeyConstraints === true
  if (!relation.isManyToOne && !relation.isOneToOneOwner) return false
  const referenced = relation.joinColumns.map(({ referencedColumn }) => referencedColumn)
  return other.primaryColumns.every((column) => referenced.includes(column))
}
