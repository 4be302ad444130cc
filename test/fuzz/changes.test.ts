import { expect, test } from 'vitest'
import { fuzzChanges } from './changes.js'

/** `FUZZ_SEED`, `FUZZ_CHANGES` and `FUZZ_FROM` repeat a run. */
const cases = Number(process.env['FUZZ_CHANGES'] ?? (process.env['ARCTURUS_TESTS'] === 'all' ? 150 : 60))
const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_129)

test(`changes are allowed if both states are, in ${cases} random cases of seed ${seed}`, async () => {
  const { counts, failures } = await fuzzChanges(seed, cases, Number(process.env['FUZZ_FROM'] ?? 0))
  console.log([...counts].map(([what, times]) => `${what}: ${times}`).join(', '))
  expect(failures, failures.join('\n\n')).toHaveLength(0)
  expect(counts.get('change allowed')).toBeGreaterThan(cases / 20)
})
