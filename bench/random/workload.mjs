// A specification as a workload: rows, checks whose answers brute force gives, the policy, and the function by hand.
import { randomOf, sample } from '../workloads/random.mjs'
import { byHandOf } from './byHand.mjs'
import { polarOf } from './polar.mjs'
import { declarationsOf, drawOf, noon, rowsOf } from './rows.mjs'
import { truthOf } from './truth.mjs'

const checkCount = 1024
const triesPerCell = 600

class Check {
  constructor(user, action, resource, expected) {
    this.user = user
    this.action = action
    this.resource = resource
    this.expected = expected
  }
}

export const constants = { clock: { now: () => noon } }

/** @returns the workload, or undefined if hardly any question about it is allowed, or denied */
export function workloadOf(spec, seed) {
  const random = randomOf(104_729 * (seed + 1))
  const { classes, rows } = rowsOf(spec, random)
  const checks = drawChecks(random, spec, drawOf(spec, rows, random), truthOf(spec, constants))
  if (checks === undefined) return undefined
  return {
    name: spec.name,
    title: spec.title,
    classes,
    constants,
    options: spec.keyed ? (model) => optionsOf(spec, model) : undefined,
    users: rows[spec.actor],
    checks,
    spec,
    polar: polarOf(spec),
    byHand: byHandOf(spec, classes, constants),
  }
}

function optionsOf(spec, model) {
  const all = declarationsOf(spec, model)
  const fields = spec.schema === 'half' ? halfOf(all, model) : all
  return { fields, closed: spec.schema === 'declared', ...('id' in fields ? { key: 'id' } : {}) }
}

/** A schema whose author knew the key, and about half of the other fields. */
function halfOf(fields, model) {
  const isKnown = (name) =>
    name === 'id' || [...model, ...name].reduce((sum, one) => sum + one.charCodeAt(0), 0) % 2 === 0
  return Object.fromEntries(Object.entries(fields).filter(([name]) => isKnown(name)))
}

/** Half allowed and half denied, and each action of each model as often as the others, as far as it is allowed at all. */
function drawChecks(random, spec, draw, truth) {
  const cells = { true: [], false: [] }
  for (const [model, actions] of Object.entries(spec.actions)) {
    for (const action of actions) {
      const found = { true: [], false: [] }
      for (let tries = 0; tries < triesPerCell; tries++) {
        if (found.true.length >= checkCount / 4 && found.false.length >= checkCount / 4) break
        const { user, resource } = draw(model, action)
        const expected = truth(user, action, resource)
        if (found[expected].length < checkCount / 4) found[expected].push(new Check(user, action, resource, expected))
      }
      for (const expected of [true, false]) if (found[expected].length > 0) cells[expected].push(found[expected])
    }
  }
  const chosen = [true, false].map((expected) => {
    const available = cells[expected].reduce((sum, cell) => sum + cell.length, 0)
    // The same few rows again and again would all be in the processor's cache.
    if (available < checkCount / 8) return undefined
    return Array.from({ length: checkCount / 2 }, (_, index) => {
      const cell = cells[expected][index % cells[expected].length]
      return cell[Math.floor(index / cells[expected].length) % cell.length]
    })
  })
  if (chosen.includes(undefined)) return undefined
  return sample(random, chosen.flat(), checkCount)
}
