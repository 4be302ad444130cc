// Memory: whether the heap grows while the same questions are asked again and again.
import { authorizerFor } from '../engines/arcturus.mjs'
import { workloads } from '../workloads/index.mjs'

function heapMB() {
  globalThis.gc()
  globalThis.gc()
  return process.memoryUsage().heapUsed / 1e6
}

export async function measure({ name, seed, manyChecks }) {
  const workload = workloads[name](seed)
  const { checks } = workload
  const before = heapMB()
  const authorizer = authorizerFor(workload)
  const loaded = heapMB()
  const ask = (count) => {
    for (let at = 0; at < count; at++) {
      const { user, action, resource } = checks[at & (checks.length - 1)]
      authorizer.can(user, action, resource)
    }
  }
  ask(100_000)
  const warm = heapMB()
  ask(manyChecks)
  return { workload: workload.name, loadedMB: loaded - before, manyChecks, grownMB: heapMB() - warm }
}
