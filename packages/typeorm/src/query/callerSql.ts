import type { SqlDialect } from '@arcturus/sql'
import type { Builder } from '../rows/builders.js'
import { isContained, isWithinClause } from '../sql/containedText.js'

type ExpressionMap = Builder['expressionMap']

/** Returns whether the SQL that callers wrote in a query stays in its places. */
export function staysInPlace(map: ExpressionMap, dialect: SqlDialect): boolean {
  if (map.comment?.includes('*/') || map.aliases.some(({ name }) => /["`[\]\\]/.test(name))) return false
  for (const { queryBuilder } of map.commonTableExpressions)
    if (typeof queryBuilder === 'string' && !isContained(queryBuilder, dialect)) return false
  for (const text of textsOf(map)) if (!/^[\w.]*$/.test(text) && !isWithinClause(text, dialect)) return false
  return true
}

/** Returns the SQL that callers can write in the parts of a query, except common table expressions. */
export function* textsOf(map: ExpressionMap): Generator<string> {
  for (const { selection } of map.selects) yield selection
  yield* map.selectDistinctOn
  yield* map.groupBys
  for (const part of [map.wheres, map.havings, map.onUpdate?.overwriteCondition]) yield* textsIn(part)
  yield* Object.keys(map.orderBys)
  for (const { condition, alias } of map.joinAttributes) {
    yield condition ?? ''
    yield alias.subQuery ?? ''
  }
  for (const { subQuery } of map.aliases) yield subQuery ?? ''
  yield* [map.useIndex ?? []].flat()
  yield map.onUpdate?.indexPredicate ?? ''
  if (typeof map.returning === 'string') yield map.returning
  if (!map.mainAlias?.hasMetadata) return
  for (const values of [map.valuesSet ?? []].flat())
    for (const column of map.mainAlias.metadata.columns) {
      const value: unknown = column.getEntityValue(values)
      if (typeof value === 'function') yield String(Reflect.apply(value, undefined, []))
    }
}

function* textsIn(condition: unknown): Generator<string> {
  if (typeof condition === 'string') yield condition
  else if (typeof condition === 'object' && condition !== null)
    for (const one of Object.values(condition)) yield* textsIn(one)
}
