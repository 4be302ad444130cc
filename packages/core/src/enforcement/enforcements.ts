import { ArgumentError } from '../errors.js'
import type { Authority } from './authority.js'
import { Decoys } from './decoys.js'
import { Enforcement, type EnforcementHooks, type EnforcementOptions, type Shared } from './enforcement.js'

/** An `AsyncLocalStorage`, wherever the platform has it. */
export interface AsyncContext<Value> {
  getStore(): Value | undefined
  run<Result>(value: Value, work: () => Result): Result
}

/**
 * For frameworks: the enforcement of each request that is being served. Filters and checks that the application asks of the
 * authorizer itself are tied to their request by the asynchronous context, and share what they load.
 */
export class Enforcements<Request extends object, Actor> {
  readonly #authority: Authority
  readonly #options: EnforcementOptions<Request, Actor>
  /**
   * Under which a request keeps its enforcement. A `WeakMap` would keep both, and all that they lead to, until the whole heap is
   * collected: young objects of such maps are taken for alive.
   */
  readonly #key = Symbol('arcturus.enforcement')
  /** Tells concurrent requests apart: each has the enforcement that its work was begun with. */
  readonly #current: AsyncContext<Enforcement<Request, Actor>>
  readonly #shared: Shared<Request>

  /**
   * @param current - Made for these enforcements alone.
   * @throws ArgumentError for a `log` that is no function, and a `challenge` that no header can hold: they would fail requests instead.
   */
  constructor(
    authority: Authority,
    options: EnforcementOptions<Request, Actor>,
    current: AsyncContext<Enforcement<Request, Actor>>,
    hooks: EnforcementHooks<Request> = {},
  ) {
    assertLog(options.log)
    assertChallenge(options.challenge)
    this.#authority = authority
    this.#options = options
    this.#current = current
    this.#shared = { ...hooks, decoys: new Decoys() }
    authority.observe((kind, _actor, action, resource) => this.#current.getStore()?.decided(kind, action, resource))
    authority.rememberIn(() => this.#current.getStore()?.relations)
  }

  /** The one enforcement of a request, where it has begun. */
  known(request: Request): Enforcement<Request, Actor> | undefined {
    const current = this.#current.getStore()
    if (current?.isOf(request)) return current
    // Sound: nobody else has the symbol.
    return Reflect.get(request, this.#key) as Enforcement<Request, Actor> | undefined
  }

  /**
   * Begins the enforcement of a request that has none.
   *
   * @param onPersonal - Called at each question about the actor.
   */
  begin(request: Request, method: string, onPersonal: () => void = () => {}): Enforcement<Request, Actor> {
    const enforcement = new Enforcement(this.#authority, this.#options, request, method, onPersonal, this.#shared)
    Reflect.set(request, this.#key, enforcement)
    return enforcement
  }

  /** Does some work of a request so that what it asks of the authorizer counts for that request. */
  run<Result>(enforcement: Enforcement<Request, Actor>, work: () => Result): Result {
    return this.#current.run(enforcement, work)
  }
}

function assertLog(log: unknown): void {
  if (log === undefined || typeof log === 'function') return
  throw new ArgumentError('invalid-argument', 'The option `log` must be a function.', {
    hint: 'pass a function: log: (event) => …',
  })
}

function assertChallenge(challenge: unknown): void {
  if (challenge === undefined) return
  // What a header's value may hold, by RFC 9110.
  if (typeof challenge === 'string' && /^[\t\x20-\x7e\x80-\xff]+$/.test(challenge)) return
  throw new ArgumentError('invalid-argument', '`challenge` must be a valid header value.', {
    hint: 'pass a challenge such as: Bearer realm="api"',
  })
}
