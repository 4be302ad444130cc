import { type Authority, type Enforcement, type EnforcementOptions, Enforcements, requestId } from '@arcturus/web'
import { asServing, assertNotKept, forbidCaching, untilRequest } from './cacheScope.js'
import { ServingContext } from './context.js'
import { ambientSource, type RequestSource, routedOf } from './source.js'

/** The actor of a request, and how denials are answered and reported. */
export type NextAuthorizationOptions<Actor> = EnforcementOptions<RequestSource, Actor>

/** The enforcement of the current work of Next, with one actor and one memory per request. */
export class Serving<Actor> {
  readonly options: NextAuthorizationOptions<Actor>
  readonly #enforcements: Enforcements<RequestSource, Actor>
  readonly #context = new ServingContext<Actor>()
  readonly #pageRoutes = new Map<string, object>()

  constructor(authorizer: Authority, given: NextAuthorizationOptions<Actor>) {
    const hooks = { made: 'nextAuthorization', beforeUse: assertNotKept, requestId, routed: routedOf }
    this.#enforcements = new Enforcements(authorizer, given, this.#context, hooks)
    this.options = this.#enforcements.options
    forbidCaching()
  }

  /** Runs the work of a route handler or a server action as a request of its own. */
  async serve<Result>(
    source: RequestSource,
    work: (enforcement: Enforcement<RequestSource, Actor>) => Promise<Result>,
  ): Promise<Result> {
    const begun = this.#enforcements.known(source)
    const enforcement = begun ?? this.#begin(source)
    try {
      return await asServing(() => this.#enforcements.run(enforcement, () => work(enforcement)))
    } finally {
      // The result of a nested handler is not the response yet.
      if (!begun) enforcement.answered()
    }
  }

  /**
   * Returns the current enforcement with its actor loaded: that of the handler or action, else that
   * of the page, else a new one.
   *
   * @throws errors of the `actor` function, and Next's errors in scopes whose results are cached
   * for others
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

  /**
   * Returns the enforcement of the current handler or action, whose response can be held; undefined in a page, and
   * elsewhere.
   */
  get held(): Enforcement<RequestSource, Actor> | undefined {
    const known = this.#context.getStore()
    return known?.guard.armed ? known : undefined
  }

  /**
   * Returns the route under which pages load rows for an action. Pages have no loader with a stable
   * identity, so each action has one route.
   */
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
