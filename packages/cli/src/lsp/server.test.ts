import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  type CodeAction,
  type CodeLens,
  type CompletionItem,
  createProtocolConnection,
  type Diagnostic,
  type Hover,
  type ProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver/node'
import { notes, TestApplication } from '../testing/application.js'
import { serve } from './server.js'

const script = fileURLToPath(new URL('../../bin/arcturus.mjs', import.meta.url))
const patience = { timeout: 15_000, interval: 50 }

/** An editor that is connected to a server by streams, as a real one is. */
class Editor {
  readonly connection: ProtocolConnection
  readonly diagnostics = new Map<string, readonly Diagnostic[]>()
  readonly shown: string[] = []
  /** The choices of the user, in order. */
  readonly choices: string[] = []
  readonly ended: Promise<void>
  readonly #input = new PassThrough()
  readonly #texts = new Map<string, { text: string; version: number }>()

  constructor() {
    const output = new PassThrough()
    this.ended = serve(this.#input, output, script)
    this.connection = createProtocolConnection(new StreamMessageReader(output), new StreamMessageWriter(this.#input))
    this.connection.onNotification('textDocument/publishDiagnostics', ({ uri, diagnostics }) => {
      this.diagnostics.set(uri, diagnostics)
    })
    this.connection.onRequest('window/showMessageRequest', ({ message, actions = [] }) => {
      this.shown.push(message)
      const choice = this.choices.shift()
      return actions.find(({ title }: { title: string }) => title === choice) ?? null
    })
    this.connection.onNotification('window/showMessage', ({ message }) => void this.shown.push(message))
    this.connection.onRequest('client/registerCapability', () => null)
    this.connection.listen()
  }

  async start(folder: string): Promise<void> {
    const rootUri = pathToFileURL(folder).href
    await this.connection.sendRequest('initialize', {
      processId: null,
      rootUri,
      capabilities: {},
      workspaceFolders: null,
    })
    await this.connection.sendNotification('initialized', {})
  }

  async open(uri: string, text: string): Promise<void> {
    this.#texts.set(uri, { text, version: 1 })
    await this.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId: 'polar', version: 1, text },
    })
  }

  /** Replaces a part of a document, as typing does. */
  async type(uri: string, part: string, by: string): Promise<void> {
    const { text, version } = this.#texts.get(uri)!
    const at = text.indexOf(part)
    const next = { text: text.replace(part, by), version: version + 1 }
    this.#texts.set(uri, next)
    const range = { start: place(text, at), end: place(text, at + part.length) }
    await this.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version: next.version },
      contentChanges: [{ range, text: by }],
    })
  }

  /** Sends a request about the place of a part of a document. */
  ask<T>(method: string, uri: string, part: string, more: object = {}, offset = part.length): Promise<T> {
    const { text } = this.#texts.get(uri)!
    const position = place(text, text.indexOf(part) + offset)
    return this.connection.sendRequest(method, {
      textDocument: { uri },
      position,
      range: { start: position, end: position },
      ...more,
    })
  }

  codes(uri: string): readonly unknown[] | undefined {
    return this.diagnostics.get(uri)?.map(({ code, range }) => `${range.start.line + 1} ${code}`)
  }

  async stop(): Promise<void> {
    this.#input.end()
    await this.ended
    this.connection.dispose()
  }
}

function place(text: string, offset: number): { line: number; character: number } {
  const lines = text.slice(0, offset).split('\n')
  return { line: lines.length - 1, character: lines.at(-1)!.length }
}

let editor: Editor
let application: TestApplication
let uri: string
const policy = notes['policy.polar']!
/** The configuration without an import of the package itself, which another process can't resolve in this folder. */
const config = notes['arcturus.config.ts']!.replace(
  "import { defineConfig } from '@arcturus/cli'",
  'const defineConfig = <T>(config: T) => config',
).replaceAll("key: 'id',", "key: 'id', closed: true,")

beforeEach(async () => {
  editor = new Editor()
  application = new TestApplication({ ...notes, 'arcturus.config.ts': config })
  uri = pathToFileURL(join(application.folder, 'policy.polar')).href
  await editor.start(application.folder)
})
afterEach(async () => {
  await editor.stop()
  application.close()
})

/** Opens the policy, and waits until the application is known. */
async function opened(text = policy): Promise<void> {
  await editor.open(uri, text)
  await vi.waitFor(async () => {
    const items = await editor.ask<CompletionItem[]>('textDocument/completion', uri, 'note.')
    expect(items.map(({ label }) => label)).toContain('isPublic')
  }, patience)
}

