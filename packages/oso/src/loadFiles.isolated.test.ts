import { runInNewContext } from 'node:vm'
import { expect, it, vi } from 'vitest'
import { Oso, PolarFileNotFoundError } from './index.js'

// As in Jest, whose tests have an `Error` of their own.
const error: unknown = runInNewContext("Object.assign(new Error('no such file'), { code: 'ENOENT' })")
vi.mock('node:fs/promises', () => ({ readFile: () => Promise.reject(error) }))

it('a missing file is a PolarFileNotFoundError in every realm', async () => {
  expect(error).not.toBeInstanceOf(Error)
  await expect(new Oso().loadFiles(['nowhere.polar'])).rejects.toBeInstanceOf(PolarFileNotFoundError)
})
