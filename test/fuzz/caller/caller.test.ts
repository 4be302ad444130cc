import { expect, test } from 'vitest'
import { randomCases } from '../../orm/randomCases.js'
import { fuzzCaller } from './caller.js'

/** `FUZZ_SEED` repeats a run; `pnpm fuzz --cases 0 --caller 5000` asks more, and `--orms typeorm` of one ORM alone. */
const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_127)

test('no argument of the caller brings back or changes a row outside the filter', async () => {
  const { failures, counts } = await fuzzCaller({ seed, cases: randomCases(80) })
  console.log(`seed ${seed}: ${[...counts].map(([what, times]) => `${what} ${times}`).join(', ')}`)
  expect(failures).toEqual([])
})
