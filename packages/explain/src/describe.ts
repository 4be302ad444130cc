import { isOfContext } from '@arcturus/core/internal/explain'
import type { Change } from './changes.js'
import type { Found } from './missing.js'
import { contextIn, operandsOf } from './operands.js'
import type { Shown } from './show.js'
import { type ExplanationPlace, placeOf } from './tree.js'

/**
 * Something that is missing.
 *
 * - `condition`: a test that would have to hold.
 * - `row`: a row that would have to be in a list, or that a relation would have to lead to.
 * - `removal`: a row that would have to be gone from a list.
 */
export interface MissingLeaf {
  readonly kind: 'condition' | 'row' | 'removal'
  /** A demand, such as `issue.creator = User 3`. */
  readonly text: string
  /** The row that it is about, unless that is the actor or the resource: `RepositoryRole 1`. */
  readonly of?: string
  /** The names of the context that it reads: it may hold in another one, for example at another time. */
  readonly context?: readonly string[]
  /** The value now, such as `User 7`, if it may be shown. */
  readonly now?: string
  readonly place?: ExplanationPlace
  /** What has to hold for a row that does not exist yet. */
  readonly where?: readonly string[]
}

/** The smallest sets of changes that would allow the action. */
export interface ExplanationMissing {
  /** Each set is enough. The smallest come first. */
  readonly sets: readonly (readonly MissingLeaf[])[]
  /** Whether these are all least sets: false if the search reached a limit. */
  readonly complete: boolean
}

/** The actor and the resource of a question. */
export type Subjects = readonly unknown[]

/** Writes the result of a search. Of sets of one size, those come first that are likely to be meant. */
export function describe({ sets, complete }: Found, shown: Shown, subjects: Subjects): ExplanationMissing {
  const ranked = sets
    .map((changes) => ({ leaves: describeSet(changes, shown, subjects) }))
    .sort((a, b) => a.leaves.length - b.leaves.length || rank(a.leaves) - rank(b.leaves))
  // New rows of one list can change places.
  const distinct = new Map<string, readonly MissingLeaf[]>()
  for (const { leaves } of ranked) {
    const key = leaves.map(({ text, of, where }) => JSON.stringify([text, of, where]))
    distinct.set(key.sort().join(), distinct.get(key.join()) ?? leaves)
  }
  return { sets: [...distinct.values()], complete }
}

/** New rows come before changes of the actor or the resource, and these before changes of other rows. */
function rank(leaves: readonly MissingLeaf[]): number {
  return leaves.reduce((sum, { kind, of }) => sum + (kind === 'row' ? 0 : of === undefined ? 1 : 2), 0)
}

function describeSet(changes: readonly Change[], shown: Shown, subjects: Subjects): readonly MissingLeaf[] {
  return changes.flatMap((change) => (change.of ? [] : [describeChange(change, changes, shown, subjects)]))
}

function describeChange(change: Change, changes: readonly Change[], shown: Shown, subjects: Subjects): MissingLeaf {
  const { part, kind, wanted, row } = change
  const { condition } = part
  const place = 'span' in condition && condition.span.source.text !== '' ? { place: placeOf(condition.span) } : {}
  const owner = part.places[0]?.object
  const isOther = owner !== undefined && !subjects.includes(owner) && !isOfContext(owner)
  const of = isOther ? { of: shown.value(owner) } : {}
  if (kind === 'leaf') {
    const now = shown.now(part)
    const context = contextIn(condition, part.environment, part.world.schema)
    return {
      kind: 'condition',
      text: shown.demand(part, wanted),
      ...of,
      ...(context.length === 0 ? {} : { context }),
      ...(now === undefined ? {} : { now }),
      ...place,
    }
  }
  const [operand] = operandsOf(condition)
  const list = operand ? shown.side(operand, part).text : ''
  const shownRow = operand ? shown.element(row, operand, part) : shown.value(row)
  if (kind === 'removal') return { kind, text: `${shownRow} not in ${list}`, ...of, ...place }
  const where = changes
    .filter((one) => one.of === row)
    .toSorted((a, b) => startOf(a) - startOf(b))
    .map((one) => shown.demand(one.part, one.wanted))
  const text = kind === 'row' ? `${shownRow} in ${list}` : `${list} = ${shownRow}`
  return { kind: 'row', text, ...of, ...place, where }
}

function startOf({ part: { condition } }: Change): number {
  return 'span' in condition ? condition.span.start : 0
}
