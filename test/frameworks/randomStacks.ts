import { Readable } from 'node:stream'
import { Authorizer } from '@arcturus/core'
import type { RequestAuthorization } from '@arcturus/web'
import Router from '@koa/router'
import compression from 'compression'
import type express from 'express'
import type { NextFunction, Request, Response } from 'express'
import type Koa from 'koa'
import type { Context, Middleware } from 'koa'
import { expressStack, koaStack } from './applications.js'
import type { Running } from './behaviours.js'
import { listen } from './listen.js'

/** What no response of an undecided request may contain. */
export const secret = 'CLASSIFIED'

class User {}

class Row {
  constructor(readonly delay: number) {}
  /** Nobody may read a row; the answer takes a while. */
  get isReadable(): boolean | Promise<boolean> {
    return this.delay < 0 ? false : new Promise((resolve) => setTimeout(resolve, this.delay, false))
  }
}

function authorizerOf(): Authorizer {
  const authorizer = new Authorizer().registerClass(User).registerClass(Row)
  authorizer.loadSync(`
    allow(_: User, "read", row: Row) if row.isReadable = true;
    allow(_: User, "import", _: Row);
    allow_field(_: User, "read", row: Row, "title") if row.isReadable = true;
    allow_request(_, request) if not request.path.startsWith("/admin");`)
  return authorizer
}

/** A source of random choices that repeats itself for a seed. */
export class Draw {
  #state: number
  constructor(seed: number) {
    this.#state = seed >>> 0
  }
  below(limit: number): number {
    // mulberry32
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit
  }
  of<Value>(values: readonly Value[]): Value {
    return values[this.below(values.length)]!
  }
  some<Value>(values: readonly Value[], most: number): Value[] {
    return Array.from({ length: this.below(most + 1) }, () => this.of(values))
  }
}

type Authorization = RequestAuthorization<unknown, unknown>
type Step = readonly [name: string, run: (authorization: Authorization, authorizer: Authorizer) => unknown]

const pause = (time: number) => new Promise((resolve) => setTimeout(resolve, time))
const rows = [-1, 0, 1, 3].map((delay) => new Row(delay))
const row = (at: number) => rows[at % rows.length]!

/** Opens the guard. */
const decide = (authorization: Authorization) => authorization.authorize('import', row(0))

/** What a handler does before it answers. Nothing of it allows the answer. */
const steps: readonly Step[] = [
  ['nothing', () => undefined],
  ['a wait', () => pause(1)],
  ['a longer wait', () => pause(4)],
  ['actions', (authorization) => authorization.authorizedActions(row(0))],
  ['reading the actor', (authorization) => authorization.actor],
  ['swallow authorize', (authorization) => authorization.authorize('read', row(1)).catch(() => undefined)],
  [
    'swallow authorizeField',
    (authorization) => authorization.authorizeField('read', row(0), 'title').catch(() => undefined),
  ],
  [
    'swallow the authorizer',
    (_, authorizer) => authorizer.authorize(new User(), 'read', row(2)).catch(() => undefined),
  ],
  ['forget authorize', (authorization) => void authorization.authorize('read', row(0))],
  ['forget a slow authorize', (authorization) => void authorization.authorize('read', row(3))],
  ['forget authorizeField', (authorization) => void authorization.authorizeField('read', row(1), 'title')],
  ['forget assertWritable', (authorization) => void authorization.assertWritable('read', row(0), { title: 1 })],
  ['forget isAllowed', (authorization) => void authorization.isAllowed('read', row(2))],
  [
    'decide, then forget authorize',
    async (authorization) => {
      await decide(authorization)
      authorization.authorize('read', row(0))
    },
  ],
  [
    'decide, then forget a slow authorize',
    async (authorization) => {
      await decide(authorization)
      authorization.authorize('read', row(3))
    },
  ],
  [
    'decide, then forget isAllowed',
    async (authorization) => {
      await decide(authorization)
      if (!authorization.isAllowed('read', row(1))) throw new Error('denied')
    },
  ],
  ['race', (authorization) => Promise.race([authorization.authorize('read', row(3)).catch(() => pause(9)), pause(1)])],
]

