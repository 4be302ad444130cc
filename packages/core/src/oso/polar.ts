import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { ArcturusError } from '../errors.js'
import type { Expression as Goal, InlineQuery } from '../language/ast.js'
import type { Diagnostic } from '../language/diagnostic.js'
import { parseQuery } from '../language/parse.js'
import { Source, spanText } from '../language/source.js'
import { compile, type Query as MachineQuery, type Program, type RuleCall, solve } from '../machine/index.js'
import { buildPolicy } from '../policy/buildPolicy.js'
import type { Policy } from '../policy/policy.js'
import { copied } from './copied.js'
import { coreError, diagnosticError, warningText } from './coreErrors.js'
import { defaultEqualityFn } from './equality.js'
import { InlineQueryFailedError, PolarError, PolarFileExtensionError, PolarFileNotFoundError } from './errors.js'
import { Host } from './host.js'
import { placeOf } from './location.js'
import { MachineHost } from './machineHost.js'
import { Predicate } from './predicate.js'
import { startRepl } from './repl.js'
import type { Class, ClassParams, Options, QueryOpts, QueryResult } from './types.js'

/** Loads policies, registers the application's classes, and runs queries. */
export class Polar<Query = unknown, Resource = unknown> {
  readonly #host: Host<Query, Resource> = new Host()
  readonly #machineHost: MachineHost
  #policy: Policy
  #program: { readonly program: Program; readonly version: number } | undefined

  constructor(options: Options = {}) {
    this.#machineHost = new MachineHost(this.#host as Host, options.equalityFn ?? defaultEqualityFn)
    this.#policy = this.#build([])
  }

  /** Nothing has to be freed here; for programs that do. */
  free(): void {}

  /** Forgets the policy. Registered classes and constants stay. */
  clearRules(): void {
    this.#replace(this.#build([]))
  }

  /**
   * Loads files as one policy.
   * @throws PolarFileExtensionError, PolarFileNotFoundError, and what `loadStr` throws.
   */
  async loadFiles(filenames: readonly string[]): Promise<void> {
    if (filenames.length === 0) return
    return this.#load(await Promise.all(filenames.map(readSource)))
  }

  /** @deprecated Files of one policy are loaded together: `loadFiles`. */
  async loadFile(filename: string): Promise<void> {
    console.error(
      '`Oso.loadFile` has been deprecated in favor of `Oso.loadFiles` as of the 0.20 release.\n\nPlease see changelog for migration instructions: https://docs.osohq.com/project/changelogs/2021-09-15.html',
    )
    return this.loadFiles([filename])
  }

  /**
   * Loads a policy; it is in force when this returns, unless it has inline queries (`?=`) that have to be awaited.
   * @throws Error with a `name` such as `ParseError::UnrecognizedToken` for what is wrong first; InlineQueryFailedError. The
   * policy from before stays in force.
   */
  async loadStr(contents: string, filename?: string): Promise<void> {
    return this.#load([new Source(contents, filename)])
  }

  async #load(sources: readonly Source[]): Promise<void> {
    if (this.#policy.rules.size > 0) throw multipleLoads()
    const policy = this.#build([...this.#policy.sources, ...sources])
    for (const warning of policy.warnings) this.#warn(warning)
    const program = compile(policy, this.#machineHost)
    for (const query of policy.inlineQueries) {
      if (!sources.includes(query.span.source)) continue
      const holds = this.#holds(program, query)
      if (!(typeof holds === 'boolean' ? holds : await holds)) throw failedQuery(query)
    }
    this.#replace(policy)
  }

  #build(sources: readonly Source[]): Policy {
    const { policy, found } = buildPolicy(sources, this.#host.schema)
    if (policy) return policy
    // where there is no policy there is an error
    throw diagnosticError(found.find(({ severity }) => severity === 'error')!)
  }

  #warn(warning: Diagnostic): void {
    if (warning.code === 'missing-allow-rule' && process.env['POLAR_IGNORE_NO_ALLOW_WARNING']) return
    const text = warningText(warning)
    if (text !== undefined) console.warn('[warning]', text)
  }

