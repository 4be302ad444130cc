// `pnpm bench:load`: how long policies of 100, 1,000 and 10,000 rules take to load, all checks included.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from './build.mjs'
import { median } from './measure.mjs'
import { generatedPolicies } from './policies.mjs'
import { duration, significant, table } from './report.mjs'

const { values } = parseArgs({
  options: {
    rules: { type: 'string', default: '100,1000,10000' },
    runs: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
})
const sizes = values.rules.split(',').map(Number)
const runs = Number(values.runs)
if (![...sizes, runs].every((number) => Number.isSafeInteger(number) && number > 0)) {
  console.error('pnpm bench:load [--rules 100,1000,10000] [--runs 5] [--json]')
  process.exit(2)
}

build('@arcturus/core')
const loadOnce = fileURLToPath(new URL('./loadOnce.mjs', import.meta.url))
const results = []
for (const shape of Object.keys(generatedPolicies)) {
  for (const rules of sizes) {
    // Every run in a process of its own: an application loads its policy once, when nothing is warm.
    const measured = Array.from({ length: runs }, () =>
      JSON.parse(execFileSync(process.execPath, [loadOnce, shape, String(rules)], { encoding: 'utf8' })),
    )
    const of = (pick) => median(measured.map(pick))
    results.push({
      shape,
      rules,
      bytes: measured[0].bytes,
      firstMs: of((run) => run.firstMs),
      againMs: of((run) => run.againMs),
    })
  }
}

if (values.json) {
  console.log(JSON.stringify(results, null, 2))
} else {
  const rows = results.map(({ shape, rules, bytes, firstMs, againMs }, index) => {
    const smaller = results[index - 1]
    const growth = smaller?.shape === shape ? againMs / smaller.againMs / (rules / smaller.rules) : undefined
    return [
      shape,
      rules.toLocaleString('en'),
      `${significant(bytes / 1e3)} kB`,
      duration(firstMs * 1e6),
      duration(againMs * 1e6),
      duration((againMs * 1e6) / rules),
      growth === undefined ? '' : growth.toFixed(2),
    ]
  })
  console.log(`Node.js ${process.versions.node}, medians of ${runs} processes\n`)
  console.log(table(['policy', 'rules', 'text', 'first load', 'next load', 'per rule', 'growth per rule'], rows))
  console.log('\nA growth of 1 is linear: as many times the time as there are times the rules.')
}
