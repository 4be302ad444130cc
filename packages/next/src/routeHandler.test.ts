import { AsyncLocalStorage } from 'node:async_hooks'
import { ArgumentError, Authorizer } from '@arcturus/core'
import { testAuthorization } from '@arcturus/testing'
import { type EnforcementEvent, RoutePattern, UndecidedError } from '@arcturus/web'
import { routeMarkOf } from '@arcturus/web/internal/next'
import { NextRequest } from 'next/server.js'
import { describe, expect, it } from 'vitest'
import { nextAuthorization } from './nextAuthorization.js'
import { pagesAuthorization } from './pages/pagesAuthorization.js'
import type { RouteContext } from './routeHandler.js'
import type { NextAuthorizationOptions } from './serving.js'

class User {
  constructor(readonly name: string) {}
}
class Note {
  constructor(
    readonly id: number,
    readonly owner: string,
    readonly shared: boolean,
  ) {}
}

const notes = [new Note(1, 'ada', false), new Note(2, 'ada', true)]
const findNote = async (_request: NextRequest, { params }: RouteContext) => {
  const { id } = await params
  return notes.find((note) => note.id === Number(id))
}

/** What a route handler is called with, outside of Next as tests do. */
function application(options: Partial<NextAuthorizationOptions<unknown>> = {}) {
  const authorizer = new Authorizer().registerClass(User).registerClass(Note)
  authorizer.loadSync(`
    allow(user: User, "read", note: Note) if note.owner = user.name or note.shared = true;
    allow(user: User, "edit", note: Note) if note.owner = user.name;
  `)
  const events: EnforcementEvent[] = []
  const next = nextAuthorization(authorizer, {
    actor: ({ headers, cookies }) => {
      const name = headers.get('x-actor') ?? cookies.get('actor')?.value
      return name === undefined ? undefined : new User(name)
    },
    onDecision: (event) => events.push(event),
    ...options,
  })
  return { authorizer, events, ...next }
}

const asked = (headers: Record<string, string> = {}, method = 'GET') =>
  new NextRequest('http://localhost/notes/1', { method, headers })
const note = (id: number) => ({ params: Promise.resolve({ id: `${id}` }) })

describe('OPTIONS', () => {
  const { withAuthorization, authorizer } = application()

  it.each([
    ['a text', () => new Response('classified')],
    ['JSON', () => Response.json('classified')],
    ['a redirect', () => new Response('classified', { status: 302, headers: { Location: '/' } })],
    ['a late piece', () => new Response(ReadableStream.from([new Uint8Array(), new Uint8Array(1)]))],
  ])('is held back if a handler answered without a decision: %s', async (_what, answer) => {
    const handle = withAuthorization(answer)
    await expect(handle(asked({}, 'OPTIONS'), note(1))).rejects.toThrow(UndecidedError)
  })

  it.each([
    ['no body', () => new Response(null, { status: 204, headers: { Allow: 'GET' } })],
    ['an empty text', () => new Response('', { headers: { Allow: 'GET' } })],
  ])('passes with %s', async (_what, answer) => {
    const response = await withAuthorization(answer)(asked({}, 'OPTIONS'), note(1))
    expect([await response.text(), response.headers.get('Allow')]).toEqual(['', 'GET'])
  })

  it('passes with a decision', async () => {
    const handle = withAuthorization(({ authorization }) =>
      Response.json(authorizer.can(authorization.actor, 'read', notes[1])),
    )
    expect((await handle(asked({ 'x-actor': 'ada' }, 'OPTIONS'), note(1))).status).toBe(200)
  })
})

