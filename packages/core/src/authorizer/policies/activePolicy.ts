import { ArgumentError, PolicyError, QueryError } from '../../errors.js'
import type { Source } from '../../language/source.js'
import type { Tracer } from '../../machine/index.js'
import { own } from '../../own.js'
import { policyOfSnapshot, type Snapshots } from '../../policy/assemble.js'
import type { Policy } from '../../policy/policy.js'
import { assertUnpolluted, isPolluted } from '../../values/pollution.js'
import { building, filtering } from '../parts.js'
import type { Statistics } from '../plans/predicateDecider.js'
import type { PolicySettings } from './loadedPolicy.js'
import { LoadedPolicy, type PolicySource, type RecorderOf, sourcesOf, type Trace } from './loadedPolicy.js'

/** Keep the work of a load for the next one. */
interface Keeping {
  readonly snapshots?: Snapshots
}

/** A policy in use: the active one, or an older one that requests keep until they end. */
export interface UsedPolicy {
  /** Compiled anew if names are registered. */
  loaded: LoadedPolicy
  /** The number of requests that keep it. */
  requests: number
  /** Until when it decides: a time of `performance.now`. */
  until: number
}

/** The active policy of an authorizer. */
export class ActivePolicy {
  readonly #recorders = new Set<RecorderOf>()
  #trace: Trace | undefined
  /** Replaced as a whole: a question keeps the policy with which it began. */
  #active: UsedPolicy | undefined
  /** Each returns the policy that the current request keeps, if it does. */
  readonly #kept: (() => UsedPolicy | undefined)[] = []
  /** The number of requests that keep another policy than the active one. */
  #older = 0
  /** The number of loads that began, and the number of the load that produced the active policy. */
  #turns = 0
  #installed = 0
  /** The actions that declared routes need. */
  readonly #needed = new Map<string, { readonly action: string; readonly model: string | undefined }>()

  constructor(private readonly settings: PolicySettings) {}

  get policy(): Policy | undefined {
    return this.loaded?.policy
  }

  /** The active policy as it was last compiled. Names can have been registered since. */
  get loaded(): LoadedPolicy | undefined {
    return this.#used()?.loaded
  }

  get statistics(): Readonly<Statistics> {
    return this.loaded?.checks.statistics ?? { predicate: 0, machine: 0, bailOuts: 0 }
  }

  /** Whether all questions have the same policy until `Schema.change`, and no time limit. */
  get isOne(): boolean {
    return this.#older === 0 && this.#active?.until === Number.POSITIVE_INFINITY
  }

