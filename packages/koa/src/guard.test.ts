import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import { Authorizer } from '@arcturus/core'
import { type EnforcementEvent, RoutePattern } from '@arcturus/web'
import Router from '@koa/router'
import Koa, { type Context, type Middleware } from 'koa'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { koaAuthorization } from './koaAuthorization.js'

class User {
  constructor(readonly name: string) {}
}
const rules = 'allow(_: User, "read", _: User);'

// Sound as far as these tests go: what they use of Koa is the same in 2.
const koa2 = createRequire(import.meta.url)('koa2') as typeof Koa

const secret: Middleware = (ctx) => {
  ctx.body = { secret: 'classified' }
}

describe.each([
  ['Koa 3', Koa],
  ['Koa 2', koa2],
] as const)('the guard of %s', (_name, framework) => {
  function application(policy = rules) {
    const events: EnforcementEvent[] = []
    const authorizer = new Authorizer().registerClass(User).registerConstant(new RoutePattern('/Admin/*'), 'adminPages')
    authorizer.loadSync(policy)
    const actor = () => new User('ada')
    const middleware = koaAuthorization(authorizer, { actor, onDecision: (event) => events.push(event) })
    const app = new framework()
    app.silent = true
    return { app, router: new Router(), events, authorizer, ...middleware }
  }

  it('leaves nothing of a blocked response to an error handler above, even if that sets a status alone', async () => {
    for (const body of ['Sorry', undefined])
      for (const answer of [{ secret: 'classified' }, Readable.from(['classified']), undefined]) {
        const { app, authorize } = application()
        app.use(async (ctx, next) => {
          ctx.set('x-id', '1')
          await next().catch(() => {
            ctx.status = 500
            if (body) ctx.body = body
          })
        })
        app.use(authorize()).use((ctx) => {
          ctx.cookies.set('token', 'classified')
          ctx.set({ 'content-disposition': 'classified', 'x-id': 'classified', 'content-type': 'text/classified' })
          if (answer) ctx.body = answer
          else ctx.redirect('/classified')
          ctx.message = 'classified'
        })
        const got = await request(app.callback()).get('/')
        expect([got.status, got.text, got.headers['x-id']]).toEqual([500, body ?? 'Internal Server Error', '1'])
        expect(JSON.stringify(got.headers)).not.toContain('classified')
      }
  })

  describe('and OPTIONS', () => {
    it.each<[string, (ctx: Context) => void]>([
      ['an object', (ctx) => (ctx.body = { secret: 'classified' })],
      ['a text', (ctx) => (ctx.body = 'classified')],
      ['bytes', (ctx) => (ctx.body = Buffer.from('classified'))],
      ['a stream', (ctx) => (ctx.body = Readable.from(['classified']))],
      ['a redirect', (ctx) => ctx.redirect('/classified')],
      ['the message of its status', (ctx) => (ctx.body = 'OK')],
      [
        'the response itself',
        (ctx) => {
          ctx.respond = false
          ctx.res.statusCode = 200
          ctx.res.end('classified')
        },
      ],
    ])('blocks a response that a middleware wrote: %s', async (_what, answer) => {
      const { app, authorize } = application()
      app.use(authorize()).use((ctx) => answer(ctx))
      const { status, text, headers } = await request(app.callback()).options('/')
      expect(status).toBe(500)
      expect(text).not.toContain('classified')
      expect(headers['location']).toBeUndefined()
    })

    it('holds back a body that middleware in front of it sets', async () => {
      const { app, authorize } = application()
      app.use(async (ctx, next) => {
        await next()
        ctx.body = 'classified'
      })
      app.use(authorize()).use((ctx) => {
        ctx.status = 200
      })
      expect((await request(app.callback()).options('/')).status).toBe(500)
    })

    it.each<[string, number, string, (ctx: Context) => void]>([
      ['a status alone', 200, 'OK', (ctx) => (ctx.status = 200)],
      ['an empty text', 200, '', (ctx) => (ctx.body = '')],
      ['no bytes', 200, '', (ctx) => (ctx.body = Buffer.alloc(0))],
      ['the status 204', 204, '', (ctx) => (ctx.status = 204)],
      ['nothing', 204, '', (ctx) => (ctx.body = null)],
    ])('passes a response without a body: %s', async (_what, status, text, answer) => {
      const { app, authorize } = application()
      app.use(authorize()).use((ctx) => answer(ctx))
      const got = await request(app.callback()).options('/')
      expect([got.status, got.text ?? '']).toEqual([status, text])
    })

    it('passes the response of allowedMethods()', async () => {
      const { app, authorize, router } = application()
      router.get('/', secret).put('/', secret)
      app.use(authorize()).use(router.routes()).use(router.allowedMethods())
      const { status, headers } = await request(app.callback()).options('/')
      expect([status, headers['allow']]).toEqual([200, 'HEAD, GET, PUT'])
    })

    it('passes a response with a decision', async () => {
      const { app, authorize, authorizer } = application()
      app.use(authorize()).use((ctx) => {
        authorizer.can(new User('ada'), 'read', new User('bob'))
        ctx.body = 'an answer'
      })
      expect((await request(app.callback()).options('/')).text).toBe('an answer')
    })
  })

  describe('and middleware for everybody', () => {
    const files: Middleware = async (ctx, next) => {
      if (ctx.path === '/style.css') ctx.body = 'body {}'
      else await next()
    }
    const filesAfter: Middleware = async (ctx, next) => {
      await next()
      if (ctx.path === '/style.css' && ctx.status === 404) ctx.body = 'body {}'
    }

    it('guards the response of outer middleware for one that throws', async () => {
      const { app, authorize, unguarded } = application()
      app.use(async (ctx, next) => {
        await next().catch(() => undefined)
        if (ctx.body === undefined) ctx.body = 'classified'
      })
      app.use(authorize()).use(
        unguarded('styles', () => {
          throw new Error('no')
        }),
      )
      const { status, text } = await request(app.callback()).get('/')
      expect([status, text.includes('classified')]).toEqual([500, false])
    })

    it.each([
      ['first', files],
      ['if nothing behind it does', filesAfter],
    ])('guards a request that falls through a middleware that responds %s', async (_when, middleware) => {
      const { app, authorize, unguarded, events } = application()
      app.use(authorize()).use(unguarded('styles', (_ctx, next) => next(), middleware))
      app.use((ctx, next) => (ctx.path === '/report' ? secret(ctx as never, next) : next()))
      const style = await request(app.callback()).get('/style.css')
      expect([style.status, style.text]).toEqual([200, 'body {}'])
      expect((await request(app.callback()).get('/report')).status).toBe(500)
      expect(events.filter((event) => event.kind === 'unguarded')).toMatchObject([
        { reason: 'styles', request: { path: '/style.css' } },
        { reason: 'styles', request: { path: '/report' } },
      ])
    })

    it.each<[string, (middleware: Middleware) => Middleware]>([
      ['as it is', (open) => open],
      ['within another', (open) => (ctx, next) => open(ctx, next)],
    ])('opens no application as a whole if it is used %s', async (_what, wrap) => {
      const { app, authorize, unguarded } = application()
      app.use(authorize()).use(wrap(unguarded('styles')))
      app.use(files).use(secret)
      const errors: Error[] = []
      app.on('error', (error) => errors.push(error))
      expect((await request(app.callback()).get('/report')).status).toBe(500)
      expect(errors).toMatchObject([{ message: expect.stringContaining('would open every route behind it') }])
    })

    it('guards another route that a public route passes on to', async () => {
      const { app, authorize, unguarded, router } = application()
      router.get('/health', unguarded('liveness'), (_ctx, next) => next()).get('/:page', secret)
      app.use(authorize()).use(router.routes())
      expect((await request(app.callback()).get('/health')).status).toBe(500)
    })

    it('opens the rest of a route', async () => {
      const { app, authorize, unguarded, router } = application()
      router.get('/health', unguarded('liveness'), (_ctx, next) => next(), secret)
      app.use(authorize()).use(router.routes())
      expect((await request(app.callback()).get('/health')).status).toBe(200)
    })
  })

  it.each([
    ['a path', `${rules} allow_request(_, ctx) if ctx.path.startsWith("/admin/") = false;`],
    ['a pattern of routes', `${rules} allow_request(_, ctx) if not adminPages.covers(ctx);`],
  ])('compares %s of request-level rules as the router does', async (_what, policy) => {
    const { app, authorize, unguarded, router } = application(policy)
    router.get('/admin/users', unguarded('the rules protect it'), secret)
    router.get('/documents', unguarded('the rules protect it'), secret)
    // As koa-mount does.
    app.use((ctx, next) => {
      if (ctx.path.startsWith('/mount')) ctx.path = ctx.path.slice('/mount'.length)
      return next()
    })
    app.use(authorize()).use(router.routes())
    for (const path of ['/admin/users', '/ADMIN/users', '/Admin/Users/', '/admin/users?x', '/%61dmin/users'])
      expect([path, (await request(app.callback()).get(path)).status]).toEqual([path, 403])
    expect((await request(app.callback()).get('/documents')).status).toBe(200)
    expect((await request(app.callback()).get('/mount/documents')).status).toBe(200)
  })

  it('makes responses private that read the actor', async () => {
    const { app, authorize, unguarded, router } = application()
    router.get('/read', unguarded('a greeting'), (ctx) => {
      ctx.body = `Hello ${(ctx.state['authorization'].actor as User).name}`
    })
    router.get('/plain', unguarded('liveness'), secret)
    app.use(authorize()).use(router.routes())
    expect((await request(app.callback()).get('/read')).headers['cache-control']).toBe('private')
    expect((await request(app.callback()).get('/plain')).headers['cache-control']).toBeUndefined()
  })
})
