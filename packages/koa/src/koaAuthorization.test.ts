import { type EnforcementEvent, UndecidedError } from '@arcturus/web'
import cors from '@koa/cors'
import Router from '@koa/router'
import Koa, { type Middleware } from 'koa'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { createWorld } from '../../../test/frameworks/world.js'
import { type KoaAuthorizationOptions, koaAuthorization } from './koaAuthorization.js'
import type { RouteContext } from './types.js'

const world = createWorld()
const findDocument = (ctx: RouteContext) => world.document(String(ctx.params['id']))

/** An application with the guard armed, what it told its log, and the errors that Koa told of. */
function application(options: Partial<KoaAuthorizationOptions> = {}, ...outside: Middleware[]) {
  const events: EnforcementEvent[] = []
  const errors: Error[] = []
  const middleware = koaAuthorization(world.authorizer, {
    actor: (ctx) => world.user(ctx.get('x-actor') || undefined),
    onDecision: (event) => events.push(event),
    ...options,
  })
  const app = new Koa()
  const router = new Router()
  for (const one of outside) app.use(one)
  app.use(middleware.authorize()).use(router.routes())
  app.on('error', (error) => errors.push(error))
  const get = (path: string, actor?: string) =>
    request(app.callback())
      .get(path)
      .set(actor === undefined ? {} : { 'x-actor': actor })
  return { app, router, events, errors, get, ...middleware }
}

const classified: Middleware = (ctx) => {
  ctx.body = 'classified'
}

describe('a denial', () => {
  it('has a minimal body and logs nothing', async () => {
    const { router, get, authorize, errors } = application()
    router.get('/documents/:id', authorize('edit', findDocument), classified)
    expect((await get('/documents/1', 'bob')).text).toBe('You may not do this.')
    expect((await get('/documents/1', 'eve')).text).toBe('Not found.')
    expect((await get('/documents/1')).text).toBe('Sign in to do this.')
    expect(errors).toMatchObject([403, 404, 401].map((status) => ({ status, statusCode: status, expose: true })))
  })

  it.each([false, true])('from a handler is as one from the route, with problemDetails %s', async (problemDetails) => {
    const { router, get, authorize } = application({ challenge: 'Bearer', problemDetails })
    router.get('/route/:id', authorize('edit', findDocument), classified)
    router.get('/handler/:id', async (ctx) => {
      await ctx.state.authorization.authorize('edit', await findDocument(ctx))
      ctx.body = 'classified'
    })
    for (const actor of ['bob', 'eve', undefined]) {
      const [route, handler] = [await get('/route/1', actor), await get('/handler/1', actor)]
      expect({ ...handler.headers, date: '' }).toEqual({ ...route.headers, date: '' })
      expect([handler.status, handler.text]).toEqual([route.status, route.text])
      expect(handler.headers['cache-control']).toBe('private')
    }
  })

  it.each(['*/*', 'application/problem+json'])(
    'passes through all middleware as an error, for Accept %s',
    async (accept) => {
      const told: string[] = []
      const transaction: Middleware = async (_, next) => {
        try {
          await next()
          told.push('committed')
        } catch (error) {
          told.push('rolled back')
          throw error
        }
      }
      const { app, router, authorize } = application({}, transaction)
      const secret: Middleware = async (ctx, next) => {
        await next()
        ctx.status = 200
        ctx.body = 'classified'
      }
      router.get('/documents/:id', secret, authorize('edit', findDocument), classified)
      router.get('/handler/:id', secret, async (ctx) => {
        await ctx.state.authorization.authorize('edit', await findDocument(ctx))
      })
      for (const path of ['/documents/1', '/handler/1']) {
        const answer = await request(app.callback()).get(path).set({ 'x-actor': 'bob', accept })
        expect(answer.status).toBe(403)
        expect(answer.text).not.toContain('classified')
        expect(answer.headers['content-type']).toContain(accept === '*/*' ? 'text/plain' : accept)
      }
      expect(told).toEqual(['rolled back', 'rolled back'])
    },
  )

  it('reaches the error handler of the application', async () => {
    const signIn: Middleware = async (ctx, next) => {
      try {
        await next()
      } catch (error) {
        if ((error as { status?: number }).status !== 401) throw error
        ctx.redirect('/sign-in')
      }
    }
    const { router, get, authorize } = application({}, signIn)
    router.get('/documents/:id', authorize('read', findDocument), classified)
    const answer = await get('/documents/1')
    expect([answer.status, answer.headers['location']]).toEqual([302, '/sign-in'])
    expect((await get('/documents/1', 'eve')).status).toBe(404)
  })

  it.each([
    [undefined, 401, 'Unauthorized', 'Sign in to do this.'],
    ['bob', 403, 'Forbidden', 'You may not do this.'],
    ['eve', 404, 'Not Found', 'Not found.'],
  ])('by RFC 9457 reveals to %s no more than %i', async (actor, status, title, detail) => {
    const { router, get, authorize } = application({ problemDetails: true, challenge: 'Bearer' })
    router.get('/documents/:id', authorize('edit', findDocument), classified)
    const answer = await get('/documents/1', actor)
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(answer.headers['www-authenticate']).toBe(status === 401 ? 'Bearer' : undefined)
    expect(JSON.parse(answer.text || String(answer.body))).toEqual({ type: 'about:blank', title, status, detail })
  })
})

