import { createRequire } from 'node:module'
import { Authorizer } from '@arcturus/core'
import { expressAuthorization } from '@arcturus/express'
import { fastifyAuthorization } from '@arcturus/fastify'
import { honoAuthorization } from '@arcturus/hono'
import { koaAuthorization } from '@arcturus/koa'
import KoaRouter from '@koa/router'
import express, { type RequestHandler } from 'express'
import { fastify } from 'fastify'
import { type Context, Hono, type Next } from 'hono'
import Koa from 'koa'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { expressRoutes } from './express.js'
import { fastifyRoutes } from './fastify.js'
import { honoRoutes } from './hono.js'
import { koaRoutes } from './koa.js'
import type { Route } from './route.js'

class User {}
class Note {}
const authorizer = new Authorizer().registerClass(User).registerClass(Note)
authorizer.loadSync('allow(_: User, "read", _: Note); allow(_: User, "list", _: Note);')
const find = () => new Note()
const actor = () => new User()

/** Each route as one line. */
const lines = (routes: readonly Route[]) =>
  routes.map(({ method, path, marks, isMounted }) => {
    const texts = marks.map((mark) => (mark.kind === 'unguarded' ? mark.reason : `${mark.action} ${mark.model ?? ''}`))
    return `${method} ${path}: ${texts.map((text) => text.trim()).join(', ') || 'none'}${isMounted ? ' (mounted)' : ''}`
  })

describe.each([
  ['Express 5', express],
  // Sound as far as these tests go: what they use of Express is the same in 4.
  ['Express 4', createRequire(import.meta.url)('express4') as typeof express],
])('%s', (_name, framework) => {
  const { authorize, unguarded } = expressAuthorization(authorizer, { actor })
  const ok: RequestHandler = (_req, res) => void res.send('ok')

  it('lists the routes of routers, and what middleware before them declares', async () => {
    const app = framework().use(authorize())
    app.get('/health', unguarded('liveness'), ok)
    app.get('/notes', authorize('list', 'Note'), ok).post('/notes', ok)
    app
      .route('/notes/:id')
      .all(authorize('read', find, { model: 'Note' }))
      .get(ok)
      .put(ok)
    const before = framework.Router().get('/before', ok)
    const inner = framework.Router().get('/:page', ok).get('/', ok)
    before.use('/pages/:book', authorize('read', find), inner)
    before.get('/after', ok)
    app.use('/books', before)
    app.use('/site', unguarded('public pages', framework.Router().get('/start', ok)), ok)
    app.use(unguarded('the next handler')).get('/next', ok).get('/second', ok)
    app.use('/inner', unguarded('no handler'), framework.Router().get('/one', ok))
    app.all('/all', ok)
    app.get(['/a', '/b'], ok)
    app.get('/behind', ok, authorize('read', find))
    app.route('/mixed').all(ok).get(authorize('read', find), ok)
    const routes = expressRoutes(app, [app])
    expect(lines(routes)).toEqual([
      'GET /health: liveness',
      'GET /notes: list Note',
      'POST /notes: none',
      'ALL /notes/:id: read Note',
      'GET /notes/:id: read Note',
      'PUT /notes/:id: read Note',
      'GET /books/before: none',
      'GET /books/pages/:book/:page: read',
      'GET /books/pages/:book: read',
      'GET /books/after: none',
      'GET /site/start: public pages',
      'GET /next: the next handler',
      'GET /second: none',
      'GET /inner/one: none',
      'ALL /all: none',
      'GET /a: none',
      'GET /b: none',
      'GET /behind: none',
      'ALL /mixed: none',
      'GET /mixed: read',
    ])
    // The guard agrees: it lets a route respond if, and only if, it is listed with a declaration.
    for (const { method, path, marks } of routes.filter(
      ({ method, path }) => path !== '/mixed' && (method === 'GET' || method === 'POST'),
    )) {
      const answer = await request(app)[method === 'GET' ? 'get' : 'post'](path.replace(/:\w+/g, '1'))
      expect([method, path, answer.status]).toEqual([method, path, marks.length > 0 ? 200 : 500])
    }
  })

  it('lists an optional part as guarded only if the path without it is, too', () => {
    const app = framework()
    app.use('/notes/:id', authorize('read', find))
    app.get(framework === express ? '/notes{/:id}' : '/notes/:id?', ok)
    app.get('/notes/:id/more', ok)
    expect(lines(expressRoutes(app, [app]))).toEqual([
      `GET ${framework === express ? '/notes{/:id}' : '/notes/:id?'}: none`,
      'GET /notes/:id/more: read',
    ])
  })

  it('lists mounted applications that it gets, and names others', () => {
    const [app, admin, other] = [framework(), framework(), framework()]
    admin.get('/users', authorize('list', 'Note'), ok)
    app.use('/admin', admin).use('/other', other)
    expect(lines(expressRoutes(app, [app, admin]))).toEqual([
      'GET /admin/users: list Note',
      'ALL /other: none (mounted)',
    ])
  })

  it('finds no routes in an empty application', () => {
    expect(expressRoutes(framework(), [])).toEqual([])
  })
})

