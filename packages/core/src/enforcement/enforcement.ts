import type { DecisionKind } from '../authorizer/decision.js'
import type { DenialReason } from '../authorizer/denial.js'
import type { Eventual } from '../authorizer/eventual.js'
import { after } from '../authorizer/eventual.js'
import { RelationMemory } from '../authorizer/relations.js'
import type { AuthorizationError } from '../errors.js'
import type { Authority } from './authority.js'
import type { RouteOptions } from './declaration.js'
import { Decoys } from './decoys.js'
import { denialError, reasonOf } from './denial.js'
import type { EnforcementEvent } from './event.js'
import { explain } from './explanation.js'
import { failure } from './failure.js'
import { Guard, UndecidedError } from './guard.js'
import { load } from './loading.js'
import { type Loader, RequestAuthorization } from './requestAuthorization.js'
import { standInFor } from './standIns.js'

/** What every framework package takes, with its own request or context. */
export interface EnforcementOptions<Request, Actor> {
  /**
   * Who asks: `req => req.user`. `undefined` and `null` are nobody, whom the policy is asked about as `nil`, so that public
   * things stay public. Somebody who was found stays for the request.
   */
  readonly actor: (request: Request) => Actor | null | undefined | Promise<Actor | null | undefined>
  /** Value of `WWW-Authenticate` in a 401, such as `Bearer realm="api"`. None by default. */
  readonly challenge?: string | undefined
  /**
   * Answers a refusal with a body by RFC 9457, `application/problem+json`: `true` always, `false` never. By default where the
   * request's `Accept` names that type; otherwise refusals have the framework's plain form.
   */
  readonly problemDetails?: boolean | undefined
  /**
   * Tells visitors why they were refused, and with it what exists. By default only where `NODE_ENV` is `development`; logs are
   * told always.
   */
  readonly reasons?: boolean | undefined
  /**
   * Called with what was allowed, what was denied and why, with the decision that opened the guard, and with responses that the
   * guard held back. An error that it throws fails the request.
   */
  readonly log?: ((event: EnforcementEvent<Request, Actor>) => void) | undefined
}

/** What `enforce` can be told beside. */
export interface EnforceOptions extends RouteOptions {
  /** Whether the row becomes the resource of the request; by default it does. */
  readonly admit?: boolean | undefined
  /** Which loads of rows are of a kind. By default those of one loader are. */
  readonly route?: object | undefined
}

/** What a framework adds to enforcement. */
export interface EnforcementHooks<Request> {
  /** Returns the request as the request-level rules read it. By default it is the request itself. */
  readonly ruled?: ((request: Request) => unknown) | undefined
  /** Called before anything is asked of the authorization of a request; what it throws is thrown to whoever asks. */
  readonly beforeUse?: (() => void) | undefined
}

/** What the enforcements of one application have in common. */
export interface Shared<Request> extends EnforcementHooks<Request> {
  readonly decoys: Decoys
}

/** Runs a question so that whatever it throws is an error that frameworks take for one. */
function failing<Answer>(question: () => Eventual<Answer>): Eventual<Answer> {
  try {
    const answer = question()
    return answer instanceof Promise ? answer.catch(fail) : answer
  } catch (error) {
    return fail(error)
  }
}

function fail(error: unknown): never {
  throw failure(error)
}

/** A loader's row that was refused, or nothing that it found. */
export class Denial {
  readonly reason: DenialReason
  readonly error: AuthorizationError

  constructor(reason: DenialReason, explanation?: string) {
    this.reason = reason
    this.error = denialError(reason, { explanation })
  }
}

/** The rules of enforcement for one request, whatever the framework: who asks, what is decided, what may be answered. */
export class Enforcement<Request, Actor> {
  readonly guard: Guard = new Guard()
  readonly authorization: RequestAuthorization<unknown, Actor>
  #relations: RelationMemory | undefined
  #isAnswered = false
  readonly #authority: Authority
  readonly #options: EnforcementOptions<Request, Actor>
  readonly #request: Request
  readonly #method: string
  /** Whether the request only reads. */
  readonly #lasting: boolean
  readonly #onPersonal: () => void
  readonly #shared: Shared<Request>
  /** Whether it is being found out who asks; what else the request decides meanwhile counts for less, never for more. */
  #identifying = false