describe('a denial written past Koa', () => {
  it.each([false, true])('is still answered, with problemDetails %s', async (problemDetails) => {
    const { router, get } = application({ problemDetails })
    router.get('/handler/:id', async (ctx) => {
      ctx.respond = false
      await ctx.state.authorization.authorize('edit', await findDocument(ctx))
    })
    expect((await get('/handler/1', 'bob')).status).toBe(403)
  })
})

describe('the guard', () => {
  it('hands its error to the error handlers of the application', async () => {
    const handler: Middleware = async (ctx, next) => {
      try {
        await next()
      } catch (error) {
        ctx.status = 500
        ctx.body = { undecided: error instanceof UndecidedError }
      }
    }
    const { router, get, events } = application({}, handler)
    router.get('/forgotten', classified)
    const answer = await get('/forgotten', 'ada')
    expect([answer.status, answer.body]).toEqual([500, { undecided: true }])
    expect(events.at(-1)).toMatchObject({ kind: 'undecided' })
  })

  it('stays active if an error handler responds', async () => {
    const { router, get } = application({}, async (ctx, next) => {
      await next().catch(() => {})
      ctx.body = 'classified'
    })
    router.get('/forgotten', classified)
    const answer = await get('/forgotten', 'ada')
    expect([answer.status, answer.text]).toEqual([500, 'Internal Server Error'])
  })

  it('blocks a response of outer middleware without a decision', async () => {
    const { get, errors } = application({}, async (ctx, next) => {
      await next()
      ctx.set('x-secret', 'yes')
      ctx.body = 'classified'
    })
    const answer = await get('/nowhere', 'ada')
    expect([answer.status, answer.text, answer.headers['x-secret']]).toEqual([500, 'Internal Server Error', undefined])
    expect(errors).toEqual([expect.any(UndecidedError)])
  })

  it.each([
    ['at once', 0],
    ['later', 5],
  ])('holds back one piece written %s past Koa', async (_when, delay) => {
    const { router, get } = application()
    router.get('/forgotten', (ctx) => {
      ctx.respond = false
      ctx.res.statusCode = 200
      if (delay === 0) ctx.res.end('classified')
      else setTimeout(() => ctx.res.end('classified'), delay)
    })
    const answer = await get('/forgotten', 'ada')
    expect([answer.status, answer.text]).toEqual([500, 'Internal Server Error'])
  })

  it('drops everything after a blocked chunk, and logs it', async () => {
    const { router, get, errors } = application()
    let written = 0
    router.get('/events', (ctx) => {
      ctx.respond = false
      ctx.res.writeHead(200, { 'Content-Type': 'text/event-stream' })
      const timer = setInterval(() => {
        ctx.res.write(`data: classified ${written++}\n\n`)
        if (written < 3) return
        clearInterval(timer)
        ctx.res.end()
      }, 2)
    })
    const answer = await get('/events', 'ada')
    expect([answer.status, answer.text]).toEqual([500, 'Internal Server Error'])
    await expect.poll(() => written).toBe(3)
    expect(errors).toEqual([expect.any(UndecidedError)])
  })

  it('lets a stream flow once something is decided', async () => {
    const { router, get, authorize } = application()
    router.get('/events/:id', authorize('read', findDocument), (ctx) => {
      ctx.respond = false
      ctx.res.writeHead(200, { 'Content-Type': 'text/event-stream' })
      ctx.res.write('data: 1\n\n')
      ctx.res.end('data: 2\n\n')
    })
    const answer = await get('/events/1', 'bob')
    expect([answer.text, answer.headers['cache-control']]).toEqual(['data: 1\n\ndata: 2\n\n', 'private'])
  })

  it('is armed by a router for its own routes alone', async () => {
    const { authorize } = koaAuthorization(world.authorizer, { actor: () => undefined })
    const router = new Router().use(authorize()).get('/forgotten', classified)
    const app = new Koa().use(router.routes()).use(classified)
    app.silent = true
    expect((await request(app.callback()).get('/forgotten')).status).toBe(500)
    expect((await request(app.callback()).get('/elsewhere')).text).toBe('classified')
  })

  it('leaves preflights to cors(), and lets other origins read denials', async () => {
    const { app, router, authorize } = application({}, cors({ keepHeadersOnError: true }))
    router.put('/documents/:id', authorize('edit', findDocument), classified)
    const origin = { Origin: 'https://elsewhere.example' }
    const ask = (method: 'options' | 'put', headers: object) =>
      request(app.callback())
        [method]('/documents/1')
        .set({ ...origin, ...headers })
    const preflight = await ask('options', { 'Access-Control-Request-Method': 'PUT' })
    expect([preflight.status, preflight.headers['access-control-allow-origin']]).toEqual([204, '*'])
    const refused = await ask('put', { 'x-actor': 'bob' })
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([403, '*'])
    const allowed = await ask('put', { 'x-actor': 'ada' })
    expect([allowed.status, allowed.headers['access-control-allow-origin']]).toEqual([200, '*'])
  })
})

