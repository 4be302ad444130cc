import type { Authorizer, PolicySource } from '@arcturus/core'
import { inJson, referenceTo } from '@arcturus/core/internal/testing'
import { type Answer, answerOf, isSame } from './answer.js'
import { type DecisionChange, signOf } from './diffPolicies.js'
import { remembering } from './diffRun.js'

/** A row as a decision names it. */
interface RecordedRow {
  readonly model?: string
  readonly key?: unknown
}

/** A decision as `jsonLines` writes it. */
export interface RecordedDecision {
  readonly id: string
  readonly time: string
  readonly entry: string
  readonly actor: RecordedRow | null
  readonly action?: string
  readonly resource?: RecordedRow
  readonly outcome: 'allowed' | 'denied' | 'error'
  readonly reason?: string
  readonly fields?: readonly string[]
}

/** A recorded decision that the policy changes. */
export interface RecordedChange extends DecisionChange {
  readonly decision: RecordedDecision
}

export interface DecisionsDiffOptions {
  /** Returns the rows of a model that have one of these keys. A key is that of a decision: a value, or one for each column. */
  readonly rows: (model: string, keys: readonly unknown[]) => Promise<readonly object[]>
  /** The old policy. A decision that it changes, too, is one whose rows have changed. Default: each change is reported. */
  readonly before?: readonly PolicySource[] | undefined
  /** Called with the number of decisions that are done. */
  readonly onProgress?: (done: number) => void
}

/** What recorded decisions are under another policy. */
export interface DecisionsDiff {
  readonly changes: readonly RecordedChange[]
  /** The number of decisions that were compared. */
  readonly compared: number
  /** The number of changes that the old policy makes, too, since rows have changed. */
  readonly moved: number
  /** The numbers of decisions that were not compared, by the reason. */
  readonly uncompared: ReadonlyMap<string, number>
  /** Returns a summary: a line per action, model and direction. */
  toString(): string
}

/** Why decisions of the other entries are not compared. */
const unrecorded: Readonly<Record<string, string>> = {
  change: 'writes: the log has no data of rows',
  filter: 'lists: the log does not name their rows',
  extent: 'extents: they are about no row',
  actions: 'lists of actions: the log does not name them',
  request: 'requests: the log does not have them',
}

/** The number of checks that run together, and load their relations together. Databases limit the parameters of a query. */
const together = 1000

/** A decision that can't be compared. */
class Uncompared extends Error {}

/**
 * Returns what recorded decisions would be under a policy, on the rows as they are now.
 * @param chunks - The decisions. The rows of each chunk are read together.
 */
export async function diffDecisions(
  authorizer: Authorizer,
  after: readonly PolicySource[],
  chunks: AsyncIterable<readonly RecordedDecision[]>,
  { rows, before, onProgress }: DecisionsDiffOptions,
): Promise<DecisionsDiff> {
  const [next, old] = [authorizer.withPolicy(...after), before && authorizer.withPolicy(...before)]
  const changes: RecordedChange[] = []
  const uncompared = new Map<string, number>()
  let [done, moved] = [0, 0]
  for await (const decisions of chunks) {
    await remembering(authorizer, async () => {
      const known = await rowsOf(authorizer, decisions, rows)
      const compare = async (
        decision: RecordedDecision,
      ): Promise<RecordedChange | 'moved' | undefined | Uncompared> => {
        try {
          const change = await changeOf(next, decision, known)
          return change && old && isSame(change.after, await answerTo(old, change)) ? 'moved' : change
        } catch (error) {
          if (error instanceof Uncompared) return error
          throw error
        }
      }
      for (let at = 0; at < decisions.length; at += together) {
        const found = await Promise.all(decisions.slice(at, at + together).map(compare))
        done += found.length
        for (const one of found)
          if (one instanceof Uncompared) uncompared.set(one.message, (uncompared.get(one.message) ?? 0) + 1)
          else if (one === 'moved') moved++
          else if (one) changes.push(one)
        onProgress?.(done)
      }
    })
  }
  const compared = done - [...uncompared.values()].reduce((sum, count) => sum + count, 0)
  return { changes, compared, moved, uncompared, toString: () => textOf(changes) }
}

