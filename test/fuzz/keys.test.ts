import { expect, test } from 'vitest'
import { fuzzKeys } from './keys/keys.js'
import { fuzzStaleRows } from './keys/staleRows.js'

/** `FUZZ_SEED` and `FUZZ_KEYS` repeat a run. */
const cases = Number(process.env['FUZZ_KEYS'] ?? 300)
const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_129)

test(`keys of every kind in ${cases} cases of seed ${seed} are equal, different, or an error`, async () => {
  const { counts, failures } = await fuzzKeys(seed, cases, Number(process.env['FUZZ_FROM'] ?? 0))
  console.log([...counts].map(([outcome, times]) => `${outcome}: ${times}`).join(', '))
  expect(failures, failures.join('\n')).toEqual([])
  if (cases >= 300) for (const outcome of ['true', 'false', 'error']) expect(counts.get(outcome)).toBeGreaterThan(500)
})

test(`copies of rows whose relations contradict their keys in ${cases} cases of seed ${seed} are errors`, () => {
  const { counts, failures } = fuzzStaleRows(seed, cases, Number(process.env['FUZZ_FROM'] ?? 0))
  console.log([...counts].map(([outcome, times]) => `${outcome}: ${times}`).join(', '))
  expect(failures, failures.join('\n')).toEqual([])
  if (cases >= 300)
    for (const outcome of ['true', 'false', 'stale-relation']) expect(counts.get(outcome)).toBeGreaterThan(500)
})
