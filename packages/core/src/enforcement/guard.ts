import type { DecisionKind } from '../authorizer/decision.js'
import { ArcturusError } from '../errors.js'

/** An application answered, and nothing had been authorized for it: a mistake in the application, never the visitor's. */
export class UndecidedError extends ArcturusError {
  static override readonly brand: string = 'UndecidedError'
  readonly status: number = 500
  readonly statusCode: number = 500
  /** For those who follow `http-errors`: the message is for logs, not for visitors. */
  readonly expose: boolean = false

  constructor(route: string, status: number) {
    super('undecided', `${route} responded ${status} without an authorization decision.`, {
      hint: 'add authorize(action, loader) to the route, build a filter in its handler, or put unguarded(reason) directly before a public handler (unguarded(reason, router) for a router)',
    })
  }
}

type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'armed' }
  | { readonly kind: 'decided' }
  | { readonly kind: 'unguarded'; readonly reason: string; readonly covers: () => boolean }
  | { readonly kind: 'blocked' }

// The same for every request.
const idle: State = { kind: 'idle' }
const armed: State = { kind: 'armed' }
const decided: State = { kind: 'decided' }
const everything = (): boolean => true

/**
 * Whether the answer to one request may go out.
 *
 * idle → armed → unguarded → decided; armed → blocked, which is final: what was held back stays back. A request that leaves the
 * handlers for which it was unguarded is armed again.
 */
export class Guard {
  #state: State = idle
  #personal = false
  #armed = false

  get state(): State['kind'] {
    return this.#state.kind
  }

  /** Whether something about the actor was asked, so that the answer is for them alone. */
  get personal(): boolean {
    return this.#personal
  }

  /** Whether it was armed before anything was decided: then somebody holds the answers, and sees each of them go out. */
  get armed(): boolean {
    return this.#armed
  }

  /** Whether an answer may still be held back; if not, none needs to be looked at. */
  get holds(): boolean {
    const state = this.#state
    return state.kind === 'armed' || state.kind === 'blocked' || (state.kind === 'unguarded' && !state.covers())
  }

  /** Whether `arm` would start to guard: nothing was decided, and the request is not with handlers for everybody. */
  get armable(): boolean {
    const state = this.#state
    return state.kind === 'idle' || (state.kind === 'unguarded' && !state.covers())
  }

  /** From now on a successful answer needs a decision. */
  arm(): void {
    if (!this.armable) return
    this.#state = armed
    this.#armed = true
  }

  /** The answer depends on the actor. */
  personalize(): void {
    this.#personal = true
  }

  /**
   * A decision was made. Request-level rules, a list of actions and a model as such decide nothing about the content.
   *
   * @returns whether the decision opened the guard.
   */
  decided(kind: DecisionKind): boolean {
    this.#personal = true
    if (kind === 'request' || kind === 'actions' || kind === 'model') return false
    if (this.#state.kind === 'decided' || this.#state.kind === 'blocked') return false
    this.#state = decided
    return true
  }

  /**
   * The handlers that follow are for everybody.
   *
   * @param covers - Whether the request is still with these handlers. By default it always is.
   * @returns whether this opened the guard.
   */
  open(reason: string, covers: () => boolean = everything): boolean {
    if (this.#state.kind === 'decided' || this.#state.kind === 'blocked') return false
    const outer = this.#state
    // Handlers for everybody within others leave those as they are.
    const both = outer.kind === 'unguarded' && outer.covers() ? () => covers() || outer.covers() : covers
    this.#state = { kind: 'unguarded', reason, covers: both }
    return true
  }

  /**
   * Returns whether a response may not be sent. If so, the guard stays blocked.
   *
   * @param hasBody - Whether the response has a body. A response to OPTIONS without one needs no decision.
   */
  blocks(method: string, status: number, hasBody = true): boolean {
    if (!this.holds) return false
    if ((method === 'OPTIONS' && !hasBody) || status < 200 || status >= 400) return false
    this.#state = { kind: 'blocked' }
    return true
  }
}
