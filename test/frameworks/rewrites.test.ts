import { Authorizer } from '@arcturus/core'
import { RoutePattern } from '@arcturus/web'
import Router from '@koa/router'
import type { NextFunction, Request, Response } from 'express'
import type { Middleware } from 'koa'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { expresses, expressStack, koaStack, koas } from './applications.js'

class User {
  constructor(readonly isAdmin: boolean) {}
}

class Report {}

const readable = 'allow(_: User, "read", _: Report);\nallow_request(user: User, _) if user.isAdmin = true;'
const noAdminPages = `${readable}
  allow_request(_, request) if not adminPages.covers(request) and not request.path.startsWith("/admin/");`
const noAdminUsers = `${readable}\nallow_request(_, request) if not request.path = "/admin/users";`
const noDelete = `${readable}\nallow_request(_, request) if not request.method = "DELETE";`

function authorizerOf(policy: string): Authorizer {
  const authorizer = new Authorizer()
    .registerClass(User)
    .registerClass(Report)
    .registerConstant(new RoutePattern('/admin/*'), 'adminPages')
  authorizer.loadSync(policy)
  return authorizer
}

const withoutLanguage = (url: string) => url.replace(/^\/(en|de)(?=\/)/, '')
const report = () => new Report()
const why = 'the request-level rules protect it'

