import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js'
import type { Builder, ExpressionMap, Join } from '../rows/builders.js'
import { dialectOfBuilder } from '../schema/dialect.js'
import { mentionedAliases } from '../sql/mentionedAliases.js'
import { staysInPlace } from './callerSql.js'

/**
 * Returns the joins of a query that load a relation with all its rows, for each row that the query returns.
 *
 * A join of a relation to one row does: other conditions drop both rows, or none. A join of a relation to many rows
 * does if no condition reads it, and no inner join is below it. In doubt, no join is whole.
 */
export function wholeJoins(builder: Builder): ReadonlySet<Join> {
  const { joinAttributes: joins, limit, offset, onLocked } = builder.expressionMap
  if (joins.length === 0 || !isPlain(builder)) return new Set()
  const mentioned = columnsRead(builder, conditionsOf(builder))
  const read = new Set(mentioned)
  const isCut = !mentioned || limit !== undefined || offset !== undefined || onLocked === 'skip_locked'
  // Joins are behind those that they start from.
  for (const { direction, alias, parentAlias } of [...joins].reverse())
    if (parentAlias && (direction === 'INNER' || read.has(alias.name.toLowerCase())))
      read.add(parentAlias.toLowerCase())
  const isWhole = (join: Join): boolean =>
    isRelation(join) && (isSingle(join.relation!) || (!isCut && !read.has(join.alias.name.toLowerCase())))
  return new Set(joins.filter((join) => join.mapToProperty === undefined && isWhole(join)))
}

/** Returns whether a query has only columns, joins, conditions, an order and a limit. */
function isPlain(builder: Builder): boolean {
  const { expressionMap: map } = builder
  const dialect = dialectOfBuilder(builder)
  return (
    dialect !== undefined &&
    map.mainAlias?.subQuery === undefined &&
    map.aliases.filter(({ type }) => type === 'from').length === 1 &&
    new Set(map.aliases.map(({ name }) => name.toLowerCase())).size === map.aliases.length &&
    [map.commonTableExpressions, map.groupBys, map.havings, map.selectDistinctOn].every(({ length }) => length === 0) &&
    // A result cached under a name can belong to another query.
    map.cacheId === undefined &&
    !map.timeTravel &&
    // Another value can replace the key of a joined row, and an aggregate leaves a single row.
    map.selects.every(({ selection, aliasName }) =>
      aliasName ? !hides(aliasName, map) && columnsRead(builder, selection) : /^\w+(\.\w+)*$/.test(selection),
    ) &&
    Object.keys(map.orderBys).every((text) => /^[\w$."`]+$/.test(text) || columnsRead(builder, text)) &&
    // TypeORM treats the result of a function as SQL.
    Object.values(builder.getParameters()).every((value) => typeof value !== 'function') &&
    staysInPlace(map, dialect)
  )
}

/** Returns whether a selected value can stand in the place of a column. */
function hides(name: string, { aliases }: ExpressionMap): boolean {
  return aliases.some((alias) => name.toLowerCase().startsWith(`${alias.name.toLowerCase()}_`))
}

/** Returns the SQL of a query's conditions, without those of filters and of its own relations. */
function conditionsOf(builder: Builder): string {
  const { wheres, joinAttributes } = builder.expressionMap
  const create = Reflect.get(builder, 'createWhereClausesExpression') as (given: typeof wheres) => string
  const joins = joinAttributes.filter((join) => !isRelation(join)).map(({ condition }) => condition || 'TRUE')
  return [create.call(builder, wheres) || 'TRUE', ...joins].join(', ')
}

/** Returns the aliases whose columns SQL reads; undefined if it can read more. */
function columnsRead(builder: Builder, sql: string): ReadonlySet<string> | undefined {
  const replace = Reflect.get(builder, 'replacePropertyNamesForTheWholeQuery') as (sql: string) => string
  const { mainAlias, joinAttributes } = builder.expressionMap
  // Not those of join tables.
  const names = [mainAlias!, ...joinAttributes.map(({ alias }) => alias)].map(({ name }) => name.toLowerCase())
  return mentionedAliases(
    replace.call(builder, sql),
    (alias, path) => names.includes(alias.toLowerCase()) && !path.includes('.'),
  )
}

/** Returns whether a join loads a relation with no other condition than TypeORM's own for soft-deleted rows. */
function isRelation({ relation, condition, alias, metadata }: Join): boolean {
  const column = metadata?.deleteDateColumn
  return relation !== undefined && (condition ?? '') === (column ? `${alias.name}.${column.propertyName} IS NULL` : '')
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
