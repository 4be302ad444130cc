import { actorOf, check, isTrue, type Outcome, Prepared } from '../evaluators.js'
import { dependsOnOrder } from '../order.js'
import type { Orm } from '../orm/orm.js'
import { printPolicy } from '../policyTree.js'
import { descendantsOf } from '../world.js'
import type { Found } from './found.js'
import type { Pair } from './pairs.js'

/**
 * Compares what `diffDatabase` finds of a pair with the machine's answers by both policies. An error is a denial.
 * @param samples - The most rows of each change that are asked for.
 */
export async function compareOnDatabase(orm: Orm, pair: Pair, samples: number, found: Found): Promise<void> {
  const world = orm.read(pair.asked.world)
  const { actors, actions } = pair.asked
  const [old, next] = [pair.asked.policy, pair.after].map((policy) => new Prepared({ ...pair.asked, world, policy }))
  const [before, after] = [pair.asked.policy, pair.after].map(printPolicy)
  const ask = await orm.ask(pair.asked)
  const difference = await ask.difference({ before: before!, after: after!, actors, samples })
  if (difference.same) found.count('provably the same')
  for (const { reason } of difference.uncompared) found.count(`not compared: ${kindOf(reason)}`)
  for (const { model, action } of difference.actions) {
    // Of an action that the case does not ask about, errors are not told from the errors of an unknown one.
    if (!actions.includes(action)) continue
    const family = descendantsOf(world, model)
    const rows = world.rows.flatMap((row, at) => (family.includes(row.model) ? [at] : []))
    for (const actor of actors) {
      const isOfList = (one: List): boolean => one.model === model && one.action === action && one.actor === actor
      if (difference.uncompared.some(isOfList)) continue
      const changes = difference.changes.filter(isOfList)
      const answers = rows.map((row) => {
        const outcomeBy = (prepared: Prepared): Outcome =>
          check(prepared.machine, actorOf(prepared, actor), action, prepared.objects.rows[row])
        return { row, was: outcomeBy(old!), is: outcomeBy(next!) }
      })
      for (const direction of ['gained', 'lost'] as const) {
        const change = changes.find((one) => one.direction === direction)
        const expected = answers.filter(({ was, is }) =>
          direction === 'gained' ? !isTrue(was) && isTrue(is) : isTrue(was) && !isTrue(is),
        )
        found.count(direction, expected.length)
        found.count('lists')
        const told = `${orm.name}: ${model}: actor ${actor}, ${action}, ${direction}`
        const wrong = differenceBetween(
          expected.map(({ row }) => row),
          change,
          samples,
        )
        if (wrong === undefined) continue
        // A database keeps no order of a collection, by which the machine can decide.
        const isOrdered = answers.some(({ row, was, is }) =>
          (
            [
              [old!, was],
              [next!, is],
            ] as const
          ).some(([prepared, outcome]) =>
            dependsOnOrder(prepared, { actor, action, row }, (other) => isTrue(other) === isTrue(outcome)),
          ),
        )
        if (isOrdered) found.count('by the order of a collection')
        else found.wrong(`${told}: ${wrong}`)
      }
    }
  }
}

interface List {
  readonly actor: number | null
  readonly action: string
  readonly model: string
}

/** A reason without the names and the place of one policy. */
function kindOf(reason: string): string {
  return reason
    .split(/ \(line |\n/, 1)[0]!
    .replaceAll(/"[^"]*"/g, '"…"')
    .replaceAll(/rule_\d+/g, 'a rule')
}

/** The error in the rows of a change; undefined if there is none. */
function differenceBetween(
  expected: readonly number[],
  change: { readonly count: number; readonly rows: ReadonlySet<number> } | undefined,
  samples: number,
): string | undefined {
  const { count, rows } = change ?? { count: 0, rows: new Set<number>() }
  const surplus = [...rows].filter((row) => !expected.includes(row))
  if (surplus.length > 0) return `rows ${surplus.join(', ')} that do not change, beside ${expected.join(', ')}`
  if (count !== expected.length) return `${count} rows, not ${expected.length}: ${expected.join(', ')}`
  const shown = Math.min(samples, expected.length)
  return rows.size === shown ? undefined : `a sample of ${rows.size} rows, not of ${shown}`
}
