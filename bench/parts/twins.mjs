// Twins: the function that `random/byHand.mjs` writes for a known workload, beside the one that a person wrote.
import { interleaved } from '../measure.mjs'
import { withTwin } from '../random/known.mjs'
import { operationOf } from './checks.mjs'

export async function measure({ name, seed, rounds, effort }) {
  const { name: workload, title, checks, byHand, twin } = withTwin(name, seed)
  for (const { user, action, resource, expected } of checks) {
    if (twin(user, action, resource) !== expected) throw new Error(`The twin of ${name} answers ${!expected}.`)
  }
  const contenders = [
    ['hand-written', ({ user, action, resource }) => byHand(user, action, resource)],
    ['generated twin', ({ user, action, resource }) => twin(user, action, resource)],
  ].map(([contender, decide]) => [contender, operationOf({ decide }, checks)])
  return { workload, title, contenders: await interleaved(contenders, rounds, effort) }
}
