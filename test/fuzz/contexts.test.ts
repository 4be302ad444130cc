import { expect, test } from 'vitest'
import { fuzzContexts } from './contexts.js'

/** `FUZZ_SEED` and `FUZZ_CONTEXTS` repeat a run. */
const cases = Number(process.env['FUZZ_CONTEXTS'] ?? 60)
const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_130)

test(`a context decides alike everywhere, in ${cases} random cases of seed ${seed}`, async () => {
  const { counts, failures } = await fuzzContexts(seed, cases)
  console.log([...counts].map(([what, times]) => `${what}: ${times}`).join(', '))
  expect(failures, failures.join('\n\n')).toHaveLength(0)
  for (const outcome of ['true', 'false', 'error']) expect(counts.get(outcome)).toBeGreaterThan(cases)
})
