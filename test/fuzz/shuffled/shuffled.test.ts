import { expect, test } from 'vitest'
import { any, goal } from '../policyTree.js'
import { Random } from '../random.js'
import { fuzzShuffled } from './shuffled.js'
import { shuffledPolicy } from './shuffledPolicy.js'

/** `FUZZ_SEED` and `FUZZ_SHUFFLED` try other policies, and more of them. */
const cases = Number(process.env['FUZZ_SHUFFLED'] ?? (process.env['ARCTURUS_TESTS'] === 'all' ? 100 : 20))
const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_129)

test(`${cases} random policies of seed ${seed} have the same answers in two orders`, () => {
  const { counts, failures } = fuzzShuffled({ seed, cases })
  console.log([...counts].map(([what, times]) => `${what}: ${times}`).join(', '))
  expect(failures, failures.join('\n\n')).toHaveLength(0)
  for (const name of ['machine', 'closures', 'source', 'module', 'explanation', 'list', 'who'])
    expect(counts.get(name), name).toBeGreaterThan(2 * cases)
})

test('files, rules, blocks, their statements and alternatives change places', () => {
  const tree = {
    blocks: ['actor User {}', 'resource Doc { roles = ["a", "b"]; "a" if "b"; }'],
    rules: [
      { head: 'allow(v0, "read", v1)', body: any(goal('v0.a = v1'), goal('v1.b = v0')) },
      { head: 'allow(v0, "edit", v1)', body: goal('v0 = v1') },
    ],
  }
  const orders = Array.from({ length: 200 }, (_, at) => shuffledPolicy(tree, new Random(at)).join('\n--\n'))
  for (const pattern of [
    /v0\.a = v1 or/,
    /v1\.b = v0 or/,
    /"edit"[\s\S]*"read"/,
    /"read"[\s\S]*"edit"/,
    /resource[\s\S]*actor/,
    /"a" if "b";.*roles/,
    /roles.*"a" if "b"/,
    /"a", ?"b"/,
    /"b", ?"a"/,
    /resource[\s\S]*--[\s\S]*allow/,
  ])
    expect(orders.filter((order) => pattern.test(order)).length, String(pattern)).toBeGreaterThan(5)
  const sorted = (order: string): string => [...order.replace(/[-\s]/g, '')].sort().join('')
  expect(new Set(orders.map(sorted)).size).toBe(1)
})

test('an order that loses a rule or an alternative is found', () => {
  const { failures } = fuzzShuffled({
    seed: 3,
    cases: 100,
    arrange: (parts, random) => random.shuffled(parts).slice(1),
  })
  expect(failures[0]).toMatch(/ says .* in another order/)
})
