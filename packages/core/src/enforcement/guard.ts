import { ArcturusError } from '../errors.js'
import type { DecisionKind } from './decision.js'

/** An application answered, and nothing had been authorized for it: a mistake in the application, never the visitor's. */
export class UndecidedError extends ArcturusError {
  static override readonly brand: string = 'UndecidedError'
  readonly status: number = 500
  readonly statusCode: number = 500
  /** For those who follow `http-errors`: the message is for logs, not for visitors. */
  readonly expose: boolean = false

  constructor(route: string, status: number) {
    super('undecided', `${route} was about to answer ${status}, but nothing was authorized for it.`, {
      hint: 'authorize(action, loader) on the route, a filter built in its handler, or unguarded(reason) if it is for everybody',
    })
  }
}

type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'armed' }
  | { readonly kind: 'decided' }
  | { readonly kind: 'unguarded'; readonly reason: string }
  | { readonly kind: 'blocked' }

// The same for every request.
const idle: State = { kind: 'idle' }
const armed: State = { kind: 'armed' }
const decided: State = { kind: 'decided' }

/**
 * Whether the answer to one request may go out.
 *
 * idle → armed → decided or unguarded; armed → blocked, which is final: what was held back stays back.
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
    return this.#state.kind === 'armed' || this.#state.kind === 'blocked'
  }

  /** From now on a successful answer needs a decision. */
  arm(): void {
    if (this.#state.kind !== 'idle') return
    this.#state = armed
    this.#armed = true
  }

  /** A decision was made. What says nothing about the content is none: request-level rules, a list of actions, a model as such. */
  decided(kind: DecisionKind): void {
    this.#personal = true
    if (kind === 'request' || kind === 'actions' || kind === 'model') return
    if (this.#state.kind === 'idle' || this.#state.kind === 'armed') this.#state = decided
  }

  /** The route is for everybody. */
  open(reason: string): void {
    if (this.#state.kind === 'idle' || this.#state.kind === 'armed') this.#state = { kind: 'unguarded', reason }
  }

  /** Asks for an answer about to go out; a refused one leaves the guard blocked. */
  blocks(method: string, status: number): boolean {
    if (!this.holds) return false
    if (method === 'OPTIONS' || status < 200 || status >= 400) return false
    this.#state = { kind: 'blocked' }
    return true
  }
}
