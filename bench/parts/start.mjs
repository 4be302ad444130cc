// Start-up: import, load and first decision, each run in a process of its own; Node's own start is not in it.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { compiledModule } from '../compiled.mjs'
import { median } from '../measure.mjs'
import { workloads } from '../workloads/index.mjs'

const starters = ['arcturus', 'compiled', 'casl', 'oso']

export async function measure({ name, seed, engines, runs }) {
  const workload = workloads[name](seed)
  const module = compiledModule(workload)
  const startOnce = fileURLToPath(new URL('startOnce.mjs', import.meta.url))
  const chosen = starters.filter((one) => engines.includes(one === 'compiled' ? 'arcturus' : one))
  const results = new Map(chosen.map((one) => [one, []]))
  for (let run = 0; run < runs; run++) {
    for (const one of chosen) {
      const args = ['--expose-gc', startOnce, one, name, String(seed), module]
      results.get(one).push(JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })))
    }
  }
  return {
    workload: workload.name,
    title: `from import to first decision, medians of ${runs} processes`,
    starts: chosen.map((one) => {
      const of = (key) => median(results.get(one).map((run) => run[key]))
      return {
        name: one,
        importMs: of('importMs'),
        loadMs: of('loadMs'),
        firstMs: of('firstMs'),
        totalMs: of('totalMs'),
        heapMB: of('heapMB'),
      }
    }),
  }
}
