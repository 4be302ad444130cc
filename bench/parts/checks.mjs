// Checks: one workload, in a process of its own, so that what V8 learnt from another says nothing here.
import { contendersOf } from '../engines/index.mjs'
import { least, timeOf } from '../measure.mjs'
import { workloads } from '../workloads/index.mjs'

/** Calls in the timed loop go round over all checks, of which there are as many as a power of two. */
export function operationOf({ decide }, inputs) {
  const mask = inputs.length - 1
  let at = 0
  return () => {
    at = (at + 1) & mask
    return decide(inputs[at])
  }
}

/**
 * Compares decisions with what brute force found, until there are no more or the patience ends.
 * @returns {Promise<number>} how many were compared
 */
async function assertDecisions(name, { decide, answer = (result) => result }, inputs, checks, patienceMs) {
  const start = performance.now()
  for (const [index, { expected, user, action, resource }] of checks.entries()) {
    const decision = answer(await decide(inputs[index]))
    if (decision !== expected) {
      const check = `user ${user.id}, ${action}, ${resource.constructor.name} ${resource.id}`
      throw new Error(`${name} answers ${decision} where ${expected} is right: check ${index} (${check})`)
    }
    if (performance.now() - start > patienceMs) return index + 1
  }
  return checks.length
}

export async function measure({ name, seed, engines, rounds, effort, patienceMs }) {
  const workload = workloads[name](seed)
  const { checks } = workload
  const entries = []
  for (const contender of await contendersOf(engines, workload)) {
    const asked = contender.asks ? checks.filter(contender.asks) : checks
    const inputs = contender.prepare ? asked.map(contender.prepare) : asked
    const compared = await assertDecisions(contender.name, contender, inputs, asked, patienceMs)
    entries.push({ contender, compared, operation: operationOf(contender, inputs), times: [] })
  }
  for (let round = 0; round < rounds; round++) {
    for (const { operation, times } of entries) times.push(await timeOf(operation, effort))
  }
  return {
    workload: workload.name,
    title: workload.title,
    checks: checks.length,
    contenders: entries.map(({ contender, compared, times }) => ({
      engine: contender.engine,
      name: contender.name,
      nanoseconds: least(times),
      spread: Math.max(...times) / Math.min(...times),
      rounds: times,
      decisionsCompared: compared,
      ...(contender.statistics && { statistics: contender.statistics }),
    })),
  }
}
