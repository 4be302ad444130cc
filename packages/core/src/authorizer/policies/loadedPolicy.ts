import { ArgumentError, invalidArgument, PolicyError } from '../../errors.js'
import { Source } from '../../language/source.js'
import type { Late } from '../../late.js'
import { compile, type Limits, type Program, type Query, type Recorder, type Tracer } from '../../machine/index.js'
import { attributesRead } from '../../policy/attributesRead.js'
import type { Policy } from '../../policy/policy.js'
import { versionOf } from '../../policy/version.js'
import type { Schema } from '../../schema/schema.js'
import { actorsOf } from '../actions/actionNames.js'
import { type ActionSettings, PolicyActions } from '../actions/policyActions.js'
import type { PlanContext, Predicates } from '../plans/checkPlans.js'
import { hostMeaning } from '../plans/hostMeaning.js'
import { PredicateDecider } from '../plans/predicateDecider.js'
import type { Hosts } from '../relations/hosts.js'
import type { WarningLog } from './warnings.js'

/** Polar text, with its name in messages, such as a file name. */
export interface PolicySource {
  readonly text: string
  readonly name?: string
}

/** Returns a listener of the queries of a policy. */
export type RecorderOf = (policy: Policy) => Recorder

/** Returns the tracer that sends queries to a listener. */
export type Trace = (recorder: Recorder) => Tracer

/** The number of actions that a policy warns of: they can come from a request. */
const maxUnnamed = 100

/** A compiled policy. */
export class LoadedPolicy {
  readonly program: Program
  /** What its plans depend on. */
  readonly context: PlanContext
  readonly checks: PredicateDecider
  readonly actions: PolicyActions
  /** The version of the schema for which it was compiled. */
  readonly version: number
  readonly #limits: Limits
  readonly #compile: () => Program
  #changeProgram: Program | undefined
  #policyVersion: string | undefined
  /** The actions that a warning was given for. */
  readonly #unnamedActions = new Set<string>()

  /** @param tracerOf - Returns the tracer of its queries: the machine evaluates all checks. Default: nothing listens. */
  constructor(
    readonly policy: Policy,
    settings: PolicySettings,
    tracerOf?: () => Tracer,
  ) {
    const { schema, hosts, limits, warnings } = settings
    const { equality, regExp } = hosts.options
    const predicates = tracerOf ? undefined : settings.predicates
    this.version = schema.version
    this.#compile = () => compile(policy, hosts.now, tracerOf?.())
    this.program = this.#compile()
    this.#limits = limits
    const meaning = hostMeaning(schema, hosts.now, this.program, limits, equality !== undefined, regExp, (missing) =>
      hosts.arriving(missing),
    )
    this.actions = new PolicyActions(policy, schema, settings)
    const onUnnamed = (action: string, model?: string): void => this.#unnamed(action, model, warnings)
    let read: ReadonlySet<string> | undefined
    const reads = (): ReadonlySet<string> => (read ??= attributesRead(policy, schema))
    const actors = policy.unions.Actor.size === 0 ? undefined : actorsOf(policy)
    const onStranger = (kind: string): void => this.#stranger(kind, warnings)
    this.context = { policy, reads, actions: this.actions, meaning, predicates, onUnnamed, actors, onStranger }
    this.checks = new PredicateDecider(this.context)
  }

  /** The program for hosts that read the fields of all classes themselves. A program keeps what it knows of classes. */
  get changeProgram(): Program {
    this.#changeProgram ??= this.#compile()
    return this.#changeProgram
  }

  /** The version of its texts. */
  get policyVersion(): string {
    this.#policyVersion ??= versionOf(this.policy)
    return this.#policyVersion
  }

  #unnamed(action: string, model: string | undefined, warnings: WarningLog): void {
    if (warnings.isStrict) throw this.actions.unknown(action, model)
    const key = model === undefined ? action : `${model} ${action}`
    if (this.#unnamedActions.has(key) || this.#unnamedActions.size === maxUnnamed) return
    this.#unnamedActions.add(key)
    warnings.report(this.policy, this.actions.unnamed(action, model))
  }

  #stranger(kind: string, warnings: WarningLog): void {
    const message = `${/^[aeiou]/i.test(kind) ? 'An' : 'A'} ${kind} is no actor of the policy: it may do nothing.`
    const hint = `pass a row of ${[...this.context.actors!].join(' or ')}; other actors need a block: actor … {}`
    if (warnings.isStrict) throw new ArgumentError('not-an-actor', message, { hint })
    warnings.report(this.policy, { code: 'not-an-actor', severity: 'warning', message, span: undefined, hint })
  }

  /**
   * Runs the policy's own tests (`?=`) in their order. @throws PolicyError for the first that
   * fails.
   */
  async test(): Promise<void> {
    for (const test of this.#tests()) test.judge(await test.query.next())
  }

  /**
   * Runs the tests synchronously; otherwise as `test`. @throws QueryError `async-value` if a test
   * has to wait.
   */
  testSync(): void {
    for (const test of this.#tests()) test.judge(test.query.nextSync())
  }

  *#tests(): Generator<{ readonly query: Query; judge(solution: unknown): void }> {
    for (const { query: goal, span } of this.policy.inlineQueries) {
      const query = this.program.solve(goal, { limits: this.#limits })
      const judge = (solution: unknown): void => {
        if (solution !== undefined) return
        const message = 'An inline query (`?=`) of the policy failed.'
        throw new PolicyError([{ code: 'failed-test', severity: 'error', message, span: goal.span ?? span }])
      }
      try {
        yield { query, judge }
      } finally {
        query.close()
      }
    }
  }
}

/** @throws ArgumentError if there is no source, or a source is not text. */
export function sourcesOf(sources: readonly (string | PolicySource)[]): readonly Source[] {
  if (sources.length === 0) throw invalidArgument('load() needs at least one policy.')
  return sources.map((source) => {
    const given: Partial<PolicySource> | undefined = typeof source === 'string' ? { text: source } : source
    if (typeof given?.text === 'string') return new Source(given.text, given.name)
    throw invalidArgument('A policy must be a string or { text, name }.', {
      hint: "use loadPolicyFiles of '@arcturus/core/node' to read files",
    })
  })
}

/** The parts of an authorizer that its policies use. */
export interface PolicySettings extends ActionSettings {
  readonly schema: Schema
  readonly hosts: Hosts
  readonly limits: Limits
  readonly warnings: WarningLog
  readonly queriedRules: ReadonlySet<string>
  /** Undefined if the machine evaluates all checks. */
  readonly predicates: Late<Predicates> | undefined
}
