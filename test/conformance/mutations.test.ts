import { fileURLToPath } from 'node:url'
import * as oso from '@arcturus/oso'
import { expect, it } from 'vitest'
import { runFilteringCase } from './lib/filtering.mjs'
import { isFiltering, readCases } from './lib/judge.mjs'
import { mutator } from './lib/mutate.mjs'

const cases = readCases(fileURLToPath(new URL('filtering.jsonl', import.meta.url))).filter(isFiltering)
const seed = Number(process.env['ARCTURUS_SEED'] ?? 261_127)
const count = Number(process.env['ARCTURUS_MUTATIONS'] ?? 600)

/** Numbers from 0 to 1, the same ones for a seed. */
function numbersFrom(start: number): () => number {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

it(`filters of mutated policies select no row that a check denies (seed ${seed})`, async () => {
  const random = numbersFrom(seed)
  const wrong: unknown[] = []
  const answered = { condition: 0, flat: 0 }
  const policiesOf = new Map<string, string[]>()
  for (const { fixture, policy } of cases) policiesOf.set(fixture, [...(policiesOf.get(fixture) ?? []), policy])
  const mutators = new Map([...policiesOf].map(([fixture, policies]) => [fixture, mutator(policies, random)]))

  for (let run = 0; run < count; run++) {
    const one = cases[Math.floor(random() * cases.length)]!
    const policy = mutators.get(one.fixture)!(one.policy)
    const outcome = await runFilteringCase({ ...one, policy }, oso)
    if (outcome.load !== undefined) continue
    for (const adapter of ['condition', 'flat'] as const) {
      const selection = outcome[adapter]
      if (selection.error !== undefined) continue
      answered[adapter]++
      if (selection.ids.some((id) => !outcome.truth.includes(id)))
        wrong.push({ policy, of: one.id, adapter, ...outcome })
    }
  }
  expect(wrong).toEqual([])
  expect(answered.condition).toBeGreaterThan(count / 4)
  expect(answered.flat).toBeGreaterThan(count / 5)
})
