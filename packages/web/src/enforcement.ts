import type {
  Context,
  DecisionKind,
  DenialReason,
  Eventual,
  RequestFields,
  UsedPolicy,
} from '@arcturus/core/internal/web'
import {
  after,
  type DecisionExplanation,
  decisionOf,
  type Explained,
  engineOf,
  explainable,
  InvalidBodyError,
  invalidArgument,
  isThenable,
  loadExplanation,
  own,
  RelationMemory,
} from '@arcturus/core/internal/web'
import type { Authority } from './authority.js'
import { Decoys } from './decoys.js'
import { Denial, fieldsOf, reasonOf } from './denial.js'
import type { EnforcementEvent } from './event.js'
import { sentenceOf } from './explanation.js'
import { failing } from './failure.js'
import { Guard, type UndecidedError } from './guard.js'
import { load } from './loading.js'
import type { EnforcementOptions, EnforceOptions, Shared } from './options.js'
import { type Method, Question } from './question.js'
import { type Loader, ofAdapters, RequestAuthorization } from './requestAuthorization.js'
import { fieldsOfRequest } from './requestFields.js'
import { RequestRules } from './requestRules.js'
import { standInFor } from './standIns.js'

/** Returns whether a decision was about a row, not about a model or a request. */
function isRow(resource: unknown): resource is object {
  return typeof resource === 'object' && resource !== null
}

/** Returns whether a body could not be read: in each realm, the error of JSON has this name. */
function isSyntaxError(error: unknown): boolean {
  return error instanceof Error && error.name === 'SyntaxError'
}

/** The options of denials: they are errors for the framework. */
const thrown = { thrown: true }

/**
 * The enforcement of one request, for any framework: its actor, its decisions, and whether its
 * response may be sent.
 */
export class Enforcement<Request, Actor> {
  readonly guard: Guard = new Guard()
  readonly authorization: RequestAuthorization<unknown, Actor>
  readonly method: string
  #relations: RelationMemory | undefined
  /** The policy with which the request began; undefined after its response. */
  #policy: UsedPolicy | undefined
  #fields: RequestFields | undefined
  #isAnswered = false
  /** The authorizer, with the context of the request once it is known. */
  #authority: Authority
  #context: Context | undefined
  readonly #options: EnforcementOptions<Request, Actor>
  readonly #request: Request
  /** Whether the request only reads. */
  readonly #lasting: boolean
  readonly #onPersonal: () => void
  readonly #shared: Shared<Request>
  readonly #rules: RequestRules<Request>
  /**
   * Whether the actor is being looked up. Other decisions of the request count for less meanwhile,
   * never for more.
   */
  #identifying = false

