import { statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { isAbsolute, relative, resolve } from 'node:path'
import type { Authorizer, Context, Diagnostic } from '@arcturus/core'
import { type LibraryOf, type LoadedConfig, libraryOf, loadConfig } from '../config/loadConfig.js'
import { Failure, reasonOf } from '../output/failure.js'
import {
  applicationModels,
  modelCalled,
  parseReference,
  type Row,
  type RowKey,
  type RowSource,
  recordedKeys,
  rowsOf,
} from './rows.js'
import type { FileTree } from './tree.js'

/** A file of a policy. */
export interface PolicyFile {
  readonly name: string
  readonly text: string
}

/** Returns the rows of a model with one of these keys of a log of decisions. */
export type RowsWith = (model: string, keys: readonly unknown[]) => Promise<readonly Row[]>

/** An opened application: the subject of every command. */
export class Project {
  readonly #rows: RowSource | undefined
  readonly #close: (() => unknown) | undefined

  private constructor(
    readonly config: LoadedConfig,
    /** The folder of the command; names of files are relative to it. */
    readonly cwd: string,
    readonly authorizer: Authorizer,
    rows: RowSource | undefined,
    close: (() => unknown) | undefined,
    /** The context of all questions; undefined if there is none. */
    readonly context?: Context | undefined,
  ) {
    this.#rows = rows
    this.#close = close
  }

  /**
   * Opens the application of a configuration.
   *
   * @throws {Failure} The configuration is missing or invalid, or the application can't be opened.
   * @throws {PolicyError} The application loads its policy, which has an error.
   */
  static async open(cwd: string, configFile: string | undefined): Promise<Project> {
    const config = await loadConfig(cwd, configFile)
    const opened = await Project.#opened(config)
    const { authorizer, database, authorizedActors, filterArguments, close } = opened
    if (typeof authorizer?.loadSync !== 'function')
      throw new Failure(
        `\`open\` in ${config.file} returned no authorizer.`,
        'return { authorizer, database: prisma } from it',
      )
    const rows = database && rowsOf(database, authorizer, { authorizedActors, filterArguments })
    return new Project(config, cwd, authorizer, rows, close)
  }

  static async #opened(config: LoadedConfig): Promise<Awaited<ReturnType<LoadedConfig['open']>>> {
    try {
      return (await config.open()) ?? {}
    } catch (error) {
      const { PolicyError } = await import('@arcturus/core')
      if (error instanceof PolicyError) throw error
      throw new Failure(`The application can't be opened: ${reasonOf(error)}`, `see \`open\` in ${config.file}`, error)
    }
  }

  /**
   * Returns the same application, whose questions have a context.
   *
   * @param text - The context as JSON, or a file with it.
   * @throws {Failure} It can't be read.
   * @throws {ArgumentError} `invalid-context` for an undeclared name and for a value of another type.
   */
  async inContext(text: string): Promise<Project> {
    const { config, cwd, authorizer } = this
    const { readContext } = await import('./context.js')
    const context = await readContext(authorizer, text, cwd, (reference) => this.row(reference))
    return new Project(config, cwd, authorizer.with(context), this.#rows, this.#close, context)
  }

  /** Closes the application. */
  async close(): Promise<void> {
    await this.#close?.()
  }

  /**
   * Returns the paths of the policy's files, absolute and sorted.
   * @param tree - The files to choose from. Default: those of the disk.
   */
  async policyFiles(tree?: FileTree): Promise<readonly string[]> {
    const files = await filesOf(this.config.folder, this.config.policy, 'The policy', tree)
    return files.filter((file) => !file.endsWith('.test.polar'))
  }

  /** Reads the policy's files. Their names are relative to the folder of the command. */
  async readPolicy(): Promise<readonly PolicyFile[]> {
    const files = await this.policyFiles()
    return Promise.all(files.map(async (file) => ({ name: this.shortName(file), text: await readFile(file, 'utf8') })))
  }

  /**
   * Loads the policy from its files, in place of the policy that the application loaded.
   *
   * @returns Its warnings.
   * @throws {PolicyError} The policy has errors.
   */
  async load(): Promise<readonly Diagnostic[]> {
    const { warnings } = await this.authorizer.load(...(await this.readPolicy()))
    return warnings
  }

  /** Loads the policy as `load` does, unless the application loaded the same texts under the same names. */
  async loadChanged(): Promise<void> {
    const files = await this.readPolicy()
    const known = this.authorizer.policy?.sources ?? []
    const isKnown =
      files.length === known.length &&
      files.every(({ name, text }, at) => name === known[at]!.name && text === known[at]!.text)
    if (!isKnown) await this.authorizer.load(...files)
  }

  /** Imports an entry of the library as the application does; see `libraryOf`. */
  readonly library: LibraryOf = (name) => libraryOf(this.config.file, name)

  /** Returns a path relative to the folder of the command, if it is inside. */
  shortName(file: string): string {
    const short = relative(this.cwd, file)
    return short.startsWith('..') || isAbsolute(short) ? file : short
  }

  /** The source of rows. @throws {Failure} The configuration has no database. */
  get rows(): RowSource {
    if (this.#rows) return this.#rows
    throw new Failure(
      'The configuration has no database.',
      `return one from \`open\` in ${this.shortName(this.config.file)}: { authorizer, database: prisma }`,
    )
  }

  /** Whether rows can be read. */
  get hasRows(): boolean {
    return this.#rows !== undefined
  }

  /**
   * Returns the row of a reference; null for nobody.
   *
   * @throws {Failure} The reference is invalid, or there is no such row.
   */
  async row(text: string): Promise<unknown> {
    const reference = parseReference(this.authorizer, text)
    if (!reference) return null
    const { model, key, row } = reference
    if (row) return this.authorizer.as(model, row)
    if (key === undefined) return this.#classOf(text, model)
    let found: Row | null
    try {
      found = await this.rows.find(model, key)
    } catch (error) {
      throw error instanceof Failure ? error : databaseFailure(`${text} can't be read`, error)
    }
    if (found === null || found === undefined)
      throw new Failure(`There is no row ${text}.`, 'check the key and the database of the configuration')
    return found
  }

  /** Returns the class itself, which is the resource of a check about a row that does not exist yet. */
  #classOf(text: string, model: string): unknown {
    const found = this.authorizer.schema.constants.get(model)
    if (typeof found === 'function') return found
    throw new Failure(
      `${text} names no row, and ${model} has no class that stands for a new one.`,
      `write its key, such as ${model.toLowerCase()}:3, or the row: '${model}:{"id":1}'`,
    )
  }

  /** Returns the name of a model, written in any case. */
  model(name: string): string {
    return modelCalled(this.authorizer, name)
  }

  /**
   * Reads at most `take` rows of each model. A class that is no table has none.
   *
   * @throws {Failure} The database can't be read.
   */
  async sample(
    take: number,
    models: readonly string[] = applicationModels(this.authorizer),
  ): Promise<Record<string, readonly Row[]>> {
    const sample: Record<string, readonly Row[]> = {}
    for (const model of models) {
      try {
        sample[model] = await this.rows.list(model, take)
      } catch (error) {
        if (!isWithoutTable(error)) throw databaseFailure(`${model} can't be read`, error)
        sample[model] = []
      }
    }
    return sample
  }

  /** Reads rows of the database. A class that is no table has none. @throws {Failure} The database can't be read. */
  readonly rowsWith: RowsWith = async (model, recorded) => {
    const { find, findAll } = this.rows
    const keys = recordedKeys(this.authorizer, model, recorded)
    const read = async (some: readonly RowKey[]): Promise<readonly (Row | null)[]> =>
      findAll ? findAll(model, some) : Promise.all(some.map((key) => find(model, key)))
    const rows: Row[] = []
    try {
      for (let at = 0; at < keys.length; at += keysAtOnce)
        rows.push(...(await read(keys.slice(at, at + keysAtOnce))).filter((row) => row !== null))
    } catch (error) {
      if (!isWithoutTable(error)) throw databaseFailure(`${model} can't be read`, error)
    }
    return rows
  }

  /** Yields all rows of a model, page by page. @throws {Failure} The database can't be read. */
  async *all(model: string): AsyncGenerator<Row> {
    const { page, list } = this.rows
    for (let skip = 0; ; skip += pageSize) {
      let rows: readonly Row[]
      try {
        rows = page ? await page(model, skip, pageSize) : await list(model, Number.MAX_SAFE_INTEGER)
      } catch (error) {
        throw databaseFailure(`${model} can't be read`, error)
      }
      yield* rows
      if (!page || rows.length < pageSize) return
    }
  }
}

/** The number of keys in a query: SQLite limits the depth of a condition. */
const keysAtOnce = 200
/** The number of rows that are read at a time. */
const pageSize = 500

/** Returns whether a model has no table: a `Failure` for Prisma, and TypeORM's own error. */
function isWithoutTable(error: unknown): boolean {
  return error instanceof Failure || (error instanceof Error && error.name === 'EntityMetadataNotFoundError')
}

/** Returns the failure of a query that the database did not answer. */
export function databaseFailure(what: string, error: unknown): Failure {
  return new Failure(
    `${what}: ${reasonOf(error)}`,
    'check that the database of the configuration runs and has its tables',
    error,
  )
}

/** Returns the files of paths and patterns. @throws {Failure} There is none. */
export async function filesOf(
  folder: string,
  patterns: string | readonly string[],
  what: string,
  tree?: FileTree,
): Promise<readonly string[]> {
  const list = (typeof patterns === 'string' ? [patterns] : patterns).map((one) => one.replaceAll('\\', '/'))
  const isPath = (one: string): boolean =>
    plainPath.test(one) && statSync(resolve(folder, one), { throwIfNoEntry: false })?.isFile() === true
  const files =
    !tree && list.every(isPath)
      ? [...new Set(list)].map((one) => resolve(folder, one))
      : await found(list, folder, tree)
  if (files.length > 0) return files.map((file) => resolve(file)).sort()
  throw new Failure(`${what} has no file: nothing matches ${list.join(', ')} in ${folder}.`, 'check the paths')
}

/** A path below the folder without `node_modules` and `dist`, which searches leave out. */
const plainPath = /^(?!.*\b(?:node_modules|dist)\/)[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/

/** Returns the files that match patterns. */
async function found(patterns: readonly string[], folder: string, tree: FileTree | undefined): Promise<string[]> {
  // Most configurations name one file, for which no library is needed.
  const { glob } = await import('tinyglobby')
  const options = { cwd: folder, absolute: true, ignore: ['**/node_modules/**', '**/dist/**'] }
  return glob([...patterns], { ...options, ...(tree && { fs: tree }) })
}
