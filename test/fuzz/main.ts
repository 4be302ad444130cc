import { parseArgs } from 'node:util'
import { fuzz } from './fuzz.js'

/** `pnpm fuzz --cases N --seed S`: prints what was compared, and every disagreement made small. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      cases: { type: 'string', default: '2000' },
      seed: { type: 'string' },
      from: { type: 'string', default: '0' },
      failures: { type: 'string', default: '1' },
      oso: { type: 'string', default: '2' },
      save: { type: 'boolean', default: false },
    },
  })
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed)
  const started = Date.now()
  const { report, failures } = await fuzz({
    seed,
    cases: Number(values.cases),
    from: Number(values.from),
    failures: Number(values.failures),
    oso: Number(values.oso),
    progress: (so) => {
      if (so.cases % 5_000 === 0) console.error(`${so.cases} cases, ${Math.round((Date.now() - started) / 1000)} s`)
    },
  })
  for (const { text } of failures) console.log(`\n${text}`)
  console.log(`\n${report}\n${failures.length} disagreements, ${((Date.now() - started) / 1000).toFixed(1)} s`)
  if (values.save)
    for (const { seed, index, shrunk } of failures) console.log(JSON.stringify({ seed, index, case: shrunk }))
  process.exitCode = failures.length > 0 ? 1 : 0
}

await main()
