import {
  type Authority,
  assertActor,
  assertAuthorizer,
  type Enforcement,
  type EnforcementOptions,
  Enforcements,
} from '@arcturus/core'
import { ServingContext } from './context.js'
import { ambientSource, assertUncached, type RequestSource } from './source.js'

/** Who asks, and how refusals are answered and told of. */
export type NextAuthorizationOptions<Actor> = EnforcementOptions<RequestSource, Actor>

/** The enforcement of whatever Next is serving, with one actor and one memory for each request. */
export class Serving<Actor> {
  readonly options: NextAuthorizationOptions<Actor>
  readonly #enforcements: Enforcements<RequestSource, Actor>
  readonly #context = new ServingContext<Actor>()

  constructor(authorizer: Authority, options: NextAuthorizationOptions<Actor>) {
    assertAuthorizer('nextAuthorization', authorizer)
    assertActor('nextAuthorization', options)
    const reasons = options.reasons ?? process.env.NODE_ENV === 'development'
    this.options = { ...options, reasons }
    this.#enforcements = new Enforcements(authorizer, this.options, this.#context)
    authorizer.observe((_kind, actor) => {
      // What is decided about nobody is the same for everybody.
      if (actor !== null) assertUncached()
    })
  }

  /** Does some work as that of a request of its own: a route handler's, a server action's. */
  async serve<Result>(
    source: RequestSource,
    work: (enforcement: Enforcement<RequestSource, Actor>) => Promise<Result>,
  ): Promise<Result> {
    const begun = this.#enforcements.known(source)
    const enforcement = begun ?? this.#begin(source)
    try {
      return await this.#enforcements.run(enforcement, () => work(enforcement))
    } finally {
      // A handler within a handler is not the answer yet.
      if (!begun) enforcement.answered()
    }
  }

  /**
   * The enforcement of what is being served, its actor known: the handler's or action's, else that of the page, else a new one.
   *
   * @throws what the lookup of the actor throws, and what Next throws where what it gives is kept for others.
   */
  async current(): Promise<Enforcement<RequestSource, Actor>> {
    assertUncached()
    const known = this.#context.getStore()
    if (known) return known
    const rendering = this.#context.rendering()
    if (!rendering) return this.#identified()
    rendering.begun ??= this.#identified()
    rendering.enforcement = await rendering.begun
    return rendering.enforcement
  }

  async #identified(): Promise<Enforcement<RequestSource, Actor>> {
    const enforcement = this.#begin(await ambientSource('GET'))
    await enforcement.identify()
    return enforcement
  }

  #begin(source: RequestSource): Enforcement<RequestSource, Actor> {
    return this.#enforcements.known(source) ?? this.#enforcements.begin(source, source.method)
  }
}
