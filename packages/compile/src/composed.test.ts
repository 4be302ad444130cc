import { expect, test } from 'vitest'
import { firstWrong } from './testing/composed.js'

test.each([true, false])('every reader gives a composed goal the truth of the table; declared fields: %s', (declared) =>
  expect(firstWrong(Number(process.env['FUZZ_SEED'] ?? 1), 50, declared)).toBeUndefined(),
)
