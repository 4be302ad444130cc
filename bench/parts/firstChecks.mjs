// One process of requests.mjs: firstChecks.mjs WORKLOAD SEED. Sends the milliseconds of CPU of each of its first 16 checks.
import { authorizerFor } from '../engines/arcturus.mjs'
import { workloads } from '../workloads/index.mjs'

const [, , name, seed] = process.argv
const workload = workloads[name](Number(seed))
const authorizer = authorizerFor(workload)
const { action } = workload.checks[0]
const times = []
for (const { user, resource } of workload.checks.filter((one) => one.action === action).slice(0, 16)) {
  const before = process.cpuUsage()
  authorizer.can(user, action, resource)
  const { user: own, system } = process.cpuUsage(before)
  times.push((own + system) / 1000)
}
process.send(times, () => process.exit(0))
