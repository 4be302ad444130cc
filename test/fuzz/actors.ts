import { PolicyError } from '@arcturus/core'
import { DefiniteRows } from './definiteRows.js'
import { check, isTrue, type Outcome, outcomeOf, Prepared, refusal } from './evaluators.js'
import { caseOf } from './fuzz.js'
import { printPolicy } from './policyTree.js'
import { descendantsOf } from './world.js'

/** What a run has counted, and what was wrong. */
export interface ActorsRun {
  readonly counts: ReadonlyMap<string, number>
  readonly failures: readonly string[]
}

/** Filters the actors for each row of random cases, and compares with the check of each actor. */
export function fuzzActors(seed: number, cases: number, from = 0): ActorsRun {
  const counts = new Map<string, number>()
  const failures: string[] = []
  for (let index = from; index < from + cases && failures.length === 0; index++) {
    const { asked } = caseOf(seed, index, false)
    const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1)
    try {
      const prepared = new Prepared(asked)
      const { machine, predicates, objects } = prepared
      const { world, model, actions } = asked
      const users = world.rows.flatMap((row, at) => (row.model === 'User' ? [objects.rows[at]!] : []))
      const family = descendantsOf(world, model)
      const rows = world.rows.flatMap((row, at) => (family.includes(row.model) ? [at] : []))
      for (const action of actions) {
        for (const row of rows) {
          const wrong = compareActors({ machine, predicates }, users, action, objects.rows[row]!, count)
          if (wrong)
            failures.push(
              `${wrong}\naction ${action}, row ${row}\n${printPolicy(asked.policy)}\nseed ${seed}, case ${index}`,
            )
        }
      }
    } catch (error) {
      if (!(error instanceof PolicyError)) throw new Error(`seed ${seed}, case ${index}`, { cause: error })
      count('unloadable')
    }
  }
  return { counts, failures }
}

function compareActors(
  { machine, predicates }: Pick<Prepared, 'machine' | 'predicates'>,
  users: readonly object[],
  action: string,
  resource: object,
  count: (what: string) => void,
): string | undefined {
  const expected = users.map((user) => check(machine, user, action, resource))
  let filter: ReturnType<typeof predicates.actorFilter>
  try {
    filter = predicates.actorFilter(action, resource, 'User')
  } catch (error) {
    // It fails for every actor, or what is not loaded would have to be.
    const outcome = outcomeOf(() => {
      throw error
    })
    count('errors')
    if (expected.some(isTrue) && typeof outcome === 'object' && !/not-loaded|async/.test(outcome.error))
      return `actorFilter throws ${outcome.error} (${outcome.message}), and some actor may`
    return undefined
  }
  count(filter.kind)
  for (const [at, user] of users.entries()) {
    const found = outcomeOf(() => filter.matches(user))
    if (typeof found === 'object') count(`matches: ${found.error}`)
    else if ((found === 'true') !== isTrue(expected[at]!))
      return `actor ${at} matches ${found}, and the check is ${JSON.stringify(expected[at])}\nfilter ${filter}`
  }
  try {
    const definite = filter.definite()
    const rows = new DefiniteRows(predicates.schema)
    count('definite')
    for (const [at, user] of users.entries()) {
      // The database has what is not loaded here.
      if (isPartial(expected[at]!)) continue
      // A list may have less where the order of a collection decides.
      if (rows.holds(definite, user) && !isTrue(expected[at]!))
        return `actor ${at} is in the definite filter, and the check is ${JSON.stringify(expected[at])}\nfilter ${filter}`
      if (!rows.holds(definite, user) && isTrue(expected[at]!)) count('less than the check')
    }
  } catch (error) {
    if (refusal(error) === undefined) throw error
    count('refused')
  }
  return undefined
}

function isPartial(outcome: Outcome): boolean {
  return typeof outcome === 'object' && ['relation-not-loaded', 'unknown-row'].includes(outcome.error)
}
