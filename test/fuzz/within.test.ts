import { expect, test } from 'vitest'
import { fuzzWithin } from './within/within.js'

/** `FUZZ_SEED` and `FUZZ_WITHIN` repeat a run. */
const cases = Number(process.env['FUZZ_WITHIN'] ?? (process.env['ARCTURUS_TESTS'] === 'all' ? 150 : 40))
const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_129)

test(`checks within checks of ${cases} cases of seed ${seed} are answered as rules are`, async () => {
  const from = Number(process.env['FUZZ_FROM'] ?? 0)
  const { counts, failures } = await fuzzWithin({ seed, cases, from })
  console.log([...counts].map(([outcome, times]) => `${outcome}: ${times}`).join(', '))
  expect(failures, failures.join('\n\n')).toEqual([])
  expect(counts.get('crash') ?? 0).toBe(0)
  if (cases >= 150)
    for (const outcome of ['true', 'false', 'error', 'ring']) expect(counts.get(outcome)).toBeGreaterThan(50)
})
