import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

test('pnpm fuzz bundles the sources and ends with its counts', async () => {
  const runner = fileURLToPath(new URL('run.mjs', import.meta.url))
  const args = [runner, '--cases', '3', '--caller', '0', '--seed', '1', '--orms', 'none']
  const { stdout } = await promisify(execFile)(process.execPath, args)
  expect(stdout).toMatch(/\b0 disagreements\b/)
}, 60_000)