  /** @param onPersonal - Called with each question about the actor: the response must not be cached for others. */
  constructor(
    authority: Authority,
    options: EnforcementOptions<Request, Actor>,
    request: Request,
    method: string,
    onPersonal: () => void,
    shared: Shared<Request> = { decoys: new Decoys() },
  ) {
    this.#authority = authority
    this.#options = options
    this.#request = request
    this.#method = method
    this.#onPersonal = onPersonal
    this.#shared = shared
    this.#lasting = method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
    this.authorization = new RequestAuthorization(authority, this.#lasting, this)
  }

  /** Whether it is that of a request. */
  isOf(request: Request): boolean {
    return this.#request === request
  }

  /** What was loaded for its questions; undefined once it is answered. */
  get relations(): RelationMemory | undefined {
    if (this.#isAnswered) return undefined
    this.#relations ??= new RelationMemory(this.#lasting)
    return this.#relations
  }

  /**
   * For frameworks: the answer is under way. What goes on after that (a stream of events, a timer) can go on for long: it is told
   * nothing that was known before.
   */
  answered(): void {
    this.#isAnswered = true
    this.#relations = undefined
    this.authorization.forget()
  }

  /** A decision was made within the request, through whichever door. */
  decided(kind: DecisionKind, action: unknown, resource: unknown): void {
    // What is asked to find out who asks says as little about the answer as the rules for requests.
    const by = this.#identifying ? 'request' : kind
    if (this.guard.decided(by)) {
      // Sound: these kinds open no guard.
      const opening = by as Exclude<DecisionKind, 'request' | 'actions' | 'model'>
      this.#options.log?.({ kind: 'opened', request: this.#request, by: opening, action, resource })
    }
    this.#onPersonal()
  }

  /** Something is asked of the authorization of the request, so that the response depends on who the actor is. */
  personalize(): void {
    this.#shared.beforeUse?.()
    this.guard.personalize()
    this.#onPersonal()
  }

  /**
   * The handlers that follow are for everybody.
   *
   * @param covers - Whether the request is still with these handlers. By default it always is.
   */
  open(reason: string, covers?: () => boolean): void {
    if (this.guard.open(reason, covers))
      this.#options.log?.({ kind: 'opened', request: this.#request, by: 'unguarded', reason })
  }

  /**
   * Arms the guard and asks the request-level rules, if the policy has any.
   *
   * @returns the refusal, if it is one.
   * @throws whatever failed: the lookup of the actor or the policy.
   */
  arm(): Eventual<Denial | undefined> {
    this.guard.arm()
    return failing(() => this.#askRequest())
  }

  /**
   * Loads a row and asks whether the actor may; if so it becomes the resource of the request. Or asks whether there can be rows
   * of a model to which the actor may do the action: for routes that make or list them. That is a decision only if they may do it
   * to all there can be; else the handler has to ask about its row, or build its filter.
   *
   * @param subject - The loader, or the name of the model.
   * @returns the refusal, if it is one.
   * @throws whatever failed: the lookup of the actor, the loader or the policy.
   */
  enforce(action: string, subject: Loader | string, options: EnforceOptions = {}): Eventual<Denial | undefined> {
    if (typeof subject === 'string') return failing(() => this.#askModel(action, subject))
    return failing(() => this.#askRow(action, subject, options))
  }

  /** Finds out who asks, before anything is asked of the policy. @throws what the lookup throws. */
  identify(): Eventual<void> {
    return failing(() => this.#identify())
  }

  /**
   * Asks the guard for an answer that is about to go out, and tells the log if it may not.
   *
   * @param route - For the message: `GET /documents/1`.
   * @param hasBody - Whether the response has a body. A response to OPTIONS without one needs no decision.
   * @returns the error to answer instead, if it may not.
   */
  hold(status: number, route: string, hasBody = true): UndecidedError | undefined {
    if (!this.guard.blocks(this.#method, status, hasBody)) return undefined
    const error = new UndecidedError(route, status)
    try {
      this.#options.log?.({ kind: 'undecided', request: this.#request, error })
    } catch (cause) {
      // The answer is held back whatever the log does; what it threw goes where the error goes.
      error.cause = cause
    }
    return error
  }

  #askRequest(): Eventual<Denial | undefined> {
    return after(this.#identify(), () => {
      const { policy } = this.#authority
      return policy && !policy.rules.has('allow_request') ? undefined : this.#askRules()
    })
  }

  async #askRules(): Promise<Denial | undefined> {
    const actor = this.authorization.identified
    let reason: DenialReason | undefined
    try {
      const { ruled } = this.#shared
      await this.#authority.authorizeRequest(actor, ruled ? ruled(this.#request) : this.#request)
    } catch (error) {
      reason = reasonOf(error, actor)
      if (!reason) throw error
    }
    return this.#answer(reason, 'request', undefined, undefined)
  }

  #askRow(action: string, loader: Loader, options: EnforceOptions): Eventual<Denial | undefined> {
    return after(this.#identify(), () =>
      after(load(loader, this.#request), (row) => this.#decide(action, loader, row, options)),
    )
  }

  #decide(action: string, loader: Loader, row: unknown, options: EnforceOptions): Eventual<Denial | undefined> {
    const { model, admit = true, route = loader } = options
    const actor = this.authorization.identified
    if (row === undefined || row === null) {
      return after(this.#shared.decoys.refuse(this.#authority, route, actor, action), () =>
        this.#answer(actor === null ? 'nobody' : 'missing', 'check', action, undefined),
      )
    }
    if (model !== undefined && typeof row === 'object') this.#authority.as(model, row)
    return after(this.#authority.denialReason(actor, action, row), (reason) => {
      this.#shared.decoys.keep(route, row, reason)
      const refusal = this.#answer(reason, 'check', action, row)
      if (!refusal && admit) this.authorization.admit(loader, row, action)
      return refusal
    })
  }

  async #askModel(action: string, model: string): Promise<Denial | undefined> {
    await this.#identify()
    const actor = this.authorization.identified
    const extent = await this.#authority.extent(actor, action, model)
    const reason = extent !== 'none' ? undefined : actor === null ? 'nobody' : 'forbidden'
    return this.#answer(reason, extent === 'condition' ? 'model' : 'check', action, model)
  }

  #identify(): Eventual<void> {
    if (this.authorization.identified !== null) return undefined
    this.#identifying = true
    const end = (): void => {
      this.#identifying = false
    }
    try {
      const standIn = standInFor(this.#authority, this.#request)
      // Sound: a test says who asks in the place of the option.
      const actor = standIn ? (standIn.actor as Actor | null) : this.#options.actor(this.#request)
      const identified = after(actor, (found) => {
        end()
        this.authorization.identify(found ?? null)
      })
      if (identified instanceof Promise) identified.catch(end)
      return identified
    } catch (error) {
      end()
      throw error
    }
  }

  #answer(
    reason: DenialReason | undefined,
    kind: DecisionKind,
    action: string | undefined,
    resource: unknown,
  ): Denial | undefined {
    this.decided(kind, action, resource)
    return reason === undefined ? this.#allow(action, resource) : this.#refuse(reason, action, resource)
  }

  #allow(action: string | undefined, resource: unknown): undefined {
    const actor = this.authorization.identified
    this.#options.log?.({ kind: 'allowed', request: this.#request, actor, action, resource })
    return undefined
  }

  #refuse(reason: DenialReason, action: string | undefined, resource: unknown): Denial {
    this.#options.log?.({
      kind: 'denied',
      request: this.#request,
      actor: this.authorization.identified,
      action,
      resource,
      reason,
    })
    return new Denial(reason, this.explanation(reason, action))
  }

  /** What visitors are told of why they were refused. */
  explanation(reason: DenialReason, action: string | undefined): string | undefined {
    return this.#options.reasons ? explain(reason, action, this.#authority.readAction) : undefined
  }
}
