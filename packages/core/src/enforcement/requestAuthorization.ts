import type { DecisionKind } from '../authorizer/decision.js'
import type { DenialReason } from '../authorizer/denial.js'
import { namesIn, type Picked } from '../authorizer/fields.js'
import type { Filter } from '../authorizer/filter.js'
import { ArgumentError } from '../errors.js'
import type { Action, ModelName } from '../register.js'
import type { Authority } from './authority.js'
import { denialError, fieldsOf, reasonOf } from './denial.js'
import { failure } from './failure.js'
import { DecisionMemory } from './memory.js'

/** A function that fetches the resource of a route; each framework gives it its own request or context. */
// biome-ignore lint/suspicious/noExplicitAny: the only parameters that every loader is assignable to
export type Loader<Row = unknown> = (...parameters: any[]) => Row

/** What a loader finds when it finds something. */
export type Loaded<Row> = NonNullable<Awaited<Row>>

/** A request that decisions are made for. */
export interface Deciding {
  /** Called after each decision. */
  decided(kind: DecisionKind, action: unknown, resource: unknown): void
  /**
   * Called before each question and before the actor is read: the response depends on who it is. What it throws is thrown to whoever
   * asks, whether the answer is remembered or not.
   */
  personalize(): void
  /** What visitors are told of why they were refused. */
  explanation(reason: DenialReason, action: string): string | undefined
}

/**
 * The questions that a handler asks about the actor of its request, of the resource of its route unless another is given. They can be
 * taken out of it: `const { authorize, can } = request.authorization`.
 */
export class RequestAuthorization<Resource = unknown, Actor = unknown> {
  readonly #authority: Authority
  #lasting: boolean
  /** Of one actor: it is dropped when another one is known. */
  #memory: DecisionMemory | undefined
  readonly #request: Deciding
  #loaded: Map<Loader, unknown> | undefined
  #actor: Actor | null = null
  #resource: { readonly row: unknown; readonly action: string } | undefined

