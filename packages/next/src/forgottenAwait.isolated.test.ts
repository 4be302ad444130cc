import { Authorizer } from '@arcturus/core'
import { describe, expect, it, vi } from 'vitest'
import { nextAuthorization } from './nextAuthorization.js'

// The request around an action and a page.
vi.mock('next/headers.js', () => ({ headers: async () => new Headers({ host: 'x' }), cookies: async () => new Map() }))

class User {
  constructor(readonly id: number) {}
}
class Note {
  constructor(readonly ownerId: number) {}
}
const authorizer = new Authorizer().registerClass(User).registerClass(Note)
authorizer.loadSync('allow(user: User, "read", note: Note) if note.ownerId = user.id;')
const next = nextAuthorization(authorizer, { actor: () => new User(1) })
const [mine, theirs] = [new Note(1), new Note(2)]

/** A question whose answer is a promise, as JavaScript can ask it. */
type Ask = (note: Note) => unknown

/** Uses of a question without `await`. Each sends the row that is denied if the promise is taken for the answer. */
const uses: Record<string, (ask: Ask) => unknown> = {
  filter: (ask) => [theirs, mine].filter((note) => ask(note)),
  map: (ask) => [theirs, mine].map((note) => ask(note) && note),
  '&&': (ask) => ask(theirs) && theirs,
  '!': (ask) => (!ask(theirs) ? null : theirs),
  forEach: (ask) => {
    ;[theirs, mine].forEach((note) => void ask(note))
    return theirs
  },
  'a property': (ask) => ({ isOpen: ask(theirs), note: theirs }).isOpen && theirs,
  'a bare call': (ask) => {
    ask(theirs)
    return theirs
  },
}

type Authorization = Readonly<Record<string, (...parameters: unknown[]) => Promise<unknown>>>
// Sound: JavaScript can call whatever it finds.
const asking = async () => (await next.authorization()) as unknown as Authorization
const authorize = next.authorize as (action: string, row: unknown) => Promise<unknown>

/** The questions, with what a handler can find. */
const questions: Record<string, (authorization: Authorization) => Ask> = {
  'authorization.isAllowed': (authorization) => (note) => authorization['isAllowed']!('read', note),
  'authorization.authorize': (authorization) => (note) => authorization['authorize']!('read', note),
  authorize: () => (note) => authorize('read', note),
  can: () => (note) => (next as unknown as Authorization)['can']!('read', note),
}

const cases = Object.entries(uses).flatMap(([use, work]) =>
  Object.entries(questions).map(([question, ask]) => [`${question} in ${use}`, work, ask] as const),
)

describe('a forgotten await', () => {
  it.each(cases)('fails an action: %s', async (_name, work, ask) => {
    const action = next.serverAction(async (authorization) => {
      await authorization.authorize('read', mine)
      return work(ask(authorization as unknown as Authorization))
    })
    await expect(action()).rejects.toThrow()
  })

  it.each(cases)('fails a page: %s', async (_name, work, ask) => {
    const page = async () => work(ask(await asking()))
    await expect(page()).rejects.toThrow()
  })
})

describe('a page', () => {
  it('has the row that it awaits, and the synchronous questions', async () => {
    expect(await next.authorize('read', Promise.resolve(mine))).toBe(mine)
    await expect(next.authorize('read', Promise.resolve(theirs))).rejects.toMatchObject({
      digest: 'NEXT_HTTP_ERROR_FALLBACK;404',
    })
    const authorization = await next.authorization()
    expect([mine, theirs].filter((note) => authorization.can('read', note))).toEqual([mine])
    expect(authorization.authorizedRows('read', [theirs, mine])).toEqual([mine])
    expect(await authorization.authorizedActions(mine)).toEqual(new Set(['read']))
    const { Can } = next
    expect(await Can({ action: 'read', resource: theirs, children: 'secret', fallback: 'none' })).toBe('none')
  })

  it('tells its author what to do', () => {
    expect(() => authorize('read', theirs)).toThrow(
      expect.objectContaining({ code: 'invalid-argument', hint: expect.stringContaining('await authorize') }),
    )
  })
})
