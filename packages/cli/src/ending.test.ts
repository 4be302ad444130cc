import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { notes, TestApplication } from './testing/application.js'

const script = fileURLToPath(new URL('../bin/arcturus.mjs', import.meta.url))
const config = notes['arcturus.config.ts']!

let application: TestApplication
beforeEach(() => {
  application = new TestApplication(notes)
})
afterEach(() => application.close())

/** Runs a command of an application with further code, which ends by itself. */
function run(command: string, before: string, after = '') {
  application.write('arcturus.config.ts', `${before}\n${config}\n${after}`)
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [script, ...command.split(' ')], {
    cwd: application.folder,
    encoding: 'utf8',
    timeout: 60_000,
  })
  return { status, signal, stdout, stderr }
}

it.each([
  ['types --output -', 'setInterval(() => {}, 1000)', 'a timer', 0],
  ['routes', "import { createServer } from 'node:net'\ncreateServer().listen(0, '127.0.0.1')", 'a server', 2],
])('%s ends, and names what a module keeps open: %s', (command, kept, name, status) => {
  const result = run(command, kept)
  expect([result.status, result.signal]).toEqual([status, null])
  expect(result.stderr).toContain(`left open: ${name}`)
})

it('ends after a module with an open timer throws', () => {
  const { status, stderr } = run('check', 'setInterval(() => {}, 1000)', "throw new Error('no port')")
  expect(status).toBe(2)
  expect(stderr).toContain('no port')
  expect(stderr).toContain('a timer')
})

it('names nothing of an application that ends by itself, and prints all of a long output', () => {
  const { status, stdout, stderr } = run('check --json', '')
  expect([status, stderr]).toEqual([0, ''])
  expect(JSON.parse(stdout)).toBeTypeOf('object')
})
