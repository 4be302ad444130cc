import { expect, test } from 'vitest'
import { kinds } from '../../packages/policies/src/testing/publishing.js'
import { program, rounds } from './processes.js'

const child = await program()

test.each(kinds)('50 policies of %s reach three processes, one after the other', async (kind) => {
  const { answers, times, ...wrong } = await rounds(child, kind, 50, 2_500)
  const p99 = times[Math.floor(times.length * 0.99)]!
  console.log(`${kind}: ${answers} answers, p50 ${times[times.length >> 1]!.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`)
  expect(wrong).toEqual({ mixed: 0, stale: 0, wrong: 0, stopped: 0 })
})

test('a network that is cut for 30 seconds', async () => {
  const { answers: _, times: __, ...wrong } = await rounds(child, 'postgres', 3, 30_000)
  expect(wrong).toEqual({ mixed: 0, stale: 0, wrong: 0, stopped: 0 })
})