describe('a route handler', () => {
  const { withAuthorization, authorizer } = application({ challenge: 'Bearer' })
  const edit = withAuthorization((request) => Response.json(request.authorization.resource), 'edit', findNote)

  it.each([
    ['ada', 1, 200],
    ['bob', 2, 403],
    ['bob', 1, 404],
    ['bob', 9, 404],
  ])('responds to %s, who edits note %i, with %i', async (actor, id, status) => {
    expect((await edit(asked({ 'x-actor': actor }), note(id))).status).toBe(status)
  })

  it('reads the actor from a cookie as well', async () => {
    expect((await edit(asked({ cookie: 'actor=ada' }), note(1))).status).toBe(200)
  })

  it('leaves the body to the handler, also for a plain request', async () => {
    const echo = withAuthorization(async (request) => Response.json(await request.json()), 'edit', findNote)
    const headers = { cookie: 'actor=ada' }
    const request = new Request('http://localhost/notes/1', { method: 'POST', headers, body: '"new"' })
    expect(await (await echo(request as NextRequest, note(1))).json()).toBe('new')
  })

  it('answers a body that is no JSON by 400', async () => {
    const change = withAuthorization(() => new Response(), 'edit', findNote, { patch: (request) => request.json() })
    const request = new Request('http://localhost/', { method: 'POST', headers: { cookie: 'actor=ada' }, body: '{' })
    expect((await change(request as NextRequest, note(1))).status).toBe(400)
  })

  it('challenges anonymous users', async () => {
    const answer = await edit(asked(), note(1))
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
  })

  it('can be tested as a user without signing in', async () => {
    const { as } = testAuthorization(authorizer)
    expect((await edit(asked(as(new User('ada'))), note(1))).status).toBe(200)
    expect((await edit(asked({ ...as(null), 'x-actor': 'ada' }), note(1))).status).toBe(401)
  })

  it('makes its responses private, also those with immutable headers', async () => {
    const move = withAuthorization(() => Response.redirect('http://localhost/', 302), 'read', findNote)
    const answer = await move(asked({ 'x-actor': 'ada' }), note(1))
    expect([answer.status, answer.headers.get('cache-control'), answer.headers.get('location')]).toEqual([
      302,
      'private',
      'http://localhost/',
    ])
  })

  it('makes each part of its stream in the context of the handler, and cancels it', async () => {
    const scope = new AsyncLocalStorage<string>()
    let cancelled: string | undefined
    const parts = withAuthorization(
      ({ authorization, headers }) => {
        const source = new ReadableStream(
          {
            pull: async (controller) => {
              const answer = await authorization.isAllowed('edit', notes[0])
              controller.enqueue(new TextEncoder().encode(`${scope.getStore()} ${answer},`))
            },
            cancel: () => {
              cancelled = scope.getStore()
            },
          },
          { highWaterMark: 0 },
        )
        return new Response(source, { status: 206, headers: { 'x-part': headers.get('x-actor') ?? '' } })
      },
      'read',
      findNote,
    )
    const answer = await scope.run('inside', () => parts(asked({ 'x-actor': 'ada' }), note(1)))
    expect([answer.status, answer.headers.get('x-part')]).toEqual([206, 'ada'])
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
    expect([(await reader.read()).value, (await reader.read()).value]).toEqual(['inside true,', 'inside true,'])
    await reader.cancel()
    expect(cancelled).toBe('inside')
  })

  it('passes the failure of its stream on', async () => {
    const failing = withAuthorization(
      () => new Response(new ReadableStream({ start: (controller) => controller.error(new Error('failed')) })),
      'read',
      findNote,
    )
    await expect((await failing(asked({ 'x-actor': 'ada' }), note(1))).text()).rejects.toThrow('failed')
  })

  it('fails without a decision, and cancels its stream', async () => {
    const { withAuthorization: guard, events } = application()
    let cancelled = false
    const cancel = () => {
      cancelled = true
    }
    const stream = () => new Response(new ReadableStream({ cancel }))
    await expect(guard(stream)(asked(), note(1))).rejects.toBeInstanceOf(UndecidedError)
    expect(cancelled).toBe(true)
    expect(events).toMatchObject([{ kind: 'undecided' }])
  })

  it('finds its own resource again after it called another one with its request', async () => {
    const failing = withAuthorization(() => Promise.reject(new Error('failed')), 'read', findNote)
    const outer = withAuthorization(
      async (request) => {
        await edit(request, note(1))
        await failing(request, note(1)).catch(() => {})
        return Response.json(request.authorization.resource)
      },
      'read',
      findNote,
    )
    expect(await (await outer(asked({ 'x-actor': 'ada' }), note(2))).json()).toMatchObject({ id: 2 })
  })

  it('fails without a response, whatever was decided', async () => {
    const broken = withAuthorization((() => 'read') as never, 'read', findNote)
    await expect(broken(asked({ 'x-actor': 'ada' }), note(1))).rejects.toThrow('returned no response')
  })

  it('sends the reason of a denial in development', async () => {
    const { withAuthorization: guard } = application({ reasons: true })
    const answer = await guard(() => new Response(), 'edit', findNote)(asked({ 'x-actor': 'bob' }), note(1))
    expect(await answer.text()).toContain('The resource exists, but the actor may neither "edit" nor "read" it.')
  })

  it('explains a denial in development if the explainer is imported', async () => {
    await import('@arcturus/explain')
    const { withAuthorization: guard } = application({ reasons: true, problemDetails: true })
    const answer = await guard(() => new Response(), 'edit', findNote)(asked({ 'x-actor': 'bob' }), note(1))
    expect(await answer.json()).toMatchObject({ explanation: { version: 1, decision: 'denied', action: 'edit' } })
  })
})

