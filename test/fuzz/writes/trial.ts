import type { Authorizer } from '@arcturus/core'
import { Random } from '../random.js'
import { graphOf, type Row, references, type Tables } from './graph.js'
import { Change, changeRule, holds, isReadable, judge, unlinked } from './oracle.js'
import { randomWritePolicy } from './policies.js'

/** A random write, as an ORM runs it. */
export interface DrawnWrite {
  readonly text: string
  /** The write of all rows of a condition: it touches those that allow it. */
  readonly many?: { readonly model: string; readonly action: 'update' | 'delete'; readonly data: Row } | undefined
  /** The rows that the write names: it is refused if one of them does not exist. */
  readonly read?: readonly (readonly [model: string, key: number])[] | undefined
  /** The rows to which the data refer. */
  readonly refersTo?: readonly (readonly [model: string, key: number])[]
  /** The row that the write returns, so that it has to be readable: before, if it is deleted. */
  readonly returned?:
    | ((result: unknown) => readonly [model: string, key: number, isDeleted: boolean] | undefined)
    | undefined
  /**
   * Runs the write without a policy, on the rows that are permitted.
   * @param readable - Returns the keys of the rows of a model that can be read: others do not exist for an upsert.
   */
  byHand(permitted: readonly number[], readable: (model: string) => readonly number[]): Promise<Outcome>
  /** Does the same without the steps that the ORM ignores if they name no row: the policy refuses these. */
  withoutIgnored?(readable: (model: string) => readonly number[]): Promise<Outcome>
  /** Runs the write as a user. */
  run(actor: number): Promise<unknown>
}

/** The tables after a write without a policy, which is undone, or the ORM's error. */
export interface Outcome {
  readonly after?: Tables
  readonly result?: unknown
  readonly error?: string
}

/** The tables of one ORM on one database. */
export interface WritableWorld {
  readonly authorizer: Authorizer
  /** Whether policies have rules of `allow_update`, too. Default false. */
  readonly comparesStates?: boolean
  reset(): Promise<void>
  snapshot(): Promise<Tables>
  draw(random: Random): DrawnWrite
}

export interface TrialResult {
  readonly counts: Readonly<Record<string, number>>
  /** Changes that are forbidden, half-done or other ones, and errors that tell of hidden rows. */
  readonly wrong: readonly string[]
  /** Allowed writes that were refused. */
  readonly refused: readonly string[]
}

const named = [
  'ForbiddenError',
  'NotFoundError',
  'UnsupportedOperationError',
  'UnsupportedFilterError',
  'ArgumentError',
]

/** How many cases to run, and from which seed on. */
export const trialSize = (cases: number): { readonly seed: number; readonly cases: number } => ({
  seed: Number(process.env['ARCTURUS_WRITES_SEED'] ?? 1),
  cases: Number(process.env['ARCTURUS_WRITES_CASES'] ?? cases),
})

/**
 * Runs random writes under random policies, and compares what they change with what `can` says of every changed row,
 * and with the same write by hand.
 */
export async function tryRandomWrites(
  world: WritableWorld,
  { seed, cases }: { readonly seed: number; readonly cases: number },
): Promise<TrialResult> {
  const counts: Record<string, number> = {}
  const problems: Record<'wrong' | 'refused', string[]> = { wrong: [], refused: [] }
  if (world.comparesStates) world.authorizer.registerClass(Change)
  for (let at = 0; at < cases; at++) {
    if (at % 10 === 0) await world.reset()
    const random = Random.ofCase(seed, at)
    const rules = randomWritePolicy(random, world.comparesStates && random.chance(0.4))
    const policy = rules.includes('allow_update') ? `${rules}\n${changeRule}` : rules
    const comparesStates = (model: string) => rules.includes(`before: ${model},`)
    world.authorizer.loadSync(policy)
    const actor = random.pick([1, 2, 3])
    const write = world.draw(random)
    const before = await world.snapshot()
    if (!before['User']!.has(actor)) continue
    const verdict = await tryWrite(world, actor, write, before, comparesStates)
    counts[verdict.what] = (counts[verdict.what] ?? 0) + 1
    if (!verdict.problem) continue
    const { what, found, more } = verdict
    problems[verdict.problem].push(
      `${what} (seed ${seed}, case ${at}, user ${actor}): ${write.text}\n${found} ${more ?? ''}\n${policy}`,
    )
  }
  if (process.env['ARCTURUS_WRITES_SHOW']) {
    console.log(counts)
    const shown = [...problems.wrong, ...problems.refused].slice(0, Number(process.env['ARCTURUS_WRITES_SHOW']))
    console.log(shown.join('\n\n'))
  }
  return { counts, ...problems }
}

interface Judged {
  readonly what: string
  readonly problem?: 'wrong' | 'refused'
  readonly found: string
  readonly more?: string
}

