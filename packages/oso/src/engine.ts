import {
  ArcturusError,
  allChecks,
  buildPolicy,
  compile,
  type Diagnostic,
  Dict,
  type Goal as Expression,
  type InlineQuery,
  type Policy,
  type Program,
  type Query,
  type QueryOptions,
  type RuleCall,
  type Source,
  spanText,
  tracer,
  Variable,
} from '@arcturus/core/internal/oso'
import { coreError, diagnosticError, furtherText, multipleLoadError, warningText } from './coreErrors.js'
import { defaultEqualityFn } from './equality.js'
import { InlineQueryFailedError } from './errors.js'
import { Host } from './host.js'
import { placeOf } from './location.js'
import { MachineHost } from './machineHost.js'
import { logSettings, queryLog } from './polarLog.js'
import type { Options } from './types.js'

/** A compiled policy, and the version of the schema for which it was compiled. */
interface Compiled {
  readonly program: Program
  readonly version: number
}

/**
 * The state behind one `Oso`: the current policy and the registered classes. Its errors are those
 * of oso.
 */
export class Engine {
  readonly host: Host = new Host()
  readonly machineHost: MachineHost
  readonly #queryRules: ReadonlySet<string>
  // Both are replaced as a whole. A running query keeps the program that it began with.
  #policy: Policy
  #compiled: Compiled | undefined

  constructor({ equalityFn = defaultEqualityFn, regExp, queryRules = [] }: Options) {
    this.machineHost = new MachineHost(this.host, equalityFn, regExp)
    this.#queryRules = new Set(queryRules)
    this.#policy = this.#build([])
  }

  /** The current policy. */
  get policy(): Policy {
    return this.#policy
  }

  /** The current policy, compiled. It is compiled again after a registration. */
  get program(): Program {
    const { version } = this.host.schema
    if (this.#compiled?.version === version) return this.#compiled.program
    const program = compile(this.#policy, this.machineHost)
    this.#compiled = { program, version }
    return program
  }

  clear(): void {
    this.#replace(this.#build([]))
  }

  /**
   * Loads sources as one policy. It is in force when this returns, unless inline queries have to
   * wait. A policy that has rules must be cleared first. A policy without rules stays, and becomes
   * part of the new one.
   */
  async load(sources: readonly Source[]): Promise<void> {
    if (this.#policy.rules.size > 0) throw multipleLoadError()
    const policy = this.#build([...this.#policy.sources, ...sources])
    for (const warning of policy.warnings) warn(warning)
    const program = compile(policy, this.machineHost)
    for (const query of policy.inlineQueries) {
      if (!sources.includes(query.span.source)) continue
      const proven = isProven(this.#solve(program, query.query))
      if (!(typeof proven === 'boolean' ? proven : await proven)) throw failedQuery(query)
    }
    this.#replace(policy)
  }

  run(goal: Expression | RuleCall, options: QueryOptions): Query {
    return this.#solve(this.program, goal, options)
  }

  /** Returns whether the call of a rule has any result; a promise if it has to wait. */
  holds(rule: string, args: readonly unknown[]): boolean | Promise<boolean> {
    if (logSettings().level !== 'off' || args.some(mayHaveVariables)) return isProven(this.run({ rule, args }, {}))
    try {
      const proven = this.program.holds(rule, args)
      return typeof proven === 'boolean' ? proven : proven.catch(rethrowAsCoreError)
    } catch (error) {
      throw asCoreError(error)
    }
  }

  /** Begins a query. A query that is logged has a program of its own. */
  #solve(program: Program, goal: Expression | RuleCall, options: QueryOptions = {}): Query {
    const log = queryLog(this.machineHost)
    if (!log) return program.solve(goal, options)
    return log.watch(compile(program.policy, this.machineHost, tracer(log)).solve(goal, options), goal)
  }

  #build(sources: readonly Source[]): Policy {
    const { policy, found } = buildPolicy(sources, this.host.schema, allChecks(true), { queryRules: this.#queryRules })
    if (policy) return policy
    const [first, ...others] = found.filter(({ severity }) => severity === 'error')
    for (const other of others) further(other)
    // Sound: without a policy there is an error.
    throw diagnosticError(first!)
  }

  #replace(policy: Policy): void {
    this.#policy = policy
    this.#compiled = undefined
  }
}

/** Converts one of our errors to oso's; the application's errors are returned unchanged. */
export function asCoreError(error: unknown): unknown {
  return error instanceof ArcturusError ? coreError(error) : error
}

function rethrowAsCoreError(error: unknown): never {
  throw asCoreError(error)
}

/** Whether a query could find values for variables in an argument. */
function mayHaveVariables(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return value instanceof Variable || value instanceof Dict || Array.isArray(value)
}

function warn(warning: Diagnostic): void {
  if (warning.code === 'missing-allow-rule' && process.env['POLAR_IGNORE_NO_ALLOW_WARNING']) return
  const text = warningText(warning)
  if (text === undefined) further(warning)
  else console.warn('[warning]', text)
}

/** Prints what oso does not say. Its own warnings begin with `[warning]`. */
function further(diagnostic: Diagnostic): void {
  const text = furtherText(diagnostic)
  if (text !== undefined) console.warn('[arcturus]', text)
}

/** Returns whether a query has a result; a promise if it has to wait. */
function isProven(run: Query): boolean | Promise<boolean> {
  let first: ReturnType<typeof run.next>
  try {
    first = run.next()
  } catch (error) {
    run.close()
    throw asCoreError(error)
  }
  if (!(first instanceof Promise)) {
    run.close()
    return first !== undefined
  }
  return first
    .then(
      (solution) => solution !== undefined,
      (error: unknown) => {
        throw asCoreError(error)
      },
    )
    .finally(() => run.close())
}

function failedQuery({ query: { span } }: InlineQuery): Error {
  const { line, column } = span.source.position(span.start)
  return new InlineQueryFailedError(`${spanText(span)} at ${placeOf(span.source.name, line, column)}`)
}
