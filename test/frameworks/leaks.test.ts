import { Authorizer } from '@arcturus/core'
import type { RequestAuthorization } from '@arcturus/web'
import Router from '@koa/router'
import compression from 'compression'
import type { NextFunction, Request, Response } from 'express'
import type { Middleware } from 'koa'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ExpressStack, expresses, expressStack, type KoaStack, koaStack, koas } from './applications.js'
import { raw } from './attacks.js'
import { listen } from './listen.js'

class User {}

class Row {
  constructor(
    readonly isPublic: boolean,
    readonly delay = 0,
  ) {}

  /** A promise, for a policy that has to wait. */
  get readable(): Promise<boolean> {
    return new Promise((resolve) => setTimeout(resolve, this.delay, this.isPublic))
  }
}

const hidden = new Row(false)
const slow = new Row(false, 20)
const open = new Row(true)

function authorizerOf(): Authorizer {
  const authorizer = new Authorizer().registerClass(User).registerClass(Row)
  authorizer.loadSync(`
    allow(_: User, "read", row: Row) if row.readable = true;
    allow(_: User, "import", _: Row);
    allow_field(_: User, "read", row: Row, "title") if row.isPublic = true;`)
  return authorizer
}

type Authorization = RequestAuthorization<unknown, unknown>
const later = (time = 5) => new Promise((resolve) => setTimeout(resolve, time))

/** Forgotten awaits. `send` answers SECRET. */
const forgotten: Record<string, (authorization: Authorization, send: () => void) => unknown> = {
  'authorize, and sends at once': (authorization, send) => {
    authorization.authorize('read', hidden)
    send()
  },
  'authorize, and waits for something else': async (authorization, send) => {
    authorization.authorize('read', hidden)
    await later()
    send()
  },
  'authorize, which is still pending': async (authorization, send) => {
    authorization.authorize('read', slow)
    await later()
    send()
  },
  'authorize, in void': async (authorization, send) => {
    void authorization.authorize('read', hidden)
    await later()
    send()
  },
  'authorize, beside a decision': async (authorization, send) => {
    await authorization.authorize('read', open)
    authorization.authorize('read', hidden)
    await later()
    send()
  },
  'authorize, in a loop': async (authorization, send) => {
    for (const row of [open, hidden, open]) authorization.authorize('read', row)
    await later()
    send()
  },
  'authorize, in forEach': async (authorization, send) => {
    ;[open, hidden].forEach((row) => {
      authorization.authorize('read', row)
    })
    await later()
    send()
  },
  'authorize, in a race': async (authorization, send) => {
    await authorization.authorize('read', open)
    await Promise.race([authorization.authorize('read', slow), later()])
    send()
  },
  authorizeField: async (authorization, send) => {
    await authorization.authorize('read', open)
    authorization.authorizeField('read', hidden, 'title')
    await later()
    send()
  },
  assertWritable: async (authorization, send) => {
    await authorization.authorize('read', open)
    authorization.assertWritable('read', hidden, { title: 'New' })
    await later()
    send()
  },
  'isAllowed, in a condition': async (authorization, send) => {
    if (!authorization.isAllowed('read', hidden)) return
    await later()
    send()
  },
  'isAllowed, in a condition, which is still pending': async (authorization, send) => {
    await authorization.authorize('read', open)
    if (!authorization.isAllowed('read', slow)) return
    await later()
    send()
  },
}

/** Denials that are swallowed. */
const swallowed: Record<string, (authorization: Authorization, authorizer: Authorizer, send: () => void) => unknown> = {
  'authorize of the request': async (authorization, _authorizer, send) => {
    await authorization.authorize('read', hidden).catch(() => undefined)
    send()
  },
  'authorize of the authorizer': async (_authorization, authorizer, send) => {
    await authorizer.authorize(new User(), 'read', hidden).catch(() => undefined)
    send()
  },
  'authorizeField of the authorizer': async (_authorization, authorizer, send) => {
    await authorizer.authorizeField(new User(), 'read', hidden, 'title').catch(() => undefined)
    send()
  },
  'assertWritable of the authorizer': async (_authorization, authorizer, send) => {
    await authorizer.assertWritable(new User(), 'read', hidden, { title: 1 }).catch(() => undefined)
    send()
  },
}