/** Returns the rows of decisions, by their references. */
async function rowsOf(
  { schema }: Authorizer,
  decisions: readonly RecordedDecision[],
  read: DecisionsDiffOptions['rows'],
): Promise<ReadonlyMap<string, object>> {
  const keys = new Map<string, Map<string, unknown>>()
  for (const { actor, resource } of decisions.filter(({ entry }) => !(entry in unrecorded)))
    for (const row of [actor, resource])
      if (row?.model !== undefined && schema.models.has(row.model) && isWhole(row.key)) {
        const ofModel = keys.get(row.model) ?? new Map<string, unknown>()
        keys.set(row.model, ofModel.set(textOfRow(row), row.key))
      }
  const known = new Map<string, object>()
  for (const [model, ofModel] of keys)
    for (const row of await read(model, [...ofModel.values()])) {
      const { key } = referenceTo(schema, row, new Set())
      known.set(textOfRow({ model, key: inJson(key) }), row)
    }
  return known
}

const textOfRow = ({ model, key }: RecordedRow): string => JSON.stringify([model, key])

/** Returns whether a key is there, neither masked nor cut. */
function isWhole(key: unknown): boolean {
  if (typeof key === 'object' && key !== null) return Object.values(key).every(isWhole)
  if (typeof key === 'string') return key !== '(masked)' && !/^.{200}…$/s.test(key)
  return key !== undefined && key !== null
}

/** Returns how a policy changes a decision. @throws Uncompared */
async function changeOf(
  next: Authorizer,
  decision: RecordedDecision,
  known: ReadonlyMap<string, object>,
): Promise<RecordedChange | undefined> {
  const { entry, action, outcome, reason = '' } = decision
  if (entry in unrecorded) throw new Uncompared(unrecorded[entry])
  const actor = decision.actor === null ? null : rowOf(next, decision.actor, known)
  const { model = '' } = decision.resource ?? {}
  const resource = rowOf(next, decision.resource ?? {}, known, true)
  const before: Answer = outcome === 'error' ? { error: reason } : outcome
  const asked = { actor, action: action!, model, resource, before, decision }
  const after = await answerTo(next, asked)
  if (isSame(before, after)) return undefined
  if (typeof after === 'object' && after.error === 'relation-not-loaded')
    throw new Uncompared("decisions whose relations can't be read")
  return { ...asked, after }
}

/** @throws Uncompared */
function rowOf(
  { schema }: Authorizer,
  row: RecordedRow,
  known: ReadonlyMap<string, object>,
  canBeNew = false,
): unknown {
  const { model, key } = row
  if (model === undefined || !schema.models.has(model)) throw new Uncompared('decisions about something that is no row')
  // A row that does not exist yet: its class, or the name of its model.
  if (key === undefined && canBeNew && schema.key(model)) return schema.models.get(model)!.class ?? model
  if (!isWhole(key)) throw new Uncompared('decisions about rows whose keys are not in the log')
  const found = known.get(textOfRow(row))
  if (found) return found
  throw new Uncompared(`rows that are not found: ${model}`)
}

/** Returns the answer of a policy to the question of a recorded decision. @throws Uncompared */
async function answerTo(
  policy: Authorizer,
  { actor, action, resource, decision, before }: Omit<RecordedChange, 'after'>,
): Promise<Answer> {
  const { entry, fields = [] } = decision
  if (entry === 'field' && fields.length === 0) throw new Uncompared('lists of fields: the log does not name them')
  const fieldsAsked = entry === 'field' ? fields : [undefined]
  const answers: Answer[] = []
  for (const field of fieldsAsked) {
    // Sound: the answer to a check or to one field is no list.
    const answer = (await answerOf(policy, { actor, action, resource, ...(field !== undefined && { field }) }).catch(
      (error: unknown) => {
        if (isSame(before, { error: 'application-error' })) return before
        throw new Uncompared(`checks that failed: ${String(error).trim().split('\n').at(-1)}`)
      },
    )) as Answer
    answers.push(isSame(answer, { error: 'unknown-action' }) ? 'denied' : answer)
  }
  // A body is written if all of its fields are allowed, and a row is shown if one of them is.
  if (answers.every((answer) => isSame(answer, answers[0]!))) return answers[0]!
  throw new Uncompared('decisions on several fields of which some are allowed')
}

function textOf(changes: readonly RecordedChange[]): string {
  const kinds = new Map<string, { count: number; readonly actors: Set<string> }>()
  for (const change of changes) {
    const line = `${signOf(change)} ${change.action} ${change.model}`
    const kind = kinds.get(line) ?? { count: 0, actors: new Set() }
    kind.count++
    kind.actors.add(JSON.stringify(change.decision.actor))
    kinds.set(line, kind)
  }
  if (kinds.size === 0) return 'No compared decision changes.'
  const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
  const lines = [...kinds].map(
    ([line, { count, actors }]) => `${line}: ${counted(count, 'decision')} of ${counted(actors.size, 'actor')}`,
  )
  return lines.join('\n')
}
