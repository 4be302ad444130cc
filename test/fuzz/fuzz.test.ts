import { describe, expect, test } from 'vitest'
import failedSeeds from './failedSeeds.json' with { type: 'json' }
import { fuzz } from './fuzz.js'

/** `FUZZ_CASES` and `FUZZ_SEED` repeat a run; `pnpm fuzz` takes more of them. */
const cases = Number(process.env['FUZZ_CASES'] ?? 2_000)
const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

describe('machine, predicates, filters and oso agree', () => {
  test(`on ${cases} random cases of seed ${seed}`, { timeout: 600_000 }, async () => {
    console.log(`fuzz seed ${seed}`)
    const { report, failures } = await fuzz({ seed, cases, oso: 2 })
    console.log(String(report))
    expect(failures.map(({ text }) => text)).toEqual([])
  })

  test('on every case that ever failed', { timeout: 120_000 }, async () => {
    for (const failed of failedSeeds as readonly { seed: number; index: number }[]) {
      const { failures } = await fuzz({ seed: failed.seed, from: failed.index, cases: 1, oso: 16 })
      expect(failures.map(({ text }) => text)).toEqual([])
    }
  })
})
