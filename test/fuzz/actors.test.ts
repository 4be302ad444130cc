import { expect, test } from 'vitest'
import { fuzzActors } from './actors.js'

/** `FUZZ_SEED`, `FUZZ_ACTORS` and `FUZZ_FROM` repeat a run. */
const cases = Number(process.env['FUZZ_ACTORS'] ?? (process.env['ARCTURUS_TESTS'] === 'all' ? 200 : 40))
const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_127)

test(`actorFilter has the actors who may, in ${cases} random cases of seed ${seed}`, () => {
  const { counts, failures } = fuzzActors(seed, cases, Number(process.env['FUZZ_FROM'] ?? 0))
  console.log([...counts].map(([what, times]) => `${what}: ${times}`).join(', '))
  expect(failures, failures.join('\n\n')).toHaveLength(0)
  expect(counts.get('condition')).toBeGreaterThan(cases)
})
