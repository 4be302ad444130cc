import { type EnforcementEvent, UndecidedError } from '@arcturus/web'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { every } from 'hono/combine'
import { cors } from 'hono/cors'
import { etag } from 'hono/etag'
import { serveStatic } from 'hono/serve-static'
import { describe, expect, it, vi } from 'vitest'
import { createWorld } from '../../../test/frameworks/world.js'
import { type HonoAuthorizationOptions, honoAuthorization } from './honoAuthorization.js'

const printed = vi.spyOn(console, 'error').mockImplementation(() => {})

/** An application with the guard armed, and its log. */
function application(options: Partial<HonoAuthorizationOptions> = {}, more = '', ...outside: MiddlewareHandler[]) {
  const world = createWorld(more)
  const events: EnforcementEvent[] = []
  const middleware = honoAuthorization(world.authorizer, {
    actor: (c) => world.user(c.req.header('x-actor')),
    onDecision: (event) => events.push(event),
    ...options,
  })
  const app = new Hono()
  for (const one of outside) app.use(one)
  app.use(middleware.authorize())
  const findDocument = (c: Context) => world.document(c.req.param('id') ?? '')
  const get = async (path: string, actor?: string, headers: Record<string, string> = {}) => {
    const answer = await app.request(path, {
      headers: { ...headers, ...(actor !== undefined && { 'x-actor': actor }) },
    })
    return { status: answer.status, headers: answer.headers, text: await answer.text() }
  }
  return { app, world, events, get, findDocument, ...middleware }
}

const classified = (c: Context): Response => c.text('classified')

describe('a patch', () => {
  it('answers a body that is no JSON by 400', async () => {
    const { app, authorize, findDocument } = application()
    app.post('/:id', authorize('edit', findDocument, { patch: (c) => c.req.json() }), classified)
    const answer = await app.request('/1', { method: 'POST', headers: { 'x-actor': 'ada' }, body: '{"title":' })
    expect([answer.status, await answer.text()]).toEqual([400, 'Bad Request'])
  })
})

describe('a denial', () => {
  it.each([false, true])('from a handler is as one from the route, with problemDetails %s', async (problemDetails) => {
    const { app, world, get, authorize, findDocument } = application({ challenge: 'Bearer', problemDetails })
    app.get('/route/:id', authorize('edit', findDocument), classified)
    app.get('/handler/:id', async (c) => {
      await c.get('authorization').authorize('edit', await findDocument(c))
      return classified(c)
    })
    app.get('/authorizer/:id', async (c) => {
      c.header('set-cookie', 'secret=1')
      await world.authorizer.authorize(c.get('authorization').actor, 'edit', await findDocument(c))
      return classified(c)
    })
    for (const actor of ['bob', 'eve', undefined]) {
      const route = await get('/route/1', actor)
      expect(route.headers.get('cache-control')).toBe('private')
      for (const path of ['/handler/1', '/authorizer/1']) {
        const other = await get(path, actor)
        expect({ ...other, headers: [...other.headers] }).toEqual({ ...route, headers: [...route.headers] })
      }
    }
  })

  it('reaches the error handler of the application, whose redirect signs in', async () => {
    const { app, get, authorize, findDocument } = application()
    app.onError((error, c) => {
      const status: unknown = Reflect.get(error, 'status')
      return status === 401 ? c.redirect('/sign-in') : c.text('sorry', status === 404 ? 404 : 500)
    })
    app.get('/documents/:id', authorize('read', findDocument), classified)
    expect((await get('/documents/1')).headers.get('location')).toBe('/sign-in')
    expect(await get('/documents/1', 'eve')).toMatchObject({ status: 404, text: 'sorry' })
  })

  it('that an error handler answers with a success is blocked', async () => {
    const { app, get, authorize, findDocument } = application()
    app.onError((_, c) => c.text('classified'))
    app.get('/documents/:id', authorize('read', findDocument), classified)
    expect(await get('/documents/1', 'eve')).toMatchObject({ status: 500, text: 'Internal Server Error' })
  })

  it('is not printed if the route declares the action', async () => {
    const { app, get, authorize, findDocument } = application()
    app.get('/documents/:id', authorize('read', findDocument), classified)
    printed.mockClear()
    await get('/documents/1', 'eve')
    expect(printed).not.toHaveBeenCalled()
  })
})

