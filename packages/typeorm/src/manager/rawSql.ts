import type { SqlDialect } from '@arcturus/sql'
import { unsupportedOperation } from '../errors.js'
import { uncontained } from '../query/placement.js'
import type { Builder } from '../rows/builders.js'
import { isWithinClause } from '../sql/containedText.js'

/** The maximum number of texts that are remembered. */
const most = 1_000

/** Remembers SQL of a manager's own query, which may be part of another query. */
export function rememberText(texts: Set<string>, sql: string): string {
  if (texts.size >= most) texts.clear()
  texts.add(sql)
  return sql
}

/**
 * Asserts that the SQL that a caller wrote for a query reads no table: only subqueries of the same
 * manager's builders do.
 * @throws UnsupportedOperationError otherwise, and for SQL that escapes its place
 */
export function assertReadsNoTable(
  builder: Pick<Builder, 'expressionMap'>,
  texts: ReadonlySet<string>,
  dialect: SqlDialect,
): void {
  const { comment } = builder.expressionMap
  if (comment?.includes('*/')) throw uncontained('The comment')
  for (const text of textsOf(builder.expressionMap)) assertText(text, texts, dialect)
}

/** @throws UnsupportedOperationError as `assertReadsNoTable` does */
export function assertText(text: string, texts: ReadonlySet<string>, dialect: SqlDialect): void {
  if (/^[\w.]*$/.test(text)) return
  if (!isWithinClause(text, dialect)) throw uncontained('SQL')
  if (!reads.test(text)) return
  let rest = text
  for (const one of [...texts].sort((a, b) => b.length - a.length)) rest = rest.split(one).join(' ')
  if (!reads.test(rest.replace(/'[^']*'|"[^"]*"|`[^`]*`/g, ' '))) return
  throw unsupportedOperation('A query contains a subquery that was written as SQL.', {
    hint: "make it with the query's `subQuery()` or another builder of the same manager, or use manager.unguarded('the reason')",
    data: { sql: text },
  })
}

/** Words that read tables, and functions that run SQL or read files. */
const reads = /\b(?:select|table|\w+_to_xml\w*|dblink\w*|pg_read\w*|pg_ls\w*|lo_\w+|load_file|load_extension)\b/i

/** Returns the SQL that callers can write in the parts of a query. */
function* textsOf(map: Builder['expressionMap']): Generator<string> {
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
  for (const { queryBuilder } of map.commonTableExpressions) if (typeof queryBuilder === 'string') yield queryBuilder
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
