import { fileURLToPath } from 'node:url'
import * as core from '@arcturus/core'
import { describe, expect, it } from 'vitest'
import { isFiltering, readCases } from './lib/judge.mjs'
import { checksInMemory } from './lib/memory.mjs'

const cases = readCases(fileURLToPath(new URL('filtering.jsonl', import.meta.url))).filter(isFiltering)

describe('Authorizer', () => {
  it.each(['auto', 'closures', 'machine'] as const)(
    'gives the answers and errors of generated code, by %s',
    async (evaluator) => {
      const outcomes = new Set<unknown>()
      for (const one of cases) {
        const wanted = await checksInMemory(one, core, new core.Authorizer({ evaluator: 'source' }))
        const got = await checksInMemory(one, core, new core.Authorizer({ evaluator }))
        expect(got, one.id).toEqual(wanted)
        for (const outcome of got) outcomes.add(outcome)
      }
      expect(outcomes).toContain(true)
      expect(outcomes).toContain(false)
    },
  )
})