describe.each(expresses)('request-level rules of %s', (_name, framework) => {
  const application = (policy: string, isAdmin = false) =>
    expressStack(framework, authorizerOf(policy), () => new User(isAdmin))
  const rewrite = (req: Request, _res: Response, next: NextFunction) => {
    req.url = withoutLanguage(req.url)
    next()
  }
  const override = (req: Request, _res: Response, next: NextFunction) => {
    req.method = String(req.get('x-http-method-override') ?? req.method)
    next()
  }
  const answer = (_req: Request, res: Response) => void res.send('DATA')

  it('read the path that a rewrite in front of them left', async () => {
    const { app, authorize } = application(noAdminPages)
    app.use(rewrite, authorize())
    app.get(['/admin/users', '/documents'], authorize('read', report), answer)
    const status = async (path: string) => (await request(app).get(path)).status
    expect([await status('/en/admin/users'), await status('/admin/users')]).toEqual([403, 403])
    expect([await status('/en/documents'), await status('/documents')]).toEqual([200, 200])
  })

  it('are evaluated again for what a rewrite behind them left', async () => {
    for (const isAdmin of [false, true]) {
      const { app, authorize } = application(noAdminPages, isAdmin)
      app.use(authorize(), rewrite)
      app.get(['/admin/users', '/documents'], authorize('read', report), answer)
      expect((await request(app).get('/en/admin/users')).status).toBe(isAdmin ? 200 : 403)
      expect((await request(app).get('/en/documents')).status).toBe(200)
    }
  })

  it.each<[string, (stack: ReturnType<typeof application>) => void]>([
    ['a public handler', ({ app, unguarded }) => app.all('/admin/users', unguarded(why), answer)],
    [
      'a handler that decides itself',
      ({ app }) =>
        app.all('/admin/users', async (req, res, next) => {
          await req.authorization.authorize('read', report()).then(() => res.send('DATA'), next)
        }),
    ],
  ])('stop %s behind a rewrite that is behind them', async (_what, add) => {
    const stack = application(noAdminPages, true)
    stack.app.use(stack.authorize(), rewrite)
    add(stack)
    const codes: unknown[] = []
    stack.app.use((error: { code?: unknown }, _req: Request, _res: Response, next: NextFunction) => {
      codes.push(error.code)
      next(error)
    })
    const { status, text } = await request(stack.app).get('/en/admin/users')
    expect([status, text.includes('DATA'), codes]).toEqual([500, false, ['changed-request']])
    expect((await request(stack.app).get('/admin/users')).text).toBe('DATA')
  })

  it('read the method that the router will see', async () => {
    for (const isAdmin of [false, true]) {
      const { app, authorize } = application(noDelete, isAdmin)
      app.use('/before', override)
      app.use(authorize(), override)
      app.delete(['/before', '/behind'], authorize('read', report), answer)
      const status = async (path: string) =>
        (await request(app).post(path).set('x-http-method-override', 'DELETE')).status
      expect([await status('/before'), await status('/behind')]).toEqual(isAdmin ? [200, 200] : [403, 403])
    }
  })

  it('deny a path with a slash at its end as without', async () => {
    const { app, authorize, unguarded } = application(noAdminUsers)
    app.use(authorize()).use(unguarded(why), answer)
    const status = async (path: string) => (await request(app).get(path)).status
    expect([await status('/admin/users'), await status('/admin/users/')]).toEqual([403, 403])
    expect([await status('/admin/users/7'), await status('/admin'), await status('/admin/')]).toEqual([200, 200, 200])
  })

  it('ignore the case if a router of a case-sensitive application does', async () => {
    const sensitive = () => {
      const stack = application(noAdminUsers)
      stack.app.enable('case sensitive routing').use(stack.authorize())
      return stack
    }
    const status = async (app: ReturnType<typeof sensitive>['app']) => (await request(app).get('/admin/Users')).status
    const routes = (
      router: Pick<ReturnType<typeof framework.Router>, 'get'>,
      { authorize }: ReturnType<typeof application>,
    ) => router.get(['/users', '/Users'], authorize('read', report), answer)

    const nested = sensitive()
    const router = framework.Router()
    routes(router, nested)
    nested.app.use('/admin', framework.Router().use(router))
    expect(await status(nested.app)).toBe(403)

    const mounted = sensitive()
    const inner = framework()
    routes(inner, mounted)
    mounted.app.use('/admin', inner)
    expect(await status(mounted.app)).toBe(403)

    const alike = sensitive()
    const other = framework.Router({ caseSensitive: true })
    routes(other, alike)
    alike.app.use('/admin', other)
    expect(await status(alike.app)).toBe(200)
  })

  it('refuse an ambiguous path with an error that reveals nothing', async () => {
    const { app, authorize } = application(noAdminPages)
    const errors: unknown[] = []
    app.use(authorize())
    app.use((error: { expose: boolean; message: string }, _req: Request, _res: Response, next: NextFunction) => {
      errors.push(error)
      // As Express does in production.
      next(error.expose ? error : Object.assign(error, { stack: 'Bad Request' }))
    })
    const { status, text } = await request(app).get('/public/%2e%2e/admin')
    expect([status, text.includes('Bad Request'), text.includes('admin')]).toEqual([400, true, false])
    expect(errors).toMatchObject([{ code: 'ambiguous-target', message: expect.stringContaining('a segment of dots') }])
  })

  it('refuse no path if the policy has none', async () => {
    const { app, authorize } = application('allow(_: User, "read", _: Report);')
    app.use(authorize(), authorize('read', report)).use(answer)
    expect((await request(app).get('//public;x')).status).toBe(200)
  })
})

