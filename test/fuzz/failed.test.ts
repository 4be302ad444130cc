import { afterAll, expect, test } from 'vitest'
import failedSeeds from './failed-seeds.json' with { type: 'json' }
import { attempt, caseOf } from './fuzz.js'
import { Orms } from './orm/orms.js'
import type { Case } from './randomCase.js'

/** Every case that ever failed, made small, and the seed that made it. The seed may make another case by now. */
const failed = failedSeeds as unknown as readonly {
  readonly seed: number
  readonly index: number
  readonly what: string
  readonly case: Case
}[]

const orms = new Orms()
afterAll(() => orms.close())

test.each(failed)('$what (seed $seed, case $index)', async ({ seed, index, case: kept }) => {
  expect(await attempt(kept, { oso: 8, orms })).toMatchObject({ disagreements: [] })
  // The whole case is much larger, and seldom the same.
  if (process.env['ARCTURUS_TESTS'] === 'all')
    expect(await attempt(caseOf(seed, index).asked, { oso: 8, orms })).toMatchObject({ disagreements: [] })
})
