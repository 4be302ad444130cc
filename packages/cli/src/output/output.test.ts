import { PassThrough } from 'node:stream'
import { afterEach, expect, it, vi } from 'vitest'
import { Output } from './output.js'

afterEach(() => {
  vi.useRealTimers()
})

it('prints the time that is left once a part of the work is done', async () => {
  vi.useFakeTimers()
  const stderr = Object.assign(new PassThrough(), { isTTY: true })
  const io = { stdin: new PassThrough(), stdout: new PassThrough(), stderr, env: {}, cwd: '.' }
  await new Output(io, 'text').progress('Testing', async (advance) => {
    advance('0 of 4', 0)
    await vi.advanceTimersByTimeAsync(1000)
    advance('1 of 4', 1 / 4)
    await vi.advanceTimersByTimeAsync(2000)
  })
  const written = String(stderr.read())
  expect(written).toContain('Testing 0 of 4 (1 s)')
  expect(written).toContain('Testing 1 of 4 (3 s, about 9 s left)')
})
