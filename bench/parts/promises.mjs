// Relations that are promises: a chain of 50 folders, every parent a promise.
import { authorizerFor } from '../engines/arcturus.mjs'
import { interleaved } from '../measure.mjs'
import { workloads } from '../workloads/index.mjs'

async function byHand(user, folder) {
  for (let at = folder; at !== null; at = await at.parent)
    for (const role of user.roles) if (role.name === 'viewer' && role.folder === at) return true
  return false
}

export async function measure({ name, seed, rounds, effort }) {
  const workload = workloads[name](seed)
  const checks = workload.checks.slice(0, 64)
  for (const folder of workload.folders) folder.parent = Promise.resolve(folder.parent)
  const authorizer = authorizerFor(workload)
  const contenders = {
    'hand-written, async': ({ user, resource }) => byHand(user, resource),
    'arcturus isAllowed': ({ user, action, resource }) => authorizer.isAllowed(user, action, resource),
  }
  for (const [contender, ask] of Object.entries(contenders))
    for (const check of checks)
      if ((await ask(check)) !== check.expected)
        throw new Error(`${contender} decides wrongly where relations are promises`)
  let at = 0
  const each = (ask) => () => ask(checks[++at & 63])
  const times = await interleaved(
    Object.entries(contenders).map(([contender, ask]) => [contender, each(ask)]),
    rounds,
    effort,
  )
  return { workload: workload.name, title: 'relations that are promises', contenders: times }
}
