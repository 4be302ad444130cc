import { fileURLToPath } from 'node:url'
import * as oso from '@arcturus/oso'
import { describe, expect, it } from 'vitest'
import { isFiltering, judge, readCases } from './lib/judge.mjs'

const cases = ['language.jsonl', 'filtering.jsonl'].flatMap((file) =>
  readCases(fileURLToPath(new URL(file, import.meta.url))),
)
const groups = [...new Set(cases.map(({ group }) => group))]

describe('the drop-in answers as oso does, or as this project decided', () => {
  it.each(groups)('%s', async (group) => {
    const failed: unknown[] = []
    for (const one of cases) {
      if (one.group !== group) continue
      const { passed, skipped, wanted, got } = await judge(one, oso)
      if (!passed && !skipped) failed.push({ id: one.id, wanted, got })
    }
    expect(failed).toEqual([])
  })
})

describe('filters', () => {
  it('use the condition in at least 90 % of the cases, and inner joins in 70 %', async () => {
    const answered = { condition: 0, flat: 0 }
    const filters = cases.filter(isFiltering)
    for (const one of filters) {
      const result = await judge(one, oso)
      if (result.answered?.condition) answered.condition++
      if (result.answered?.flat) answered.flat++
    }
    expect(answered.condition / filters.length).toBeGreaterThanOrEqual(0.9)
    expect(answered.flat / filters.length).toBeGreaterThanOrEqual(0.7)
  })
})
