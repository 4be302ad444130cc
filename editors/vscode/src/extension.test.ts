import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { listFiles, PackageManager } from '@vscode/vsce'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { FakeDocument, FakeEditor } from './testing/fakeEditor.js'

const extension = fileURLToPath(new URL('../', import.meta.url))
const pnpm = fileURLToPath(new URL('../../../node_modules/pnpm/bin/pnpm.cjs', import.meta.url))
const manifest = JSON.parse(readFileSync(join(extension, 'package.json'), 'utf8'))
const patience = { timeout: 30_000, interval: 50 }

let folder: string
let archive: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'arcturus-vsix-'))
  archive = join(folder, 'arcturus.vsix')
  execFileSync(process.execPath, [pnpm, '--silent', 'run', 'package', '--out', archive], { cwd: extension })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let editor: FakeEditor
let loaded: ReturnType<FakeEditor['load']>
const subscriptions: { dispose(): void }[] = []
const document = new FakeDocument(join(extension, 'policy.polar'), 'allow(actor, "read") if\n')
const uri = document.uri.toString()
beforeEach(() => {
  // The workspace is this package: its `node_modules/.bin` has the program.
  editor = new FakeEditor(extension, [document])
  loaded = editor.load(join(extension, manifest.main))
})
afterEach(async () => {
  await loaded.deactivate()
  for (const one of subscriptions.splice(0)) one.dispose()
  editor.close()
})

test('every file that the manifest names exists and is packaged', async () => {
  const { languages, grammars, snippets } = manifest.contributes
  const named = [manifest.main, manifest.icon, languages[0].configuration, grammars[0].path, snippets[0].path]
  const packaged = await listFiles({ cwd: extension, packageManager: PackageManager.None })
  const zip = readFileSync(archive, 'latin1')
  for (const file of [...named, 'README.md', 'LICENSE'].map((path: string) => path.replace('./', ''))) {
    expect(existsSync(join(extension, file))).toBe(true)
    expect(packaged).toContain(file)
    expect(zip.toLowerCase()).toContain(`extension/${file.toLowerCase().replace(/^license$/, 'license.txt')}`)
  }
  expect(zip).not.toContain('extension/src')
  expect(zip).not.toContain('extension/node_modules')
})

test('the parts of the manifest agree with each other', () => {
  const { languages, grammars, snippets, configurationDefaults } = manifest.contributes
  const { id, extensions } = languages[0]
  expect(extensions).toEqual(['.polar'])
  expect([grammars[0].language, snippets[0].language]).toEqual([id, id])
  expect(manifest.activationEvents).toEqual([`onLanguage:${id}`])
  expect(configurationDefaults[`[${id}]`]['editor.defaultFormatter']).toBe(`${manifest.publisher}.${manifest.name}`)
  const { scopeName } = JSON.parse(readFileSync(join(extension, grammars[0].path), 'utf8'))
  expect(scopeName).toBe(grammars[0].scopeName)
})

test('the icon is a PNG of 128 × 128 pixels', () => {
  const icon = readFileSync(join(extension, manifest.icon))
  expect(icon.toString('latin1', 1, 4)).toBe('PNG')
  expect([icon.readUInt32BE(16), icon.readUInt32BE(20)]).toEqual([128, 128])
})

test('every pattern of the language configuration is a regular expression', () => {
  const { wordPattern, indentationRules, onEnterRules, folding } = JSON.parse(
    readFileSync(join(extension, 'language-configuration.json'), 'utf8'),
  )
  const { increaseIndentPattern: more, decreaseIndentPattern: less } = indentationRules
  for (const line of ['resource A {', '  roles = [', 'allow(a, "if # {", b: B) if # why', 'f('])
    expect(line).toMatch(new RegExp(more))
  for (const line of ['# resource A {', 'f("{");', 'f(x) if y;', '  roles = ["a"];', 'f("if', 'elif'])
    expect(line).not.toMatch(new RegExp(more))
  expect('  }').toMatch(new RegExp(less))
  const [{ beforeText, previousLineText }] = onEnterRules
  expect('  role.name = name;').toMatch(new RegExp(beforeText))
  expect('  role in user.roles and').toMatch(new RegExp(previousLineText))
  expect('  roles = ["band"];').not.toMatch(new RegExp(previousLineText))
  expect('#region x').toMatch(new RegExp(folding.markers.start))
  expect('# endregion').toMatch(new RegExp(folding.markers.end))
  expect('a: Größe'.match(new RegExp(wordPattern, 'g'))).toEqual(['a', 'Größe'])
})

test('the bundle starts the server of the workspace, which checks open policies and has the commands of lenses', async () => {
  await loaded.activate({ subscriptions })
  expect(editor.errors).toEqual([])
  await vi.waitFor(() => expect(editor.diagnostics.get(uri)).toHaveLength(1), patience)
  expect([...editor.commands.keys()].sort()).toEqual(['arcturus.restart', 'arcturus.who', 'arcturus.why'])
  for (const { command } of manifest.contributes.commands) expect(editor.commands.has(command)).toBe(true)
  // The policy belongs to no application, so the server has nothing to ask.
  expect(await editor.commands.get('arcturus.who')!(uri, 'read', 'Note')).toBeNull()
})

test('the server starts anew by its command, and ends with the extension', async () => {
  await loaded.activate({ subscriptions })
  await vi.waitFor(() => expect(editor.diagnostics.get(uri)).toHaveLength(1), patience)
  const why = editor.commands.get('arcturus.why')
  await editor.commands.get('arcturus.restart')!()
  await vi.waitFor(() => expect(editor.diagnostics.get(uri)).toHaveLength(1), patience)
  expect(editor.commands.get('arcturus.why')).not.toBe(why)
  await loaded.deactivate()
  expect([...editor.commands.keys()]).toEqual(['arcturus.restart'])
})

test('a workspace that is not trusted runs no program until it is', async () => {
  editor.isTrusted = false
  await loaded.activate({ subscriptions })
  expect([...editor.commands.keys()]).toEqual(['arcturus.restart'])
  editor.isTrusted = true
  editor.trusted.fire()
  await vi.waitFor(() => expect(editor.diagnostics.get(uri)).toHaveLength(1), patience)
})

test('a path that is wrong is reported, and a changed setting is read', async () => {
  editor.settings['path'] = 'none'
  await loaded.activate({ subscriptions })
  expect(editor.errors).toEqual([expect.stringContaining('`arcturus.path` names')])
  expect([...editor.commands.keys()]).toEqual(['arcturus.restart'])
  editor.settings['path'] = '../../packages/cli/bin/arcturus.mjs'
  editor.configured.fire({ affectsConfiguration: (name) => name === 'arcturus.path' })
  await vi.waitFor(() => expect(editor.diagnostics.get(uri)).toHaveLength(1), patience)
})

test('a program that can not start, or ends at once, is reported', async () => {
  const ends = join(folder, 'ends.mjs')
  writeFileSync(ends, 'process.exit(1)')
  for (const path of ['LICENSE', ends]) {
    editor.errors.length = 0
    editor.settings['path'] = path
    if (editor.commands.size === 0) await loaded.activate({ subscriptions })
    else await editor.commands.get('arcturus.restart')!()
    expect(editor.errors).toContainEqual(expect.stringContaining("couldn't create connection to server"))
    expect([...editor.commands.keys()]).toEqual(['arcturus.restart'])
  }
})
