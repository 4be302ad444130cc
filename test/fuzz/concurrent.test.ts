import { expect, test } from 'vitest'
import { fuzzConcurrent, reportOf } from './concurrent/concurrent.js'
import { replayingByCount } from './concurrent/countedReplay.js'
import { entryNames } from './concurrent/questions.js'

/** `FUZZ_SEED` and `FUZZ_CONCURRENT` repeat a run; `pnpm fuzz --concurrent` takes more of them. */
const cases = Number(process.env['FUZZ_CONCURRENT'] ?? (process.env['ARCTURUS_TESTS'] === 'all' ? 150 : 40))
const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_127)

test(`concurrent checks of ${cases} cases of seed ${seed} agree with single ones`, async () => {
  const run = await fuzzConcurrent({ seed, cases })
  console.log(reportOf(seed, run))
  expect(run.differences, run.differences.map(({ text }) => text).join('\n\n')).toHaveLength(0)
  expect(run.unloadable).toBe(0)
  expect([...run.byEntry.keys()].sort()).toEqual([...entryNames].sort())
})

test.each([1, 2, 3])('a machine that replays by count is found within 200 cases of seed %s', async (seed) => {
  const { cases, differences } = await replayingByCount(() => fuzzConcurrent({ seed, cases: 200 }))
  console.log(`found in case ${cases}`)
  expect(differences).toHaveLength(1)
})
