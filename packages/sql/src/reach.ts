import type { Definite, DefiniteReach, Hop, ReachStep } from '@arcturus/core/internal/sql'
import type { StandardSql } from './dialects/standard.js'
import { From } from './from.js'
import { type Places, refuseOperand } from './place.js'
import { itself, type RecursiveQueries } from './recursiveQueries.js'
import { refuse } from './refusal.js'
import type { Row } from './row.js'
import type { Rows } from './rows.js'
import { all, atom, type Sql } from './sql.js'
import type { SqlColumn } from './tables.js'

/** The parts of the printer that a recursion needs. */
export interface ReachPrinter {
  readonly dialect: StandardSql
  readonly rows: Rows
  readonly places: Places
  asking(write: (queries: RecursiveQueries) => string | undefined): string | undefined
  within(from: From, write: () => Sql): Sql
  inside(row: Row, write: () => Sql): Sql
  print(condition: Definite): Sql
}

/** Writes a recursion along relations. The start must be among the rows that lead to an end. */
export function printReach(reach: DefiniteReach, printer: ReachPrinter): Sql {
  const key = keyOf(reach, printer)
  const columns = key.map((_, at) => printer.dialect.quote(`key${at + 1}`)).join(', ')
  const asked = printer.asking((queries) => {
    const query = printer.rows.apart(() => queryOf(reach, key, printer))
    return query && `SELECT ${columns} FROM ${queries.add(query)}`
  })
  return asked === undefined ? false : start(reach, key, asked, printer)
}

/**
 * Writes the query of the rows that lead to an end. They are the same for every start, so they are
 * found once, backwards from the ends. UNION drops rows that were found before, so cycles end.
 * Returns undefined if there are no ends.
 */
function queryOf(
  { each, where, steps, span }: DefiniteReach,
  key: readonly SqlColumn[],
  printer: ReachPrinter,
): string | undefined {
  const { rows, dialect } = printer
  const columns = key.map((_, at) => dialect.quote(`key${at + 1}`))

  /** Writes the keys of the rows for which a condition is true; undefined if there are none. */
  const keys = (write: (from: From) => Sql): string | undefined => {
    const from = new From()
    const row = rows.scan(each.model!, from, span)
    const condition = printer.within(from, () => rows.with(each, row, () => write(from)))
    return condition === false
      ? undefined
      : from.select(
          key.map((column) => row.column(column)!),
          condition,
        )
  }
  /** Writes the rows that lead to a found row in one step. */
  const before = (
    step: ReachStep,
    link: (links: readonly Sql[], from: From) => Sql,
    found: string,
  ): string | undefined =>
    keys((from) =>
      follow([...step.through, { each: step.next, from: step.from }], from, printer, (next) => {
        const texts = key.map((column) => next.column(column)!)
        const links = texts.map((text, at) => atom(`${text} = ${found}.${columns[at]!}`))
        return all([link(links, from), next.unproven(texts), printer.print(step.where)])
      }),
    )

  const ends = keys(() => printer.print(where))
  if (ends === undefined) return undefined
  const found = rows.alias()
  const isTogether = steps.length > 1 && !dialect.recursesInParts
  const ways = steps.flatMap((step) => {
    const link = (links: readonly Sql[], from: From): Sql => {
      if (isTogether) return all(links)
      from[dialect.scansToRecurse ? 'first' : 'inner'](`${itself} AS ${found}`, links)
      return true
    }
    return before(step, link, found) ?? []
  })
  const parts = isTogether && ways.length > 0 ? [together(ways, found, columns, rows.alias())] : ways
  return `${itself} (${columns.join(', ')}) AS (${[ends, ...parts].join(' UNION ')})`
}

function keyOf({ each, span }: DefiniteReach, { rows }: ReachPrinter): readonly SqlColumn[] {
  if (each.model === undefined) return refuseOperand({ kind: 'path', root: each, steps: [] }, span)
  const { key } = rows.table(each.model, span)
  if (key.length > 0) return key
  return refuse('no-key', `A recursion needs the key of its rows, but ${each.model} has none.`, span)
}

/**
 * Follows relations from row to row by inner joins. The comparison of the last row proves that it
 * exists.
 */
function follow(hops: readonly Hop[], from: From, printer: ReachPrinter, write: (last: Row) => Sql): Sql {
  const { rows, places } = printer
  const [hop, ...rest] = hops
  const { span } = hop!.from.steps.at(-1)!
  const { row: own, field } = places.here(hop!.from, span)
  if (field?.kind !== 'relation') return refuseOperand(hop!.from, span)
  const isLast = rest.length === 0
  const row =
    isLast && !field.relation.many
      ? rows.hop(own, field.relation, span, true)!
      : rows.each(own, field.relation, from, span)!
  return rows.with(hop!.each, row, () => (isLast ? write(row) : follow(rest, from, printer, write)))
}

/**
 * Joins several steps into one part, for a database whose recursive query may refer to itself once.
 */
function together(ways: readonly string[], found: string, columns: readonly string[], alias: string): string {
  const selected = columns.map((column) => `${alias}.${column}`).join(', ')
  return `SELECT ${selected} FROM ${itself} AS ${found} CROSS JOIN LATERAL (${ways.join(' UNION ALL ')}) AS ${alias} (${columns.join(', ')})`
}

/** Writes that the start is among the rows of a query. */
function start(reach: DefiniteReach, key: readonly SqlColumn[], query: string, printer: ReachPrinter): Sql {
  const { rows, places } = printer
  const { start: path, span } = reach
  const needed = places.needed(path, span)
  if (needed) return printer.inside(needed, () => start(reach, key, query, printer))
  const { row: own, field } = places.here(path, span)
  const row = field?.kind === 'relation' ? rows.hop(own, field.relation, span, true)! : own
  const among = (): Sql => {
    const texts = key.map((column) => row.column(column)!)
    const among = atom(`${texts.length === 1 ? texts[0]! : `(${texts.join(', ')})`} IN (${query})`)
    return all([among, row.unproven(texts)])
  }
  return key.some((column) => row.column(column) === undefined) ? printer.inside(row, among) : among()
}
