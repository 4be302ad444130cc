import { createServer, type RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import { Authorizer } from '@arcturus/core'
import { type EnforcementEvent, RoutePattern } from '@arcturus/web'
import express, {
  type ErrorRequestHandler,
  type Express,
  type RequestHandler,
  type Response,
  type Router,
} from 'express'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { expressAuthorization } from './expressAuthorization.js'

class User {
  constructor(readonly name: string) {}
}
const rules = 'allow(_: User, "read", _: User);'

// Sound as far as these tests go: what they use of Express is the same in 4.
const express4 = createRequire(import.meta.url)('express4') as typeof express

function fail(): never {
  throw new Error('no')
}
const secret: RequestHandler = (_req, res) => void res.json('classified')

describe.each([
  ['Express 5', express],
  ['Express 4', express4],
] as const)('the guard of %s', (_name, framework) => {
  function application(policy = rules) {
    const events: EnforcementEvent[] = []
    const authorizer = new Authorizer().registerClass(User).registerConstant(new RoutePattern('/Admin/*'), 'adminPages')
    authorizer.loadSync(policy)
    const actor = () => new User('ada')
    const middleware = expressAuthorization(authorizer, { actor, onDecision: (event) => events.push(event) })
    const app = framework().set('env', 'test') as Express
    return { app, events, authorizer, ...middleware }
  }

  describe('and OPTIONS', () => {
    const answers: Record<string, (res: Response) => unknown> = {
      json: (res) => res.json('classified'),
      'a head first': (res) => res.writeHead(200, { Allow: 'GET' }).end('classified'),
      pieces: (res) => {
        res.write('')
        res.write('classified')
        res.end()
      },
      'a flushed head': (res) => {
        res.flushHeaders()
        res.end('classified')
      },
      bytes: (res) => res.end(Buffer.from('classified')),
      'a redirect': (res) => res.redirect('/classified'),
      'another list than that of its head': (res) => res.set('Allow', 'GET').end('GET, PUT'),
      'no method': (res) => res.set('Allow', 'classified').end('classified'),
    }

    it.each(Object.keys(answers))('blocks a response that a handler wrote: %s', async (name) => {
      const { app, authorize } = application()
      app.use(authorize())
      app.all('/', (_req, res) => void answers[name]?.(res))
      const { status, text, headers } = await request(app).options('/')
      expect(status).toBe(500)
      expect(text).not.toContain('classified')
      expect(headers['location']).toBeUndefined()
    })

    const bodiless: Record<string, [status: number, answer: (res: Response) => unknown]> = {
      end: [200, (res) => res.end()],
      'an empty text': [200, (res) => res.send('')],
      'a head first': [204, (res) => res.writeHead(204, { 'x-answer': 'yes' }).end()],
      'a head of 200 first': [200, (res) => res.writeHead(200, { 'x-answer': 'yes' }).end()],
      'empty pieces': [
        202,
        (res) => {
          res.status(202).flushHeaders()
          res.write(Buffer.alloc(0))
          res.end('')
        },
      ],
    }

    it.each(Object.keys(bodiless))('passes a response without a body: %s', async (name) => {
      const { app, authorize } = application()
      const [status, answer] = bodiless[name]!
      app.use(authorize())
      app.options('/', (_req, res) => void answer(res.set('x-answer', 'yes')))
      const got = await request(app).options('/')
      expect([got.status, got.text, got.headers['x-answer']]).toEqual([status, '', 'yes'])
    })

    it('passes the response of Express if no handler has the method', async () => {
      const { app, authorize } = application()
      app.use(authorize())
      app.route('/').get(secret).put(secret)
      const { status, text, headers } = await request(app).options('/')
      expect([status, text]).toEqual([200, headers['allow']])
      expect(text.split(/, ?/).sort()).toEqual(['GET', 'HEAD', 'PUT'])
    })

    it('passes a response with a decision', async () => {
      const { app, authorize, authorizer } = application()
      app.use(authorize())
      app.all('/', (_req, res) => {
        res.writeHead(200, { 'x-answer': 'yes' })
        authorizer.can(new User('ada'), 'read', new User('bob'))
        res.write('an ')
        res.end('answer')
      })
      const { status, text, headers } = await request(app).options('/')
      expect([status, text, headers['x-answer']]).toEqual([200, 'an answer', 'yes'])
    })
  })

  describe('and handlers for everybody', () => {
    const here = framework.static(import.meta.dirname)
    const through: RequestHandler = (_req, _res, next) => next()
    const throughLater: RequestHandler = (_req, _res, next) => void setTimeout(next, 1)

    it.each([
      ['a mount', '/assets', '/assets/index.ts'],
      ['the root', '/', '/index.ts'],
    ])('serves the files of %s', async (_place, mount, path) => {
      const { app, authorize, unguarded, events } = application()
      app.use(authorize())
      app.use(mount, unguarded('sources'), here)
      expect((await request(app).get(path)).status).toBe(200)
      expect(events).toMatchObject([{ kind: 'unguarded', reason: 'sources', request: { method: 'GET', path } }])
    })

    it.each([
      ['static files', '/assets', here],
      ['static files at the root', '/', here],
      ['a handler', '/assets', through],
      ['a handler that waits', '/', throughLater],
      ['a router', '/assets', framework.Router().use(through)],
    ])('guards a request that falls through %s', async (_what, mount, handler) => {
      for (const add of [
        (app: Express) => app.get('/:tenant/report', secret),
        (app: Express) => app.get('/*rest'.slice(0, framework === express ? undefined : 2), secret),
        (app: Express) => app.use(secret),
        (app: Express) => app.use('/assets', secret),
        (app: Express) => app.use('/assets', framework.Router().get('/report', secret)),
      ]) {
        for (const wrapped of [false, true]) {
          const { app, authorize, unguarded } = application()
          app.use(authorize())
          if (wrapped) app.use(mount, unguarded('styles', handler))
          else app.use(mount, unguarded('styles'), handler)
          add(app)
          const { status, text } = await request(app).get('/assets/report')
          expect([status, text.includes('classified')]).toEqual([500, false])
        }
      }
    })

    it.each<[string, (app: Express, middleware: RequestHandler) => void]>([
      ['another path', (app, open) => app.use(open).use('/health', here)],
      ['a route of another path', (app, open) => app.use(open).get('/health', through)],
      ['a route of another method', (app, open) => app.use(open).post('/secret', through)],
      ['another path below its own', (app, open) => app.use('/secret', open).use('/secret/health', here)],
      ['another path of a nested router', (app, open) => app.use(framework.Router().use(open).get('/health', through))],
      ['nothing', (app, open) => app.use(framework.Router().use(open))],
      ['different handlers in two places', (app, open) => app.use(open, through).use(open)],
    ])('guards a later handler if the next one is %s', async (_what, use) => {
      for (const add of [
        (app: Express) => app.get('/secret', secret),
        (app: Express) => app.use('/secret', secret),
        (app: Express) => app.use(framework.Router().get('/secret', secret)),
      ]) {
        const { app, authorize, unguarded } = application()
        app.use(authorize())
        use(app, unguarded('liveness'))
        add(app)
        expect((await request(app).get('/secret')).status).toBe(500)
      }
    })

    it.each<[string, (router: Router, middleware: RequestHandler) => void]>([
      ['a route', (router, open) => router.use(open).get('/health', secret)],
      ['a path', (router, open) => router.use(open).use('/health', secret)],
      ['a path with a parameter', (router, open) => router.use('/:page', open).use('/:page', secret)],
    ])('opens the next handler if it is %s', async (_what, use) => {
      for (const nest of [undefined, {}, { mergeParams: true }]) {
        const { app, authorize, unguarded } = application()
        const router: Router = nest ? framework.Router(nest) : app
        app.use(authorize())
        use(router, unguarded('liveness'))
        if (router !== app) app.use('/:site', framework.Router().use(router))
        expect((await request(app).get(nest ? '/site/health' : '/health')).status).toBe(200)
      }
    })

    it('guards responses of error handlers for a public handler', async () => {
      for (const handler of [
        through,
        (() => fail()) as RequestHandler,
        (_req, _res, next) => next(new Error('no')),
      ] as RequestHandler[]) {
        for (const wrapped of [false, true]) {
          const { app, authorize, unguarded } = application()
          app.use(authorize())
          if (wrapped) app.use(unguarded('styles', handler))
          else app.use(unguarded('styles'), handler)
          app.use(() => fail())
          app.use(((_error, _req, res, _next) => res.status(200).json('classified')) as ErrorRequestHandler)
          const { status, text } = await request(app).get('/')
          expect([status, text.includes('classified')]).toEqual([500, false])
        }
      }
    })

    it('guards a request that several handlers pass on, or fail for', async () => {
      const answer = ((_error, _req, res, _next) => res.status(200).json('classified')) as ErrorRequestHandler
      for (const last of [
        through,
        throughLater,
        () => fail(),
        () => Promise.reject(new Error('no')),
        () => Promise.reject(undefined),
        (_req, _res, next) => next('route'),
      ] as RequestHandler[]) {
        const { app, authorize, unguarded } = application()
        app
          .use(authorize())
          .use(unguarded('docs', [through, throughLater], last))
          .use(secret, answer)
        const { status, text } = await request(app).get('/')
        expect([String(last), status, text.includes('classified')]).toEqual([String(last), 500, false])
      }
    })

    it('opens a handler within a public router, and those beside it', async () => {
      const { app, authorize, unguarded } = application()
      const router = framework.Router().use(unguarded('styles'), through).get('/page', secret)
      app.use(authorize()).use('/site', unguarded('public pages', router)).get('/site/report', secret)
      expect((await request(app).get('/site/page')).status).toBe(200)
      expect((await request(app).get('/site/report')).status).toBe(500)
    })

    it('guards a request that leaves a router', async () => {
      const { app, authorize, unguarded } = application()
      const router = framework.Router().use(unguarded('styles'), here)
      app.use(authorize()).use(router).get('/report', secret)
      expect((await request(app).get('/report')).status).toBe(500)
    })

    it('guards a request that a public route passes on', async () => {
      for (const next of ['route', undefined] as const) {
        const { app, authorize, unguarded } = application()
        app.use(authorize())
        app.get('/health', unguarded('liveness'), (_req, _res, goOn) => goOn(next))
        app.use(secret)
        expect((await request(app).get('/health')).status).toBe(500)
      }
    })

    it('guards a request that falls through before authorize()', async () => {
      const { app, authorize, unguarded } = application()
      app.use('/assets', unguarded('styles'), here)
      app.use(authorize())
      app.get('/:tenant/report', secret)
      expect((await request(app).get('/assets/report')).status).toBe(500)
      expect((await request(app).get('/assets/index.ts')).status).toBe(200)
    })

    it('lets the next handler decide', async () => {
      const { app, authorize, unguarded, events } = application()
      app.use(authorize())
      app.use('/assets', unguarded('styles'), here)
      app.get(
        '/assets/report',
        authorize('read', () => new User('bob')),
        secret,
      )
      expect((await request(app).get('/assets/report')).status).toBe(200)
      expect(events.map(({ kind }) => kind)).toEqual(['unguarded', 'decision'])
    })

    it('answers on the whole of a route, and with a router that is passed', async () => {
      const { app, authorize, unguarded } = application()
      app.use(authorize())
      app.get('/health/:id', unguarded('liveness'), through, throughLater, secret)
      app.use('/site', unguarded('public pages', framework.Router().get('/:page', through, secret)))
      app.use('/docs', unguarded('docs', framework.Router().use([through, throughLater], secret)))
      app.use('/several', unguarded('docs', [through, throughLater], secret))
      for (const path of ['/health/1', '/site/1', '/docs/1', '/several'])
        expect((await request(app).get(path)).status).toBe(200)
    })
  })

  describe('and request-level rules', () => {
    const startsWith = `${rules}
      allow_request(_, request) if request.path.startsWith("/admin/") = false;`
    const covers = `${rules}
      allow_request(_, request) if not adminPages.covers(request);`

    it.each([
      ['a path', startsWith],
      ['a pattern of routes', covers],
    ])('compares %s as the router does', async (_what, policy) => {
      const { app, authorize, unguarded } = application(policy)
      app.use(authorize())
      app.get(['/admin/users', '/:any/users', '/documents'], unguarded('the rules protect it'), secret)
      const mounted = framework().set('env', 'test') as Express
      const router = framework.Router()
      mounted.use('/admin', router)
      router.use(authorize()).get('/users', unguarded('the rules protect it'), secret)
      for (const one of [app, mounted]) {
        for (const path of ['/admin/users', '/ADMIN/users', '/Admin/Users/', '/admin/users?x', '/%61dmin/users'])
          expect([path, (await request(one).get(path)).status]).toEqual([
            path,
            one === mounted && path.includes('%') ? 404 : 403,
          ])
      }
      expect((await request(app).get('/documents')).status).toBe(200)
    })

    it('is case-sensitive if the application is', async () => {
      const { app, authorize, unguarded } = application(startsWith)
      app.enable('case sensitive routing').use(authorize())
      app.get('/:section/users', unguarded('the rules protect it'), secret)
      expect((await request(app).get('/ADMIN/users')).status).toBe(200)
      expect((await request(app).get('/admin/users')).status).toBe(403)
    })
  })

  describe('and streams', () => {
    /** The status, the body and the errors of routes that answer by streams, over connections that are kept. */
    async function answers(app: RequestListener, paths: readonly string[]) {
      const server = createServer(app).listen(0)
      await new Promise((resolve) => server.once('listening', resolve))
      const { port } = server.address() as AddressInfo
      const got: [number, string][] = []
      for (const path of paths) {
        const answer = await fetch(`http://localhost:${port}${path}`)
        got.push([answer.status, await answer.text()])
      }
      // What is written late is written by then.
      await new Promise((resolve) => setTimeout(resolve, 100))
      await new Promise((resolve) => server.close(resolve))
      return got
    }

    it('ends a blocked stream as usual', async () => {
      const { app, authorize } = application()
      const ended: unknown[] = []
      const route = (path: string, before: (res: Response) => void, parts: () => AsyncGenerator<string>): void => {
        app.get(path, (_req, res) => {
          before(res)
          const source = ReadableStream.from(parts()).pipeThrough(new TextEncoderStream())
          source.pipeTo(Writable.toWeb(res)).then(
            () => ended.push(path),
            (error) => ended.push(error),
          )
        })
      }
      async function* quick() {
        yield 'classified'
      }
      async function* slow() {
        for (let at = 0; at < 3; at++) {
          yield 'classified'
          await new Promise((resolve) => setTimeout(resolve, 10))
        }
      }
      app.use(authorize())
      route('/quick', () => {}, quick)
      route('/slow', () => {}, slow)
      route('/head', (res) => res.writeHead(200), slow)
      route('/flushed', (res) => res.flushHeaders(), slow)
      const paths = ['/quick', '/slow', '/head', '/flushed']
      expect(await answers(app, paths)).toEqual(paths.map(() => [500, 'Internal Server Error']))
      expect(ended).toEqual(paths)
    })
  })
})
