import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findServer } from './serverCommand.js'

let outer: string
let workspace: string
beforeEach(() => {
  outer = mkdtempSync(join(tmpdir(), 'arcturus-vscode-'))
  workspace = join(outer, 'workspace')
  mkdirSync(workspace)
})
afterEach(() => rmSync(outer, { recursive: true, force: true }))

function write(...path: string[]): string {
  const file = join(...path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, '')
  return file
}
const program = (folder: string, name = 'arcturus') => write(folder, 'node_modules/.bin', name)
const find = (given: Partial<Parameters<typeof findServer>[0]> = {}) =>
  findServer({ path: '', folders: [workspace], files: [], platform: 'linux', ...given })

test('the program of the workspace runs in the folder that has it', () => {
  const command = program(workspace)
  expect(find()).toEqual({ command, args: ['lsp', '--stdio'], cwd: workspace, shell: false })
})

test('the program that is closest to an open policy comes first', () => {
  program(workspace)
  const inner = join(workspace, 'packages/api')
  const command = program(inner)
  expect(find({ files: [join(inner, 'src/policy.polar')] })).toMatchObject({ command, cwd: inner })
  expect(find({ files: [join(workspace, 'other/policy.polar')] })).toMatchObject({ cwd: workspace })
})

test('a program outside the workspace is not started', () => {
  program(outer)
  program(join(outer, 'other'))
  const files = [join(workspace, 'policy.polar'), join(outer, 'other/policy.polar')]
  expect(() => find({ files })).toThrow('Install `@arcturus/cli`')
  expect(() => find({ files, folders: [] })).toThrow('Install `@arcturus/cli`')
})

test('the setting comes before the workspace, and is relative to its first folder', () => {
  program(workspace)
  const command = write(workspace, 'tools/arcturus')
  expect(find({ path: 'tools/arcturus' })).toMatchObject({ command, cwd: workspace })
  expect(find({ path: command })).toMatchObject({ command })
  expect(() => find({ path: 'tools/none' })).toThrow(`${join(workspace, 'tools/none')}, which does not exist`)
})

test('a script is started by Node.js', () => {
  const script = write(workspace, 'bin/arcturus.mjs')
  expect(find({ path: script })).toMatchObject({ command: 'node', args: [script, 'lsp', '--stdio'], shell: false })
})

test('Windows needs a shell for the script of a package manager', () => {
  const script = program(workspace, 'arcturus.cmd')
  expect(find({ platform: 'win32' })).toMatchObject({ command: `"${script}"`, shell: true })
})
