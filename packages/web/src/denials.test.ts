import { AsyncLocalStorage } from 'node:async_hooks'
import type { Decision } from '@arcturus/core'
import { AuthorizationError, Authorizer } from '@arcturus/core'
import type { DecisionExplanation } from '@arcturus/core/internal/web'
import { Explanation, type ExplanationJSON } from '@arcturus/explain'
import { describe, expect, it } from 'vitest'
import { Enforcement } from './enforcement.js'
import { Enforcements } from './enforcements.js'
import type { EnforcementEvent } from './event.js'
import type { EnforcementOptions } from './options.js'
import { problemOf } from './problem.js'

class User {
  constructor(readonly id: number) {}
}
class Note {
  constructor(
    readonly id: number,
    readonly owner: User,
    readonly level = 3,
  ) {}
}

const authorizer = new Authorizer().registerClass(User, { key: 'id' }).registerClass(Note, { key: 'id' })
authorizer.loadSync(`
  allow(user: User, "read", note: Note) if note.owner = user and note.level > 1;
  allow_field(user: User, "read", note: Note, "text") if note.owner = user;
  allow_request(_: User, _);
  allow_request(_, request) if request.path = "/";
`)
const [ada, eve] = [new User(1), new User(2)]
const note = new Note(5, ada)

async function denialOf(work: Promise<unknown>): Promise<AuthorizationError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof AuthorizationError) return error
  throw new Error('nothing was denied')
}

describe('a denial', () => {
  it('carries its explanation, which is made on first use', async () => {
    const error = await denialOf(authorizer.authorize(eve, 'read', note))
    expect(Object.keys(error)).not.toContain('explanation')
    expect(error.explanation).toBeInstanceOf(Explanation)
    expect(error.explanation).toBe(error.explanation)
    expect(String(error.explanation)).toContain('note.owner is User 1, not User 2')
    expect((await error.loadExplanation?.())?.allowed).toBe(false)
  })

  it('of a field explains the rules of that field', async () => {
    const error = await denialOf(authorizer.authorizeField(eve, 'read', note, 'text'))
    expect(Object.keys(error)).not.toContain('explanation')
    expect(error.explanation).toBe(error.explanation)
    const text = String(error.explanation)
    expect(text).toContain('User 2 may not "read" the field "text" of Note 5.')
    expect(text).toContain('note.owner is User 1, not User 2')
    expect(error.explanation?.toJSON()).toMatchObject({
      action: 'read',
      resource: 'Note 5',
      field: 'text',
      tree: { text: 'allow_field(User 2, "read", Note 5, "text")' },
      missing: { sets: [[{ text: 'note.owner = User 2' }]] },
    })
    expect((await error.loadExplanation?.())?.toJSON()).toEqual(error.explanation?.toJSON())
  })

  it('that loaded a relation is a denial to its explanation too, which names what it lacks', async () => {
    const loading = new Authorizer().registerModels(
      [
        { name: 'User', key: 'id', fields: { id: 'integer', team: { one: 'Team' } } },
        { name: 'Team', key: 'id', fields: { id: 'integer', level: 'integer' } },
      ],
      async () => ({ id: 3, level: 1 }),
    )
    loading.loadSync('allow(u: User, "read", _: Team) if u.team.level > 5;')
    const [user, team] = [loading.as('User', { id: 1 }), loading.as('Team', { id: 3 })]
    const { explanation, loadExplanation } = await denialOf(loading.authorize(user, 'read', team))
    expect(explanation).toMatchObject({ decision: 'denied', allowed: false, error: { code: 'relation-not-loaded' } })
    expect(String(explanation)).toMatchInlineSnapshot(`
      "User 1 may not "read" Team 3.

      The reasons are not loaded: relation-not-loaded in u.team (line 1:36)
      \`loadExplanation\` loads them.

      Reached by:
      ! allow(u: User, "read", _: Team) if u.team.level > 5  (line 1:1)
        ! relation-not-loaded in u.team  (line 1:36)"
    `)
    expect(String(await loadExplanation?.())).toContain('u.team.level is not more than 5')
  })

  it('of several fields explains the first denied one', async () => {
    const hidden = await denialOf(authorizer.assertWritable(eve, 'read', note, { text: 'a', title: 'b' }))
    expect(String(hidden.explanation)).toContain('the field "text" of Note 5')
    const error = await denialOf(authorizer.assertWritable(ada, 'read', note, { text: 'a', title: 'b' }))
    expect(String(error.explanation)).toBe(
      'User 1 may not "read" the field "title" of Note 5: no rule of the policy can allow it.',
    )
  })

  it('of a request explains the rules of requests', async () => {
    const error = await denialOf(authorizer.authorizeRequest(null, { path: '/notes' }))
    expect(String(error.explanation)).toContain('An anonymous user may not make the request.')
    expect(String(error.explanation)).toContain('request.path is not "/"')
    const { tree, ...json } = error.explanation!.toJSON() as ExplanationJSON
    expect(json).toMatchObject({ resource: 'the request', missing: { sets: [[{ text: 'request.path = "/"' }]] } })
    expect(Object.keys(json)).not.toContain('action')
    expect(tree.text).toBe('allow_request(nil, the request)')
  })
})

