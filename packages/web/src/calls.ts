import { invalidArgument } from '@arcturus/core/internal/web'
import type { Authority } from './authority.js'
import { assertReason, type RouteOptions } from './declaration.js'
import type { Enforcement } from './enforcement.js'
import { type AsyncContext, Enforcements } from './enforcements.js'
import type { EnforcementOptions } from './options.js'
import type { Loaded, RequestAuthorization } from './requestAuthorization.js'

/**
 * Authorizes calls whose answers are values, not responses of a web server: procedures, resolvers,
 * tools, messages. The answer of a call needs an authorization decision.
 *
 * @example
 * const calls = new Calls(authorizer, { actor: (context) => context.user }, new AsyncLocalStorage())
 * const answer = await calls.answer(context, 'note.read', async () => {
 *   return calls.authorize('read', () => findNote(input.id))
 * })
 */
export class Calls<Context extends object, Actor> {
  readonly #enforcements: Enforcements<Context, Actor>
  readonly #current: AsyncContext<Enforcement<Context, Actor>>

  /**
   * @param options - `actor` gets the context of a call.
   * @param current - An `AsyncLocalStorage` for these calls alone.
   * @throws {ArgumentError} The authorizer or the `actor` function is missing.
   */
  constructor(
    authorizer: Authority,
    options: EnforcementOptions<Context, Actor>,
    current: AsyncContext<Enforcement<Context, Actor>>,
  ) {
    this.#enforcements = new Enforcements(authorizer, options, current, { made: 'Calls' })
    this.#current = current
  }

  /**
   * Runs a call and returns its answer. Checks and filters within it count for it.
   *
   * @param context - What `actor` gets. Several calls may share it.
   * @param name - The name of the call for messages: `note.read`.
   * @throws {UndecidedError} Nothing was decided. What `work` and `actor` throw is passed on.
   */
  answer<Answer>(context: Context, name: string, work: () => Answer): Promise<Awaited<Answer>> {
    const enforcement = this.#enforcements.begin(context, 'POST')
    return this.#enforcements.run(enforcement, async (): Promise<Awaited<Answer>> => {
      enforcement.guard.arm()
      await enforcement.identify()
      const answer = await work()
      const undecided = enforcement.hold(200, name)
      if (undecided) throw undecided
      // An answer that is a stream goes on without the decisions from its start.
      enforcement.answered()
      return answer
    })
  }

  /**
   * Loads a row and returns it if the actor of the call may do the action on it. A missing row is
   * denied like a hidden one.
   *
   * @param load - Returns the row, or `undefined` or `null` if there is none.
   * @throws {AuthorizationError} With the `status` 401, 403 or 404. What `load` throws is passed on.
   * @throws {ArgumentError} No call is under way.
   */
  async authorize<Row>(
    action: string,
    load: () => Row,
    options: Pick<RouteOptions, 'model'> = {},
  ): Promise<Loaded<Row>> {
    let found: Awaited<Row> | undefined
    const loader = async (): Promise<unknown> => {
      found = await load()
      return found
    }
    const denial = await this.#enforcement.enforce(action, loader, { ...options, route: this })
    if (denial) throw denial.error
    // Sound: a missing row was denied.
    return found as Loaded<Row>
  }

  /**
   * Exempts the call that is under way.
   *
   * @param reason - Why its answer is public, for readers of the code.
   * @throws {ArgumentError} The reason is missing, or no call is under way.
   */
  unguarded(reason: string): void {
    assertReason(reason)
    this.#enforcement.open(reason)
  }

  /**
   * The authorization of the call that is under way: its actor and its other questions.
   *
   * @throws {ArgumentError} No call is under way.
   */
  get authorization(): RequestAuthorization<unknown, Actor> {
    return this.#enforcement.authorization
  }

  get #enforcement(): Enforcement<Context, Actor> {
    const known = this.#current.getStore()
    if (known) return known
    throw invalidArgument('No call is under way.', { hint: 'run it by answer: calls.answer(context, name, () => …)' })
  }
}
