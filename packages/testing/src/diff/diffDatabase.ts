import { ArcturusError, type Authorizer, type PolicySource } from '@arcturus/core'
import type { Schema } from '@arcturus/core/internal/testing'
import { identityOf, own, Residuals } from '@arcturus/core/internal/testing'
import { actorsOf, actorText } from './actors.js'
import { type Comparison, type ComparisonOptions, comparison, loadBoth } from './comparison.js'
import { type ComparedFilter, differenceFilter, filterOf, type RowFilter } from './differenceFilter.js'
import { Differences } from './differences.js'
import { countsText, summaryText } from './summary.js'

/** The queries of an application's database, by an ORM. */
export interface RowQueries {
  /** Returns rows of a filter in the order of their keys. */
  find(filter: RowFilter, page: { readonly skip: number; readonly take: number }): Promise<readonly object[]>
  /** Returns the number of rows of a filter. */
  count(filter: RowFilter): Promise<number>
}

export interface DatabaseDiffOptions extends ComparisonOptions<DatabaseChange> {
  /** The most rows of each change that are returned. Default 3. */
  readonly samples?: number
}

/** The rows of a model on which an actor gains or loses an action. */
export interface DatabaseChange {
  readonly actor: unknown
  readonly action: string
  readonly model: string
  readonly direction: 'gained' | 'lost'
  /** The number of rows. */
  readonly count: number
  /** Some of the rows, those with the first keys. */
  readonly rows: readonly object[]
}

/** A list that could not be compared, since a policy has no exact query for it. */
export interface UncomparedList {
  readonly actor: unknown
  readonly action: string
  readonly model: string
  readonly reason: string
}

/** The difference between two policies on the rows of a database. */
export interface DatabaseDiff extends Pick<Comparison, 'same' | 'actions' | 'unexamined'> {
  readonly changes: readonly DatabaseChange[]
  readonly uncompared: readonly UncomparedList[]
  /** The number of actors that were compared, and of queries that were sent. */
  readonly compared: { readonly actors: number; readonly queries: number }
  /** Returns a summary: a line per action, model and direction with the number of rows by actor. */
  toString(): string
}

/**
 * Compares two policies on all rows of a database. For each actor, action and model whose conditions
 * differ, the database finds the rows that the actor gains and those that the actor loses, by a query
 * each. If it can't, the rows of both filters are compared by their keys. A row whose check is an error
 * counts as denied. Embedded columns have no list of their own to compare.
 *
 * @param authorizer - An authorizer with the models of both policies. It keeps its own policy.
 * @param before - The old policy: a text, or the texts of its files.
 * @param after - The new policy.
 * @param queries - The database, by `filterArguments` of an ORM package.
 * @throws PolicyError if one of the policies is invalid; ArgumentError `invalid-context` for a context that is not declared;
 * also the errors of the database.
 *
 * @example
 * ```ts
 * const diff = await diffDatabase(authorizer, oldText, newText, queries, { actors: await prisma.user.findMany() })
 * console.log(String(diff)) // + edit Document: User { id: 5 } 2
 * ```
 */
export async function diffDatabase(
  authorizer: Authorizer,
  before: string | readonly PolicySource[],
  after: string | readonly PolicySource[],
  queries: RowQueries,
  given: DatabaseDiffOptions,
): Promise<DatabaseDiff> {
  const options = own(given)
  const [old, next] = loadBoth(authorizer, before, after, options.context)
  const differences = new Differences(old, next, new Residuals(old))
  const compared = comparison(old, next, differences)
  const { same, actions, unexamined } = compared
  const run = new DatabaseRun(old, next, queries, options.samples ?? 3)
  const changes: DatabaseChange[] = []
  const uncompared: UncomparedList[] = []
  let done = 0
  for await (const actor of actorsOf(options.actors, compared)) {
    options.onProgress?.(done)
    const model = actor === null ? undefined : authorizer.modelOf(actor)
    const kind = actor === null ? 'nil' : model === undefined ? undefined : { model }
    for (const { action, model, same } of actions) {
      if (
        same ||
        isPart(authorizer.schema, model) ||
        (kind && !authorizer.schema.descendants(model).some((one) => differences.between(kind, action, { model: one })))
      )
        continue
      try {
        for (const change of await run.changes(actor, action, model)) {
          changes.push(change)
          options.onChange?.(change)
        }
      } catch (error) {
        if (!isRefusal(error)) throw error
        uncompared.push({ actor, action, model, reason: error.message })
      }
    }
    done++
  }
  return {
    same,
    actions,
    unexamined,
    changes,
    uncompared,
    compared: { actors: done, queries: run.sent },
    toString: () => {
      const counts = countsText(
        changes.map(({ actor, action, model, direction, count }) => [
          `${direction === 'gained' ? '+' : '-'} ${action} ${model}`,
          actorText(authorizer, actor),
          count,
        ]),
      )
      return summaryText(counts, unexamined, uncomparedLines(uncompared, authorizer))
    },
  }
}

