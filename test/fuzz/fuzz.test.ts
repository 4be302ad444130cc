import { describe, expect, test } from 'vitest'
import failedSeeds from './failed-seeds.json' with { type: 'json' }
import { attempt, fuzz } from './fuzz.js'
import { type Case, randomCase } from './randomCase.js'

/** Every seed that ever failed; the case, made small, is kept for the day when the seed makes another. */
const failed = failedSeeds as unknown as readonly {
  readonly seed: number
  readonly index: number
  readonly what: string
  readonly case: Case
}[]

describe('what once failed', () => {
  test.each(failed)('$what (seed $seed, case $index)', { timeout: 60_000 }, async ({ seed, index, case: kept }) => {
    expect(await attempt(kept, { oso: 8 })).toMatchObject({ disagreements: [] })
    expect(await attempt(randomCase(seed, index).asked, { oso: 8 })).toMatchObject({ disagreements: [] })
  })
})

test('every construct is in at least two of a hundred policies', () => {
  const cases = 4_000
  const shares = new Map<string, number>()
  for (let index = 0; index < cases; index++) {
    for (const one of randomCase(1, index).constructs) shares.set(one, (shares.get(one) ?? 0) + 1 / cases)
  }
  expect([...shares].filter(([, share]) => share < 0.02)).toEqual([])
  expect(shares.size).toBeGreaterThan(50)
})

/** `FUZZ_CASES` and `FUZZ_SEED` repeat a run; `pnpm fuzz` takes more of them. */
const cases = Number(process.env['FUZZ_CASES'] ?? 2_000)
const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

test(`machine, predicates, filters and oso agree on ${cases} random cases of seed ${seed}`, {
  timeout: 600_000,
}, async () => {
  const { report, failures } = await fuzz({ seed, cases, oso: 1 })
  console.log(String(report))
  expect(failures.map(({ text }) => text)).toEqual([])
  expect(report.unloadable).toBe(0)
  expect(report.shareOfSome).toBeGreaterThan(0.45)
})
