import type { DecisionKind } from '@arcturus/core/internal/web'
import { ArcturusError, type Code } from '@arcturus/core/internal/web'
import type { Question } from './question.js'

/**
 * The application responded without an authorization decision. This is a bug of the application,
 * never a fault of the client.
 */
export class UndecidedError extends ArcturusError {
  static override get brand(): string {
    return 'UndecidedError'
  }
  readonly status: number = 500
  readonly statusCode: number = 500
  /** For the convention of `http-errors`: the message is for logs, not for clients. */
  readonly expose: boolean = false

  /**
   * @param status - The status of the response.
   * @param cause - Why there is no decision. By default the handler asked for none.
   */
  constructor(route: string, status: number, cause: Forgotten | 'denied' | 'write' | undefined = undefined) {
    const { code, why, hint } = reasonOf(cause)
    super(code, cause === 'write' ? `${route} ${why}` : `${route} responded ${status} ${why}`, { hint })
  }
}

/** An authorization whose answer the handler did not wait for, by the place of the call. */
type Forgotten = Pick<Question, 'place'>

function reasonOf(cause: Forgotten | 'denied' | 'write' | undefined): { code: Code; why: string; hint: string } {
  if (cause === undefined) {
    const hint =
      'add authorize(action, loader) to the route, build a filter or await the client of the user in its handler, or put unguarded(reason) directly before a public handler (unguarded(reason, …handlers) for a router or several handlers); in NestJS, @Authorize(action, Model) or @Unguarded(reason)'
    return { code: 'undecided', why: 'without an authorization decision.', hint }
  }
  if (cause === 'write') {
    const hint =
      'add authorize(action, loader) to the route (in NestJS, @Authorize), write by an authorized client, or put unguarded(reason) before the handler'
    return { code: 'undecided', why: 'writes to the database before an authorization decision.', hint }
  }
  if (cause === 'denied') {
    const hint = 'respond with the status of the error, or decide with isAllowed in place of authorize'
    return { code: 'undecided', why: 'although its authorization was denied.', hint }
  }
  const place = cause.place ? ` ${cause.place}` : ''
  return {
    code: 'forgotten-await',
    why: `without waiting for the authorization that it asked for${place}.`,
    hint: 'write `await` before the call',
  }
}

type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'armed' }
  | { readonly kind: 'decided' }
  | { readonly kind: 'unguarded'; readonly reason: string; readonly covers: () => boolean }
  | { readonly kind: 'blocked' }

// Shared by all requests.
const idle: State = { kind: 'idle' }
const armed: State = { kind: 'armed' }
const decided: State = { kind: 'decided' }
const everything = (): boolean => true

/**
 * Decides whether the response to one request may be sent.
 *
 * idle → armed → unguarded → decided; armed → blocked, which is final: a blocked response stays
 * blocked. A request that leaves its unguarded handlers, or is denied by its route, is armed again. A
 * forgotten `await` blocks in each state but idle.
 */
export class Guard {
  #state: State = idle
  #personal = false
  #armed = false
  /** The actor of the last denial that was thrown. */
  #denied: 'anonymous' | 'actor' | undefined
  #questions: Set<Question> | undefined

  get state(): State['kind'] {
    return this.#state.kind
  }

  /**
   * Whether the request has read the actor or a decision about the actor. The response is then for
   * this actor alone.
   */
  get personal(): boolean {
    return this.#personal
  }

  /**
   * Whether the guard was armed before any decision. Then a hook holds the responses and sees each
   * of them before it is sent.
   */
  get armed(): boolean {
    return this.#armed
  }

  /** Whether a response may still be blocked. If false, responses need no inspection. */
  get holds(): boolean {
    const state = this.#state
    if (state.kind === 'armed' || state.kind === 'blocked' || (state.kind === 'unguarded' && !state.covers()))
      return true
    return this.#forgotten !== undefined
  }

  /**
   * Asserts that the request may write to the database.
   * @throws UndecidedError if the response would be blocked: the row would be written already.
   */
  assertMayWrite(): void {
    const { kind } = this.#state
    if (kind === 'armed' || kind === 'blocked') throw new UndecidedError('This request', 500, 'write')
  }

  /**
   * Whether `arm` would start to guard: no decision was made, and the request is outside of public
   * handlers.
   */
  get armable(): boolean {
    const state = this.#state
    return state.kind === 'idle' || (state.kind === 'unguarded' && !state.covers())
  }

  /** Arms the guard: from now on a successful response needs a decision. */
  arm(): void {
    if (!this.armable) return
    this.#state = armed
    this.#armed = true
  }

  /** Marks the response as dependent on the actor. */
  personalize(): void {
    this.#personal = true
  }

  /**
   * Records a decision. The kinds `request`, `actions` and `model` decide nothing about the content
   * of the response.
   *
   * @returns Whether the decision opened the guard.
   */
  decided(kind: DecisionKind): boolean {
    this.#personal = true
    if (kind === 'request' || kind === 'actions' || kind === 'model') return false
    if (this.#state.kind === 'decided' || this.#state.kind === 'blocked') return false
    this.#state = decided
    return true
  }

  /**
   * Records a denial that is thrown. It does not open the guard, so that a handler that swallows the
   * error sends no data. Anonymous users may be redirected, to sign in.
   *
   * @param isOfRoute - Whether it ends the route, so that earlier decisions no longer count. Default
   * false.
   */
  denied(isAnonymous: boolean, isOfRoute = false): void {
    this.#personal = true
    this.#denied = isAnonymous ? 'anonymous' : 'actor'
    if (isOfRoute && this.#state.kind === 'decided') this.#state = armed
  }

  /** Records an authorization that the handler asks for. */
  asked(question: Question): void {
    this.#questions ??= new Set()
    this.#questions.add(question)
  }

  get #forgotten(): Question | undefined {
    for (const question of this.#questions ?? []) {
      if (question.isForgotten) return question
      if (question.isAllowed !== undefined) this.#questions?.delete(question)
    }
    return undefined
  }

  /** Returns the error of a blocked response. */
  errorOf(route: string, status: number): UndecidedError {
    return new UndecidedError(route, status, this.#forgotten ?? (this.#denied && 'denied'))
  }

  /**
   * Opens the guard for public handlers.
   *
   * @param reason - Why the handlers are public.
   * @param covers - Returns whether the request is still inside these handlers. By default always
   * true.
   * @returns Whether this call opened the guard.
   */
  open(reason: string, covers: () => boolean = everything): boolean {
    if (this.#state.kind === 'decided' || this.#state.kind === 'blocked') return false
    const outer = this.#state
    // Nested public handlers leave the outer ones public.
    const both = outer.kind === 'unguarded' && outer.covers() ? () => covers() || outer.covers() : covers
    this.#state = { kind: 'unguarded', reason, covers: both }
    return true
  }

  /**
   * Returns whether a response must not be sent. If so, the guard stays blocked.
   *
   * @param hasBody - Whether the response has a body. A response to OPTIONS without a body needs no
   * decision. Default true.
   */
  blocks(method: string, status: number, hasBody = true): boolean {
    if (!this.holds) return false
    if ((method === 'OPTIONS' && !hasBody) || status < 200 || status >= 400) return false
    const isRedirect = status >= 300 && status !== 304
    if (isRedirect && this.#denied === 'anonymous' && this.#state.kind !== 'blocked' && !this.#forgotten) return false
    this.#state = { kind: 'blocked' }
    return true
  }
}
