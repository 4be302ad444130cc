import { expect, test } from 'vitest'
import { randomCases } from '../../orm/randomCases.js'
import { fuzzCaller } from './caller.js'
import { bareAlternative, dividedList } from './planted.js'

/** `FUZZ_SEED` repeats a run; `pnpm fuzz --cases 0 --caller 5000` asks more, and `--orms typeorm` of one ORM alone. */
const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_127)

test('no argument of the caller brings back or changes a row outside the filter', async () => {
  const { failures, counts } = await fuzzCaller({ seed, cases: randomCases(150) })
  console.log(`seed ${seed}: ${[...counts].map(([what, times]) => `${what} ${times}`).join(', ')}`)
  expect(failures).toEqual([])
})

test('a divided list of hidden values is found', async () => {
  const { failures } = await fuzzCaller({ seed: 1, cases: 500, planted: dividedList, names: /Prisma on SQLite/ })
  expect(failures).toHaveLength(1)
  expect(failures[0]).toMatch(/^(hidden rows come back|a hidden row changed|.* are counted, of which)/)
})

test("a caller's alternative without its brackets is found", async () => {
  const { failures } = await fuzzCaller({ seed: 1, cases: 500, planted: bareAlternative, names: /TypeORM on SQLite/ })
  expect(failures).toHaveLength(1)
  expect(failures[0]).toMatch(/^(hidden rows come back|maximum is|count is|sum is|\d+ rows are counted|the list has)/)
})