/**
 * Returns whether rows of a model are parts of other rows, such as embedded columns: they always exist, and no column refers to
 * them. No table has a list of them.
 */
function isPart({ models }: Schema, model: string): boolean {
  const { class: cls, key } = models.get(model)!
  if (cls || key) return false
  const fields = [...models.values()].flatMap((one) => [...one.fields.values()])
  return fields.some(
    (field) =>
      field.kind === 'relation' && field.model === model && field.kept && !field.many && field.from.length === 0,
  )
}

/** The number of rows that are read at a time where the keys of two lists are compared. */
const pageSize = 1000

class DatabaseRun {
  sent = 0

  constructor(
    private readonly old: Authorizer,
    private readonly next: Authorizer,
    private readonly queries: RowQueries,
    private readonly samples: number,
  ) {}

  /** @throws UnsupportedFilterError if one of the policies has no exact query for the list. */
  async changes(actor: unknown, action: string, model: string): Promise<readonly DatabaseChange[]> {
    const [old, next] = await Promise.all([this.old, this.next].map((one) => filterOf(one, actor, action, model)))
    const found: DatabaseChange[] = []
    for (const [direction, within, without] of [
      ['gained', next!, old!],
      ['lost', old!, next!],
    ] as const) {
      const { count, rows } = await this.#difference(within, without)
      if (count > 0) found.push({ actor, action, model, direction, count, rows })
    }
    return found
  }

  async #difference(within: ComparedFilter, without: ComparedFilter): Promise<Rows> {
    const difference = differenceFilter(this.old, within, without)
    if (difference.isEmpty) return { count: 0, rows: [] }
    try {
      return await this.#rowsOf(difference)
    } catch (error) {
      if (!isRefusal(error)) throw error
      return this.#byKeys(within, without)
    }
  }

  /** Returns the first rows of a filter. They are counted only if there are more. */
  async #rowsOf(filter: RowFilter): Promise<Rows> {
    const take = this.samples + 1
    this.sent++
    const rows = await this.queries.find(filter, { skip: 0, take })
    if (rows.length < take) return { count: rows.length, rows: rows.slice(0, this.samples) }
    this.sent++
    return { count: await this.queries.count(filter), rows: rows.slice(0, this.samples) }
  }

  /** Reads the rows of both lists page by page, and compares their keys. */
  async #byKeys(within: ComparedFilter, without: ComparedFilter): Promise<Rows> {
    const keys = new Set<unknown>()
    for await (const row of this.#all(without)) keys.add(identityOf(this.old.schema, row))
    const rows: object[] = []
    let count = 0
    for await (const row of this.#all(within)) {
      if (keys.has(identityOf(this.old.schema, row))) continue
      count++
      if (rows.length < this.samples) rows.push(row)
    }
    return { count, rows }
  }

  async *#all(compared: ComparedFilter): AsyncGenerator<object> {
    if (compared.kind === 'none') return
    const filter: RowFilter = { model: compared.model, isEmpty: false, definite: () => compared.definite() }
    for (let skip = 0; ; skip += pageSize) {
      this.sent++
      const page = await this.queries.find(filter, { skip, take: pageSize })
      yield* page
      if (page.length < pageSize) return
    }
  }
}

interface Rows {
  readonly count: number
  readonly rows: readonly object[]
}

/** Returns whether a policy has no query for a list. Errors of the database are others. */
function isRefusal(error: unknown): error is Error {
  return (
    error instanceof ArcturusError || (error instanceof Error && 'code' in error && error.code === 'filter-too-large')
  )
}

function uncomparedLines(lists: readonly UncomparedList[], authorizer: Authorizer): readonly string[] {
  const lines = new Map<string, string[]>()
  for (const { actor, action, model, reason } of lists) {
    const line = `? ${action} ${model} could not be compared. ${reason.split('\n', 1)[0]}`
    lines.set(line, [...(lines.get(line) ?? []), actorText(authorizer, actor)])
  }
  return [...lines].map(([line, actors]) => `${line}: ${actors.join(', ')}`)
}