  /**
   * @param onPersonal - Called when the response comes to depend on the actor: caches must not
   * share it.
   */
  constructor(
    authority: Authority,
    options: EnforcementOptions<Request, Actor>,
    request: Request,
    method: string,
    onPersonal: () => void,
    shared: Shared<Request> = { decoys: new Decoys() },
  ) {
    this.#authority = authority
    this.#policy = engineOf(authority)?.active.begin()
    this.#options = options
    this.#request = request
    this.method = method
    this.#onPersonal = onPersonal
    this.#shared = shared
    this.#rules = new RequestRules(authority, request, shared.routed)
    this.#lasting = method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
    this.authorization = new RequestAuthorization(authority, this.#lasting, this)
  }

  /** Returns whether this is the enforcement of the request. */
  isOf(request: Request): boolean {
    return this.#request === request
  }

  /** The relations that were loaded for this request; undefined after its response. */
  get relations(): RelationMemory | undefined {
    if (this.#isAnswered) return undefined
    this.#relations ??= new RelationMemory(this.#lasting)
    return this.#relations
  }

  /** The policy of all questions of this request; undefined after its response. */
  get policy(): UsedPolicy | undefined {
    return this.#policy
  }

  /**
   * For frameworks: marks the response as under way. Work that continues after it, such as an event
   * stream or a timer, can run for long and gets no remembered decisions or relations, and the active policy.
   */
  answered(): void {
    this.#isAnswered = true
    if (this.#policy) engineOf(this.#authority)?.active.end(this.#policy)
    this.#policy = undefined
    this.#relations = undefined
    ofAdapters.forget(this.authorization)
  }

  /** The fields of the request, for logs. */
  get fields(): RequestFields {
    this.#fields ??= fieldsOfRequest(this.#request, this.method, this.#shared)
    return this.#fields
  }

  /** Records a decision within the request, by any entry point. */
  decided(kind: DecisionKind): void {
    // A decision during the lookup of the actor says as little about the response as the
    // request-level rules.
    const by = this.#identifying ? 'request' : kind
    if (by !== 'request') this.#assertUnchanged()
    this.guard.decided(by)
    this.#onPersonal()
  }

  /** Returns the store's client of an actor. @throws ArgumentError if the option `client` is missing */
  clientOf(actor: unknown): unknown {
    const { client } = this.#options
    if (typeof client !== 'function') {
      throw invalidArgument('There is no client of the actor: the option `client` is missing.', {
        hint: 'pass it with the actor: { actor, client: (user) => authorizedClient(user) }',
      })
    }
    // Sound: it is the actor that the option `actor` returned.
    return client(actor as Actor | null, this.#context)
  }

  /** Asserts that the request may write to the database. The lookup of its actor always may. */
  assertMayWrite(): void {
    if (!this.#identifying) this.guard.assertMayWrite()
  }

  /** Records a denial within the request that is thrown, by any entry point. It opens nothing. */
  denied(actor: unknown): void {
    if (!this.#identifying) this.guard.denied(actor === null)
    this.#onPersonal()
  }

  /**
   * Asks a question, and returns the promise of its answer to the handler. Its response is blocked if it does not wait for it.
   *
   * @param method - The function that the handler called. The place of the call is recorded.
   */
  watch<Answer>(method: Method | undefined, ask: () => Promise<Answer>): Promise<Answer> {
    if (!this.guard.armed) return ask()
    const question = new Question(method)
    // Before the questions that it asks itself: the first one that is forgotten is reported.
    this.guard.asked(question)
    return question.watch(ask())
  }

  /** Marks the response as dependent on the actor, since the request uses its authorization. */
  personalize(): void {
    this.#shared.beforeUse?.()
    this.#assertUnchanged()
    this.guard.personalize()
    this.#onPersonal()
  }

  /**
   * Opens the guard for public handlers.
   *
   * @param reason - Why the handlers are public.
   * @param covers - Returns whether the request is still inside these handlers. By default always
   * true.
   */
  open(reason: string, covers?: () => boolean): void {
    this.#assertUnchanged()
    if (this.guard.open(reason, covers)) this.#tell({ kind: 'unguarded', request: this.fields, reason })
  }

  /**
   * Arms the guard, and evaluates the request-level rules if the policy has any.
   *
   * @returns The denial, or undefined if the request is allowed.
   * @throws the error of the actor lookup or of the policy.
   */
  arm(): Eventual<Denial | undefined> {
    this.guard.arm()
    return this.#within(() => failing(() => this.#askRequest()))
  }

  /**
   * Loads a row and decides whether the actor may perform the action. If allowed, the row becomes
   * the resource of the request.
   *
   * With the name of a model it decides whether rows can exist on which the actor may perform the
   * action. Routes that create or list rows use it. It counts as a decision only if the actor may
   * do so on all possible rows. Otherwise the handler has to check its row or build its filter.
   *
   * @param subject - The loader, or the name of the model.
   * @returns The denial, or undefined if the actor may.
   * @throws the error of the actor lookup, the loader or the policy.
   */
  enforce(action: string, subject: Loader | string, options: EnforceOptions = {}): Eventual<Denial | undefined> {
    const ask = (): Eventual<Denial | undefined> =>
      after(this.#askAgain(), (denial) => {
        if (denial) return denial
        return typeof subject === 'string'
          ? this.#askModel(action, subject)
          : this.#askRow(action, subject, own(options))
      })
    return this.#within(() => failing(ask))
  }

  /**
   * Looks up the actor before any decision.
   * @throws the error of the lookup.
   */
  identify(): Eventual<void> {
    return failing(() => this.#identify())
  }

  /**
   * Checks a response before it is sent, and logs it if it is blocked.
   *
   * @param status - The status of the response.
   * @param hasBody - Whether the response has a body. A response to OPTIONS without a body needs no
   * decision. Default true.
   * @param name - The name of the request for the message. Default: its method and path, `GET /documents/1`.
   * @returns The error to send in its place if the response is blocked, otherwise undefined.
   */
  hold(status: number, hasBody = true, name?: string): UndecidedError | undefined {
    if (!this.guard.blocks(this.method, status, hasBody)) return undefined
    const { method, path = '' } = this.fields
    const error = this.guard.errorOf(name ?? `${method} ${path}`, status)
    this.#tell({ kind: 'undecided', request: this.fields, error })
    return error
  }

  /** Tells the listener an event that is no decision. If it fails, no response changes. */
  #tell(event: EnforcementEvent): void {
    try {
      const written = this.#options.onDecision?.(event)
      if (isThenable(written)) written.then(undefined, () => {})
    } catch {
      // It was reported with a decision, or will be.
    }
  }

  #within<Result>(work: () => Result): Result {
    const { run } = this.#shared
    return run ? run(this, work) : work()
  }

  #askRequest(): Eventual<Denial | undefined> {
    return after(this.#identify(), () => (this.#rules.exist ? this.#askRules() : undefined))
  }

  /** Evaluates the request-level rules again if the request has changed since. */
  #askAgain(): Eventual<Denial | undefined> {
    return this.#rules.change ? this.#askRequest() : undefined
  }

  /** @throws {ChangedRequestError} The request is not the one that the request-level rules allowed. */
  #assertUnchanged(): void {
    // A response that is under way has passed already.
    const error = this.#isAnswered ? undefined : this.#rules.change
    if (error) throw error
  }

  async #askRules(): Promise<Denial | undefined> {
    const actor = ofAdapters.identified(this.authorization)
    let reason: DenialReason | undefined
    let decision: Explained | undefined
    try {
      await this.#rules.ask(actor)
    } catch (error) {
      reason = reasonOf(error, actor)
      if (!reason) throw error
      // Sound: what has a reason is an error.
      decision = decisionOf(error as Error)
    }
    return this.#answer(reason, 'request', undefined, undefined, decision)
  }

  #askRow(action: string, loader: Loader, options: EnforceOptions): Eventual<Denial | undefined> {
    return after(this.#identify(), () =>
      after(load(loader, this.#request), (row) => this.#decide(action, loader, row, options)),
    )
  }

  #decide(action: string, loader: Loader, row: unknown, options: EnforceOptions): Eventual<Denial | undefined> {
    const { model, admit = true, patch, route = loader } = options
    const actor = ofAdapters.identified(this.authorization)
    if (row === undefined || row === null) {
      const decision = engineOf(this.#authority)?.listeners.open('check', actor, action, undefined, true)
      return after(this.#shared.decoys.deny(this.#authority, route, actor, action), () => {
        const reason = actor === null ? 'nobody' : 'missing'
        decision?.made(false, { reason, isThrown: true })
        return this.#answer(reason, 'check', action, undefined)
      })
    }
    if (model !== undefined && typeof row === 'object') this.#authority.as(model, row)
    if (patch) return this.#askChange(action, loader, row, own({ ...options, patch }))
    return after(this.#authority.denialReason(actor, action, row, thrown), (reason) => {
      this.#shared.decoys.keep(route, row, reason)
      return after(this.#answer(reason, 'check', action, row), (denial) => {
        if (!denial && admit) ofAdapters.admit(this.authorization, loader, row, action)
        return denial
      })
    })
  }

  /** Decides whether the actor may change the row as the request asks. */
  async #askChange(
    action: string,
    loader: Loader,
    row: unknown,
    { patch, admit = true, route = loader }: EnforceOptions & Required<Pick<EnforceOptions, 'patch'>>,
  ): Promise<Denial | undefined> {
    const actor = ofAdapters.identified(this.authorization)
    const data = async (): Promise<unknown> => {
      try {
        // Sound: the function belongs to the framework whose request this is.
        return await Reflect.apply(patch as Loader, undefined, [this.#request])
      } catch (error) {
        throw isSyntaxError(error) ? new InvalidBodyError('invalid-argument', 'The body is no JSON.') : error
      }
    }
    try {
      // Sound: a value that is no row is an error there.
      const written = await this.#authority.authorizeChange(actor, action, row as object, data as () => object)
      this.#shared.decoys.keep(route, row, undefined)
      this.decided('check')
      if (admit) ofAdapters.admit(this.authorization, loader, row, action, written)
      return undefined
    } catch (error) {
      const reason = reasonOf(error, actor)
      if (!reason) throw error
      this.#shared.decoys.keep(route, row, reason)
      // Sound: what has a reason is an error.
      return this.#answer(reason, 'check', action, row, decisionOf(error as Error), fieldsOf(error))
    }
  }

  async #askModel(action: string, model: string): Promise<Denial | undefined> {
    await this.#identify()
    const actor = ofAdapters.identified(this.authorization)
    const extent = await this.#authority.extent(actor, action, model)
    const reason = extent !== 'none' ? undefined : actor === null ? 'nobody' : 'forbidden'
    return this.#answer(reason, extent === 'condition' ? 'model' : 'check', action, model)
  }

  #identify(): Eventual<void> {
    if (ofAdapters.identified(this.authorization) !== null) return undefined
    this.#identifying = true
    const end = (): void => {
      this.#identifying = false
    }
    try {
      const standIn = standInFor(this.#authority, this.#request)
      // Sound: the actor that a test supplies replaces the result of the option.
      const actor = standIn ? (standIn.actor as Actor | null) : this.#options.actor(this.#request)
      const identified = after(actor, (found) =>
        after(this.#context ?? this.#options.context?.(this.#request), (context) => {
          end()
          if (context !== undefined && context !== this.#context) this.#decideIn(context)
          ofAdapters.identify(this.authorization, found ?? null)
        }),
      )
      if (identified instanceof Promise) identified.catch(end)
      return identified
    } catch (error) {
      end()
      throw error
    }
  }

  /** Decides in a context from now on. */
  #decideIn(context: Context): void {
    this.#authority = this.#authority.with(context)
    this.#context = context
    this.#rules.authority = this.#authority
    ofAdapters.decideIn(this.authorization, this.#authority, context)
  }

  #answer(
    reason: DenialReason | undefined,
    kind: DecisionKind,
    action: string | undefined,
    resource: unknown,
    decision?: Explained,
    fields?: readonly string[],
  ): Eventual<Denial | undefined> {
    if (reason === undefined) {
      this.decided(kind)
      return undefined
    }
    const actor = ofAdapters.identified(this.authorization)
    this.guard.denied(actor === null, true)
    this.#onPersonal()
    const isOfRow = action !== undefined && isRow(resource)
    const known = decision ?? (isOfRow ? { authorizer: this.#authority, actor, action, resource } : undefined)
    return this.#deny(reason, action, known && this.explained(known), fields)
  }

  /** @param decision - The decision, if it can be explained. */
  #deny(
    reason: DenialReason,
    action: string | undefined,
    decision: Explained | undefined,
    fields?: readonly string[],
  ): Eventual<Denial> {
    const explanation = this.explanation(reason, action)
    const details = { explanation, fields, policyVersion: this.policyVersion }
    if (!decision) return new Denial(reason, details)
    return after(this.detail(decision), (detail) => {
      const denial = new Denial(reason, { ...details, detail })
      explainable(denial.error, decision)
      return denial
    })
  }

  /** Returns a decision with what its explanation reveals in this application. */
  explained(decision: Explained): Explained {
    return { ...decision, options: this.#options.explanations }
  }

  /**
   * Returns the explanation of a denial for the client, or undefined if responses contain no
   * reasons.
   */
  detail(decision: Explained): Eventual<DecisionExplanation | undefined> {
    if (!this.#options.reasons) return undefined
    // A denial without explanation is better than a failure in its place.
    return loadExplanation(decision)?.catch(() => undefined)
  }

  /** The version of the policy for the client, or undefined if responses contain no reasons. */
  get policyVersion(): string | undefined {
    return this.#options.reasons ? this.#authority.policyVersion : undefined
  }

  /**
   * Returns the reason of a denial for the client, or undefined if responses contain no reasons.
   */
  explanation(reason: DenialReason, action: string | undefined): string | undefined {
    return this.#options.reasons ? sentenceOf(reason, action, this.#authority.readAction) : undefined
  }
}
