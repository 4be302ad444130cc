import type { SqlDialect } from '@arcturus/sql'
import { unsupportedOperation } from '../errors.js'
import { textsOf } from '../query/callerSql.js'
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
  const { comment, commonTableExpressions } = builder.expressionMap
  if (comment?.includes('*/')) throw uncontained()
  for (const text of textsOf(builder.expressionMap)) assertText(text, texts, dialect)
  for (const { queryBuilder } of commonTableExpressions)
    if (typeof queryBuilder === 'string') assertText(queryBuilder, texts, dialect)
}

/** @throws UnsupportedOperationError as `assertReadsNoTable` does */
export function assertText(text: string, texts: ReadonlySet<string>, dialect: SqlDialect): void {
  if (/^[\w.]*$/.test(text)) return
  if (!isWithinClause(text, dialect)) throw uncontained()
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
