import { expect, test } from 'vitest'
import { fuzz } from './fuzz.js'
import { Orms } from './orm/orms.js'
import { planted } from './orm/planted.js'

/** Cases of tables, of which there is one in two: 5,000 cases have as many. */
const mostCases = 2_500

/** One seed: the rarest mistake takes several hundred cases on average. `FUZZ_SEED` tries others, and tells. */
const seed = Number(process.env['FUZZ_SEED'] ?? 1)

test.each(Object.entries(planted))('%s is found', async (name, fault) => {
  const orms = new Orms(fault.orm, fault)
  try {
    const options = { seed, cases: mostCases, orms, shrinks: false, passesCrashes: true }
    const { report, failures } = await fuzz({ ...options, only: 'tables' })
    if (process.env['FUZZ_SEED']) console.log(`${name}: found in case ${report.cases}`)
    expect(failures, `seed ${seed}`).toHaveLength(1)
    expect(failures[0]!.text).toMatch(fault.orm)
  } finally {
    await orms.close()
  }
})
