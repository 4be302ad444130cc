import { expect, test } from 'vitest'
import { firstWrong } from './testing/composed.js'

// Seeds 77123 and 640018 still fail: one list lacks a row that the check allows; some checks fail where the table says yes.
const seed = Number(process.env['FUZZ_SEED'] ?? 981_273)
const goals = Number(process.env['FUZZ_COMPOSED'] ?? 1_000)

test.each([true, false])(
  `every reader gives ${goals} composed goals of seed ${seed} the truth of the table; declared fields: %s`,
  { timeout: 3_600_000 },
  (declared) => expect(firstWrong(seed, goals, declared)).toBeUndefined(),
)