/** How a handler answers, on Express. A later answer of the same handler may follow. */
const expressAnswers: readonly (readonly [string, (res: Response) => unknown])[] = [
  ['json', (res) => res.json({ secret })],
  ['json with a header', (res) => res.set('x-secret', secret).json({ secret })],
  ['created', (res) => res.status(201).send(secret)],
  ['cookie and redirect', (res) => res.cookie('secret', secret).redirect(`/${secret}`)],
  ['head', (res) => res.writeHead(200, { 'x-secret': secret }).end(secret)],
  [
    'pieces',
    async (res) => {
      res.write(secret)
      await pause(1)
      res.end(secret)
    },
  ],
  [
    'flush',
    (res) => {
      res.set('x-secret', secret).flushHeaders()
      res.end(secret)
    },
  ],
  ['stream', (res) => void Readable.from([secret, secret]).pipe(res)],
  [
    'trailers',
    (res) => {
      res.writeHead(200, { Trailer: 'x-t' })
      res.addTrailers({ 'x-t': secret })
      res.end(secret)
    },
  ],
  [
    'headers alone',
    (res) => {
      res.set('x-late', secret)
      res.statusMessage = secret
    },
  ],
]

const expressAround: readonly (readonly [string, (app: express.Express, framework: typeof express) => unknown])[] = [
  ['compression', (app) => app.use(compression({ threshold: 0 }))],
  [
    'a rewrite',
    (app) =>
      app.use((req: Request, _res: Response, next: NextFunction) => {
        req.url = req.url.replace(/^\/en(?=\/)/, '')
        next()
      }),
  ],
  ['a wait', (app) => app.use((_req: Request, _res: Response, next: NextFunction) => void setTimeout(next, 1))],
  [
    'a header',
    (app) =>
      app.use((_req: Request, res: Response, next: NextFunction) => {
        res.set('x-request-id', '1')
        next()
      }),
  ],
  ['json bodies', (app, framework) => app.use(framework.json())],
]

const expressErrors: readonly (readonly [string, (app: express.Express) => unknown])[] = [
  ['swallow', (app) => app.use((_error: Error, _req: Request, _res: Response, next: NextFunction) => next())],
  [
    'swallow later',
    (app) => app.use((_error: Error, _req: Request, _res: Response, next: NextFunction) => void setTimeout(next, 2)),
  ],
  [
    'a page',
    (app) =>
      app.use((_error: Error, _req: Request, res: Response, _next: NextFunction) => void res.status(500).send('sorry')),
  ],
  [
    'a page with 200',
    (app) => app.use((_error: Error, _req: Request, res: Response, _next: NextFunction) => void res.send('sorry')),
  ],
  [
    'a page, later',
    (app) =>
      app.use(async (error: Error, _req: Request, res: Response, next: NextFunction) => {
        await pause(2)
        if (res.headersSent) next(error)
        else res.status(500).send('sorry')
      }),
  ],
  ['pass on', (app) => app.use((error: Error, _req: Request, _res: Response, next: NextFunction) => next(error))],
]

/** A handler that writes after the end of its response ends the process, with or without a guard. */
const ignoreLateWrites: express.RequestHandler = (_req, res, next) => {
  res.on('error', () => undefined)
  next()
}

export interface Stack {
  /** The parts of the stack, to repeat it by hand. */
  readonly description: string
  start(): Promise<Running>
}

/** Returns a random application on Express in which no handler may answer. */
export function expressStackOf(framework: typeof express, draw: Draw): Stack {
  const authorizer = authorizerOf()
  const { app, authorize, unguarded } = expressStack(framework, authorizer, () => new User())
  const told: string[] = []
  const add = (parts: readonly (readonly [string, (app: express.Express, framework: typeof express) => unknown])[]) => {
    for (const [name, use] of parts) {
      told.push(name)
      use(app, framework)
    }
  }
  const handler = (): express.RequestHandler => {
    const before = draw.some(steps, 3)
    // Headers alone are no answer. They may follow one.
    const answers = [
      draw.of(expressAnswers.filter(([name]) => name !== 'headers alone')),
      ...draw.some(expressAnswers, 2),
    ]
    const between = draw.of([-1, 0, 2])
    const passes = draw.below(4) === 0
    told.push(
      `handler(${[...before, ...answers].map(([name]) => name).join(', ')}; ${between}${passes ? '; next' : ''})`,
    )
    return async (req, res, next) => {
      try {
        for (const [, run] of before) await run(req.authorization, authorizer)
        for (const [, answer] of answers) {
          await answer(res)
          if (between >= 0) await pause(between)
        }
        if (passes) next()
      } catch (error) {
        next(error)
      }
    }
  }
  app.use(ignoreLateWrites)
  add(draw.some(expressAround, 2))
  app.use(authorize())
  add(draw.some(expressAround, 2))
  if (draw.below(3) === 0) app.use(unguarded('files that are missing', (_req, _res, next) => next()))
  if (draw.below(4) === 0) {
    told.push('a denied route')
    app.get(
      '/page',
      authorize('read', () => row(draw.below(4))),
      handler(),
    )
  }
  if (draw.below(2) === 0) app.use('/page', framework.Router().get('/', handler()))
  app.all(['/page', '/public'], handler())
  add(draw.some(expressErrors, 2))
  app.use(handler())
  add(draw.some(expressErrors, 2))
  return { description: told.join(' > '), start: () => listen(app) }
}

