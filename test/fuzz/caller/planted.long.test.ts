import { expect, test } from 'vitest'
import { fuzzCaller } from './caller.js'
import { bareAlternative } from './planted.js'

test("a caller's alternative without its brackets is found", async () => {
  const { failures } = await fuzzCaller({ seed: 1, cases: 500, planted: bareAlternative, names: /TypeORM on SQLite/ })
  expect(failures).toHaveLength(1)
  expect(failures[0]).toMatch(/^(hidden rows come back|maximum is|count is|sum is|\d+ rows are counted|the list has)/)
})
