import { expect, test } from 'vitest'
import { fuzz } from './fuzz.js'
import { shuffledGoals } from './goalOrders.js'
import { all, goal, printPolicy } from './policyTree.js'
import { Random } from './random.js'

test('goals that share no variable change places, and the others keep their order', () => {
  const body = all(goal('v0.a = 1'), goal('v1 in v0.b'), goal('v1.c = 2'), goal('v0.d = 3'))
  const tree = { blocks: [], rules: [{ head: 'allow(v0, "read", _)', body }] }
  const orders = new Set(Array.from({ length: 60 }, (_, seed) => printPolicy(shuffledGoals(tree, new Random(seed)))))
  expect(orders.size).toBe(12)
  for (const order of orders) expect(order).toMatch(/v1 in v0\.b.*v1\.c = 2/)
})

test('no goal moves beside a cut', () => {
  const tree = { blocks: [], rules: [{ head: 'f(v0)', body: all(goal('v0.a = 1'), goal('cut'), goal('v0.d = 3')) }] }
  expect(printPolicy(shuffledGoals(tree, new Random(1)))).toBe(printPolicy(tree))
})

test('a goal that is lost on its way is found', async () => {
  const { failures } = await fuzz({
    seed: 3,
    cases: 300,
    only: 'memory',
    shrinks: false,
    shuffle: (movable, random) => random.shuffled(movable).slice(1),
  })
  expect(failures[0]?.text).toMatch(/^(shuffled|extent) says/)
})

test('an extent that depends on the order of goals is found', async () => {
  const { failures } = await fuzz({
    seed: 3,
    cases: 300,
    only: 'memory',
    shrinks: false,
    extent: ({ kind }, isShuffled) => (isShuffled && kind === 'none' ? 'all' : kind),
  })
  expect(failures[0]?.text).toMatch(/^extent says all, the machine none/)
})
