// One process of start.mjs: startOnce.mjs ENGINE WORKLOAD SEED COMPILED-MODULE POLICY. Prints a line of JSON.
import { workloads } from '../workloads/index.mjs'

const [, , engine, name, seed, module, policy] = process.argv
const workload = workloads[name](Number(seed))
const check = workload.checks.find((one) => one.expected)

function heap() {
  globalThis.gc()
  globalThis.gc()
  return process.memoryUsage().heapUsed
}

const register = (engineOf) => {
  for (const [className, type] of Object.entries(workload.classes)) engineOf.registerClass(type, { name: className })
}

/** Each imports what it needs, then loads the policy and gives what decides. */
const engines = {
  arcturus: async () => {
    const { Authorizer } = await import('@arcturus/core')
    return async () => {
      const authorizer = new Authorizer()
      register(authorizer)
      await authorizer.load(workload.polar)
      return () => authorizer.can(check.user, check.action, check.resource)
    }
  },
  snapshot: async () => {
    const { Authorizer } = await import('@arcturus/core')
    const { loadPolicyFiles } = await import('@arcturus/core/node')
    return async () => {
      const authorizer = new Authorizer()
      register(authorizer)
      await loadPolicyFiles(authorizer, policy, { cache: `${policy}.json` })
      return () => authorizer.can(check.user, check.action, check.resource)
    }
  },
  compiled: async () => {
    const { createAuthorizer } = await import(module)
    return () => {
      const authorizer = createAuthorizer({ classes: workload.classes })
      return () => authorizer.can(check.user, check.action, check.resource)
    }
  },
  casl: async () => {
    await import('@casl/ability')
    const { abilityMaker } = await import('../engines/casl.mjs')
    return () => {
      const abilityOf = abilityMaker(workload)
      return () => abilityOf(check.user).can(check.action, check.resource)
    }
  },
  oso: async () => {
    const { createRequire } = await import('node:module')
    const { Oso } = createRequire(import.meta.url)('oso')
    return async () => {
      const oso = new Oso()
      register(oso)
      await oso.loadStr(workload.polar)
      return () => oso.isAllowed(check.user, check.action, check.resource)
    }
  },
}

const before = heap()
const start = performance.now()
const load = await engines[engine]()
const imported = performance.now()
const decide = await load()
const loaded = performance.now()
const allowed = await decide()
const decided = performance.now()
if (allowed !== true) throw new Error(`${engine} denies the first check, which is allowed`)
const heapMB = (heap() - before) / 1e6
console.log(
  JSON.stringify({
    importMs: imported - start,
    loadMs: loaded - imported,
    firstMs: decided - loaded,
    totalMs: decided - start,
    heapMB,
  }),
)
// What was measured is held until here.
if (!decide) process.exit(1)
