import { AsyncLocalStorage } from 'node:async_hooks'
import type { Authority } from '../enforcement/authority.js'
import { Enforcement, type EnforcementOptions } from '../enforcement/enforcement.js'

/**
 * For frameworks on Node.js: the enforcement of each request that is being served. Filters and checks that the application
 * asks of the authorizer itself are tied to their request by the asynchronous context.
 */
export class Enforcements<Request extends object, Actor> {
  readonly #authority: Authority
  readonly #options: EnforcementOptions<Request, Actor>
  readonly #known = new WeakMap<Request, Enforcement<Request, Actor>>()
  readonly #current = new AsyncLocalStorage<Enforcement<Request, Actor>>()

  constructor(authority: Authority, options: EnforcementOptions<Request, Actor>) {
    this.#authority = authority
    this.#options = options
    authority.observe((kind) => this.#current.getStore()?.decided(kind))
  }

  /**
   * The one enforcement of a request.
   *
   * @param begin - Called when it is new, to make it known to the handlers.
   * @param onPersonal - Called at each question about the actor.
   */
  of(
    request: Request,
    method: string,
    begin: (enforcement: Enforcement<Request, Actor>) => void,
    onPersonal: () => void = () => {},
  ): Enforcement<Request, Actor> {
    const known = this.#known.get(request)
    if (known) return known
    const enforcement = new Enforcement(this.#authority, this.#options, request, method, onPersonal)
    this.#known.set(request, enforcement)
    begin(enforcement)
    return enforcement
  }

  /** Does some work of a request so that what it asks of the authorizer counts for that request. */
  run<Result>(enforcement: Enforcement<Request, Actor>, work: () => Result): Result {
    return this.#current.run(enforcement, work)
  }
}
