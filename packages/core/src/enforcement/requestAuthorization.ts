import { ArgumentError } from '../errors.js'
import type { Authority } from './authority.js'
import type { DecisionKind } from './decision.js'
import { denial, reasonOf } from './denial.js'
import { failure } from './failure.js'
import { DecisionMemory } from './memory.js'

/** A function that fetches the resource of a route; each framework gives it its own request or context. */
// biome-ignore lint/suspicious/noExplicitAny: the only parameters that every loader is assignable to
export type Loader<Row = unknown> = (...parameters: any[]) => Row

/** What a loader finds when it finds something. */
export type Loaded<Row> = NonNullable<Awaited<Row>>

/** The questions that a handler asks about the actor of its request, of the resource of its route unless another is given. */
export class RequestAuthorization<Resource = unknown, Actor = unknown> {
  readonly #authority: Authority
  readonly #lasting: boolean
  #memory: DecisionMemory
  readonly #decided: (kind: DecisionKind) => void
  readonly #loaded = new Map<Loader, unknown>()
  #actor: Actor | null = null
  #resource: { readonly row: unknown } | undefined

  /**
   * @param lasting - Whether the request only reads, so that what was decided stays decided.
   * @param decided - Told of each decision that was made.
   */
  constructor(authority: Authority, lasting: boolean, decided: (kind: DecisionKind) => void) {
    this.#authority = authority
    this.#lasting = lasting
    this.#memory = new DecisionMemory(lasting)
    this.#decided = decided
  }

  /** Who asks; `null` is nobody. */
  get actor(): Actor | null {
    return this.#actor
  }

  /**
   * What the last `authorize(action, loader)` of the route loaded and allowed.
   *
   * @throws {ArgumentError} No route loaded anything.
   */
  get resource(): Resource {
    if (!this.#resource)
      throw new ArgumentError('invalid-argument', 'No resource was loaded for this route.', {
        hint: 'authorize(action, loader)',
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
    if (!this.#loaded.has(loader))
      throw new ArgumentError('invalid-argument', 'That loader loaded nothing for this route.', {
        hint: 'authorize(action, loader)',
      })
    // Sound: `admit` put under the loader what that very loader gave, and never nil.
    return this.#loaded.get(loader) as Loaded<Row>
  }

  /**
   * Whether the actor may, answered at once.
   *
   * @throws {ArcturusError} The policy can't answer without waiting (`isAllowed` can), or it fails.
   */
  can(action: string, ...resource: [resource: unknown] | []): boolean {
    const answer = this.#authority.can(this.#actor, action, this.#subject(resource))
    this.#decided('check')
    return answer
  }

  /** Whether the actor may. */
  async isAllowed(action: string, ...resource: [resource: unknown] | []): Promise<boolean> {
    const subject = this.#subject(resource)
    const answer = await this.#memory.answer(action, subject, () =>
      this.#authority.isAllowed(this.#actor, action, subject),
    )
    this.#decided('check')
    return answer
  }

  /**
   * Goes on only if the actor may.
   *
   * @throws {AuthorizationError} With the `status` to answer: 401 for nobody, 404 for what the actor can't see, else 403.
   */
  async authorize(action: string, ...resource: [resource: unknown] | []): Promise<void> {
    const subject = this.#subject(resource)
    await this.#refusing(() => this.#authority.authorize(this.#actor, action, subject))
  }

  /** What the actor may do. Decides nothing about an answer's content, so the guard does not take it for a decision. */
  async authorizedActions(...resource: [resource: unknown] | []): Promise<Set<string>> {
    const actions = await this.#authority.authorizedActions(this.#actor, this.#subject(resource))
    this.#decided('actions')
    return actions
  }

  /** The fields that the actor may do this with: `authorizedFields('read')`. */
  async authorizedFields(action: string, ...resource: [resource: unknown] | []): Promise<Set<string>> {
    const fields = await this.#authority.authorizedFields(this.#actor, action, this.#subject(resource))
    this.#decided('field')
    return fields
  }

  /**
   * Goes on only if the actor may do this with that field.
   *
   * @throws {AuthorizationError} 401 for nobody, else 403.
   */
  async authorizeField(action: string, field: string, ...resource: [resource: unknown] | []): Promise<void> {
    const subject = this.#subject(resource)
    await this.#refusing(() => this.#authority.authorizeField(this.#actor, action, subject, field), 'field')
  }

  /** For frameworks: from now on this is who asks. */
  identify(actor: Actor | null): void {
    // What was answered to one is no answer to another.
    if (actor !== this.#actor) this.#memory = new DecisionMemory(this.#lasting)
    this.#actor = actor
  }

  /** For frameworks: a loader's row was allowed. */
  admit(loader: Loader, row: unknown): void {
    this.#loaded.set(loader, row)
    this.#resource = { row }
  }

  async #refusing(question: () => Promise<void>, kind: DecisionKind = 'check'): Promise<void> {
    try {
      await question()
    } catch (error) {
      const reason = reasonOf(error, this.#actor)
      if (!reason) throw failure(error)
      this.#decided(kind)
      throw denial(reason)
    }
    this.#decided(kind)
  }

  /** An `undefined` that was passed is not "none passed": a row that was not found must not become the route's. */
  #subject(resource: readonly [unknown] | readonly []): unknown {
    return resource.length === 0 ? this.resource : resource[0]
  }
}
