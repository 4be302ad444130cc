import { expect, test } from 'vitest'
import { fuzzExplained } from './explained/explained.js'

/** `FUZZ_SEED` and `FUZZ_EXPLAINED` repeat a run. */
const cases = Number(process.env['FUZZ_EXPLAINED'] ?? (process.env['ARCTURUS_TESTS'] === 'all' ? 24 : 10))
const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_127)

test(`explanations of ${cases} random cases of seed ${seed} say what checks do`, () => {
  const { counts, failures } = fuzzExplained({
    seed,
    cases,
    from: Number(process.env['FUZZ_FROM'] ?? 0),
    failures: Number(process.env['FUZZ_FAILURES'] ?? 1),
  })
  console.log([...counts].map(([what, times]) => `${what}: ${times}`).join(', '))
  expect(failures, failures.join('\n\n')).toHaveLength(0)
  expect(counts.get('sets tried')).toBeGreaterThan(cases / 8)
  expect(counts.get('leaves that a proof needs')).toBeGreaterThan(cases / 8)
  expect(counts.get('turned')).toBeGreaterThan(cases)
})
