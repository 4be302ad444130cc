import { engineOf, invalidArgument, own, recorder, watchDecisions } from '@arcturus/core/internal/web'
import type { Authority } from './authority.js'
import { assertActor, assertAuthorizer } from './declaration.js'
import { Decoys } from './decoys.js'
import { Enforcement } from './enforcement.js'
import type { EnforcementHooks, EnforcementOptions, Shared } from './options.js'

/** An `AsyncLocalStorage`, on any platform that has it. */
export interface AsyncContext<Value> {
  getStore(): Value | undefined
  run<Result>(value: Value, work: () => Result): Result
}

/**
 * For frameworks: the enforcements of all requests in progress. The asynchronous context ties the
 * application's own calls of the authorizer to their request. They count for that request and share
 * its loaded relations.
 */
export class Enforcements<Request extends object, Actor> {
  readonly #authority: Authority
  readonly options: EnforcementOptions<Request, Actor>
  /**
   * The property in which a request keeps its enforcement. A `WeakMap` would keep both, and every
   * object that they refer to, until a full garbage collection: minor collections treat the entries
   * of such maps as alive.
   */
  readonly #key = Symbol('arcturus.enforcement')
  /** Separates concurrent requests: each has the enforcement with which its work began. */
  readonly #current: AsyncContext<Enforcement<Request, Actor>>
  readonly #shared: Shared<Request>

  /**
   * @param current - A context for these enforcements alone.
   * @throws {ArgumentError} The authorizer or the `actor` function is missing, `onDecision` is not a function,
   * or `challenge` is not a valid header value. Otherwise they would fail requests later.
   */
  constructor(
    authority: Authority,
    given: EnforcementOptions<Request, Actor>,
    current: AsyncContext<Enforcement<Request, Actor>>,
    hooks: EnforcementHooks<Request> = {},
  ) {
    const { made = 'Enforcements' } = hooks
    assertAuthorizer(made, authority)
    assertActor(made, given)
    const passed = own(given)
    const options = own({ ...passed, reasons: passed.reasons ?? isDevelopment() })
    assertListener(options.onDecision)
    assertChallenge(options.challenge)
    this.#authority = authority
    this.options = options
    this.#current = current
    const run: Shared<Request>['run'] = (enforcement, work) =>
      // Sound: it is one of these enforcements.
      current.getStore() === enforcement ? work() : current.run(enforcement as Enforcement<Request, Actor>, work)
    this.#shared = { ...hooks, decoys: new Decoys(), run }
    watchDecisions(authority, ({ kind, actor, outcome, details }) => {
      const enforcement = this.#current.getStore()
      if (outcome === 'error') return
      if (details.isThrown) enforcement?.denied(actor)
      else enforcement?.decided(kind)
    })
    authority.rememberIn(() => this.#current.getStore()?.relations)
    const engine = engineOf(authority)
    engine?.active.keepIn(() => this.#current.getStore()?.policy)
    engine?.writeGuards.push(() => this.#current.getStore()?.assertMayWrite())
    engine?.watchers.push((method, answer) => {
      const enforcement = this.#current.getStore()
      // Work that goes on after the response keeps none of its questions.
      return enforcement?.relations ? enforcement.watch(method, () => answer) : answer
    })
    const request = () => this.#current.getStore()?.fields
    engine?.requests.push(request)
    const { onDecision, explanations } = options
    if (engine && onDecision) {
      const { mask } = own(explanations ?? {})
      engine.listeners.add(recorder(engine, authority, onDecision, { mask }, { explanations, request }), true)
    }
  }

  /** Returns the enforcement of a request, or undefined if it has not begun. */
  known(request: Request): Enforcement<Request, Actor> | undefined {
    const current = this.#current.getStore()
    if (current?.isOf(request)) return current
    // Sound: no other code has the symbol.
    return Reflect.get(request, this.#key) as Enforcement<Request, Actor> | undefined
  }

  /**
   * Begins the enforcement of a request that has none.
   *
   * @param onPersonal - Called when the response comes to depend on the actor.
   */
  begin(request: Request, method: string, onPersonal: () => void = () => {}): Enforcement<Request, Actor> {
    const enforcement = new Enforcement(this.#authority, this.options, request, method, onPersonal, this.#shared)
    Reflect.set(request, this.#key, enforcement)
    return enforcement
  }

  /** Runs a request's work, so that its calls of the authorizer count for that request. */
  run<Result>(enforcement: Enforcement<Request, Actor>, work: () => Result): Result {
    return this.#current.run(enforcement, work)
  }
}

function isDevelopment(): boolean {
  // Some platforms have no `process`.
  return typeof process === 'object' && process.env['NODE_ENV'] === 'development'
}

function assertListener(onDecision: unknown): void {
  if (onDecision === undefined || typeof onDecision === 'function') return
  throw invalidArgument('The option `onDecision` must be a function.', { hint: 'pass one: (event) => …' })
}

function assertChallenge(challenge: unknown): void {
  if (challenge === undefined) return
  // The characters of a header value by RFC 9110.
  if (typeof challenge === 'string' && /^[\t\x20-\x7e\x80-\xff]+$/.test(challenge)) return
  throw invalidArgument('`challenge` must be a valid header value.', {
    hint: 'pass a challenge such as: Bearer realm="api"',
  })
}
