import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { LanguageService } from '@arcturus/language-service'
import type { FSWatcher } from 'chokidar'
import type { TextDocument } from 'vscode-languageserver-textdocument'
import { closest, configNames } from '../config/loadConfig.js'
import { watchSources } from '../project/watched.js'
import { ApplicationProcess, type State } from './applicationProcess.js'

/** How long changed files are collected before an application is opened anew. */
const settling = 200

/** One policy: the service over its files, and the application that it belongs to. */
export class PolicyProject {
  readonly service: LanguageService = new LanguageService()
  hasRows = false
  /** Why the application can't be opened. */
  failure: string | undefined

  /** @param application - Undefined for a file that no configuration names. */
  constructor(
    public files: ReadonlySet<string>,
    readonly application: ApplicationProcess | undefined = undefined,
    readonly watcher: FSWatcher | undefined = undefined,
  ) {}
}

/** The policies of the open documents. Texts in the editor take the place of files. */
export class Workspace {
  /** Projects by the path of their configuration. */
  readonly #projects = new Map<string, PolicyProject>()
  /** The services of documents that no configuration names, by URI. */
  readonly #alone = new Map<string, PolicyProject>()
  readonly #open = new Map<string, TextDocument>()
  /** The editor's form of each URI. */
  readonly #written = new Map<string, string>()

  /**
   * @param script - The program of the command `arcturus`.
   * @param onChange - Called when a project's files or its application have changed.
   */
  constructor(
    private readonly script: string,
    private readonly onChange: (project: PolicyProject) => void,
  ) {}

  /** Takes the text of a document in the editor. */
  update(document: TextDocument): PolicyProject {
    const uri = canonical(document.uri)
    this.#open.set(uri, document)
    this.#written.set(uri, document.uri)
    const project = this.projectOf(uri)
    project.service.update(uri, document.getText(), document.version)
    return project
  }

  /** Forgets the text of a document: its file counts again. */
  close(document: TextDocument): PolicyProject | undefined {
    const uri = canonical(document.uri)
    this.#open.delete(uri)
    this.#alone.delete(uri)
    const project = [...this.#projects.values()].find(({ files }) => files.has(uri))
    if (project) readInto(project.service, uri)
    return project
  }

  /** Returns the URI as the editor writes it. */
  written(uri: string): string {
    return this.#written.get(uri) ?? uri
  }

  /** Returns the URI by which services know a document. */
  canonical(uri: string): string {
    return canonical(uri)
  }

  /** Returns the project of a document. */
  projectOf(given: string): PolicyProject {
    const uri = canonical(given)
    const config = configOf(uri)
    const project = config === undefined ? undefined : (this.#projects.get(config) ?? this.#start(config))
    if (project?.files.has(uri)) return project
    let alone = this.#alone.get(uri)
    if (!alone) {
      alone = new PolicyProject(new Set([uri]))
      this.#alone.set(uri, alone)
      const document = this.#open.get(uri)
      if (document) alone.service.update(uri, document.getText(), document.version)
    }
    return alone
  }

  #start(config: string): PolicyProject {
    const application = new ApplicationProcess(config, this.script, (state) => this.#opened(project, state))
    let timer: NodeJS.Timeout | undefined
    const watcher = watchSources(dirname(config))
    watcher.on('all', (event, path) => {
      const uri = pathToFileURL(path).href
      if (event === 'change' && path.endsWith('.polar')) {
        if (!project.files.has(uri) || this.#open.has(uri)) return
        readInto(project.service, uri)
        return this.onChange(project)
      }
      clearTimeout(timer)
      timer = setTimeout(() => application.start(), settling)
    })
    // A folder that can't be watched is read once.
    watcher.on('error', () => {})
    const project = new PolicyProject(new Set(), application, watcher)
    this.#projects.set(config, project)
    application.start()
    return project
  }

  /** Takes what an application told. After a failure, what it told before still counts. */
  #opened(project: PolicyProject, state: State): void {
    const isFirst = project.files.size === 0
    project.failure = state.kind === 'failed' ? state.message : undefined
    if (state.kind === 'opened') {
      project.hasRows = state.hasRows
      const { schema, queryRules } = state
      project.service.setApplication({ schema, queryRules, isWhole: true })
    } else if (isFirst) project.service.setApplication({ isWhole: true })
    if (state.kind === 'opened' || isFirst) this.#setFiles(project, state.files)
    this.onChange(project)
  }

  #setFiles(project: PolicyProject, files: readonly string[]): void {
    const uris = new Set(files.map((file) => pathToFileURL(file).href))
    for (const uri of project.service.uris) if (!uris.has(uri)) project.service.remove(uri)
    for (const uri of uris) {
      this.#alone.delete(uri)
      const document = this.#open.get(uri)
      if (document) project.service.update(uri, document.getText(), document.version)
      else readInto(project.service, uri)
    }
    project.files = uris
  }

  /** Ends all processes and watchers. */
  async stop(): Promise<void> {
    for (const { application, watcher } of this.#projects.values()) {
      application?.stop()
      await watcher?.close()
    }
    this.#projects.clear()
  }
}

/** Returns the URI of a file in the form of Node.js: editors escape other characters. */
function canonical(uri: string): string {
  try {
    return uri.startsWith('file:') ? pathToFileURL(fileURLToPath(uri)).href : uri
  } catch {
    return uri
  }
}

/** Returns the closest configuration above a file. */
function configOf(uri: string): string | undefined {
  return uri.startsWith('file:') ? closest(dirname(fileURLToPath(uri)), configNames) : undefined
}

/** Passes the text of a file to a service; a file that is gone is no document. */
function readInto(service: LanguageService, uri: string): void {
  try {
    service.update(uri, readFileSync(fileURLToPath(uri), 'utf8'), 0)
  } catch {
    service.remove(uri)
  }
}
