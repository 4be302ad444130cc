import { expect, test } from 'vitest'
import { faults } from './faults.js'
import { fuzz } from './fuzz.js'

const mostCases = 2_000

test.each(Object.entries(faults))('%s is found', { timeout: 120_000 }, async (_, definite) => {
  const seed = Math.floor(Math.random() * 2 ** 31)
  const { failures } = await fuzz({ seed, cases: mostCases, definite, shrinks: false })
  expect(failures, `seed ${seed}`).toHaveLength(1)
  expect(failures[0]!.text).toMatch(/^definite says/)
})
