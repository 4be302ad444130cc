import type { AuthorizationError } from '../errors.js'
import type { Authority } from './authority.js'
import type { DecisionKind } from './decision.js'
import { type DenialReason, denial, reasonOf } from './denial.js'
import type { EnforcementEvent } from './event.js'
import { failure } from './failure.js'
import { Guard, UndecidedError } from './guard.js'
import { load } from './loading.js'
import { type Loader, RequestAuthorization } from './requestAuthorization.js'

/** What every framework package takes, with its own request or context. */
export interface EnforcementOptions<Request, Actor> {
  /**
   * Who asks: `req => req.user`. `undefined` and `null` are nobody, whom the policy is asked about as `nil`, so that public
   * things stay public. Somebody who was found stays for the request.
   */
  readonly actor: (request: Request) => Actor | null | undefined | Promise<Actor | null | undefined>
  /** Value of `WWW-Authenticate` in a 401, such as `Bearer realm="api"`. None by default. */
  readonly challenge?: string | undefined
  /** Answers a refusal with a body by RFC 9457, `application/problem+json`. False by default: the framework's plain form. */
  readonly problemDetails?: boolean | undefined
  /** Hears of what was allowed, what was denied and why, and of answers that the guard held back. An error that it throws fails the request. */
  readonly log?: ((event: EnforcementEvent<Request, Actor>) => void) | undefined
}

/** Runs a question so that whatever it throws is an error that frameworks take for one. */
async function failing<Answer>(question: () => Promise<Answer>): Promise<Answer> {
  try {
    return await question()
  } catch (error) {
    throw failure(error)
  }
}

/** A loader's row that was refused, or nothing that it found. */
export class Refusal {
  readonly reason: DenialReason
  readonly error: AuthorizationError

  constructor(reason: DenialReason) {
    this.reason = reason
    this.error = denial(reason)
  }
}

/** The rules of enforcement for one request, whatever the framework: who asks, what is decided, what may be answered. */
export class Enforcement<Request, Actor> {
  readonly guard: Guard = new Guard()
  readonly authorization: RequestAuthorization<unknown, Actor>
  readonly #authority: Authority
  readonly #options: EnforcementOptions<Request, Actor>
  readonly #request: Request
  readonly #method: string
  readonly #onPersonal: () => void

  /** @param onPersonal - Called at each question about the actor: the answer is not to be cached for others. */
  constructor(
    authority: Authority,
    options: EnforcementOptions<Request, Actor>,
    request: Request,
    method: string,
    onPersonal: () => void,
  ) {
    this.#authority = authority
    this.#options = options
    this.#request = request
    this.#method = method
    this.#onPersonal = onPersonal
    const lasting = method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
    this.authorization = new RequestAuthorization(authority, lasting, (kind) => this.decided(kind))
  }

  /** A decision was made within the request, through whichever door. */
  decided(kind: DecisionKind): void {
    this.guard.decided(kind)
    this.#onPersonal()
  }

  /**
   * Arms the guard and asks the request-level rules, if the policy has any.
   *
   * @returns the refusal, if it is one.
   * @throws whatever failed: the lookup of the actor or the policy.
   */
  arm(): Promise<Refusal | undefined> {
    this.guard.arm()
    return failing(() => this.#askRequest())
  }

  /**
   * Loads a row and asks whether the actor may; if so it becomes the resource of the request.
   *
   * @param model - The model of the row, where the row itself does not tell.
   * @returns the refusal, if it is one.
   * @throws whatever failed: the lookup of the actor, the loader or the policy.
   */
  enforce(action: string, loader: Loader, model?: string): Promise<Refusal | undefined> {
    return failing(() => this.#askRow(action, loader, model))
  }

  /**
   * Asks the guard for an answer that is about to go out, and tells the log if it may not.
   *
   * @param route - For the message: `GET /documents/1`.
   * @returns the error to answer instead, if it may not.
   */
  hold(status: number, route: string): UndecidedError | undefined {
    if (!this.guard.blocks(this.#method, status)) return undefined
    const error = new UndecidedError(route, status)
    try {
      this.#options.log?.({ kind: 'undecided', request: this.#request, error })
    } catch (cause) {
      // The answer is held back whatever the log does; what it threw goes where the error goes.
      error.cause = cause
    }
    return error
  }

  async #askRequest(): Promise<Refusal | undefined> {
    await this.#identify()
    const { policy } = this.#authority
    if (policy && !policy.rules.has('allow_request')) return undefined
    const question = (): Promise<void> => this.#authority.authorizeRequest(this.authorization.actor, this.#request)
    return this.#ask(question, 'request', undefined, undefined)
  }

  async #askRow(action: string, loader: Loader, model: string | undefined): Promise<Refusal | undefined> {
    await this.#identify()
    const row = await load(loader, this.#request)
    if (row === undefined || row === null) {
      this.decided('check')
      return this.#refuse(this.authorization.actor === null ? 'nobody' : 'missing', action, undefined)
    }
    if (model !== undefined && typeof row === 'object') this.#authority.as(model, row)
    const question = (): Promise<void> => this.#authority.authorize(this.authorization.actor, action, row)
    const refusal = await this.#ask(question, 'check', action, row)
    if (!refusal) this.authorization.admit(loader, row)
    return refusal
  }

  async #identify(): Promise<void> {
    if (this.authorization.actor !== null) return
    this.authorization.identify((await this.#options.actor(this.#request)) ?? null)
  }

  async #ask(
    question: () => Promise<void>,
    kind: DecisionKind,
    action: string | undefined,
    resource: unknown,
  ): Promise<Refusal | undefined> {
    const { actor } = this.authorization
    try {
      await question()
    } catch (error) {
      const reason = reasonOf(error, actor)
      if (!reason) throw error
      this.decided(kind)
      return this.#refuse(reason, action, resource)
    }
    this.decided(kind)
    this.#options.log?.({ kind: 'allowed', request: this.#request, actor, action, resource })
    return undefined
  }

  #refuse(reason: DenialReason, action: string | undefined, resource: unknown): Refusal {
    this.#options.log?.({
      kind: 'denied',
      request: this.#request,
      actor: this.authorization.actor,
      action,
      resource,
      reason,
    })
    return new Refusal(reason)
  }
}
