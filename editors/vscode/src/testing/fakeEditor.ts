import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** A value that can be called, constructed and read, and that answers with more of its kind. */
function anything(known: object = {}): unknown {
  const itself: unknown = new Proxy(Object.defineProperties(class {}, Object.getOwnPropertyDescriptors(known)), {
    get: (target, key) => {
      if (key in target) return Reflect.get(target, key)
      return typeof key === 'symbol' || key === 'then' ? undefined : anything()
    },
    apply: () => anything(),
    construct: (target, args, derived) =>
      derived === itself ? (anything() as object) : Reflect.construct(target, args, derived),
  })
  return itself
}

class Emitter<T> {
  readonly #listeners = new Set<(event: T) => unknown>()
  readonly event = (listener: (event: T) => unknown, self?: unknown): { dispose(): void } => {
    const bound = listener.bind(self)
    this.#listeners.add(bound)
    return { dispose: () => void this.#listeners.delete(bound) }
  }
  readonly fire = (event: T): void => {
    for (const listener of [...this.#listeners]) listener(event)
  }
}

/** A document of the fake editor. */
export class FakeDocument {
  readonly languageId = 'polar'
  readonly version = 1
  readonly uri: FakeUri
  readonly #text: string

  constructor(path: string, text: string) {
    this.uri = new FakeUri(path)
    this.#text = text
  }

  getText(): string {
    return this.#text
  }
}

class FakeUri {
  readonly scheme = 'file'
  readonly fsPath: string

  constructor(fsPath: string) {
    this.fsPath = fsPath
  }

  toString(): string {
    return pathToFileURL(this.fsPath).href
  }
}

/** The parts of VS Code that the extension and its client need, for one workspace. */
export class FakeEditor {
  readonly commands: Map<string, (...args: unknown[]) => unknown> = new Map()
  readonly errors: string[] = []
  /** The messages of the diagnostics of each document. */
  readonly diagnostics: Map<string, readonly string[]> = new Map()
  readonly settings: Record<string, string> = {}
  readonly trusted: Emitter<void> = new Emitter()
  readonly configured: Emitter<{ affectsConfiguration(name: string): boolean }> = new Emitter()
  readonly #folder: string
  readonly #documents: readonly FakeDocument[]
  readonly #home = mkdtempSync(join(tmpdir(), 'arcturus-vscode-'))
  isTrusted = true

  constructor(folder: string, documents: readonly FakeDocument[]) {
    this.#folder = folder
    this.#documents = documents
  }

  /** Loads a bundle, which finds this editor as its module `vscode`. */
  load(bundle: string): { activate(context: object): Promise<void>; deactivate(): Promise<void> } {
    const stub = join(this.#home, 'node_modules/vscode')
    mkdirSync(stub, { recursive: true })
    writeFileSync(join(stub, 'index.js'), 'module.exports = globalThis.fakeEditor')
    cpSync(bundle, join(this.#home, 'extension.cjs'))
    Object.assign(globalThis, { fakeEditor: this.#module() })
    return createRequire(join(this.#home, 'test.cjs'))('./extension.cjs')
  }

  close(): void {
    rmSync(this.#home, { recursive: true, force: true })
  }

  #module(): unknown {
    const isTrusted = () => this.isTrusted
    return anything({
      version: '1.91.0',
      CancellationTokenSource: class {
        readonly token = { isCancellationRequested: false }
        dispose(): void {}
      },
      Diagnostic: class {
        readonly message: string
        constructor(_range: unknown, message: string) {
          this.message = message
        }
      },
      commands: anything({
        registerCommand: (name: string, run: () => unknown) => {
          if (this.commands.has(name)) throw new Error(`command '${name}' already exists`)
          this.commands.set(name, run)
          return { dispose: () => this.commands.delete(name) }
        },
      }),
      languages: anything({
        match: () => 10,
        createDiagnosticCollection: () => ({
          set: (uri: object, all: readonly { message: string }[] = []) =>
            this.diagnostics.set(
              `${uri}`,
              all.map(({ message }) => message),
            ),
          delete: (uri: object) => this.diagnostics.delete(`${uri}`),
          clear: () => this.diagnostics.clear(),
          dispose: () => this.diagnostics.clear(),
        }),
      }),
      Uri: { parse: (text: string) => new URL(text), file: (path: string) => new FakeUri(path) },
      window: anything({
        visibleTextEditors: [],
        activeTextEditor: undefined,
        tabGroups: anything({ all: [] }),
        showErrorMessage: async (message: string) => void this.errors.push(message),
      }),
      workspace: anything({
        get isTrusted() {
          return isTrusted()
        },
        onDidGrantWorkspaceTrust: this.trusted.event,
        onDidChangeConfiguration: this.configured.event,
        textDocuments: this.#documents,
        notebookDocuments: [],
        workspaceFolders: [{ name: 'workspace', index: 0, uri: new FakeUri(this.#folder) }],
        getConfiguration: () => ({ get: (name: string, fallback: unknown) => this.settings[name] ?? fallback }),
      }),
    })
  }
}