  /** Returns the policy of the current request, or the active one. */
  #used(): UsedPolicy | undefined {
    if (this.#older > 0) {
      for (const kept of this.#kept) {
        const used = kept()
        if (used) return used
      }
    }
    return this.#active
  }

  /** For frameworks: sets the function that returns the policy of the current request, which `begin` returned. */
  keepIn(current: () => UsedPolicy | undefined): void {
    this.#kept.push(current)
  }

  /** Returns the policy that a request keeps until `end`: that of the request around it, or the active one. */
  begin(): UsedPolicy | undefined {
    const used = this.#used()
    if (!used) return undefined
    used.requests++
    if (used !== this.#active) this.#older++
    return used
  }

  /** Ends the use by a request. */
  end(used: UsedPolicy): void {
    used.requests--
    if (used !== this.#active) this.#older--
  }

  /** Returns the policy as an active one of its own, which no load into this one replaces. */
  pinned(): ActivePolicy {
    this.current()
    const pinned = new ActivePolicy(this.settings)
    pinned.#active = this.#used()
    return pinned
  }

  /** Lets the active policy decide until a time of `performance.now`, and no longer. */
  decidesUntil(time: number): void {
    if (!this.#active) return
    if (this.#active.until === Number.POSITIVE_INFINITY) this.settings.schema.policyChanged()
    this.#active.until = time
  }

  /**
   * Sends every goal of all queries to a listener from now on: the machine evaluates all checks.
   * Returns a function that ends it, and restores the evaluator after the last listener.
   * @param trace - `tracer`, which most applications never import.
   */
  record(recorderOf: RecorderOf, trace: Trace): () => void {
    this.#recorders.add(recorderOf)
    this.#trace = trace
    this.#compileAnew()
    return () => {
      if (this.#recorders.delete(recorderOf)) this.#compileAnew()
    }
  }

  #compileAnew(): void {
    if (this.#active) this.#recompile(this.#active)
  }

  #compiled(policy: Policy): LoadedPolicy {
    const trace = this.#trace
    if (this.#recorders.size === 0 || !trace) return new LoadedPolicy(policy, this.settings)
    const tracerOf = (): Tracer => {
      const all = [...this.#recorders].map((one) => one(policy))
      return trace({
        record(event) {
          for (const one of all) one.record(event)
        },
      })
    }
    return new LoadedPolicy(policy, this.settings, tracerOf)
  }

  /**
   * Replaces the active policy, once the tests of the new one have passed.
   * @param keeping - Keeps the work of this load for the next. Default: nothing is kept.
   * @throws PolicyError
   */
  async load(sources: readonly (string | PolicySource)[], keeping: Keeping = {}): Promise<Policy> {
    const turn = ++this.#turns
    const texts = sourcesOf(sources)
    const { schema, queriedRules: queryRules, predicates } = this.settings
    // Synchronous methods need them, also after a load from a snapshot.
    if (!building.now || !filtering.now) await Promise.all([building.load(), filtering.load()])
    const known = own(keeping).snapshots?.read({ sources: texts, schema, queryRules })
    const policy = known ? policyOfSnapshot(known, texts) : this.#build(texts, keeping)
    const loaded = this.#compile(policy)
    await loaded.test()
    this.#install(loaded, turn)
    // Meanwhile the machine decides, and it decides all if the import fails.
    predicates?.load().catch(() => {})
    return policy
  }

  /**
   * Loads synchronously; otherwise as `load`.
   * @throws PolicyError; QueryError `async-value` if a `?=` test has to wait.
   */
  loadSync(sources: readonly (string | PolicySource)[]): Policy {
    const turn = ++this.#turns
    const loaded = this.#compile(this.#build(sourcesOf(sources)))
    loaded.testSync()
    this.#install(loaded, turn)
    return loaded.policy
  }

  /**
   * Asserts that the active policy names an action, and requires it of every later policy. Before
   * the first load, nothing is asserted.
   * @param model - The model for which it is needed. Default: any.
   * @throws ArgumentError if nothing names the action.
   */
  need(action: string, model?: string): void {
    if (this.#active) this.current().actions.assertNamedFor(action, model)
    this.#needed.set(`${model} ${action}`, { action, model })
  }

  #build(sources: readonly Source[], keeping: Keeping = {}): Policy {
    const { snapshots } = own(keeping)
    const { schema, queriedRules: queryRules } = this.settings
    const { policy, snapshot } = building.now!.build(sources, schema, { queryRules })
    snapshots?.write(snapshot)
    return policy
  }

  #compile(policy: Policy): LoadedPolicy {
    const loaded = this.#compiled(policy)
    const missing = [...this.#needed.values()].filter(({ action, model }) => !loaded.actions.isNamedFor(action, model))
    if (missing.length > 0)
      throw new PolicyError(missing.map(({ action, model }) => loaded.actions.needed(action, model)))
    this.settings.warnings.assertNone(loaded.policy)
    return loaded
  }

  /** Makes a policy active, unless the policy of a later load is active already. */
  #install(loaded: LoadedPolicy, turn: number): void {
    if (turn < this.#installed) return
    this.#installed = turn
    this.#older += this.#active?.requests ?? 0
    this.#active = { loaded, requests: 0, until: Number.POSITIVE_INFINITY }
    this.settings.schema.policyChanged()
    this.settings.warnings.reportAll(loaded.policy)
  }

  #recompile(used: UsedPolicy): LoadedPolicy {
    used.loaded = this.#compiled(used.loaded.policy)
    this.settings.schema.policyChanged()
    return used.loaded
  }

  /**
   * Returns the active policy, compiled anew if names were registered since.
   * @throws ArgumentError if no policy is loaded; QueryError `polluted-prototype`, and `stale-policy` if it decides no
   * longer.
   */
  current(): LoadedPolicy {
    const used = this.#used()
    if (!used) {
      throw new ArgumentError('no-policy', 'No policy is loaded.', {
        hint: 'load one first: await authorizer.load(text)',
      })
    }
    if (isOver(used)) throw stalePolicy()
    const { loaded } = used
    if (isPolluted()) assertUnpolluted(loaded.context.reads())
    if (loaded.version === this.settings.schema.version) return loaded
    return this.#recompile(used)
  }
}

function isOver({ until }: UsedPolicy): boolean {
  return until !== Number.POSITIVE_INFINITY && until < performance.now()
}

/** Returns the error of a question that a stale policy would decide. */
export function stalePolicy(): QueryError {
  return new QueryError('stale-policy', 'The source of the policy has not confirmed it for longer than `maxStale`.', {
    hint: '`status()` of the watch has the error of the last read',
  })
}
