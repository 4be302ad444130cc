// Start-up: import, load and first decision, each run in a process of its own; Node's own start is not in it.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compiledModule } from '../compiled.mjs'
import { median } from '../measure.mjs'
import { workloads } from '../workloads/index.mjs'

const starters = ['arcturus', 'snapshot', 'compiled', 'casl', 'oso']

export async function measure({ name, seed, engines, runs }) {
  const workload = workloads[name](seed)
  const module = compiledModule(workload)
  const startOnce = fileURLToPath(new URL('startOnce.mjs', import.meta.url))
  const chosen = starters.filter((one) => engines.includes(one === 'compiled' || one === 'snapshot' ? 'arcturus' : one))
  const folder = mkdtempSync(join(tmpdir(), 'arcturus-start-'))
  const policy = join(folder, 'policy.polar')
  writeFileSync(policy, workload.polar)
  const started = (one) => {
    const args = ['--expose-gc', startOnce, one, name, String(seed), module, policy]
    return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))
  }
  const results = new Map(chosen.map((one) => [one, []]))
  try {
    // The first start writes the snapshot.
    if (chosen.includes('snapshot')) started('snapshot')
    for (let run = 0; run < runs; run++) for (const one of chosen) results.get(one).push(started(one))
  } finally {
    rmSync(folder, { recursive: true })
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