  #holds(program: Program, { query }: InlineQuery): boolean | Promise<boolean> {
    const run = solve(program, query, {})
    const close = <T>(value: T): T => {
      run.close()
      return value
    }
    try {
      const first = run.next()
      if (first instanceof Promise)
        return first.then(
          (solution) => close(solution !== undefined),
          (error) => close(Promise.reject(asCoreError(error))),
        )
      return close(first !== undefined)
    } catch (error) {
      throw close(asCoreError(error))
    }
  }

  #replace(policy: Policy): void {
    this.#policy = policy
    this.#program = undefined
  }

  /** The policy that is in force. */
  protected get policy(): Policy {
    return this.#policy
  }

  protected get machineHost(): MachineHost {
    return this.#machineHost
  }

  /** The policy in force, compiled anew where names were registered since. */
  protected get program(): Program {
    const { version } = this.#host.schema
    if (this.#program?.version !== version)
      this.#program = { program: compile(this.#policy, this.#machineHost), version }
    return this.#program.program
  }

  /**
   * Runs a query: Polar text, or the call of a rule. Results come as they are found.
   * @throws (at once) Error for a text that can't be parsed; the rest is thrown by the generator.
   */
  query(query: Predicate | string, options: QueryOpts = {}): QueryResult {
    return this.#run(typeof query === 'string' ? parsed(query) : { rule: query.name, args: query.args }, options)
  }

  async *#run(goal: Goal | RuleCall, { acceptExpression = false, bindings }: QueryOpts): QueryResult {
    const query: MachineQuery = solve(this.program, goal, { acceptExpression, ...(bindings && { bindings }) })
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

  /** Runs a rule; a `Variable` among the arguments is what the query is to find. */
  queryRule(options: QueryOpts, name: string, ...args: unknown[]): QueryResult
  queryRule(name: string, ...args: unknown[]): QueryResult
  queryRule(nameOrOptions: QueryOpts | string, ...args: unknown[]): QueryResult {
    if (typeof nameOrOptions === 'string') return this.query(new Predicate(nameOrOptions, args))
    const [name, ...rest] = args
    if (typeof name !== 'string') throw new PolarError('Invalid call of queryRule(): missing rule name')
    return this.query(new Predicate(name, rest), nameOrOptions)
  }

  /** Whether a rule has any result. */
  async queryRuleOnce(name: string, ...args: unknown[]): Promise<boolean> {
    const results = this.query(new Predicate(name, args))
    const { done } = await results.next()
    await results.return()
    return !done
  }

  /** Makes a class known to policies. @throws InvalidConstructorError, DuplicateClassAliasError */
  registerClass(cls: Class, params?: ClassParams): void {
    this.#host.registerClass(cls, params)
  }

  /** Makes a value known to policies, in the place of one that has the name. */
  registerConstant(value: unknown, name: string): void {
    this.#host.registerConstant(value, name)
  }

  /** What is registered. */
  getHost(): Host<Query, Resource> {
    return this.#host
  }

  /** Reads queries from the terminal and prints what they give, after loading files. */
  async repl(files: readonly string[] = []): Promise<void> {
    return startRepl(this, files)
  }
}

async function readSource(filename: string): Promise<Source> {
  if (extname(filename) !== '.polar') throw new PolarFileExtensionError(filename)
  try {
    return new Source(await readFile(filename, 'utf8'), filename)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw new PolarFileNotFoundError(filename)
    throw error
  }
}

function parsed(text: string): Goal {
  const result = parseQuery(new Source(text))
  if ('expression' in result) return result.expression
  throw diagnosticError(result.diagnostics[0]!)
}

function multipleLoads(): Error {
  return Object.assign(
    new Error('Cannot load additional Polar code -- all Polar code must be loaded at the same time.'),
    { name: 'RuntimeError::MultipleLoadError' },
  )
}

function failedQuery({ query: { span } }: InlineQuery): Error {
  const { line, column } = span.source.position(span.start)
  return new InlineQueryFailedError(`${spanText(span)} at ${placeOf(span.source.name, line, column)}`)
}

/** An error of ours as oso would have thrown it; the application's own as they are. */
export function asCoreError(error: unknown): unknown {
  return error instanceof ArcturusError ? coreError(error) : error
}
