import { diffPolicies } from '@arcturus/testing/diff'
import type { DecisionChange } from '../../../packages/testing/src/diff/diffPolicies.js'
import { actorOf, check, type Outcome, Prepared, showOutcome } from '../evaluators.js'
import { printPolicy } from '../policyTree.js'
import { descendantsOf } from '../world.js'
import type { Found } from './found.js'
import type { Pair } from './pairs.js'

/** Compares two policies; a planted mistake puts another in its place. */
export type Differ = typeof diffPolicies

/** Compares what `diffPolicies` finds on the rows of a pair with the machine's answers by both policies. */
export async function compareInMemory(pair: Pair, found: Found, differ: Differ = diffPolicies): Promise<void> {
  const prepared = new Prepared(pair.asked)
  const { world, actors } = pair.asked
  const { rows: objects } = prepared.objects
  const places = new Map(objects.map((row, at) => [row, at]))
  const rows = Object.fromEntries(
    world.models.map(({ name }) => {
      const family = descendantsOf(world, name)
      return [name, objects.filter((_, at) => family.includes(world.rows[at]!.model))]
    }),
  )
  const texts = [pair.asked.policy, pair.after].map(printPolicy)
  const subjects = actors.map((actor) => actorOf(prepared, actor))
  const diff = await differ(prepared.predicates, texts[0]!, texts[1]!, { actors: subjects, rows })
  if (diff.same) found.count('provably the same')
  const key = (model: string, actor: unknown, action: string, resource: unknown): string =>
    `${model}: actor ${actor === null ? 'nobody' : places.get(actor as object)}, ${action}, row ${places.get(resource as object)}`
  const changed = new Map<string, DecisionChange>()
  for (const change of diff.changes)
    changed.set(key(change.model, change.actor, change.action, change.resource), change)
  const machines = [prepared.machine, prepared.machine.withPolicy(texts[1]!)]
  const known = new Set(diff.actions.map(({ action, model }) => `${model} ${action}`))
  for (const [model, list] of Object.entries(rows)) {
    for (const actor of subjects) {
      for (const action of pair.asked.actions) {
        for (const resource of list) {
          const [was, is] = machines.map((machine) => outcomeOf(check(machine, actor, action, resource)))
          const change = changed.get(key(model, actor, action, resource))
          const name = key(model, actor, action, resource)
          const told = `${name}: ${was} → ${is}`
          if ([was, is].some((one) => partial.includes(one!))) found.count('rows that are there in part')
          else if (was === is) {
            found.count('the same')
            if (change) found.wrong(`a change that is none: ${told}`)
          } else if (!known.has(`${model} ${action}`)) {
            // An action is compared on the models whose rules name it, the read action also where rules name none.
            const isOwn = world.rows[places.get(resource)!]!.model === model
            if (isOwn && action === 'read' && (was === 'true') !== (is === 'true'))
              found.wrong(`an action that is not compared: ${told}`)
            else found.count('an action that no rule of the model names')
          } else {
            found.count(`${kindOf(was!)} → ${kindOf(is!)}`)
            if (!change) found.wrong(`a change that is lost: ${told}`)
            else if (answerText(change.before) !== was || answerText(change.after) !== is)
              found.wrong(`another change: ${told}, not ${answerText(change.before)} → ${answerText(change.after)}`)
          }
        }
      }
    }
  }
}

/** Errors about rows that are there in part, or as plain objects of unknown class. The machine can look at what others need not. */
const partial: readonly string[] = ['error relation-not-loaded', 'error unknown-row']

function outcomeOf(outcome: Outcome): string {
  const shown = showOutcome(outcome)
  return shown === 'error unknown-action' ? 'false' : shown
}

function kindOf(outcome: string): string {
  return outcome.replace(/ .*/, '')
}

function answerText(answer: DecisionChange['before']): string {
  return typeof answer === 'object' ? `error ${answer.error}` : String(answer === 'allowed')
}