async function tryWrite(
  world: WritableWorld,
  actor: number,
  write: DrawnWrite,
  before: Tables,
  comparesStates: (model: string) => boolean,
): Promise<Judged> {
  const { authorizer } = world
  const graph = graphOf(authorizer, before)
  const user = graph('User', actor)!
  const can = (action: string, model: string, key: number): boolean => {
    const row = graph(model, key)
    return row !== undefined && holds(authorizer, user, action, row)
  }
  const { many } = write
  const permitted = many
    ? [...before[many.model]!.keys()].filter(
        (key) =>
          can('read', many.model, key) &&
          can(many.action, many.model, key) &&
          unlinked(before, many.model, key, many.data).every((row) => can('read', ...row)),
      )
    : []
  const readable = (model: string) => [...before[model]!.keys()].filter((key) => can('read', model, key))
  const { after, error, result } = await write.byHand(permitted, readable)
  const [settled] = await Promise.allSettled([(async () => write.run(actor))()])
  const now = await world.snapshot()
  const reason = settled.status === 'rejected' ? (settled.reason as Error) : undefined
  const isDone = reason === undefined
  const found = reason ? `refused ${reason.name} ${reason.message.slice(0, 300)}` : 'allowed'
  const short = reason ? `refused ${reason.name}` : 'allowed'
  const wrong = (what: string, more?: string): Judged => ({ what, problem: 'wrong', found, ...(more && { more }) })
  const isSame = (other: Tables) => tablesText(now, before) === tablesText(other, before)
  if (!isDone && !isSame(before)) return wrong('refused, but changed')
  if (reason && !named.includes(reason.name) && error === undefined) return wrong('another error')
  const did = judge(authorizer, actor, before, now, comparesStates)
  if (isDone && !did.isAllowed) return wrong('allowed, but forbidden', did.reason)
  if (error !== undefined) {
    // The steps of the ORM have another order: a key can be that of a row which the write creates, or of none.
    const isOfOrder =
      /upsert|connectOrCreate/.test(write.text) || write.refersTo?.some(([model, key]) => !before[model]!.has(key))
    if (isDone && !isOfOrder && !isSame(before)) return wrong('allowed, but the ORM refuses', error)
    return { what: `the ORM refuses, ${short}`, found }
  }
  const verdict = judge(authorizer, actor, before, after!, comparesStates)
  const returned = write.returned?.(result)
  const isSeen =
    !returned || isReadable(authorizer, actor, before, returned[2] ? before : after!, returned[0], returned[1])
  const isAllowed =
    verdict.isAllowed && verdict.isSeen && isSeen && (write.read ?? []).every(([model, key]) => before[model]!.has(key))
  // By hand, a nested write also finds rows that the actor may not read, and leaves another state.
  if (isDone && verdict.isSeen && !isSeen) return wrong('returned, but hidden')
  if (isDone && verdict.isSeen && !isSame(after!))
    return wrong('another change', `${tablesText(now, before)}\n${tablesText(after!, before)}`)
  if (!isDone && isAllowed && verdict.isChanged && write.withoutIgnored) {
    const other = await write.withoutIgnored(readable)
    if (other.after && tablesText(other.after, before) === tablesText(after!, before))
      return { what: 'a step names no row, refused', found }
  }
  if (!isDone && isAllowed && verdict.isChanged) return { what: 'refused, but allowed', problem: 'refused', found }
  return { what: `${isAllowed ? 'allowed' : 'forbidden'}, ${short}`, found }
}

/** Returns the tables as a text, in which rows that a write creates have names in place of their generated keys. */
function tablesText(tables: Tables, before: Tables): string {
  const names = new Map<string, string>()
  const isNew = (model: string, key: unknown): boolean => typeof key === 'number' && !before[model]!.has(key)
  for (const [model, rows] of Object.entries(tables)) {
    const own = references.filter((one) => one.model === model)
    // ORMs insert the rows of a list in another order.
    const content = (key: number): string => {
      const hidden = [
        'id',
        ...own.filter(({ column, to }) => isNew(to, rows.get(key)![column])).map((one) => one.column),
      ]
      return JSON.stringify(rows.get(key), (name, value: unknown) => (hidden.includes(name) ? undefined : value))
    }
    const created = [...rows.keys()].filter((key) => isNew(model, key)).sort((a, b) => a - b)
    created.sort((a, b) => content(a).localeCompare(content(b)))
    for (const [rank, key] of created.entries()) names.set(`${model} ${key}`, `new ${rank}`)
  }
  const nameOf = (model: string, key: unknown) => names.get(`${model} ${String(key)}`) ?? key
  return JSON.stringify(
    Object.entries(tables).map(([model, rows]) => [
      model,
      [...rows]
        .map(([key, row]) => {
          const own = references.filter((one) => one.model === model)
          const links = Object.fromEntries(own.map(({ column, to }) => [column, nameOf(to, row[column])]))
          return { ...row, ...links, id: nameOf(model, key) }
        })
        .sort((a, b) => String(a.id).localeCompare(String(b.id))),
    ]),
  )
}