/** Decisions that are handled. */
const fine: Record<string, (authorization: Authorization, send: () => void) => unknown> = {
  await: async (authorization, send) => {
    await authorization.authorize('read', open)
    send()
  },
  'Promise.all': async (authorization, send) => {
    await Promise.all([authorization.authorize('read', open), authorization.isAllowed('read', hidden)])
    send()
  },
  'await later': async (authorization, send) => {
    const pending = authorization.authorize('read', open)
    await later()
    await pending
    send()
  },
  'a callback': (authorization, send) => authorization.authorize('read', open).then(send),
  'a caught denial beside a decision': async (authorization, send) => {
    await authorization.authorize('read', open)
    await authorization.authorize('read', hidden).catch(() => undefined)
    send()
  },
  isAllowed: async (authorization, send) => {
    await authorization.isAllowed('read', hidden)
    send()
  },
  'a forgotten await of what is allowed': async (authorization, send) => {
    authorization.authorize('read', open)
    // It is answered by the time at which the same question is, however busy the machine is.
    await authorization.authorize('read', open)
    send()
  },
}

const rejections: unknown[] = []
const listener = (error: unknown) => void rejections.push(error)
beforeAll(() => void process.on('unhandledRejection', listener))
afterAll(() => void process.off('unhandledRejection', listener))
beforeEach(() => void rejections.splice(0))

function sendExpress(res: Response): void {
  res.set('x-secret', 'SECRET').json({ salary: 'SECRET' })
}

const sendKoa = (ctx: Parameters<Middleware>[0]) => () => {
  ctx.set('x-secret', 'SECRET')
  ctx.body = { salary: 'SECRET' }
}

const applications: [string, () => Express | Koa][] = [
  ...expresses.map(([name, framework]): [string, () => Express] => [
    name,
    () => {
      const authorizer = authorizerOf()
      const stack = expressStack(framework, authorizer, () => new User())
      stack.app.use(stack.authorize())
      return {
        ...stack,
        authorizer,
        handle: (handler) =>
          stack.app.get('/', async (req, res, next) => {
            try {
              await handler(req.authorization, () => sendExpress(res))
            } catch (error) {
              next(error)
            }
          }),
        listen: () => listen(stack.app),
      }
    },
  ]),
  ...koas.map(([name, framework]): [string, () => Koa] => [
    name,
    () => {
      const authorizer = authorizerOf()
      const stack = koaStack(framework, authorizer, () => new User())
      stack.app.use(stack.authorize())
      return {
        ...stack,
        authorizer,
        handle: (handler) =>
          stack.app.use(async (ctx) => {
            await handler(ctx.state.authorization, sendKoa(ctx))
          }),
        listen: () => listen(stack.app.callback()),
      }
    },
  ]),
]

interface Handling {
  readonly authorizer: Authorizer
  handle(handler: (authorization: Authorization, send: () => void) => unknown): void
  listen(): ReturnType<typeof listen>
}
type Express = Omit<ExpressStack, 'handle'> & Handling
type Koa = Omit<KoaStack, 'handle'> & Handling

async function answerOf(running: Awaited<ReturnType<typeof listen>>, target = '/', options = {}) {
  const answer = await raw(running.url, target, options)
  // Promises that nobody awaits settle.
  await later(30)
  await running.close()
  return answer
}

