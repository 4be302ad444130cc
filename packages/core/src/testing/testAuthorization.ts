import type { Authorizer } from '../authorizer/authorizer.js'
import { acceptStandIns, standInHeader } from '../enforcement/standIns.js'
import { ArgumentError, AuthorizationError } from '../errors.js'
import { showObject } from '../machine/host/show.js'
import type { Action } from '../register.js'
import { ExpectationError } from './expectation.js'

/** One action or several. */
export type Actions = Action | readonly Action[]

/**
 * What tests expect of a policy. Each rejects with an assertion error that says who may do what; an error of the question, such
 * as a misspelt action, an undefined resource or a failing rule, is neither allowed nor denied and rejects as it is.
 */
export interface AuthorizationTesting {
  /** The actor may do this, or all of these, to the resource. */
  expectAllowed(actor: unknown, actions: Actions, resource: unknown): Promise<void>
  /**
   * The actor may do none of these to the resource.
   *
   * @param expected.status - What a visitor is answered: 401 nobody, 404 who may not read it, 403 who may. Any by default.
   */
  expectDenied(
    actor: unknown,
    actions: Actions,
    resource: unknown,
    expected?: { readonly status?: 401 | 403 | 404 },
  ): Promise<void>
  /** These are all the actions that the actor may do to the resource, in whatever order. */
  expectActions(actor: unknown, resource: unknown, actions: Iterable<Action>): Promise<void>
  /** These are all the fields of the resource with which the actor may do the action. */
  expectFields(actor: unknown, action: Action, resource: unknown, fields: Iterable<string>): Promise<void>
  /**
   * Of some rows, the actor may do the action to these and to no others.
   *
   * @throws {ArgumentError} One of `allowed` is not among the rows (the same objects, not equal ones).
   */
  expectOnlyAllowed<Row>(actor: unknown, action: Action, rows: readonly Row[], allowed: readonly Row[]): Promise<void>
  /**
   * Headers that make a request come from an actor, for any framework and any client, without signing in:
   * `request(app).get('/documents/1').set(as(ada))`. `null` is nobody. It replaces the `actor` option for that request; what the
   * application itself reads, such as `req.user`, stays as it is. Only in the process of the test.
   *
   * @throws {ArgumentError} The actor is undefined.
   */
  as(actor: unknown): Record<string, string>
}

/**
 * Expectations for tests of a policy, with any test runner.
 *
 * @example
 * const { expectAllowed, expectDenied, as } = testAuthorization(authorizer)
 * test('owners edit', async () => {
 *   await expectAllowed(ada, ['read', 'edit'], plans)
 *   await expectDenied(eve, 'edit', plans, { status: 404 })
 *   await request(app).put('/documents/1').set(as(ada)).expect(200)
 * })
 */
export function testAuthorization(authorizer: Authorizer): AuthorizationTesting {
  const show = (value: unknown): string => showObject(authorizer.schema, value)
  const who = (actor: unknown): string => (actor === null ? 'Nobody' : show(actor))

  /** What else they may do, for whoever reads that a test failed; empty where another rule of the policy fails. */
  async function mayDo(actor: unknown, resource: unknown): Promise<string> {
    try {
      return ` They may: ${quoted(await authorizer.authorizedActions(actor, resource))}.`
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
      for (const action of listOf(actions)) {
        if (await authorizer.isAllowed(actor, action, resource)) continue
        const rest = await mayDo(actor, resource)
        const message = `${who(actor)} may not "${action}" ${show(resource)}, but was expected to.${rest}`
        throw new ExpectationError(message, 'denied', 'allowed')
      }
    },

    async expectDenied(actor, actions, resource, { status } = {}) {
      for (const action of listOf(actions)) {
        const answered = await statusOf(() => authorizer.authorize(actor, action, resource))
        const asked = `"${action}" ${show(resource)}`
        if (answered === 'allowed')
          throw new ExpectationError(
            `${who(actor)} may ${asked}, but was expected not to.`,
            'allowed',
            status ?? 'denied',
          )
        if (status === undefined || answered === status) continue
        const message = `${who(actor)} may not ${asked}, as expected, but gets ${answered} instead of ${status}.`
        throw new ExpectationError(message, answered, status)
      }
    },

    async expectActions(actor, resource, actions) {
      const actual = await authorizer.authorizedActions(actor, resource)
      await expectSame(actual, actions, (found) => `${who(actor)} may do to ${show(resource)}: ${found}`)
    },

    async expectFields(actor, action, resource, fields) {
      const actual = await authorizer.authorizedFields(actor, action, resource)
      await expectSame(actual, fields, (found) => `${who(actor)} may "${action}" of ${show(resource)}: ${found}`)
    },

    async expectOnlyAllowed(actor, action, rows, allowed) {
      const stranger = allowed.find((row) => !rows.includes(row))
      if (stranger !== undefined)
        throw new ArgumentError('invalid-argument', `${show(stranger)} is not one of the rows.`, {
          hint: 'pass the same objects in both lists: all rows, and the allowed ones',
        })
      const answers = await Promise.all(rows.map((row) => authorizer.isAllowed(actor, action, row)))
      const found = rows.filter((_, at) => answers[at])
      const named = (rows: readonly unknown[]): string => rows.map(show).join(', ') || 'none'
      const tooMany = found.filter((row) => !allowed.includes(row))
      const missing = allowed.filter((row) => !found.includes(row))
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
      const standIns = acceptStandIns(authorizer)
      const name =
        [...standIns].find(([, known]) => known === actor)?.[0] ??
        `${standIns.size + 1}-${Math.random().toString(36).slice(2)}`
      standIns.set(name, actor)
      return { [standInHeader]: name }
    },
  }
}

/** @throws ArgumentError for none: an expectation of nothing holds whatever the policy says. */
function listOf(actions: Actions): readonly Action[] {
  const list = typeof actions === 'string' ? [actions] : actions
  if (list.length > 0) return list
  throw new ArgumentError('invalid-argument', 'The expectation names no action.', { hint: 'name at least one' })
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
