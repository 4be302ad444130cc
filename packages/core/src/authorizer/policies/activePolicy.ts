import { ArgumentError, PolicyError } from '../../errors.js'
import type { Source } from '../../language/source.js'
import type { Tracer } from '../../machine/index.js'
import { own } from '../../own.js'
import { policyOfSnapshot } from '../../policy/assemble.js'
import type { BuildOptions } from '../../policy/buildPolicy.js'
import type { Policy } from '../../policy/policy.js'
import type { Snapshots } from '../../policy/snapshot.js'
import { assertUnpolluted, isPolluted } from '../../values/pollution.js'
import { building, filtering } from '../parts.js'
import type { Statistics } from '../plans/predicateDecider.js'
import {
  LoadedPolicy,
  type PolicyContext,
  type PolicySource,
  type RecorderOf,
  sourcesOf,
  type Trace,
} from './loadedPolicy.js'

/** Keep the work of a load for the next one. */
interface Keeping extends Pick<BuildOptions, 'incremental'> {
  readonly snapshots?: Snapshots
}

/** The active policy of an authorizer. */
export class ActivePolicy {
  readonly #recorders = new Set<RecorderOf>()
  #trace: Trace | undefined
  /** Replaced as a whole: a question keeps the policy with which it began. */
  #loaded: LoadedPolicy | undefined
  /** The number of loads that began, and the number of the load that produced the active policy. */
  #turns = 0
  #installed = 0
  /** The actions that declared routes need. */
  readonly #needed = new Map<string, { readonly action: string; readonly model: string | undefined }>()

  constructor(private readonly context: PolicyContext) {}

  get policy(): Policy | undefined {
    return this.#loaded?.policy
  }

  /** The active policy as it was last compiled. Names can have been registered since. */
  get loaded(): LoadedPolicy | undefined {
    return this.#loaded
  }

  get statistics(): Readonly<Statistics> {
    return this.#loaded?.checks.statistics ?? { predicate: 0, machine: 0, bailOuts: 0 }
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
    if (this.#loaded) this.#activate(new LoadedPolicy(this.#loaded.policy, this.#currentContext))
  }

  get #currentContext(): PolicyContext {
    const trace = this.#trace
    if (this.#recorders.size === 0 || !trace) return this.context
    const tracerOf = (policy: Policy): Tracer => {
      const all = [...this.#recorders].map((one) => one(policy))
      return trace({
        record(event) {
          for (const one of all) one.record(event)
        },
      })
    }
    return { ...this.context, predicates: undefined, tracerOf }
  }

  /**
   * Replaces the active policy, once the tests of the new one have passed.
   * @param keeping - Keeps the work of this load for the next. Default: nothing is kept.
   * @throws PolicyError
   */
  async load(sources: readonly (string | PolicySource)[], keeping: Keeping = {}): Promise<Policy> {
    const turn = ++this.#turns
    const texts = sourcesOf(sources)
    const { schema, queryRules, predicates } = this.context
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
    if (this.#loaded) this.current().actions.assertNamedFor(action, model)
    this.#needed.set(`${model} ${action}`, { action, model })
  }

  #build(sources: readonly Source[], keeping: Keeping = {}): Policy {
    const { snapshots, incremental } = own(keeping)
    const { schema, queryRules } = this.context
    const { policy, snapshot } = building.now!.build(sources, schema, { queryRules, incremental })
    snapshots?.write(snapshot)
    return policy
  }

  #compile(policy: Policy): LoadedPolicy {
    const { warnings } = this.context
    const loaded = new LoadedPolicy(policy, this.#currentContext)
    const missing = [...this.#needed.values()].filter(({ action, model }) => !loaded.actions.isNamedFor(action, model))
    if (missing.length > 0)
      throw new PolicyError(missing.map(({ action, model }) => loaded.actions.needed(action, model)))
    warnings.assertNone(loaded.policy)
    return loaded
  }

  /** Makes a policy active, unless the policy of a later load is active already. */
  #install(loaded: LoadedPolicy, turn: number): void {
    if (turn < this.#installed) return
    this.#installed = turn
    this.#activate(loaded)
    this.context.warnings.reportAll(loaded.policy)
  }

  #activate(loaded: LoadedPolicy): LoadedPolicy {
    this.#loaded = loaded
    this.context.schema.policyChanged()
    return loaded
  }

  /**
   * Returns the active policy, compiled anew if names were registered since.
   * @throws ArgumentError if no policy is loaded; QueryError `polluted-prototype`.
   */
  current(): LoadedPolicy {
    const loaded = this.#loaded
    if (!loaded) {
      throw new ArgumentError('no-policy', 'No policy is loaded.', {
        hint: 'load one first: await authorizer.load(text)',
      })
    }
    if (isPolluted()) assertUnpolluted(loaded.context.reads())
    if (loaded.version === this.context.schema.version) return loaded
    return this.#activate(new LoadedPolicy(loaded.policy, this.#currentContext))
  }
}
