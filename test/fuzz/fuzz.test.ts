import { expect, test } from 'vitest'
import { caseOf, fuzz } from './fuzz.js'
import { Orms } from './orm/orms.js'

test('every construct is in at least one of a hundred policies', () => {
  const cases = 1_000
  const shares = new Map<string, number>()
  for (let index = 0; index < cases; index++) {
    for (const one of caseOf(1, index).constructs) shares.set(one, (shares.get(one) ?? 0) + 1 / cases)
  }
  expect([...shares].filter(([, share]) => share < 0.01)).toEqual([])
  expect(shares.size).toBeGreaterThan(60)
})

/** A fixed seed, so that no unrelated change fails. `FUZZ_SEED` and `pnpm fuzz` try other ones, `FUZZ_CASES` more cases. */
const cases = Number(process.env['FUZZ_CASES'] ?? (process.env['ARCTURUS_TESTS'] === 'all' ? 120 : 40))
const seed = Number(process.env['FUZZ_SEED'] ?? 1_891_319_106)

test(`evaluators, ORMs and databases agree on ${cases} random cases of seed ${seed}`, async () => {
  // Each database through one of the ORMs; the long tests ask both.
  const orms = new Orms(
    process.env['ARCTURUS_TESTS'] === 'all' ? /./ : /Prisma on (SQLite|PostgreSQL)|TypeORM on MariaDB/,
  )
  try {
    const { report, failures } = await fuzz({ seed, cases, oso: 1, orms })
    console.log(String(report))
    expect(failures, failures.map(({ text }) => text).join('\n\n')).toHaveLength(0)
    expect(report.unloadable).toBe(0)
    expect(report.shareOfSome).toBeGreaterThan(0.4)
  } finally {
    await orms.close()
  }
})
