import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { notes, TestApplication } from '../testing/application.js'

const script = fileURLToPath(new URL('../../bin/arcturus.mjs', import.meta.url))
const patience = { timeout: 20_000, interval: 50 }

let application: TestApplication
let command: ChildProcess
let printed: string

beforeEach(() => {
  const config = notes['arcturus.config.ts']!
  application = new TestApplication({ ...notes, 'arcturus.config.ts': `console.log('opened')\n${config}` })
  printed = ''
  command = spawn(process.execPath, [script, 'check', '--watch'], { cwd: application.folder })
  command.stdout!.on('data', (text) => {
    printed += text
  })
})

afterEach(async () => {
  const ended = new Promise((ended) => command.once('close', ended))
  command.kill('SIGTERM')
  await ended
  application.close()
})

/** Waits for the end of a run, and returns what was printed since the last one. */
async function nextRun(): Promise<string> {
  await vi.waitFor(() => expect(printed).toContain('watching for changes'), patience)
  const run = printed
  printed = ''
  return run
}

test('a changed policy and a changed source file are checked again, each by an application that is opened anew', async () => {
  const policy = application.read('policy.polar')
  const first = await nextRun()
  expect(first).toContain('opened')
  expect(first).toContain('The policy is valid.')

  application.write('policy.polar', policy.replace('"owner", note: Note', '"ownr", note: Note'))
  const second = await nextRun()
  expect(second).toContain('policy.polar:10:')
  expect(second).toContain('did you mean "owner"?')

  application.write('policy.polar', policy.replace('allow(actor,', 'allow(actor'))
  expect(await nextRun()).toContain('1 error')
  application.write('policy.polar', policy)
  const third = await nextRun()
  expect(third).toContain('The policy is valid.')

  application.write('other.ts', 'export {}\n')
  const fourth = await nextRun()
  expect(fourth).toContain('opened')
  expect(fourth).toContain('The policy is valid.')
}, 60_000)
