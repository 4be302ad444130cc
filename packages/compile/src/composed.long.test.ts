import { expect, test } from 'vitest'
import { firstWrong } from './testing/composed.js'

const seed = Number(process.env['FUZZ_SEED'] ?? 77_123)
const goals = Number(process.env['FUZZ_COMPOSED'] ?? 1_000)

test.each([true, false])(
  `every reader gives ${goals} composed goals of seed ${seed} the truth of the table; declared fields: %s`,
  { timeout: 3_600_000 },
  (declared) => expect(firstWrong(seed, goals, declared)).toBeUndefined(),
)
