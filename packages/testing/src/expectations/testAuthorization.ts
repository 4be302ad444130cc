import {
  type ActionOn,
  type ActorIn,
  ArgumentError,
  AuthorizationError,
  type Authorizer,
  type Context,
  type FieldActionOn,
  type FieldOn,
} from '@arcturus/core'
import { isSameRow, own, showObject } from '@arcturus/core/internal/testing'
import { loadExplanation } from '@arcturus/explain/internal/testing'
import { acceptStandIns, standInHeader } from '@arcturus/web/internal/testing'
import { coverByEnvironment } from '../coverage/coverPolicy.js'
import { ExpectationError } from '../expectationError.js'
import { inContext } from '../inContext.js'
import { assertAsked, invalid } from './assertAsked.js'

/** An action on a row, or a list of actions. */
export type Actions<Row = unknown> = ActionOn<Row> | readonly ActionOn<Row>[]

/**
 * The expectations of a policy test. Each rejects with an assertion error that names the actor, the
 * action and the resource. An error of the question itself is neither allowed nor denied, and is
 * rejected unchanged. Examples are an action that the policy does not name (`unknown-action`), an
 * undefined resource and a failing rule. So is a resource that every policy denies: `null`, a list,
 * and the name of a model.
 */
export interface AuthorizationTesting {
  /**
   * Resolves if the actor may perform the action, or all of the actions, on the resource.
   *
   * @param actions - One action, or a non-empty list.
   * @throws {ArgumentError} The list of actions is empty.
   */
  expectAllowed<A, Row>(actor: A & ActorIn<A>, actions: Actions<Row>, resource: Row): Promise<void>
  /**
   * Resolves if the actor may perform none of the actions on the resource.
   *
   * @param actions - One action, or a non-empty list.
   * @param expected.status - The status of the denial: 401 for an anonymous actor, 404 if the
   * actor may not read the resource, 403 if the actor may. By default any.
   * @throws {ArgumentError} The list of actions is empty.
   */
  expectDenied<A, Row>(
    actor: A & ActorIn<A>,
    actions: Actions<Row>,
    resource: Row,
    expected?: { readonly status?: 401 | 403 | 404 },
  ): Promise<void>
  /**
   * Resolves if these are exactly the actions that the actor may perform on the resource, in any
   * order.
   */
  expectActions<A, Row>(actor: A & ActorIn<A>, resource: Row, actions: Iterable<ActionOn<Row>>): Promise<void>
  /**
   * Resolves if these are exactly the fields of the resource on which the actor may perform the
   * action, in any order.
   */
  expectFields<A, Row>(
    actor: A & ActorIn<A>,
    action: FieldActionOn<Row>,
    resource: Row,
    fields: Iterable<FieldOn<Row>>,
  ): Promise<void>
  /**
   * Resolves if the actor may perform the action on exactly the `allowed` rows among `rows`.
   *
   * Rows are the same if they have the same key, so a list of the database can be given as it is.
   * Rows without a key are the same if they are the same object.
   *
   * @throws {ArgumentError} There are no rows, or a row of `allowed` is not in `rows`.
   */
  expectOnlyAllowed<Row, A = unknown>(
    actor: A & ActorIn<A>,
    action: ActionOn<Row>,
    rows: readonly Row[],
    allowed: readonly Row[],
  ): Promise<void>
  /**
   * Returns headers that make an actor the sender of a request, for any framework and any client,
   * without signing in: `request(app).get('/documents/1').set(as(ada))`. `null` is an anonymous
   * user. The actor replaces the result of the `actor` option for that request. Values that the
   * application reads itself, such as `req.user`, stay unchanged. It works only in the process of
   * the test.
   *
   * @throws {ArgumentError} The actor is undefined or a promise.
   */
  as<A>(actor: A & ActorIn<A>): Record<string, string>
}

/** The options of `testAuthorization`. */
export interface TestingOptions {
  /** The context of all expectations, such as `{ now: new Date('2030-01-01T09:00Z') }`. Requests have their own. Default: none. */
  readonly context?: Context
}

/**
 * Returns expectations for tests of a policy, for any test runner.
 *
 * @param options - The options; all are optional.
 * @throws ArgumentError `invalid-context` for an undeclared name of the context and for a value of another type.
 *
 * @example
 * const { expectAllowed, expectDenied, as } = testAuthorization(authorizer)
 * test('owners edit', async () => {
 *   await expectAllowed(ada, ['read', 'edit'], plans)
 *   await expectDenied(eve, 'edit', plans, { status: 404 })
 *   await request(app).put('/documents/1').set(as(ada)).expect(200)
 * })
 */
