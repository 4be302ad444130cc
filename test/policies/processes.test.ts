import { test } from 'vitest'
import { faults, program, rounds } from './processes.js'

const child = await program()

test.concurrent.for(['postgres', 'redis'] as const)(
  'three processes never mix, stop or outlive a policy of %s',
  async (kind, { expect }) => {
    const { answers, times, ...wrong } = await rounds(child, kind, faults.length, 1_800)
    expect(wrong).toEqual({ mixed: 0, stale: 0, wrong: 0, stopped: 0 })
    expect(answers).toBeGreaterThan(100)
    expect(times[0]).toBeLessThan(1_000)
  },
)
