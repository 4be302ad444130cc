import { type Difference, PolicyError } from '@arcturus/core'
import { expect, test } from 'vitest'
import { actorOf, check, Prepared, showOutcome } from './evaluators.js'
import { printPolicy } from './policyTree.js'
import { Random } from './random.js'
import { randomCase } from './randomCase.js'
import { descendantsOf } from './world.js'

const pairs = Number(process.env['FUZZ_SHADOW'] ?? (process.env['ARCTURUS_TESTS'] === 'all' ? 300 : 50))
const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_130)

test(`shadows tell each difference of ${pairs} random pairs of policies of seed ${seed}`, () => {
  let [compared, differences] = [0, 0]
  for (let index = 0; index < pairs; index++) {
    const { asked } = randomCase(seed, index, false)
    const random = Random.ofCase(seed ^ 0x5a, index)
    const prepared = new Prepared(asked)
    const text = printPolicy(asked.policy)
    // The candidate lacks some statements.
    const candidate = text
      .split(/(?<=;)\n/)
      .filter(() => !random.chance(0.2))
      .join('\n')
    const told: Difference[] = []
    try {
      const { predicates: authorizer, objects } = prepared
      const [alone, other] = [authorizer.withPolicy(text), authorizer.withPolicy(candidate)]
      const shadow = authorizer.shadow(authorizer.withPolicy(candidate), { onDifference: (one) => void told.push(one) })
      const family = descendantsOf(asked.world, asked.model)
      const rows = asked.world.rows.flatMap((row, at) => (family.includes(row.model) ? [at] : []))
      for (const actor of asked.actors) {
        for (const action of asked.actions) {
          for (const row of random.sample(rows, 3)) {
            const question = [actorOf(prepared, actor), action, objects.rows[row]] as const
            const expected = showOutcome(check(alone, ...question))
            const changed = showOutcome(check(other, ...question))
            told.length = 0
            const { compared: before } = shadow
            const where = `${text}\n---\n${candidate}\n${actor} ${action} ${row}, case ${index}`
            expect(showOutcome(check(authorizer, ...question)), where).toBe(expected)
            expect(shadow.compared - before, where).toBe(1)
            expect(told.length, where).toBe(Number(expected !== changed))
            compared++
            differences += told.length
          }
        }
      }
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error
    }
  }
  console.log(`${compared} compared, ${differences} differences`)
  expect(differences).toBeGreaterThan(pairs / 10)
})
