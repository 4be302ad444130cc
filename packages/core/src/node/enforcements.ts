import { AsyncLocalStorage } from 'node:async_hooks'
import { validateHeaderValue } from 'node:http'
import type { Authority } from '../enforcement/authority.js'
import { Enforcement, type EnforcementOptions } from '../enforcement/enforcement.js'
import { ArgumentError } from '../errors.js'

/**
 * For frameworks on Node.js: the enforcement of each request that is being served. Filters and checks that the application
 * asks of the authorizer itself are tied to their request by the asynchronous context.
 */
export class Enforcements<Request extends object, Actor> {
  readonly #authority: Authority
  readonly #options: EnforcementOptions<Request, Actor>
  readonly #known = new WeakMap<Request, Enforcement<Request, Actor>>()
  readonly #current = new AsyncLocalStorage<Enforcement<Request, Actor>>()

  /** @throws ArgumentError for a `challenge` that no header can hold: it would fail each 401 instead. */
  constructor(authority: Authority, options: EnforcementOptions<Request, Actor>) {
    assertChallenge(options.challenge)
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

function assertChallenge(challenge: unknown): void {
  if (challenge === undefined) return
  try {
    if (typeof challenge !== 'string') throw new TypeError('it is no text')
    validateHeaderValue('WWW-Authenticate', challenge)
  } catch (cause) {
    throw new ArgumentError('invalid-argument', 'The challenge can not be the value of a header.', {
      hint: 'such as: Bearer realm="api"',
      cause,
    })
  }
}
