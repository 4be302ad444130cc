import { expect, test } from 'vitest'
import { Orms } from '../orm/orms.js'
import { fuzzDiff } from './diff.js'
import { planted, plantedInSql } from './planted.js'

test.each(Object.entries(planted))('%s are found', async (_, differ) => {
  const { failures } = await fuzzDiff({ seed: 1, cases: 100, differ, shrinks: false })
  expect(failures).toHaveLength(1)
  expect(failures[0]!.text).toMatch(/^(a change that is lost|a change that is none|another change): /)
})

test("a printer's mistake in the query for a difference is found", async () => {
  const wrong = new Orms(plantedInSql.orm, plantedInSql)
  try {
    const { failures } = await fuzzDiff({ seed: 2, cases: 200, orms: wrong, shrinks: false })
    expect(failures).toHaveLength(1)
    expect(failures[0]!.text).toMatch(/^TypeORM on SQLite: /)
  } finally {
    await wrong.close()
  }
})
