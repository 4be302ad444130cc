import { fileURLToPath } from 'node:url'
import * as oso from '@arcturus/core/oso'
import { describe, expect, it } from 'vitest'
import { isFiltering, judge, readCases } from './lib/judge.mjs'

const cases = ['language.jsonl', 'filtering.jsonl'].flatMap((file) =>
  readCases(fileURLToPath(new URL(file, import.meta.url))),
)
const groups = Map.groupBy(cases, (one) => one.group)

describe('the drop-in answers as oso does, or as this project decided', () => {
  it.each([...groups])('%s', async (_, group) => {
    const failed: unknown[] = []
    for (const one of group) {
      const { passed, skipped, wanted, got } = await judge(one, oso)
      if (!passed && !skipped) failed.push({ id: one.id, wanted, got })
    }
    expect(failed).toEqual([])
  })

  it('answers at least 90 % of the filters', async () => {
    const filters = cases.filter(isFiltering)
    const results = await Promise.all(filters.map((one) => judge(one, oso)))
    expect(results.filter(({ answered }) => answered?.condition).length / filters.length).toBeGreaterThanOrEqual(0.9)
  })
})
