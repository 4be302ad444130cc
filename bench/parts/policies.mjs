// Policies: one policy of the random family, or a fixed one, in a process of its own.

import { compiledAuthorizer } from '../compiled.mjs'
import { authorizerFor } from '../engines/arcturus.mjs'
import { interleaved, median } from '../measure.mjs'
import { rowSeedOf, specificationOf } from '../random/policies.mjs'
import { constants, workloadOf } from '../random/workload.mjs'
import { operationOf } from './checks.mjs'

/** @returns what was measured, or `nothing: true` if the policy allows hardly anything, or denies it */
export async function measure({ name, seed, declared, rounds, effort }) {
  const workload = workloadOf(specificationOf(name, { seed, declared }), rowSeedOf(name, seed))
  if (workload === undefined) return { name, nothing: true }
  const contenders = await contendersOf(workload)
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
  const [byHand, ...others] = await interleaved(operations, rounds, effort)
  return {
    name,
    title: workload.title,
    polar: workload.polar,
    byHandNs: byHand.nanoseconds,
    nanoseconds: Object.fromEntries(others.map((one) => [one.name, one.nanoseconds])),
    // Rounds are compared with themselves, so that a machine that is busy for a while is so for both.
    ratios: Object.fromEntries(
      others.map((one) => [one.name, median(one.rounds.map((time, round) => time / byHand.rounds[round]))]),
    ),
  }
}

async function contendersOf(workload) {
  const { spec, byHand } = workload
  const decideWith =
    (authorizer) =>
    ({ user, action, resource }) =>
      authorizer.can(user, action, resource)
  const contenders = [
    ['hand-written', ({ user, action, resource }) => byHand(user, action, resource)],
    ['can', decideWith(authorizerFor(workload))],
    ['compiled', decideWith(await compiledAuthorizer(workload))],
    ['closures', decideWith(authorizerFor(workload, { evaluator: 'closures' }))],
    ['machine', decideWith(authorizerFor(workload, { evaluator: 'machine' }))],
  ]
  const { abilityMakerOf, CannotSay } = await import('../random/casl.mjs')
  try {
    const abilityOf = abilityMakerOf(spec, constants)
    const abilities = new Map(workload.users.map((user) => [user, abilityOf(user)]))
    contenders.push(['CASL cached', ({ user, action, resource }) => abilities.get(user).can(action, resource)])
  } catch (error) {
    if (!(error instanceof CannotSay)) throw error
  }
  return contenders
}