  static {
    // A method is bound when it is read, so that requests that don't read it don't pay for it.
    const { prototype } = RequestAuthorization
    for (const [name, { value: method }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (name === 'constructor' || typeof method !== 'function') continue
      const get = function (this: RequestAuthorization): unknown {
        return method.bind(this)
      }
      Object.defineProperty(prototype, name, { get, configurable: true })
    }
  }

  /**
   * @param lasting - Whether the request only reads, so that what was decided stays decided.
   * @param request - What hears of its decisions.
   */
  constructor(authority: Authority, lasting: boolean, request: Deciding) {
    this.#authority = authority
    this.#lasting = lasting
    this.#request = request
  }

  /** Who asks; `null` is nobody. A response that depends on it is `Cache-Control: private`. */
  get actor(): Actor | null {
    this.#request.personalize()
    return this.#actor
  }

  /** For frameworks: the actor, of which the response does not depend for that. */
  get identified(): Actor | null {
    return this.#actor
  }

  /**
   * What the last `authorize(action, loader)` of the route loaded and allowed.
   *
   * @throws {ArgumentError} No route loaded anything.
   */
  get resource(): Resource {
    this.#request.personalize()
    if (!this.#resource)
      throw new ArgumentError('invalid-argument', 'No resource was loaded for this route.', {
        hint: 'add authorize(action, loader) to the route',
      })
    // Sound: the row is what the loader gave whose type the framework's `authorize` put into `Resource`.
    return this.#resource.row as Resource
  }

  /**
   * What a certain loader loaded, where routers in routers load several resources.
   *
   * @throws {ArgumentError} The loader did not run for this request.
   */
  resourceOf<Row>(loader: Loader<Row>): Loaded<Row> {
    this.#request.personalize()
    if (!this.#loaded?.has(loader))
      throw new ArgumentError('invalid-argument', 'This loader did not run for this route.', {
        hint: 'add authorize(action, loader) to the route',
      })
    // Sound: `admit` put under the loader what that very loader gave, and never nil.
    return this.#loaded.get(loader) as Loaded<Row>
  }

  /**
   * Whether the actor may, answered at once.
   *
   * @throws {ArcturusError} The policy can't answer without waiting (`isAllowed` can), or it fails.
   */
  can(action: Action, ...resource: [resource: unknown] | []): boolean {
    const subject = this.#subject(resource)
    const answer = this.#authority.can(this.#actor, action, subject)
    this.#request.decided('check', action, subject)
    return answer
  }

  /** Whether the actor may. */
  async isAllowed(action: Action, ...resource: [resource: unknown] | []): Promise<boolean> {
    const subject = this.#subject(resource)
    this.#memory ??= new DecisionMemory(this.#lasting)
    const answer = await this.#memory.answer(action, subject, () =>
      this.#authority.isAllowed(this.#actor, action, subject),
    )
    this.#request.decided('check', action, subject)
    return answer
  }

  /**
   * Goes on only if the actor may.
   *
   * @throws {AuthorizationError} With the `status` to answer: 401 for nobody, 404 for what the actor can't see, else 403.
   */
  async authorize(action: Action, ...resource: [resource: unknown] | []): Promise<void> {
    const subject = this.#subject(resource)
    await this.#refusing(action, subject, () => this.#authority.authorize(this.#actor, action, subject))
  }

  /** What the actor may do. Decides nothing about an answer's content, so the guard does not take it for a decision. */
  async authorizedActions(...resource: [resource: unknown] | []): Promise<Set<string>> {
    const subject = this.#subject(resource)
    const actions = await this.#authority.authorizedActions(this.#actor, subject)
    this.#request.decided('actions', undefined, subject)
    return actions
  }

  /** The fields that the actor may do this with: `authorizedFields('read')`. */
  async authorizedFields(action: Action, ...resource: [resource: unknown] | []): Promise<Set<string>> {
    const subject = this.#subject(resource)
    const fields = await this.#authority.authorizedFields(this.#actor, action, subject)
    this.#request.decided('field', action, subject)
    return fields
  }

  /**
   * Goes on only if the actor may do this with that field.
   *
   * @throws {AuthorizationError} 401 for nobody, else 403.
   */
  async authorizeField(action: Action, field: string, ...resource: [resource: unknown] | []): Promise<void> {
    const subject = this.#subject(resource)
    const question = () => this.#authority.authorizeField(this.#actor, action, subject, field)
    await this.#refusing(action, subject, question, 'field')
  }

  /**
   * A copy of a row with those fields alone that the actor may read; of each row of a list. The route's own, if none is given.
   *
   * @param action - What else they are to be allowed to do with the fields.
   */
  async pickAuthorized(): Promise<Picked<Resource>>
  async pickAuthorized<const Rows extends object>(rows: Rows, action?: Action): Promise<Picked<Rows>>
  async pickAuthorized(...parameters: [rows?: object, action?: Action]): Promise<unknown> {
    const asked = parameters[1] ?? this.#authority.readAction
    // Sound: what is no row is told by an error.
    const subject = this.#subject(parameters.length === 0 ? [] : [parameters[0]]) as object
    const picked = await this.#authority.pickAuthorized(this.#actor, asked, subject)
    this.#request.decided('field', asked, subject)
    return picked
  }

  /**
   * Goes on only if the actor may write every field that a body names; a body without fields decides nothing.
   *
   * @param action - What is to be done with the fields; by default what the route was authorized for.
   * @param resource - What it is written to; by default the route's. For what is not made yet, its class.
   * @throws {AuthorizationError} 401 for nobody, 404 for a resource that the actor may not read, else 403 naming the fields.
   */
  async assertWritable(
    body: unknown,
    ...[action, ...resource]: [action?: Action, ...([resource: unknown] | [])]
  ): Promise<void> {
    const asked = action ?? this.#routeAction()
    const subject = this.#subject(resource)
    if (namesIn(body).length === 0) return
    const question = () => this.#authority.assertWritable(this.#actor, asked, subject, body)
    await this.#refusing(asked, subject, question, 'field')
  }

  /**
   * The filter of the rows of a model on which the actor may do the action: for rows in memory. An ORM's own `authorizedFilter`
   * takes the actor and gives what its queries take.
   */
  async filter<Name extends ModelName>(action: Action<Name>, model: Name): Promise<Filter> {
    this.#request.personalize()
    const filter = this.#authority.eventualFilter(this.#actor, action, model)
    // Waiting takes longer than making most filters does.
    const ready = filter instanceof Promise ? await filter : filter
    this.#request.decided('filter', action, model)
    return ready
  }

  /** For frameworks: from now on this is who asks. */
  identify(actor: Actor | null): void {
    // What was answered to one is no answer to another.
    if (actor !== this.#actor) this.#memory = undefined
    this.#actor = actor
  }

  /** For frameworks: from now on what was decided may change. */
  forget(): void {
    this.#lasting = false
    this.#memory = undefined
  }

  /** For frameworks: a loader's row was allowed. */
  admit(loader: Loader, row: unknown, action: string): void {
    this.#loaded ??= new Map()
    this.#loaded.set(loader, row)
    this.#resource = { row, action }
  }

  #routeAction(): string {
    if (this.#resource) return this.#resource.action
    throw new ArgumentError('invalid-argument', 'assertWritable needs an action: the route has none.', {
      hint: "pass it: assertWritable(body, 'edit', resource)",
    })
  }

  async #refusing(
    action: string,
    subject: unknown,
    question: () => Promise<void>,
    kind: DecisionKind = 'check',
  ): Promise<void> {
    try {
      await question()
    } catch (error) {
      const reason = reasonOf(error, this.#actor)
      if (!reason) throw failure(error)
      this.#request.decided(kind, action, subject)
      throw denialError(reason, { fields: fieldsOf(error), explanation: this.#request.explanation(reason, action) })
    }
    this.#request.decided(kind, action, subject)
  }

  /** An `undefined` that was passed is not "none passed": a row that was not found must not become the route's. */
  #subject(resource: readonly [unknown] | readonly []): unknown {
    this.#request.personalize()
    return resource.length === 0 ? this.resource : resource[0]
  }
}
