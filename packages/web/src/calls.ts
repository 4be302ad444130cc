import { invalidArgument } from '@arcturus/core/internal/web'
import type { Authority } from './authority.js'
import { assertReason, assertRoute, type RouteOptions } from './declaration.js'
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
  readonly #authority: Authority
  readonly #seen: (error: unknown) => unknown

  /**
   * @param options - `actor` gets the context of a call.
   * @param current - An `AsyncLocalStorage` for these calls alone.
   * @param seen - Returns the error that the client of a call may see. Default: the error itself.
   * @throws {ArgumentError} The authorizer or the `actor` function is missing.
   */
  constructor(
    authorizer: Authority,
    options: EnforcementOptions<Context, Actor>,
    current: AsyncContext<Enforcement<Context, Actor>>,
    seen: (error: unknown) => unknown = (error) => error,
  ) {
    this.#enforcements = new Enforcements(authorizer, options, current, { made: 'Calls' })
    this.#current = current
    this.#authority = authorizer
    this.#seen = seen
  }

  /**
   * Runs a call and returns its answer. Checks and filters within it count for it. Each value of an answer that is an
   * async iterable needs a decision by then.
   *
   * @param context - What `actor` gets. Several calls may share it.
   * @param name - The name of the call for messages: `note.read`.
   * @throws {UndecidedError} Nothing was decided. What `work` and `actor` throw is passed on.
   */
  async answer<Answer>(context: Context, name: string, work: () => Answer): Promise<Awaited<Answer>> {
    const outer = this.#current.getStore()
    const enforcement = this.#enforcements.begin(context, 'POST')
    const check = (): void => {
      const undecided = enforcement.hold(200, true, name)
      if (undecided) throw undecided
      // What comes after is without the decisions from its start.
      enforcement.answered()
    }
    try {
      return await this.#enforcements.run(enforcement, async (): Promise<Awaited<Answer>> => {
        enforcement.guard.arm()
        await enforcement.identify()
        const answer = await work()
        // Sound: it has the values of the answer.
        if (isStream(answer)) return this.#streamed(enforcement, answer, check) as Awaited<Answer>
        check()
        if (enforcement.guard.state === 'decided') outer?.decided('check')
        return answer
      })
    } catch (error) {
      throw this.#seen(error)
    }
  }

  /** Returns the values of an answer, each of which needs a decision before it is seen. */
  async *#streamed(
    enforcement: Enforcement<Context, Actor>,
    answer: AsyncIterable<unknown>,
    check: () => void,
  ): AsyncGenerator<unknown> {
    const values = answer[Symbol.asyncIterator]()
    const within = <Result>(work: () => Result): Result => this.#enforcements.run(enforcement, work)
    try {
      for (;;) {
        const { done, value } = await within(() => values.next())
        check()
        if (done) return value
        yield value
      }
    } catch (error) {
      throw this.#seen(error)
    } finally {
      await within(() => values.return?.())
    }
  }

  /**
   * Loads a row and returns it if the actor of the call may do the action on it. A missing row is
   * denied like a hidden one. With the name of a model it returns if the actor may do the action on some row.
   *
   * @param load - Returns the row, or `undefined` or `null` if there is none; or the name of a model.
   * @throws {AuthorizationError} With the `status` 401, 403 or 404. What `load` throws is passed on.
   * @throws {ArgumentError} No call is under way.
   */
  async authorize<Row>(action: string, load: (() => Row) | string, options: RouteOptions = {}): Promise<Loaded<Row>> {
    let found: Awaited<Row> | undefined
    const loader = async (): Promise<unknown> => {
      if (typeof load === 'function') found = await load()
      return found
    }
    const subject = typeof load === 'string' ? load : loader
    const denial = await this.#enforcement.enforce(action, subject, { ...options, route: this })
    if (denial) throw denial.error
    // Sound: a missing row was denied.
    return found as Loaded<Row>
  }

  /**
   * Declares what calls of one kind ask, as `authorize` of the web frameworks.
   *
   * @param subject - Gets what the returned function gets, and so does the option `patch`.
   * @returns A function that authorizes the call that is under way.
   * @throws {ArgumentError} The arguments are wrong, or the policy names no such action.
   */
  declared<Call>(
    action: string,
    subject: ((call: Call) => unknown) | string,
    options: RouteOptions<[call: Call]> = {},
  ): (call: Call) => Promise<void> {
    assertRoute(this.#authority, action, subject, options)
    const { patch, ...others } = options
    return async (call) => {
      const load = typeof subject === 'string' ? subject : () => subject(call)
      await this.authorize(action, load, { ...others, ...(patch && { patch: () => patch(call) }) })
    }
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

function isStream(answer: unknown): answer is AsyncIterable<unknown> {
  return typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer
}
