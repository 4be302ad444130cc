import type { Authorizer } from '@arcturus/core'
import { type DatabaseDiff, diffDatabase } from '@arcturus/testing/diff'
import type { RowQueries } from '../../../packages/testing/src/diff/diffDatabase.js'

/** The comparison of two policies over the rows of a database. */
export interface DifferenceQuestion {
  readonly before: string
  readonly after: string
  readonly actors: readonly (number | null)[]
  /** The most rows of each change. */
  readonly samples: number
}

/** The difference of two policies over the rows of a database; actors and rows by their place in the world. */
export interface Difference extends Pick<DatabaseDiff, 'same' | 'actions'> {
  readonly changes: readonly (List & {
    readonly direction: 'gained' | 'lost'
    readonly count: number
    readonly rows: ReadonlySet<number>
  })[]
  readonly uncompared: readonly (List & { readonly reason: string })[]
}

interface List {
  readonly actor: number | null
  readonly action: string
  readonly model: string
}

/**
 * @param fetch - Returns an actor as it comes out of the database.
 * @param placesOf - Returns the places of rows of a model.
 */
export async function differenceOf(
  authorizer: Authorizer,
  { before, after, actors, samples }: DifferenceQuestion,
  queries: RowQueries,
  fetch: (actor: number | null) => Promise<object | null>,
  placesOf: (model: string, rows: readonly object[]) => ReadonlySet<number>,
): Promise<Difference> {
  const subjects = new Map<unknown, number | null>()
  for (const actor of actors) subjects.set(await fetch(actor), actor)
  const placed = <T extends { readonly actor: unknown }>(one: T) => ({ ...one, actor: subjects.get(one.actor)! })
  const diff = await diffDatabase(authorizer, before, after, queries, { actors: subjects.keys(), samples })
  return {
    same: diff.same,
    actions: diff.actions,
    changes: diff.changes.map((one) => ({ ...placed(one), rows: placesOf(one.model, one.rows) })),
    uncompared: diff.uncompared.map(placed),
  }
}
