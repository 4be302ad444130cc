import { PolicyError } from '@arcturus/core'
import type { Orms } from '../orm/orms.js'
import { printPolicy } from '../policyTree.js'
import { Random } from '../random.js'
import { shrink } from '../shrink.js'
import { Found } from './found.js'
import { compareInMemory, type Differ } from './inMemory.js'
import { compareOnDatabase } from './onDatabase.js'
import { caseAfter, type Pair, pairOf } from './pairs.js'

export interface DiffOptions {
  readonly seed: number
  readonly cases: number
  /** Default 0. */
  readonly from?: number
  /** How many failures end the run. Default 1. */
  readonly failures?: number
  /** Are asked the cases with tables, and these alone. Without them, all cases are compared in memory. */
  readonly orms?: Orms
  /** A planted mistake in `diffPolicies`. */
  readonly differ?: Differ
  /** Whether failing pairs are made small. Default true. */
  readonly shrinks?: boolean
}

export interface DiffFailure extends Pair {
  readonly seed: number
  readonly index: number
  /** The error, its policies, and the command that repeats it. */
  readonly text: string
}

/** Compares the differences of random pairs of policies with the checks by both. */
export async function fuzzDiff(options: DiffOptions): Promise<{
  readonly counts: ReadonlyMap<string, number>
  readonly failures: readonly DiffFailure[]
}> {
  const { seed, cases, from = 0, failures: most = 1, orms } = options
  const total = new Found()
  const failures: DiffFailure[] = []
  for (let count = 0; count < cases && failures.length < most; count++) {
    const index = orms ? 2 * (from + count) + 1 : from + count
    try {
      const pair = pairOf(seed, index)
      const found = await comparePair(pair, options)
      total.count(pair.change)
      for (const [what, times] of found.counts) total.count(what, times)
      if (found.failures.length > 0) failures.push(await failureOf(pair, seed, index, found.failures[0]!, options))
    } catch (error) {
      if (!(error instanceof PolicyError)) throw new Error(`seed ${seed}, case ${index}`, { cause: error })
      total.count('pairs that do not load')
    }
  }
  return { counts: total.counts, failures }
}

/** Compares one pair. @throws PolicyError for a policy that can't be loaded. */
export async function comparePair(pair: Pair, { orms, differ }: Pick<DiffOptions, 'orms' | 'differ'>): Promise<Found> {
  const found = new Found()
  if (!orms) await compareInMemory(pair, found, differ)
  // Pairs take turns with how many rows are asked for.
  const samples = new Random(printPolicy(pair.after).length).chance(0.3) ? 1 : 1_000
  const holding = (await orms?.of(pair.asked)) ?? []
  // Databases answer while others do.
  await Promise.all(holding.map((orm) => compareOnDatabase(orm, pair, samples, found)))
  return found
}

async function failureOf(
  pair: Pair,
  seed: number,
  index: number,
  text: string,
  options: DiffOptions,
): Promise<DiffFailure> {
  const { asked, after } = options.shrinks === false ? pair : await smaller(pair, text, options)
  const last = (await wrongWith({ asked, after }, options)) ?? text
  return {
    asked,
    after,
    seed,
    index,
    text: `${last}\nold:\n${printPolicy(asked.policy)}\nnew:\n${printPolicy(after)}\nseed ${seed}, case ${index}`,
  }
}

/** Leaves out what it can, first beside the new policy, then beside the old one. */
async function smaller({ asked, after }: Pair, text: string, options: DiffOptions): Promise<Pair> {
  const kindOf = (wrong: string | undefined): string | undefined => wrong?.split(':', 1)[0]
  const isWrong = async (pair: Pair): Promise<boolean> => kindOf(await wrongWith(pair, options)) === kindOf(text)
  const attempts = options.orms ? 150 : 1_000
  const old = await shrink(asked, attempts, (one) => isWrong({ asked: one, after }))
  const pairBy = (one: typeof asked): Pair => ({ asked: { ...one, policy: old.policy }, after: one.policy })
  return pairBy(await shrink(caseAfter({ asked: old, after }), attempts, (one) => isWrong(pairBy(one))))
}

async function wrongWith(pair: Pair, options: DiffOptions): Promise<string | undefined> {
  try {
    return (await comparePair(pair, options)).failures[0]
  } catch (error) {
    if (error instanceof PolicyError) return undefined
    throw error
  }
}
