import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { type Goal, type Query as MachineQuery, parseQuery, type RuleCall, Source } from '@arcturus/core/internal/oso'
import { copied } from './copied.js'
import { diagnosticError } from './coreErrors.js'
import { asCoreError, Engine } from './engine.js'
import { PolarError, PolarFileExtensionError, PolarFileNotFoundError } from './errors.js'
import type { Host } from './host.js'
import { Predicate } from './predicate.js'
import { startRepl } from './repl.js'
import type { Class, ClassParams, Options, QueryOpts, QueryResult } from './types.js'

/** Loads policies, registers the application's classes, and runs queries. */
export class Polar<Query = unknown, Resource = unknown> {
  readonly #engine: Engine

  /** @param engine - The engine to run on. Default: a new one; subclasses pass their own. */
  constructor(options: Options = {}, engine: Engine = new Engine(options)) {
    this.#engine = engine
  }

  /** Does nothing: no memory has to be freed here. It exists for programs that call it. */
  free(): void {}

  /** Removes the policy. Registered classes and constants stay. */
  clearRules(): void {
    this.#engine.clear()
  }

  /**
   * Loads files as one policy.
   * @throws PolarFileExtensionError, PolarFileNotFoundError, and the errors of `loadStr`; TypeError if
   * the names are not an array.
   */
  async loadFiles(filenames: readonly string[]): Promise<void> {
    if (!Array.isArray(filenames))
      throw new TypeError('loadFiles takes an array of file names, such as ["main.polar"].')
    if (filenames.length === 0) return
    return this.#engine.load(await Promise.all(filenames.map(readSource)))
  }

  /** @deprecated Load the files of one policy together: `loadFiles`. */
  async loadFile(filename: string): Promise<void> {
    console.error(
      '`Oso.loadFile` has been deprecated in favor of `Oso.loadFiles` as of the 0.20 release.\n\nPlease see changelog for migration instructions: https://docs.osohq.com/project/changelogs/2021-09-15.html',
    )
    return this.loadFiles([filename])
  }

  /**
   * Loads a policy. It is in force when this returns, unless inline queries (`?=`) have to be
   * awaited.
   * @throws Error for the first mistake, with a `name` such as `ParseError::UnrecognizedToken`;
   * InlineQueryFailedError; TypeError if the policy is not a string. The previous policy stays in
   * force.
   */
  async loadStr(contents: string, filename?: string): Promise<void> {
    if (typeof contents !== 'string')
      throw new TypeError('loadStr takes the text of a policy, not a buffer or another value.')
    return this.#engine.load([new Source(contents, filename)])
  }

  /**
   * Runs a query: Polar text, or the call of a rule. Results are yielded as they are found.
   * @throws Error at once if the text can't be parsed. All other errors are thrown by the
   * generator.
   */
  query(query: Predicate | string, options: QueryOpts = {}): QueryResult {
    return this.#run(typeof query === 'string' ? parsed(query) : { rule: query.name, args: query.args }, options)
  }

  async *#run(goal: Goal | RuleCall, { acceptExpression = false, bindings }: QueryOpts): QueryResult {
    const query: MachineQuery = this.#engine.run(goal, { acceptExpression, ...(bindings && { bindings }) })
    try {
      for (let solution = await query.next(); solution; solution = await query.next()) {
        yield new Map([...solution].map(([name, value]) => [name, copied(value)]))
      }
    } catch (error) {
      throw asCoreError(error)
    } finally {
      query.close()
    }
  }

  /** Runs a rule. The query finds values for each `Variable` among the arguments. */
  queryRule(options: QueryOpts, name: string, ...args: unknown[]): QueryResult
  queryRule(name: string, ...args: unknown[]): QueryResult
  queryRule(nameOrOptions: QueryOpts | string, ...args: unknown[]): QueryResult {
    if (typeof nameOrOptions === 'string') return this.query(new Predicate(nameOrOptions, args))
    const [name, ...rest] = args
    if (typeof name !== 'string') throw new PolarError('Invalid call of queryRule(): missing rule name')
    return this.query(new Predicate(name, rest), nameOrOptions)
  }

  /** Returns whether a rule has any result. */
  async queryRuleOnce(name: string, ...args: unknown[]): Promise<boolean> {
    return this.#engine.holds(name, args)
  }

  /**
   * Registers a class for use in policies.
   * @throws InvalidConstructorError, DuplicateClassAliasError
   */
  registerClass(cls: Class, params?: ClassParams): void {
    this.#engine.host.registerClass(cls, params)
  }

  /** Registers a value for use in policies. It replaces a value of the same name. */
  registerConstant(value: unknown, name: string): void {
    this.#engine.host.registerConstant(value, name)
  }

  /** Returns the registered classes and the adapter. */
  getHost(): Host<Query, Resource> {
    // Sound: its adapter builds and runs queries of just this type, as `setDataFilteringAdapter`
    // ensures.
    return this.#engine.host as unknown as Host<Query, Resource>
  }

  /** Loads files, then reads queries from the terminal and prints their results. */
  async repl(files: readonly string[] = []): Promise<void> {
    return startRepl(this, files)
  }
}

async function readSource(filename: string): Promise<Source> {
  if (extname(filename) !== '.polar') throw new PolarFileExtensionError(filename)
  try {
    return new Source(await readFile(filename, 'utf8'), filename)
  } catch (error) {
    // Test runners such as Jest have an `Error` of their own, which those of Node.js are not.
    if (Reflect.get(Object(error), 'code') === 'ENOENT') throw new PolarFileNotFoundError(filename)
    throw error
  }
}

function parsed(text: string): Goal {
  const result = parseQuery(new Source(text))
  if ('expression' in result) return result.expression
  throw diagnosticError(result.diagnostics[0]!)
}