test('an editor opens, types, breaks, completes, renames, formats and fixes a policy', async () => {
  await opened()
  await editor.type(uri, 'note.owner = user', 'note.ovner = user')
  await vi.waitFor(() => expect(editor.codes(uri)).toEqual(['10 unknown-field']), patience)

  const { range } = editor.diagnostics.get(uri)![0]!
  const fixes = await editor.connection.sendRequest<CodeAction[]>('textDocument/codeAction', {
    textDocument: { uri },
    range,
    context: { diagnostics: [] },
  })
  expect(fixes.map(({ title }) => title)).toEqual(['Change to owner'])
  await editor.type(uri, 'note.ovner', 'note.owner')
  await vi.waitFor(() => expect(editor.codes(uri)).toEqual([]), patience)

  await editor.type(uri, 'note.isPublic = true;', 'note.')
  await vi.waitFor(() => expect(editor.codes(uri)).toEqual(['11 unexpected-end']), patience)
  const items = await editor.ask<CompletionItem[]>('textDocument/completion', uri, '"read", note: Note) if note.')
  expect(items.map(({ label }) => label)).toEqual(['id', 'isPublic', 'owner'])
  await editor.type(uri, '"read", note: Note) if note.', '"read", note: Note) if note.isPublic=true;')
  await vi.waitFor(() => expect(editor.codes(uri)).toEqual([]), patience)

  const { changes } = await editor.ask<WorkspaceEdit>('textDocument/rename', uri, '"ow', { newName: 'author' })
  expect(changes?.[uri]).toHaveLength(4)
  await expect(editor.ask('textDocument/rename', uri, 'note.ow', { newName: 'x' })).rejects.toThrow('application')

  const edits = await editor.connection.sendRequest<TextEdit[]>('textDocument/formatting', {
    textDocument: { uri },
    options: { tabSize: 2, insertSpaces: true },
  })
  expect(edits.map(({ newText }) => newText).join('')).toContain(' = ')
  const hover = await editor.ask<Hover>('textDocument/hover', uri, 'note.isPub')
  expect(JSON.stringify(hover.contents)).toContain('Note.isPublic: boolean')
}, 40_000)

test('a broken configuration is told, and the server goes on', async () => {
  await opened()
  application.write('arcturus.config.ts', 'export default {')
  const configUri = pathToFileURL(join(application.folder, 'arcturus.config.ts')).href
  await vi.waitFor(() => expect(editor.diagnostics.get(configUri)).toHaveLength(1), patience)
  await editor.type(uri, 'note.owner = user', 'note.ovner = user')
  await vi.waitFor(() => expect(editor.codes(uri)).toEqual(['10 unknown-field']), patience)
  application.write('arcturus.config.ts', config.replaceAll('owner:', 'ovner:'))
  await vi.waitFor(() => expect(editor.diagnostics.get(configUri)).toEqual([]), patience)
  await vi.waitFor(() => expect(editor.codes(uri)).toEqual([]), patience)
}, 40_000)

test('other files of the policy count as they are in the editor, or else on disk', async () => {
  application.write('rules.polar', 'is_owner(user: User, note: Note) if note.owner = user;\n')
  const rules = pathToFileURL(join(application.folder, 'rules.polar')).href
  const text = `${policy}allow(user: User, "hide", note: Note) if is_owner(user, note);\n`
  await opened(text)
  await vi.waitFor(() => expect(editor.codes(uri) ?? []).toEqual([]), patience)
  await editor.open(rules, 'is_author(user: User, note: Note) if note.owner = user;\n')
  await vi.waitFor(() => expect(editor.codes(uri)).toEqual(['12 undefined-rule']), patience)
  await editor.connection.sendNotification('textDocument/didClose', { textDocument: { uri: rules } })
  await vi.waitFor(() => expect(editor.codes(uri)).toEqual([]), patience)
}, 40_000)

test('two applications in one workspace have their own policies, and rules that they query', async () => {
  const text = `${policy}is_public(note: Note) if note.isPublic = true;\n`
  const other = new TestApplication({
    ...notes,
    'policy.polar': text,
    'arcturus.config.ts': config
      .replaceAll('owner:', 'holder:')
      .replace('new Authorizer()', "new Authorizer({ queryRules: ['is_public'] })"),
  })
  try {
    const second = pathToFileURL(join(other.folder, 'policy.polar')).href
    await opened(text)
    await editor.open(second, text)
    await vi.waitFor(() => expect(editor.codes(uri)).toEqual(['12 uncalled-rule']), patience)
    await vi.waitFor(() => expect(editor.codes(second)).toEqual(['10 unknown-field']), patience)
    await editor.type(second, 'note.owner', 'note.holder')
    await vi.waitFor(() => expect(editor.codes(second)).toEqual([]), patience)
    expect(editor.codes(uri)).toEqual(['12 uncalled-rule'])
  } finally {
    other.close()
  }
}, 40_000)

test('the lenses of an action tell who may perform it, and why', async () => {
  await opened()
  application.write('policy.polar', policy)
  const lenses = await editor.connection.sendRequest<CodeLens[]>('textDocument/codeLens', { textDocument: { uri } })
  expect(lenses.map(({ command }) => `${command?.title} ${command?.arguments?.[1]}`)).toContain('who read')
  const run = (command: string): Promise<unknown> =>
    editor.connection.sendRequest('workspace/executeCommand', { command, arguments: [uri, 'edit', 'Note'] })
  editor.choices.push('Note:1')
  await run('arcturus.who')
  await vi.waitFor(() => expect(editor.shown.at(-1)).toContain('User:1'), patience)
  editor.choices.push('Note:1', 'User:2')
  await run('arcturus.why')
  await vi.waitFor(() => expect(editor.shown.at(-1)).toContain('User 2 may not "edit" Note 1'), patience)
}, 40_000)
