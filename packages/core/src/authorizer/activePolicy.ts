import { ArgumentError } from '../errors.js'
import type { Policy } from '../policy/policy.js'
import { LoadedPolicy, type PolicyContext, type PolicySource, parsePolicy } from './loading.js'
import type { Statistics } from './planCache.js'

/** The policy that answers now. */
export class ActivePolicy {
  readonly #surroundings: PolicyContext
  /** Replaced as a whole: a question keeps the one that it began with. */
  #loaded: LoadedPolicy | undefined
  /** How many loads were begun, and which of them gave the policy in force. */
  #turns = 0
  #installed = 0

  constructor(surroundings: PolicyContext) {
    this.#surroundings = surroundings
  }

  get policy(): Policy | undefined {
    return this.#loaded?.policy
  }

  get statistics(): Readonly<Statistics> {
    return this.#loaded?.checks.statistics ?? { predicate: 0, machine: 0, bailOuts: 0 }
  }

  /** Puts a policy in the place of the last one, once its tests have passed. @throws PolicyError */
  async load(sources: readonly (string | PolicySource)[]): Promise<Policy> {
    const loaded = this.#parse(sources)
    const turn = ++this.#turns
    await loaded.test()
    this.#install(loaded, turn)
    return loaded.policy
  }

  /** As `load`, at once. @throws PolicyError; QueryError `async-value` where a `?=` test has to wait. */
  loadSync(sources: readonly (string | PolicySource)[]): Policy {
    const loaded = this.#parse(sources)
    const turn = ++this.#turns
    loaded.testSync()
    this.#install(loaded, turn)
    return loaded.policy
  }

  #parse(sources: readonly (string | PolicySource)[]): LoadedPolicy {
    return new LoadedPolicy(parsePolicy(sources, this.#surroundings.schema), this.#surroundings)
  }

  /** Puts a policy in force, unless one that was asked for later is in force already. */
  #install(loaded: LoadedPolicy, turn: number): void {
    if (turn < this.#installed) return
    this.#installed = turn
    this.#loaded = loaded
  }

  /** The policy in force, compiled anew where names were registered since. @throws ArgumentError where there is none. */
  current(): LoadedPolicy {
    const loaded = this.#loaded
    if (!loaded) {
      throw new ArgumentError('no-policy', 'No policy is loaded.', {
        hint: 'load one first: await authorizer.load(text)',
      })
    }
    if (loaded.version === this.#surroundings.schema.version) return loaded
    this.#loaded = new LoadedPolicy(loaded.policy, this.#surroundings)
    return this.#loaded
  }
}