describe('a mistake in the application', () => {
  const { withAuthorization, serverAction, unguarded } = application()
  const handler = () => new Response()

  it.each([
    ['an action without a loader', () => withAuthorization(handler, 'read', undefined as never)],
    ['an empty action', () => withAuthorization(handler, '', findNote)],
    ['something else than unguarded(…)', () => withAuthorization(handler, undefined as never, findNote)],
    ['an undefined protection', () => withAuthorization(handler, undefined as never)],
    ['an action of a server action without a loader', () => serverAction(handler, 'read', undefined as never)],
    ['no reason', () => unguarded('')],
    ['nobody who tells who asks', () => nextAuthorization(new Authorizer(), {} as never)],
    ['no authorizer', () => nextAuthorization(undefined as never, { actor: () => null })],
    ['something else than an authorizer', () => nextAuthorization({} as never, { actor: () => null })],
    ['no authorizer for the Pages Router', () => pagesAuthorization(null as never, { actor: () => null })],
    ['no handler', () => withAuthorization(undefined as never)],
    ['an action in the place of a handler', () => withAuthorization('x' as never, 'read', findNote)],
    ['no server action', () => serverAction(undefined as never)],
    ['options that are none', () => withAuthorization(handler, 'read', findNote, null as never)],
    [
      'a misspelt onDenial',
      () => serverAction(handler, 'read', findNote as never, { onDenial: 'interupt' as 'interrupt' }),
    ],
  ])('is reported where it is declared: %s', (_name, declare) => {
    expect(declare).toThrow(
      expect.objectContaining({ name: 'ArgumentError', code: 'invalid-argument', hint: expect.any(String) }),
    )
  })
})

describe('request-level rules', () => {
  const handlerOf = (rule: string) => {
    const authorizer = new Authorizer().registerConstant(new RoutePattern('/admin/*'), 'adminPages')
    authorizer.loadSync(`allow_request(_, request) if ${rule};`)
    const { withAuthorization, unguarded } = nextAuthorization(authorizer, { actor: () => null })
    return withAuthorization(() => Response.json('well'), unguarded('liveness'))
  }
  const headers = { 'x-user': 'ada', cookie: 'session=ada' }

  it.each([
    ['not adminPages.covers(request)', [200, 401, 401, 401, 401]],
    ['not request.path = "/admin"', [200, 401, 401, 401, 401]],
    ['request.path = "/health"', [200, 401, 401, 401, 401]],
    ['not request.url = "/admin"', [200, 401, 200, 200, 200]],
    ['request.method = "GET"', [200, 200, 200, 200, 200]],
    ['request.headers.get("x-user") = "ada"', [200, 200, 200, 200, 200]],
    ['request.cookies.get("session").value = "ada"', [200, 200, 200, 200, 200]],
  ])('read the request of a route handler: %s', async (rule, statuses) => {
    const GET = handlerOf(rule)
    const paths = ['/health', '/admin', '/admin/', '/Admin?a=1', '/%61dmin;x=1']
    const answers = paths.map((path) => GET(new NextRequest(`http://localhost${path}`, { headers }), note(1)))
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(statuses)
  })

  it('refuse a path that servers read in different ways with 400', async () => {
    const GET = handlerOf('not adminPages.covers(request)')
    expect((await GET(new NextRequest('http://localhost//admin'), note(1))).status).toBe(400)
  })
})

describe('outside of a request', () => {
  it('there is no actor', async () => {
    const { authorization, authorize, serverAction } = application()
    await expect(authorization()).rejects.toThrow('outside a request scope')
    await expect(authorize('read', Promise.resolve(notes[0]))).rejects.toThrow('outside a request scope')
    await expect(serverAction(() => 1)()).rejects.toThrow('outside a request scope')
  })

  it('the authorizer itself answers as ever', () => {
    expect(application().authorizer.can(new User('ada'), 'read', notes[0])).toBe(true)
  })
})

describe('unguarded', () => {
  it('declares a handler with its reason, and leaves it as it is', async () => {
    const { unguarded } = application()
    const handler = async (name: string) => `signed in ${name}`
    const declared = unguarded('signs in', handler)
    expect(await declared('ada')).toBe('signed in ada')
    expect(routeMarkOf(declared)).toEqual({ kind: 'unguarded', reason: 'signs in' })
    expect(routeMarkOf(handler)).toBeUndefined()
    expect(() => unguarded('', handler)).toThrow(ArgumentError)
  })
})
