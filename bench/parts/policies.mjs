// Policies: one policy of the random family, or a fixed one, and one way to decide its checks, in a process of its own. An application
// has one evaluator: what V8 learns from another one would change what it inlines.

import { compiledAuthorizer } from '../compiled.mjs'
import { authorizerFor } from '../engines/arcturus.mjs'
import { interleaved, median } from '../measure.mjs'
import { rowSeedOf, specificationOf } from '../random/policies.mjs'
import { constants, workloadOf } from '../random/workload.mjs'
import { operationOf } from './checks.mjs'

/** @returns what was measured, or `nothing: true` if the policy allows hardly anything, or denies it */
export async function measure({ name, seed, schema, way, rounds, effort }) {
  const workload = workloadOf(specificationOf(name, { seed, schema }), rowSeedOf(name, seed))
  if (workload === undefined) return { name, nothing: true }
  const decideBy = await ways[way](workload)
  if (decideBy === undefined) return { name, cannotSay: true }
  const { byHand } = workload
  const contenders = [
    ['hand-written', ({ user, action, resource }) => byHand(user, action, resource)],
    [way, decideBy],
  ]
  for (const [contender, decide] of contenders) {
    for (const [index, check] of workload.checks.entries()) {
      const answer = decide(check)
      if (answer === check.expected) continue
      const { user, action, resource } = check
      const question = `user ${user.id}, ${action}, ${resource.constructor.name} ${resource.id}`
      throw new Error(
        `${contender} answers ${answer} where ${check.expected} is right: check ${index} of ${name} (${question})`,
      )
    }
  }
  const operations = contenders.map(([contender, decide]) => [contender, operationOf({ decide }, workload.checks)])
  const [hand, own] = await interleaved(operations, rounds, effort)
  return {
    name,
    title: workload.title,
    polar: workload.polar,
    byHandNs: hand.nanoseconds,
    nanoseconds: own.nanoseconds,
    // Rounds are compared with themselves, so that a machine that is busy for a while is so for both.
    ratio: median(own.rounds.map((time, round) => time / hand.rounds[round])),
  }
}

const decideWith =
  (authorizer) =>
  ({ user, action, resource }) =>
    authorizer.can(user, action, resource)

const ways = {
  can: (workload) => decideWith(authorizerFor(workload)),
  compiled: async (workload) => decideWith(await compiledAuthorizer(workload)),
  closures: (workload) => decideWith(authorizerFor(workload, { evaluator: 'closures' })),
  machine: (workload) => decideWith(authorizerFor(workload, { evaluator: 'machine' })),
  'CASL cached': async ({ spec, users }) => {
    const { abilityMakerOf, CannotSay } = await import('../random/casl.mjs')
    try {
      const abilityOf = abilityMakerOf(spec, constants)
      const abilities = new Map(users.map((user) => [user, abilityOf(user)]))
      return ({ user, action, resource }) => abilities.get(user).can(action, resource)
    } catch (error) {
      if (error instanceof CannotSay) return undefined
      throw error
    }
  },
}
