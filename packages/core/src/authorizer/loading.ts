import type { CompilePredicate } from '../condition/predicate.js'
import { ArgumentError, PolicyError } from '../errors.js'
import { Source } from '../language/source.js'
import { compile, type Host, type Limits, type Program, type Query, solve } from '../machine/index.js'
import { buildPolicy } from '../policy/buildPolicy.js'
import type { Policy } from '../policy/policy.js'
import type { Schema } from '../schema/schema.js'
import { Checks } from './checks.js'
import { hostMeaning } from './hostMeaning.js'

/** Polar text with the name that messages give it, such as a file name. */
export interface PolicySource {
  readonly text: string
  readonly name?: string
}

/** The application, as queries see it: at once, and where they can wait. */
export interface Hosts {
  readonly now: Host
  readonly waiting: Host
}

/** A policy made ready to answer. */
export class LoadedPolicy {
  readonly policy: Policy
  /** For queries that can't wait. */
  readonly program: Program
  readonly #waitingHost: Host
  #waiting: Program | undefined
  readonly checks: Checks
  /** The schema's version that it was made for. */
  readonly version: number

  /** @param hasEquality - Whether the host compares objects without keys by more than identity. */
  constructor(
    policy: Policy,
    schema: Schema,
    hosts: Hosts,
    limits: Partial<Limits>,
    hasEquality: boolean,
    compilePredicate: CompilePredicate | undefined,
  ) {
    const host = hosts.now
    this.#waitingHost = hosts.waiting
    this.policy = policy
    this.version = schema.version
    this.program = compile(policy, host)
    this.checks = new Checks(policy, hostMeaning(schema, host, this.program, limits, hasEquality), compilePredicate)
  }

  /** For queries that can wait, and load what is missing. */
  get waiting(): Program {
    this.#waiting ??= this.#waitingHost === this.program.host ? this.program : compile(this.policy, this.#waitingHost)
    return this.#waiting
  }

  /** Runs the policy's own tests (`?=`) in their order. @throws PolicyError for the first that fails. */
  async test(limits: Partial<Limits>): Promise<void> {
    for (const test of this.#tests(limits)) test.judge(await test.query.next())
  }

  /** As `test`, at once. @throws QueryError `async-value` where a test has to wait. */
  testSync(limits: Partial<Limits>): void {
    for (const test of this.#tests(limits)) test.judge(test.query.nextSync())
  }

  *#tests(limits: Partial<Limits>): Generator<{ readonly query: Query; judge(solution: unknown): void }> {
    for (const { query: goal, span } of this.policy.inlineQueries) {
      const query = solve(this.program, goal, { limits })
      const judge = (solution: unknown): void => {
        if (solution !== undefined) return
        const message = 'A test of the policy (`?=`) failed.'
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

/** Parses and checks sources together. @throws PolicyError with everything that is wrong; ArgumentError for what is no text. */
export function parsePolicy(sources: readonly (string | PolicySource)[], schema: Schema): Policy {
  if (sources.length === 0) throw new ArgumentError('invalid-argument', 'load() needs at least one policy.')
  const texts = sources.map((source) => {
    const given: Partial<PolicySource> | undefined = typeof source === 'string' ? { text: source } : source
    if (typeof given?.text === 'string') return new Source(given.text, given.name)
    throw new ArgumentError('invalid-argument', 'A policy is a text, or { text, name }.', {
      hint: "to read files: loadPolicyFiles of '@arcturus/core/node'",
    })
  })
  const { policy, diagnostics } = buildPolicy(texts, schema)
  if (!policy) throw new PolicyError(diagnostics)
  return policy
}