export function testAuthorization(base: Authorizer, options: TestingOptions = {}): AuthorizationTesting {
  coverByEnvironment(base)
  const authorizer = inContext(base, own(options).context)
  const show = (value: unknown): string => showObject(authorizer.schema, value)
  const isSame = (one: unknown, other: unknown): boolean => isSameRow(authorizer.schema, one, other)
  const who = (actor: unknown): string => (actor === null ? 'Nobody' : show(actor))

  /**
   * Returns the actions that the actor may perform, for the message of a failed test. Empty if
   * another rule of the policy fails.
   */
  async function mayDo(actor: unknown, resource: unknown): Promise<string> {
    try {
      return ` They may: ${quoted(await authorizer.authorizedActions(actor, resource))}.`
    } catch {
      return ''
    }
  }

  /** Returns why, with values: a test's data are its own. Empty if it can't be told. */
  async function why(actor: unknown, action: string, resource: unknown): Promise<string> {
    try {
      return `\n\n${String(await loadExplanation(authorizer, actor, action, resource, { values: true }))}`
    } catch {
      return ''
    }
  }

  async function expectSame(
    actual: Iterable<string>,
    expected: Iterable<string>,
    what: (actual: string) => string,
  ): Promise<void> {
    const [found, wanted] = [[...actual].sort(), [...new Set(expected)].sort()]
    if (JSON.stringify(found) === JSON.stringify(wanted)) return
    throw new ExpectationError(`${what(quoted(found))}, not ${quoted(wanted)}.`, found, wanted)
  }

  return {
    async expectAllowed(actor, actions, resource) {
      assertAsked(authorizer, actor, resource)
      for (const action of listOf(actions)) {
        authorizer.assertAction(action, authorizer.modelOf(resource))
        if (await authorizer.isAllowed(actor, action, resource)) continue
        const rest = await mayDo(actor, resource)
        const message = `${who(actor)} may not "${action}" ${show(resource)}, but was expected to.${rest}${await why(actor, action, resource)}`
        throw new ExpectationError(message, 'denied', 'allowed')
      }
    },

    async expectDenied(actor, actions, resource, { status } = {}) {
      assertAsked(authorizer, actor, resource)
      for (const action of listOf(actions)) {
        authorizer.assertAction(action, authorizer.modelOf(resource))
        const answered = await statusOf(() => authorizer.authorize(actor, action, resource))
        const asked = `"${action}" ${show(resource)}`
        if (answered === 'allowed')
          throw new ExpectationError(
            `${who(actor)} may ${asked}, but was expected not to.${await why(actor, action, resource)}`,
            'allowed',
            status ?? 'denied',
          )
        if (status === undefined || answered === status) continue
        const message = `${who(actor)} may not ${asked}, as expected, but gets ${answered} instead of ${status}.`
        throw new ExpectationError(message, answered, status)
      }
    },

    async expectActions(actor, resource, actions) {
      assertAsked(authorizer, actor, resource)
      const expected = [...actions]
      for (const action of expected) authorizer.assertAction(action, authorizer.modelOf(resource))
      const actual = await authorizer.authorizedActions(actor, resource)
      await expectSame(actual, expected, (found) => `${who(actor)} may do to ${show(resource)}: ${found}`)
    },

    async expectFields(actor, action, resource, fields) {
      assertAsked(authorizer, actor, resource)
      const actual = await authorizer.authorizedFields(actor, action, resource)
      await expectSame(actual, fields, (found) => `${who(actor)} may "${action}" of ${show(resource)}: ${found}`)
    },

    async expectOnlyAllowed(actor, action, rows, allowed) {
      // A list of the database has other objects than the test, and the same keys.
      const has = (list: readonly unknown[], row: unknown): boolean => list.some((one) => isSame(one, row))
      if (rows.length === 0)
        throw invalid(
          'The expectation has no rows.',
          'pass all rows, also those that are denied; add them before the test',
        )
      for (const row of rows) assertAsked(authorizer, actor, row)
      const stranger = allowed.find((row) => !has(rows, row))
      if (stranger !== undefined)
        throw invalid(
          `${show(stranger)} is not one of the rows.`,
          'pass the same rows in both lists: all rows, and the allowed ones; rows without a key must be the same objects',
        )
      authorizer.assertAction(action)
      const answers = await Promise.all(Array.from(rows, (row) => authorizer.isAllowed(actor, action, row)))
      const found = rows.filter((_, at) => answers[at])
      const named = (rows: readonly unknown[]): string => rows.map(show).join(', ') || 'none'
      const tooMany = found.filter((row) => !has(allowed, row))
      const missing = allowed.filter((row) => !has(found, row))
      if (tooMany.length === 0 && missing.length === 0) return
      const faults = [
        ...(tooMany.length > 0 ? [`may "${action}" also ${named(tooMany)}`] : []),
        ...(missing.length > 0 ? [`may not "${action}" ${named(missing)}`] : []),
      ]
      throw new ExpectationError(`${who(actor)} ${faults.join(', and ')}.`, found.map(show), allowed.map(show))
    },

    as(actor) {
      if (actor === undefined)
        throw new ArgumentError('undefined-actor', 'The actor of the request is undefined.', {
          hint: 'pass null for an anonymous user',
        })
      if (isThenable(actor)) throw invalid('The actor of the request is a promise.', 'await it')
      const standIns = acceptStandIns(base)
      const name =
        [...standIns].find(([, known]) => known === actor)?.[0] ??
        `${standIns.size + 1}-${Math.random().toString(36).slice(2)}`
      standIns.set(name, actor)
      return { [standInHeader]: name }
    },
  }
}

/**
 * @throws ArgumentError for an empty list: an expectation without actions holds for every policy.
 */
function listOf(actions: string | readonly string[]): readonly string[] {
  const list = typeof actions === 'string' ? [actions] : actions
  if (list.length > 0) return list
  throw invalid('The expectation names no action.', 'name at least one')
}

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

async function statusOf(question: () => Promise<void>): Promise<number | 'allowed'> {
  try {
    await question()
    return 'allowed'
  } catch (error) {
    if (error instanceof AuthorizationError) return error.status
    throw error
  }
}

function quoted(words: Iterable<string>): string {
  return [...words].map((word) => `"${word}"`).join(', ') || 'nothing'
}