describe('an answer about an actor', () => {
  it('is private also if it is an error of the application', async () => {
    const { router, get, authorize } = application()
    router.get('/documents/:id', authorize('read', findDocument), (ctx) => ctx.throw(410, 'moved'))
    const answer = await get('/documents/1', 'bob')
    expect([answer.status, answer.text, answer.headers['cache-control']]).toEqual([410, 'moved', 'private'])
  })
})

describe('ctx.state.authorization', () => {
  it('keeps the resource of each nested router', async () => {
    const { router, get, authorize } = application()
    const findSecond = (ctx: RouteContext) => world.document(String(ctx.params['second']))
    const nested = new Router()
    nested.get('/:second', authorize('read', findSecond), (ctx) => {
      const { authorization } = ctx.state
      ctx.body = [authorization.resourceOf(findDocument)?.title, authorization.resource.title]
    })
    router.use('/documents/:id', authorize('read', findDocument), nested.routes())
    expect((await get('/documents/1/2', 'bob')).body).toEqual(['Plans', 'Notice'])
    expect((await get('/documents/1/3', 'bob')).status).toBe(404)
    expect((await get('/documents/3/1', 'bob')).status).toBe(404)
  })

  it('treats a plain row as a row of the model that the route names', async () => {
    const { router, get, authorize } = application()
    const findRow = async (ctx: RouteContext) => ({ ...(await findDocument(ctx)) })
    router.get('/unnamed/:id', authorize('read', findRow), classified)
    router.get('/named/:id', authorize('read', findRow, { model: 'Document' }), classified)
    expect((await get('/unnamed/1', 'bob')).status).not.toBe(200)
    expect((await get('/named/1', 'bob')).text).toBe('classified')
    expect((await get('/named/1', 'eve')).status).toBe(404)
  })
})

describe('a mistake in the application', () => {
  const { authorize, unguarded } = application()

  it.each([
    ['an action without a loader', () => authorize('read', undefined as never)],
    ['no reason', () => unguarded(' ')],
    ['no actor', () => koaAuthorization(world.authorizer, {} as never)],
    ['no authorizer', () => koaAuthorization(undefined as never, { actor: () => null })],
    ['no options', () => koaAuthorization(world.authorizer, undefined as never)],
  ])('is reported when the application is built: %s', (_name, declare) => {
    expect(declare).toThrow(expect.objectContaining({ code: 'invalid-argument' }))
  })

  it('an action that the policy does not name is an error of the declaration', () => {
    expect(() => authorize('edti', findDocument)).toThrow('did you mean "edit"?')
  })
})
