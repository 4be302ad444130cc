import {
  type Authority,
  assertActor,
  assertAuthorizer,
  type Enforcement,
  type EnforcementOptions,
  Enforcements,
} from '@arcturus/core/framework'
import { asServing, assertNotKept, untilRequest } from './cacheScope.js'
import { ServingContext } from './context.js'
import { ambientSource, type RequestSource } from './source.js'

/** Who asks, and how refusals are answered and told of. */
export type NextAuthorizationOptions<Actor> = EnforcementOptions<RequestSource, Actor>

/** The enforcement of whatever Next is serving, with one actor and one memory for each request. */
export class Serving<Actor> {
  readonly options: NextAuthorizationOptions<Actor>
  readonly #enforcements: Enforcements<RequestSource, Actor>
  readonly #context = new ServingContext<Actor>()
  readonly #pageRoutes = new Map<string, object>()

  constructor(authorizer: Authority, options: NextAuthorizationOptions<Actor>) {
    assertAuthorizer('nextAuthorization', authorizer)
    assertActor('nextAuthorization', options)
    const reasons = options.reasons ?? process.env.NODE_ENV === 'development'
    this.options = { ...options, reasons }
    this.#enforcements = new Enforcements(authorizer, this.options, this.#context, { beforeUse: assertNotKept })
    refuseToKeep(authorizer)
  }

  /** Does some work as that of a request of its own: a route handler's, a server action's. */
  async serve<Result>(
    source: RequestSource,
    work: (enforcement: Enforcement<RequestSource, Actor>) => Promise<Result>,
  ): Promise<Result> {
    const begun = this.#enforcements.known(source)
    const enforcement = begun ?? this.#begin(source)
    try {
      return await asServing(() => this.#enforcements.run(enforcement, () => work(enforcement)))
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
    await untilRequest()
    const known = this.#context.getStore()
    if (known) return known
    const rendering = this.#context.rendering()
    if (!rendering) return this.#identified()
    rendering.begun ??= this.#identified()
    rendering.enforcement = await rendering.begun
    return rendering.enforcement
  }

  /** What pages load for one action counts as of one route: they have no loader that stays the same. */
  pageRoute(action: string): object {
    const known = this.#pageRoutes.get(action)
    if (known) return known
    const route = {}
    this.#pageRoutes.set(action, route)
    return route
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

/** Has decisions about somebody refused whose results Next would keep. What is decided about nobody is the same for everybody. */
export function refuseToKeep(authorizer: Authority): void {
  authorizer.observe((_kind, actor) => {
    if (actor !== null) assertNotKept()
  })
}
