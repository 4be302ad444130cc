import { expect, test } from 'vitest'
import { fuzzCaller } from './caller.js'
import { dividedList } from './planted.js'

/** `FUZZ_SEED` repeats a run; `pnpm fuzz --caller 5000` asks more. */
const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_127)

test('no argument of the caller brings back or changes a row outside the filter', async () => {
  const { failures, counts } = await fuzzCaller({ seed, cases: 150 })
  console.log(`seed ${seed}: ${[...counts].map(([what, times]) => `${what} ${times}`).join(', ')}`)
  expect(failures).toEqual([])
})

test('a divided list of hidden values is found', async () => {
  const { failures } = await fuzzCaller({ seed: 1, cases: 500, planted: dividedList, databases: /SQLite/ })
  expect(failures).toHaveLength(1)
  expect(failures[0]).toMatch(/^(hidden rows come back|a hidden row changed|.* are counted, of which)/)
})