describe('Koa', () => {
  const { authorize, unguarded } = koaAuthorization(authorizer, { actor })
  const ok: Koa.Middleware = (ctx) => {
    ctx.body = 'ok'
  }

  it('lists the routes of routers, and what middleware before them declares', async () => {
    const app = new Koa().use(authorize())
    app.on('error', () => undefined)
    const guarded = new KoaRouter({ prefix: '/all-of' }).use(authorize('read', find)).get('/these/:id', ok)
    app.use(guarded.routes())
    const router = new KoaRouter()
    router.get('/health', unguarded('liveness'), ok)
    router.get('/notes', authorize('list', 'Note'), ok).post('/notes', ok)
    router.get('/early/:id', ok)
    router.use('/early', authorize('read', find))
    router.get('/early/:id/more', ok)
    const nested = new KoaRouter({ prefix: '/:page' }).get('/', ok)
    router.use('/books', authorize('read', find, { model: 'Note' }), nested.routes())
    router.use('/open', unguarded('no route')).get('/open/one', ok)
    router.all('/all', ok).get('/behind', ok, authorize('read', find))
    app.use(router.routes())
    const site = new KoaRouter({ prefix: '/site' }).get('/start', ok)
    app.use(unguarded('public pages', site.routes() as unknown as Koa.Middleware))
    const routes = koaRoutes(app)
    expect(lines(routes)).toEqual([
      'GET /all-of/these/:id: read',
      'GET /health: liveness',
      'GET /notes: list Note',
      'POST /notes: none',
      'GET /early/:id: none',
      'GET /early/:id/more: read',
      'GET /books/:page: read Note',
      'GET /open/one: none',
      'ALL /all: none',
      'GET /behind: none',
      'GET /site/start: public pages',
    ])
    const served = app.callback()
    for (const { method, path, marks } of routes) {
      const answer = await request(served)[method === 'POST' ? 'post' : 'get'](path.replace(/:\w+/g, '1'))
      expect([method, path, answer.status]).toEqual([method, path, marks.length > 0 ? 200 : 500])
    }
  })
})

describe('Hono', () => {
  // It prints the errors of blocked responses.
  beforeAll(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
  afterAll(() => void vi.restoreAllMocks())
  const { authorize, unguarded } = honoAuthorization(authorizer, { actor })
  const ok = (c: Context) => c.text('ok')
  const passOn = (_: Context, next: Next) => next()

  it('lists the routes of nested applications, and what middleware before them declares', async () => {
    const app = new Hono()
    app.onError((_, c) => c.text('sorry', 500))
    app.use(authorize())
    app.get('/health', unguarded('liveness'), ok)
    app.get('/style.css', unguarded('styles', ok)).get('/late', unguarded('a page'), passOn, ok)
    app.get('/notes', authorize('list', 'Note'), ok).post('/notes', ok)
    app.get('/notes/:id{[0-9]+}', authorize('read', find, { model: 'Note' }), ok)
    const nested = new Hono().get('/:page', ok).get('/', ok).get('/:page/more', unguarded('for all'), ok)
    nested.onError((_, c) => c.text('sorry', 500))
    app.use('/books/:book/*', authorize('read', find)).route('/books/:book', nested)
    app.get('/optional/:id?', ok).use('/optional/:id', authorize('read', find)).get('/optional/:id', ok)
    app.all('/all', ok)
    const routes = honoRoutes(app)
    expect(lines(routes)).toEqual([
      'GET /health: liveness',
      'GET /style.css: styles',
      'GET /late: none',
      'GET /notes: list Note',
      'POST /notes: none',
      'GET /notes/:id{[0-9]+}: read Note',
      'GET /books/:book/:page: read',
      'GET /books/:book: read',
      'GET /books/:book/:page/more: read, for all',
      'GET /optional/:id?: none',
      'GET /optional/:id: read',
      'ALL /all: none',
    ])
    // The guard agrees.
    for (const { method, path, marks } of routes.filter(({ path }) => !path.startsWith('/optional'))) {
      const answer = await app.request(path.replace(/:\w+(\{.*\})?/g, '1'), { method: method.replace('ALL', 'GET') })
      expect([method, path, answer.status]).toEqual([method, path, marks.length > 0 ? 200 : 500])
    }
  })
})

describe('Fastify', () => {
  const { authorize, unguarded } = fastifyAuthorization(authorizer, { actor })
  const ok = () => 'ok'

  it('lists the routes of plugins, and what hooks of routes and of plugins declare', async () => {
    const app = fastify()
    await app.register(authorize())
    app.get('/health', { onRequest: unguarded('liveness') }, ok)
    app.get('/notes', { preHandler: [authorize('list', 'Note')] }, ok).post('/notes', ok)
    app.register(
      async (books) => {
        books.addHook('onRequest', unguarded('a shop'))
        books.get('/', ok).get('/:book', { preHandler: authorize('read', find, { model: 'Note' }) }, ok)
      },
      { prefix: '/books' },
    )
    app.all('/all', ok).options('/all/*', ok).head('/head', ok)
    const routes = await fastifyRoutes(app)
    expect(lines(routes)).toEqual([
      'GET /health: liveness',
      'GET /notes: list Note',
      'POST /notes: none',
      'ALL /all: none',
      'GET /books: a shop',
      'GET /books/:book: a shop, read Note',
    ])
    // The guard agrees.
    for (const { method, path, marks } of routes) {
      const url = path.replace(/:\w+/g, '1')
      const answer = await app.inject({ method: method === 'POST' ? 'POST' : 'GET', url })
      expect([method, path, answer.statusCode]).toEqual([method, path, marks.length > 0 ? 200 : 500])
    }
  })

  it('lists no application whose routes it cannot know', async () => {
    const [late, none] = [fastify(), fastify()]
    late.register(authorize())
    late.get('/early', ok)
    await expect(fastifyRoutes(late)).rejects.toThrow('Routes were registered before authorize()')
    await expect(fastifyRoutes(none)).rejects.toThrow('has no plugin of @arcturus/fastify')
  })
})