describe.each(applications)('%s', (_name, make) => {
  it.each(Object.entries(forgotten))('blocks a forgotten await of %s', async (_what, handler) => {
    const stack = make()
    stack.handle(handler)
    const { status, text } = await answerOf(await stack.listen())
    expect([status, text.includes('SECRET'), rejections]).toEqual([500, false, []])
    expect(stack.events.filter((event) => event.kind === 'undecided')).toMatchObject([
      { error: { code: 'forgotten-await', message: expect.stringMatching(/leaks\.test\.ts:\d+:\d+/) } },
    ])
  })

  it.each(Object.entries(swallowed))('blocks data after a swallowed denial by %s', async (_what, handler) => {
    const stack = make()
    stack.handle((authorization, send) => handler(authorization, stack.authorizer, send))
    const { status, text } = await answerOf(await stack.listen())
    expect([status, text.includes('SECRET')]).toEqual([500, false])
    expect(stack.events.filter((event) => event.kind === 'undecided')).toMatchObject([
      { error: { code: 'undecided', message: expect.stringContaining('although its authorization was denied') } },
    ])
  })

  it.each(Object.entries(fine))('passes a response after %s', async (_what, handler) => {
    const stack = make()
    stack.handle(handler)
    expect(await answerOf(await stack.listen())).toMatchObject({ status: 200 })
    expect(rejections).toEqual([])
  })

  it('blocks a forgotten await in a public handler', async () => {
    const stack = make()
    const forget = forgotten['authorize, and waits for something else']!
    if ('problems' in stack)
      stack.app.get('/', stack.unguarded('all may read it'), (req, res, next) => {
        Promise.resolve(forget(req.authorization, () => sendExpress(res))).catch(next)
      })
    else
      stack.app.use(
        stack.unguarded('all may read it', (ctx) => forget(ctx.state['authorization'], sendKoa(ctx)) as Promise<void>),
      )
    const { status, text } = await answerOf(await stack.listen())
    expect([status, text.includes('SECRET')]).toEqual([500, false])
  })
})

describe.each(expresses)('the second answer of %s', (_name, framework) => {
  type Answer = (res: Response, req: Request) => unknown
  const answers: Record<string, Answer> = {
    'a second JSON': (res) => {
      res.json({ loading: true })
      res.json({ salary: 'SECRET' })
    },
    'a second JSON, later': async (res) => {
      res.json({ loading: true })
      await later(2)
      res.json({ salary: 'SECRET' })
    },
    'a second JSON that looks like an error': async (res) => {
      res.json({ loading: true })
      res.status(400).json({ salary: 'SECRET' })
    },
    'a second JSON in a try': (res) => {
      res.json({ ok: true })
      try {
        sendExpress(res)
      } catch {}
    },
    'headers after the answer': (res) => {
      res.json({ ok: true })
      res.set('x-secret', 'SECRET')
      res.append('x-other', 'SECRET')
      res.cookie('session', 'SECRET')
      res.setHeaders?.(new Map([['x-third', 'SECRET']]))
      res.statusMessage = 'SECRET'
    },
    'pieces after the answer': async (res) => {
      res.json({ ok: true })
      res.write('SECRET')
      await later(15)
      res.end('SECRET')
    },
    'pieces while the error handler responds': async (res) => {
      res.json({ ok: true })
      await later(12)
      res.write('SECRET')
      res.end('SECRET')
    },
    'a head after the answer': (res) => {
      res.json({ ok: true })
      res.writeHead(200, { 'x-secret': 'SECRET' }).flushHeaders()
    },
    'trailers after the answer': (res) => {
      res.json({ ok: true })
      res.addTrailers({ 'x-t': 'SECRET' })
    },
    'trailers before the answer': (res) => {
      res.setHeader('Trailer', 'x-t')
      res.addTrailers({ 'x-t': 'SECRET' })
      res.end('SECRET')
    },
    'trailers after a head': (res) => {
      res.writeHead(200, { Trailer: 'x-t' })
      res.write('SECRET')
      res.addTrailers({ 'x-t': 'SECRET' })
      res.end()
    },
    'an error handler that swallows': (res, req) => {
      req.headers['x-swallow'] = 'yes'
      res.json({ ok: true })
    },
  }
  const handlers: Record<string, (app: ExpressStack['app']) => void> = {
    'the error handler of Express': () => {},
    'a handler that responds at once': (app) => {
      app.use((_error: Error, _req: Request, res: Response, _next: NextFunction) => void res.status(500).send('sorry'))
    },
    'a handler that responds later, in pieces': (app) => {
      app.use(async (error: Error, _req: Request, res: Response, next: NextFunction) => {
        await later(10)
        if (res.headersSent) return next(error)
        res.status(500).write('so')
        await later(10)
        res.end('rry')
      })
    },
  }
  const cases = Object.keys(answers).flatMap((answer) =>
    Object.keys(handlers).flatMap((handler) =>
      [false, true].map((isCompressed) => ({ answer, handler, isCompressed })),
    ),
  )

  it.each(cases)(
    '$answer leaves with no data: $handler, compressed $isCompressed',
    async ({ answer, handler, isCompressed }) => {
      const { app, authorize } = expressStack(framework, authorizerOf(), () => new User())
      if (isCompressed) app.use(compression({ threshold: 0 }))
      app.use(authorize())
      app.get('/', (req, res, next) => {
        Promise.resolve(answers[answer]!(res, req)).catch(next)
      })
      app.use((error: Error, req: Request, _res: Response, next: NextFunction) =>
        next(req.get('x-swallow') ? undefined : error),
      )
      app.get('/', (_req, res) => sendExpress(res))
      handlers[handler]!(app)
      const head = isCompressed ? 'accept-encoding: deflate\r\nte: trailers\r\n' : ''
      const { status, text } = await answerOf(await listen(app), '/', { head })
      expect([status, text.includes('SECRET')]).toEqual([500, false])
    },
  )
})

