import { Random } from '../random.js'
import {
  difference,
  type Obstacle,
  readable,
  type Seen,
  type TwinPolicy,
  type TwinTables,
  twinPolicy,
  twinTables,
} from './twins.js'

/** One of two databases, with the authorization of its rows. */
export interface TwinWorld<Write> {
  load(policy: string): void
  /** Puts rows in the place of all others. */
  fill(tables: TwinTables): Promise<void>
  /** Lets generated keys begin anew: a refused insert uses one up. */
  restartKeys(): Promise<void>
  /** Runs an operation as the user of the policy. */
  seen(write: Write): Promise<Seen>
  /** All rows, with the keys of the tags of an item. */
  tables(): Promise<TwinTables>
  /** Finds out what an operation meets, and changes nothing. */
  obstacle(write: Write): Promise<Obstacle>
}

export interface TwinResult {
  /** How often the first database answered in a way: `done`, or an error by its name. */
  readonly counts: Readonly<Record<string, number>>
  /** The operations that tell the databases apart. */
  readonly wrong: readonly string[]
}

/**
 * Runs random operations under random policies on two databases that differ only in what the user may not read.
 * @param draw - Returns an operation, and a text of it.
 */
export async function tryTwins<Write>(
  worlds: readonly [TwinWorld<Write>, TwinWorld<Write>],
  draw: (random: Random) => { readonly text: string; readonly write: Write },
  { seed, cases }: { readonly seed: number; readonly cases: number },
): Promise<TwinResult> {
  const wrong: string[] = []
  const counts: Record<string, number> = {}
  const each = async <T>(of: (world: TwinWorld<Write>, at: 0 | 1) => Promise<T>): Promise<[T, T]> => [
    await of(worlds[0], 0),
    await of(worlds[1], 1),
  ]
  let policy: TwinPolicy | undefined
  let tables: readonly [TwinTables, TwinTables]
  let earlier: Write[] = []
  let isSame = true
  for (let at = 0; at < cases; at++) {
    const random = Random.ofCase(seed, at)
    if (at % 10 === 0 || !policy) {
      policy = twinPolicy(random)
      tables = twinTables(random, policy.hidden)
      earlier = []
      await each(async (world, which) => {
        world.load(policy!.text)
        if (!isSame) await world.restartKeys()
        await world.fill(tables[which])
      })
    }
    const { text: rules } = policy
    const { text, write } = draw(random)
    const seen = await each(async (world) => {
      const { outcome, statements } = await world.seen(write)
      return { outcome: withoutKeys(outcome), statements }
    })
    const kind = seen[0].outcome.replace(/ .*/s, '').replace(/^[[{"\d].*/s, 'done')
    counts[kind] = (counts[kind] ?? 0) + 1
    isSame = seen[0].outcome === seen[1].outcome && String(seen[0].statements) === String(seen[1].statements)
    const left = await each(async (world) => withoutKeys(readable(await world.tables(), policy!.hidden)))
    let found = await difference(seen, () =>
      each(async (world, which) => {
        await world.fill(tables[which])
        for (const one of earlier) await world.seen(one)
        return await world.obstacle(write)
      }),
    )
    if (seen[0].outcome === seen[1].outcome && left[0] !== left[1])
      found = `${seen[0].outcome}, with\n${left.join('\n')}`
    earlier.push(write)
    // Where one of them was refused, the readable rows are no longer the same; where one of them sent more, generated keys are not.
    if (!isSame || found !== undefined) policy = undefined
    if (found !== undefined) wrong.push(`seed ${seed}, case ${at}: ${text}\n${found}\n${rules}`)
  }
  if (process.env['ARCTURUS_WRITES_SHOW']) {
    console.log(counts, wrong.length)
    console.log(wrong.slice(0, Number(process.env['ARCTURUS_WRITES_SHOW'])).join('\n\n'))
  }
  return { counts, wrong }
}

/** Generated keys begin with 100. An insert that a constraint refuses uses up one, as one that was undone; others do not. */
const withoutKeys = (text: string): string => text.replace(/([:[])[1-9]\d{2,}\b/g, '$1"new"')

/** What an operation returned, or its error, as a text. */
export async function outcomeOf(run: () => Promise<unknown>): Promise<string> {
  return await run().then(
    (found) =>
      JSON.stringify(found ?? 'nothing', (name, value: unknown) => (name === 'updatedAt' ? undefined : value)) ??
      'nothing',
    (error: Error) => `${error.name} ${(error as { status?: number }).status} ${error.message}`,
  )
}