describe('the guard of Hono', () => {
  it('drops the headers of a blocked response, and names the route in the log', async () => {
    const seen: unknown[] = []
    const above: MiddlewareHandler = async (c, next) => {
      await next()
      seen.push(c.error)
    }
    const { app, get, events } = application({}, '', above)
    app.get('/forgotten', (c) => {
      for (const name of ['set-cookie', 'location', 'etag', 'content-disposition']) c.header(name, 'classified')
      return c.redirect('/classified')
    })
    const { status, text, headers } = await get('/forgotten', 'ada')
    expect([status, text, [...headers.keys()]]).toEqual([500, 'Internal Server Error', ['content-type']])
    expect(events.slice(1)).toMatchObject([{ kind: 'undecided', request: { method: 'GET', path: '/forgotten' } }])
    expect(seen).toMatchObject([
      { code: 'undecided', message: expect.stringContaining('GET /forgotten responded 302') },
    ])
    expect(seen[0]).toBeInstanceOf(UndecidedError)
  })

  it.each<[string, (app: Hono) => void]>([
    [
      'an error handler',
      (app) => app.get('/x', () => Promise.reject(new Error('no'))).onError((_, c) => classified(c)),
    ],
    [
      'the error handler of a nested application',
      (app) => {
        const nested = new Hono().get('/', () => Promise.reject(new Error('no'))).onError((_, c) => classified(c))
        app.route('/x', nested)
      },
    ],
    ['a handler of missing routes', (app) => app.notFound(classified)],
    ['a mounted application', (app) => app.mount('/x', () => new Response('classified'))],
    ['a response with an etag', (app) => app.get('/x', etag(), classified)],
    [
      'middleware that responds after the handler',
      (app) =>
        app.get('/x', async (c, next) => {
          await next()
          c.res = classified(c)
        }),
    ],
  ])('blocks the response of %s', async (_who, add) => {
    const { app, get } = application()
    add(app)
    expect(await get('/x', 'ada')).toMatchObject({ status: 500, text: 'Internal Server Error' })
  })

  it.each(['/forgotten', '/missing', '/documents/1'])(
    'blocks what middleware above answers in its place: %s',
    async (path) => {
      const fallback: MiddlewareHandler = async (c, next) => {
        await next()
        if (c.res.status >= 400) c.res = new Response('classified', { headers: { location: '/classified' } })
      }
      const { app, get, authorize, findDocument } = application({}, '', fallback)
      app.get('/forgotten', classified).get('/documents/:id', authorize('read', findDocument), classified)
      const { status, text, headers } = await get(path, 'eve')
      expect([status, text, headers.get('location')]).toEqual([500, 'Internal Server Error', null])
    },
  )
})

describe('a public handler', () => {
  const passOn: MiddlewareHandler = (_, next) => next()
  const files = (served: boolean) =>
    serveStatic({ root: './public', getContent: async () => (served ? new Response('body {}') : null) })

  it('responds, before the application has a decision', async () => {
    const { app, get, unguarded, events } = application()
    app.get('/health', unguarded('liveness'), (c) => c.text('ok'))
    app.get('/style.css', unguarded('styles', files(true)))
    expect(await get('/health')).toMatchObject({ status: 200, text: 'ok' })
    expect(await get('/style.css')).toMatchObject({ status: 200, text: 'body {}' })
    expect(events.filter((event) => event.kind === 'unguarded')).toMatchObject([
      { kind: 'unguarded', reason: 'liveness' },
      { kind: 'unguarded', reason: 'styles' },
    ])
  })

  it.each<[string, (app: Hono, unguarded: ReturnType<typeof honoAuthorization>['unguarded']) => void]>([
    ['static files', (app, unguarded) => app.use('/*', unguarded('styles'), files(false))],
    ['given static files', (app, unguarded) => app.use('/*', unguarded('styles', files(false)))],
    ['a handler that passes on', (app, unguarded) => app.get('/x', unguarded('page'), passOn)],
    ['two exemptions', (app, unguarded) => app.get('/x', unguarded('one'), unguarded('two'), passOn)],
    ['nested middleware', (app, unguarded) => app.use('/*', unguarded('many'), every(passOn, passOn))],
  ])('that passes the request on opens no route behind it: %s', async (_what, add) => {
    const { app, get, unguarded } = application()
    add(app, unguarded)
    app.get('/x', every(passOn, passOn), classified)
    expect(await get('/x', 'ada')).toMatchObject({ status: 500, text: 'Internal Server Error' })
  })

  it('needs a reason, and a handler that is a function', () => {
    const { unguarded } = application()
    expect(() => unguarded('')).toThrow('unguarded needs a reason')
    expect(() => unguarded('styles', {} as MiddlewareHandler)).toThrow('must be a handler')
  })

  it('that throws is guarded again', async () => {
    const { app, get, unguarded } = application()
    app.onError((_, c) => classified(c))
    app.get('/x', unguarded('page'), () => Promise.reject(new Error('no')))
    expect((await get('/x')).status).toBe(500)
  })
})

describe('request-level rules', () => {
  it('read the headers of the request', async () => {
    const { world, get } = application()
    world.authorizer.loadSync('allow_request(_, request) if request.header("x-key") = "yes";')
    expect((await get('/x', 'ada', { 'x-key': 'yes' })).status).toBe(404)
    expect((await get('/x', 'ada', { 'x-key': 'no' })).status).toBe(403)
  })
})

it('keeps the headers that middleware above sets', async () => {
  const { app, get, authorize, findDocument } = application({}, '', cors({ origin: (origin) => origin }))
  app.get('/documents/:id', authorize('read', findDocument), (c) => c.json(c.get('authorization').resource))
  app.get('/forgotten', classified)
  app.get('/handler/:id', async (c) => {
    await c.get('authorization').authorize('edit', await findDocument(c))
    return classified(c)
  })
  for (const path of ['/documents/1', '/handler/1', '/forgotten'])
    for (const actor of ['bob', 'eve']) {
      const { headers, status } = await get(path, actor, { origin: 'http://a.test' })
      expect(headers.get('access-control-allow-origin')).toBe('http://a.test')
      if (status === 404) expect(headers.get('vary')?.split(', ').sort()).toEqual(['Accept', 'Origin'])
    }
})