describe.each(koas)('public middleware of %s', (_name, framework) => {
  const report: Middleware = async (ctx, next) => {
    await next()
    if (ctx.path === '/report' && (ctx.status === 404 || !ctx.body)) ctx.body = 'SECRET'
  }
  const files: Middleware = async (ctx, next) => {
    if (ctx.path === '/style.css') ctx.body = 'body {}'
    else await next()
  }
  const make = () => {
    const stack = koaStack(framework, authorizerOf(), () => new User())
    stack.app.use(stack.authorize())
    return stack
  }

  it.each<[string, (stack: KoaStack) => void]>([
    ['that passes the request on', ({ app, unguarded }) => void app.use(unguarded('styles', files))],
    ['that does nothing', ({ app, unguarded }) => void app.use(unguarded('styles', () => undefined))],
    [
      'that only sets a status',
      ({ app, unguarded }) =>
        void app.use(
          unguarded('styles', (ctx) => {
            ctx.status = 200
          }),
        ),
    ],
    [
      'below a status',
      ({ app, unguarded }) => {
        app.use((ctx, next) => {
          ctx.status = 200
          return next()
        })
        app.use(unguarded('styles', files))
      },
    ],
    [
      'of a route that does not respond',
      ({ app, unguarded }) => void app.use(new Router().get('/report', unguarded('pages'), () => undefined).routes()),
    ],
  ])('exempts no middleware above one %s', async (_what, add) => {
    const stack = make()
    stack.app.use(report)
    add(stack)
    const { status, text } = await answerOf(await listen(stack.app.callback()), '/report')
    expect([status, text.includes('SECRET')]).toEqual([500, false])
  })

  it('responds itself, also past Koa and later', async () => {
    const stack = make()
    stack.app.use(report).use(stack.unguarded('styles', files))
    stack.app.use(
      stack.unguarded('a proxy', (ctx) => {
        ctx.respond = false
        setTimeout(() => ctx.res.writeHead(200).end('proxied'), 5)
      }),
    )
    const running = await listen(stack.app.callback())
    expect((await raw(running.url, '/style.css')).text).toContain('body {}')
    expect((await answerOf(running, '/proxy')).text).toContain('proxied')
  })
})