const koaAnswers: readonly (readonly [string, (ctx: Context) => unknown])[] = [
  ['json', (ctx) => (ctx.body = { secret })],
  [
    'text with a header',
    (ctx) => {
      ctx.set('x-secret', secret)
      ctx.body = secret
    },
  ],
  ['redirect', (ctx) => ctx.redirect(`/${secret}`)],
  ['stream', (ctx) => (ctx.body = Readable.from([secret, secret]))],
  [
    'past Koa',
    (ctx) => {
      ctx.respond = false
      ctx.res.writeHead(200, { 'x-secret': secret }).end(secret)
    },
  ],
  [
    'past Koa, in pieces',
    async (ctx) => {
      ctx.respond = false
      ctx.res.statusCode = 200
      ctx.res.write(secret)
      await pause(1)
      ctx.res.end(secret)
    },
  ],
  ['status', (ctx) => (ctx.status = 200)],
]

const koaAround: readonly (readonly [string, Middleware])[] = [
  [
    'a wait',
    async (_ctx, next) => {
      await pause(1)
      await next()
    },
  ],
  [
    'a rewrite',
    (ctx, next) => {
      ctx.path = ctx.path.replace(/^\/en(?=\/)/, '')
      return next()
    },
  ],
  [
    'an answer if there is none',
    async (ctx, next) => {
      await next()
      if (ctx.status === 404) ctx.body = secret
    },
  ],
  [
    'swallow',
    async (_ctx, next) => {
      await next().catch(() => undefined)
    },
  ],
  [
    'swallow and answer',
    async (ctx, next) => {
      await next().catch(() => {
        ctx.body = secret
      })
    },
  ],
  [
    'a page for errors',
    async (ctx, next) => {
      await next().catch(() => {
        ctx.status = 500
        ctx.body = 'sorry'
      })
    },
  ],
]

/** Returns a random application on Koa in which no handler may answer. */
export function koaStackOf(framework: typeof Koa, draw: Draw): Stack {
  const authorizer = authorizerOf()
  const { app, authorize, unguarded } = koaStack(framework, authorizer, () => new User())
  const told: string[] = []
  const use = (name: string, middleware: Middleware) => {
    told.push(name)
    app.use(middleware)
  }
  const handler = (): Middleware => {
    const before = draw.some(steps, 3)
    const answers = [draw.of(koaAnswers), ...draw.some(koaAnswers, 2)]
    const passes = draw.below(3) === 0
    told.push(`handler(${[...before, ...answers].map(([name]) => name).join(', ')}${passes ? '; next' : ''})`)
    return async (ctx, next) => {
      for (const [, run] of before) await run(ctx.state['authorization'], authorizer)
      if (passes) await next()
      for (const [, answer] of answers) await answer(ctx)
    }
  }
  app.use((ctx, next) => {
    ctx.res.on('error', () => undefined)
    return next()
  })
  // Middleware before authorize() is not guarded.
  for (const [name, middleware] of draw.some(koaAround.slice(0, 2), 2)) use(name, middleware)
  app.use(authorize())
  for (const [name, middleware] of draw.some(koaAround, 3)) use(name, middleware)
  if (draw.below(2) === 0)
    use(
      'missing files',
      unguarded('files that are missing', draw.of<Middleware>([(_ctx, next) => next(), () => undefined])),
    )
  const router = new Router()
  if (draw.below(3) === 0) router.get('/page', unguarded('a page that is missing'), () => undefined)
  if (draw.below(4) === 0) {
    told.push('a denied route')
    router.get('/page', authorize('read', () => row(draw.below(4))) as Middleware, handler())
  }
  router.all(['/page', '/public'], handler())
  app.use(router.routes())
  if (draw.below(2) === 0) app.use(handler())
  return { description: told.join(' > '), start: () => listen(app.callback()) }
}
