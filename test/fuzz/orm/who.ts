import { PolicyError } from '@arcturus/core'
import { Prepared } from '../evaluators.js'
import { printPolicy } from '../policyTree.js'
import { Random } from '../random.js'
import { relationalCase } from '../relationalCase.js'
import { compareWho, rowsOf } from './compareOrm.js'
import type { Orms } from './orms.js'

export interface WhoOptions {
  readonly seed: number
  /** The number of policies. */
  readonly cases: number
  /** Default 0. */
  readonly from?: number
  /** The most rows of a case. Default: all. */
  readonly rows?: number
  readonly orms: Orms
}

/** What an ORM was asked. A question is an action and a row under one policy. */
interface Counts {
  questions: number
  /** The answers of all questions: one for each user. */
  comparisons: number
  refused: number
  ordered: number
  readonly reasons: Map<string, number>
}

/** Lists the users who may perform an action on a row, for rows of random cases with tables, and compares with the checks. */
export async function fuzzWho({ seed, cases, from = 0, rows = Number.POSITIVE_INFINITY, orms }: WhoOptions): Promise<{
  readonly counts: ReadonlyMap<string, Counts>
  readonly unloadable: number
  readonly failures: readonly string[]
}> {
  const counts = new Map<string, Counts>()
  const failures: string[] = []
  let unloadable = 0
  for (let index = from; index < from + cases && failures.length === 0; index++) {
    const { asked } = relationalCase(seed, index)
    const prepared = new Prepared(asked)
    const sample = Random.ofCase(seed ^ 0x77, index).sample(rowsOf(prepared), rows)
    try {
      // An unloadable policy is found before a database is filled.
      void prepared.machine
      for (const orm of await orms.of(asked)) {
        const compared = await compareWho(orm, prepared, sample)
        const count = counts.get(orm.name) ?? {
          questions: 0,
          comparisons: 0,
          refused: 0,
          ordered: 0,
          reasons: new Map(),
        }
        counts.set(orm.name, count)
        count.questions += compared.filters
        count.comparisons += compared.comparisons
        count.refused += compared.refused
        count.ordered += compared.ordered
        for (const [reason, times] of compared.refusals)
          count.reasons.set(reason, (count.reasons.get(reason) ?? 0) + times)
        const [first] = compared.disagreements
        if (first)
          failures.push(
            `${JSON.stringify(first)}\n${printPolicy(asked.policy)}\nseed ${seed}, case ${index} of those with tables`,
          )
      }
    } catch (error) {
      if (!(error instanceof PolicyError)) throw new Error(`seed ${seed}, case ${index}`, { cause: error })
      unloadable++
    }
  }
  return { counts, unloadable, failures }
}