/** Begins to serve a request, and returns the decisions that are logged with their explanations. */
function serve(options: Partial<EnforcementOptions<object, User>>, request: object = {}) {
  const logged: { event: Decision; explanation: DecisionExplanation | undefined }[] = []
  const onDecision = (event: EnforcementEvent): void => {
    if (event.kind === 'decision') logged.push({ event, explanation: event.explanation })
  }
  const enforcements = new Enforcements(
    authorizer,
    { actor: () => eve, onDecision, ...options },
    new AsyncLocalStorage(),
  )
  return { enforcement: enforcements.begin(request, 'GET'), logged }
}

/** Denies a request of a user, and returns the error of the response and what was logged. */
async function denied(options: Partial<EnforcementOptions<object, User>>, note: Note | null) {
  const { enforcement, logged } = serve(options)
  await enforcement.arm()
  const denial = await enforcement.enforce('read', () => note)
  const [only, ...others] = logged.filter(({ event }) => event.outcome === 'denied')
  if (!denial || !only) throw new Error('nothing was denied')
  expect(others).toEqual([])
  const later = note ? await denialOf(enforcement.authorization.authorize('read', note)) : undefined
  return { error: denial.error, ...only, later }
}

describe('a denied request', () => {
  it('explains itself to the log alone by default', async () => {
    const { error, event, explanation, later } = await denied({}, note)
    expect([error.message, later?.message]).toEqual(['Not found.', 'Not found.'])
    expect(problemOf(error)).toEqual({ type: 'about:blank', title: 'Not Found', status: 404, detail: 'Not found.' })
    expect(String(explanation)).toContain('note.owner is User 1, not User 2')
    expect(Object.keys(event)).not.toContain('explanation')
    expect(() => event.explanation).toThrow(expect.objectContaining({ code: 'decision-over' }))
    expect(event).toMatchObject({ reason: 'hidden', actor: { model: 'User', key: 2 }, request: { method: 'GET' } })
  })

  it('explains itself in responses with reasons', async () => {
    const { error, later } = await denied({ reasons: true }, note)
    for (const one of [error, later!]) {
      expect(one.message).toContain('What is missing:\n  • note.owner = User 2')
      expect(problemOf(one)).toMatchObject({
        detail: 'Not found. (The resource exists, but the actor may not "read" it.)',
        policyVersion: authorizer.policyVersion,
        explanation: {
          version: 1,
          decision: 'denied',
          policyVersion: authorizer.policyVersion,
          missing: { sets: [[{ text: 'note.owner = User 2' }]] },
        },
      })
    }
  })

  it('shows values only if it is told to, and masked fields never', async () => {
    const mine = new Note(6, eve, 0)
    const textOf = async (explanations?: EnforcementOptions<object, User>['explanations']) => {
      const { error, explanation } = await denied({ reasons: true, explanations }, mine)
      return [error.message, String(explanation)]
    }
    for (const text of await textOf()) expect(text).toContain('note.level is not more than 1')
    for (const text of await textOf({ values: true })) expect(text).toContain('note.level is 0, not more than 1')
    for (const text of await textOf({ values: true, mask: ['Note.level'] })) expect(text).not.toContain('is 0')
  })

  it('explains denials of fields', async () => {
    const enforcement = new Enforcement(authorizer, { actor: () => eve, reasons: true }, {}, 'PUT', () => {})
    await enforcement.arm()
    const { authorization } = enforcement
    for (const work of [
      authorization.authorizeField('read', note, 'text'),
      authorization.assertWritable('read', note, { text: 'a' }),
    ]) {
      const error = await denialOf(work)
      expect(error.message).toContain('What is missing:\n  • note.owner = User 2')
      expect(problemOf(error)).toMatchObject({ explanation: { field: 'text', decision: 'denied' } })
      expect(String(error.explanation)).toContain('the field "text" of Note 5')
    }
  })

  it('explains denials by the request-level rules, to clients only with reasons', async () => {
    const served = [false, true].map((reasons) => serve({ actor: () => null, reasons }, { path: '/x' }))
    const [silent, told] = await Promise.all(served.map(async ({ enforcement }) => (await enforcement.arm())?.error))
    expect(silent?.message).not.toContain('request.path')
    expect(told?.message).toContain('What is missing:\n  • request.path = "/"')
    for (const { logged } of served) {
      expect(logged).toMatchObject([{ event: { entry: 'request', outcome: 'denied', reason: 'nobody' } }])
      expect(String(logged[0]?.explanation)).toContain('request.path is not "/"')
    }
  })

  it('has nothing to explain if there is no row', async () => {
    const { error, event, explanation } = await denied({ reasons: true }, null)
    expect(error.message).toBe('Not found. (The loader found nothing.)')
    expect(explanation).toBeUndefined()
    expect(event).toMatchObject({ reason: 'missing', action: 'read', resource: undefined })
  })
})