describe.each(koas)('request-level rules of %s', (_name, framework) => {
  const application = (policy: string, isAdmin = false) =>
    koaStack(framework, authorizerOf(policy), () => new User(isAdmin))
  const rewrite: Middleware = (ctx, next) => {
    ctx.url = withoutLanguage(ctx.url)
    return next()
  }
  const override: Middleware = (ctx, next) => {
    ctx.method = ctx.get('x-http-method-override') || ctx.method
    return next()
  }
  const answer: Middleware = (ctx) => {
    ctx.body = 'DATA'
  }
  /** As koa-mount does. */
  const mount =
    (prefix: string, mounted: Middleware): Middleware =>
    async (ctx, next) => {
      const { path } = ctx
      if (!path.startsWith(`${prefix}/`)) return next()
      Reflect.set(ctx, 'mountPath', prefix)
      ctx.path = path.slice(prefix.length)
      await mounted(ctx, async () => {
        const inner = ctx.path
        ctx.path = path
        await next()
        ctx.path = inner
      })
      ctx.path = path
    }

  it('read the path that a rewrite in front of them left', async () => {
    const { app, authorize } = application(noAdminPages)
    const router = new Router().get(['/admin/users', '/documents'], authorize('read', report) as Middleware, answer)
    app.use(rewrite).use(authorize()).use(router.routes())
    const status = async (path: string) => (await request(app.callback()).get(path)).status
    expect([await status('/en/admin/users'), await status('/admin/users')]).toEqual([403, 403])
    expect([await status('/en/documents'), await status('/documents')]).toEqual([200, 200])
  })

  it('are evaluated again for what a rewrite behind them left', async () => {
    for (const isAdmin of [false, true]) {
      const { app, authorize } = application(noAdminPages, isAdmin)
      const router = new Router().get(['/admin/users', '/documents'], authorize('read', report) as Middleware, answer)
      app.use(authorize()).use(rewrite).use(router.routes())
      expect((await request(app.callback()).get('/en/admin/users')).status).toBe(isAdmin ? 200 : 403)
      expect((await request(app.callback()).get('/en/documents')).status).toBe(200)
    }
  })

  it('stop a public handler behind a rewrite that is behind them', async () => {
    const { app, authorize, unguarded } = application(noAdminPages, true)
    app.use(authorize()).use(rewrite).use(unguarded(why, answer))
    const { status, text } = await request(app.callback()).get('/en/admin/users')
    expect([status, text.includes('DATA')]).toEqual([500, false])
    expect((await request(app.callback()).get('/admin/users')).text).toBe('DATA')
  })

  it('read the whole path below mounts', async () => {
    const { app, authorize } = application(noAdminPages)
    const guarded: Middleware = (ctx, next) =>
      authorize()(ctx as never, () => authorize('read', report)(ctx as never, () => answer(ctx, next) as never))
    app.use(mount('/admin', mount('/reports', guarded)))
    app.use(mount('/site', mount('/pages', guarded)))
    app.use(mount('/admin', guarded))
    const status = async (path: string) => (await request(app.callback()).get(path)).status
    expect([await status('/admin/reports/x'), await status('/admin/x'), await status('/site/pages/x')]).toEqual([
      403, 403, 200,
    ])
  })

  it('take no mount for a change of the path', async () => {
    const { app, authorize, unguarded } = application(noAdminPages)
    const open = unguarded(why, answer) as Middleware
    const through = unguarded('files', (_ctx, next) => next()) as Middleware
    app.use(authorize())
    app.use(mount('/a', mount('/b', through)))
    app.use(
      mount('/a', async (ctx, next) => {
        await mount('/b', through)(ctx, async () => undefined)
        await open(ctx, next)
      }),
    )
    expect((await request(app.callback()).get('/a/b/c')).text).toBe('DATA')
  })

  it('read the method that the router will see', async () => {
    for (const isAdmin of [false, true]) {
      const { app, authorize } = application(noDelete, isAdmin)
      const router = new Router().delete('/report', authorize('read', report) as Middleware, answer)
      app.use(authorize()).use(override).use(router.routes())
      const { status } = await request(app.callback()).post('/report').set('x-http-method-override', 'DELETE')
      expect(status).toBe(isAdmin ? 200 : 403)
    }
  })

  it('deny a path with a slash at its end as without', async () => {
    const { app, authorize, unguarded } = application(noAdminUsers)
    app.use(authorize()).use(unguarded(why, answer))
    const status = async (path: string) => (await request(app.callback()).get(path)).status
    expect([await status('/admin/users'), await status('/admin/users/'), await status('/admin/')]).toEqual([
      403, 403, 200,
    ])
  })

  it('refuse an ambiguous path with an error that reveals nothing', async () => {
    const { app, authorize } = application(noAdminPages)
    const errors: object[] = []
    app.on('error', (error) => errors.push(error))
    app.use(authorize())
    const { status, text } = await request(app.callback()).get('/public/%2e%2e/admin')
    expect([status, text]).toEqual([400, 'Bad Request'])
    expect(errors).toMatchObject([{ code: 'ambiguous-target', message: expect.stringContaining('a segment of dots') }])
  })
})
