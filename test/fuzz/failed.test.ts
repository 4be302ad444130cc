import { afterAll, expect, test } from 'vitest'
import failedSeeds from './failed-seeds.json' with { type: 'json' }
import { attempt } from './fuzz.js'
import { Orms } from './orm/orms.js'
import type { Case } from './randomCase.js'

/** Every case that ever failed, made small, and the seed that made it, which may make another case by now. */
const failed = failedSeeds as unknown as readonly {
  readonly seed: number
  readonly index: number
  readonly what: string
  readonly case: Case
}[]

/** SQLite alone: the long tests ask the other databases too. */
const orms = new Orms(process.env['ARCTURUS_TESTS'] === 'all' ? /./ : /SQLite/)
afterAll(() => orms.close())

test.each(failed)('$what (seed $seed, case $index)', async ({ case: kept }) => {
  expect(await attempt(kept, { oso: 8, orms })).toMatchObject({ disagreements: [] })
})
