import { createServer, get, type IncomingMessage, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { type AddressInfo, connect } from 'node:net'
import { Authorizer } from '@arcturus/core'
import { type EnforcementEvent, UndecidedError } from '@arcturus/web'
import cors from 'cors'
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { type ExpressAuthorizationOptions, expressAuthorization } from './expressAuthorization.js'

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
const findNote = async (req: Request<{ id: string }>) => notes.find((note) => note.id === Number(req.params.id))

const authorizer = new Authorizer().registerClass(User).registerClass(Note)
authorizer.loadSync(`
  allow(user: User, "read", note: Note) if note.owner = user.name or note.shared = true;
  allow(user: User, "edit", note: Note) if note.owner = user.name;
`)

/** An application with the guard armed, and what it told its log. */
function application(options: Partial<ExpressAuthorizationOptions> = {}) {
  const events: EnforcementEvent[] = []
  const actor = (req: Request) => (req.get('x-actor') ? new User(String(req.get('x-actor'))) : undefined)
  const middleware = expressAuthorization(authorizer, { actor, onDecision: (event) => events.push(event), ...options })
  const app = express().use(middleware.authorize())
  return { app, events, ...middleware }
}

const as = (app: Express, actor: string, path: string, method: 'get' | 'post' = 'get') =>
  request(app)[method](path).set('x-actor', actor)

describe('an error handler of the application', () => {
  it('gets denials with their status', async () => {
    const { app, authorize } = application()
    app.get('/notes/:id', authorize('edit', findNote), (_req, res) => void res.send('edited'))
    const handler: ErrorRequestHandler = (error, _req, res, _next) => {
      res.status(error.status).json({ code: error.code, statusCode: error.statusCode })
    }
    app.use(handler)
    expect((await as(app, 'bob', '/notes/2')).body).toEqual({ code: 'forbidden', statusCode: 403 })
    expect((await as(app, 'bob', '/notes/1')).body).toEqual({ code: 'not-found', statusCode: 404 })
    expect((await request(app).get('/notes/1')).body).toEqual({ code: 'unauthenticated', statusCode: 401 })
  })

  it('may redirect anonymous users to the sign-in page', async () => {
    const { app, authorize } = application()
    app.get('/notes/:id', authorize('read', findNote), (_req, res) => void res.send('read'))
    const handler: ErrorRequestHandler = (error, _req, res, next) => {
      if (error.status === 401) res.redirect('/sign-in')
      else next(error)
    }
    app.use(handler)
    const answer = await request(app).get('/notes/1')
    expect([answer.status, answer.headers['location']]).toEqual([302, '/sign-in'])
  })

  it('answers for a route that decided nothing', async () => {
    const { app, events } = application()
    app.get('/forgotten', (_req, res) => void res.json({ notes }))
    const handler: ErrorRequestHandler = (error, _req, res, _next) => {
      res.status(error.status).json({ undecided: error instanceof UndecidedError })
    }
    app.use(handler)
    const answer = await as(app, 'ada', '/forgotten')
    expect([answer.status, answer.body]).toEqual([500, { undecided: true }])
    expect(events).toMatchObject([{ kind: 'undecided' }])
  })

  it('cannot turn a route without a decision into a success', async () => {
    const { app } = application()
    app.get('/forgotten', (_req, res) => void res.json({ notes }))
    const handler: ErrorRequestHandler = (_error, _req, res, _next) => void res.status(200).json({ notes })
    app.use(handler)
    const answer = await as(app, 'ada', '/forgotten')
    expect([answer.status, answer.text]).toEqual([500, 'Internal Server Error'])
  })
})

describe('a body by RFC 9457', () => {
  const { app, authorize } = application({ problemDetails: true, challenge: 'Bearer' })
  app.get('/notes/:id', authorize('edit', findNote), (_req, res) => void res.send('edited'))

  it.each([
    ['bob', '/notes/2', 403, 'Forbidden', 'You may not do this.'],
    ['bob', '/notes/1', 404, 'Not Found', 'Not found.'],
    ['bob', '/notes/9', 404, 'Not Found', 'Not found.'],
  ])('tells %s of %s no more than %i', async (actor, path, status, title, detail) => {
    const answer = await as(app, actor, path)
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(JSON.parse(answer.text || String(answer.body))).toEqual({ type: 'about:blank', title, status, detail })
  })

  it('has the challenge beside it', async () => {
    const answer = await request(app).get('/notes/1')
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Bearer'])
  })
})

describe('the guard', () => {
  it('holds back a page that a view engine renders', async () => {
    const { app } = application()
    app.engine('ts', (_path, _options, done) => done(null, 'classified'))
    app.get('/page', (_req, res) => res.render(import.meta.filename))
    const answer = await as(app, 'ada', '/page')
    expect(answer.status).toBe(500)
    expect(answer.text).not.toContain('classified')
  })

  it('holds back server-sent events, and drops all that follows', async () => {
    const { app } = application()
    let written = 0
    app.get('/events', (_req, res) => {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' })
      const timer = setInterval(() => {
        res.write(`data: classified ${written++}\n\n`)
        if (written === 3) {
          clearInterval(timer)
          res.end()
        }
      }, 2)
    })
    const answer = await as(app, 'ada', '/events')
    expect([answer.status, answer.text]).toEqual([500, 'Internal Server Error'])
    await expect.poll(() => written).toBe(3)
    expect((await as(app, 'ada', '/nowhere')).status).toBe(404)
  })

  it.each([
    ["Node's methods", (_req, _res, next) => next()],
    [
      'the methods of other middleware',
      (_req, res, next) => {
        res.write = res.write.bind(res)
        next()
      },
    ],
  ] satisfies [string, express.RequestHandler][])(
    'holds back early hints until something is decided, by %s',
    async (_name, before) => {
      const { app, authorize } = application()
      const hint: express.RequestHandler = (_req, res) =>
        res.writeEarlyHints({ link: '</classified.css>; rel=preload; as=style' }, () => res.send('read'))
      app.get('/notes/:id', authorize('read', findNote), hint)
      app.get('/forgotten', hint)
      const server = createServer(express().use(before, app)).listen(0)
      await new Promise((resolve) => server.once('listening', resolve))
      const { port } = server.address() as AddressInfo
      const ask = (path: string) =>
        new Promise<unknown[]>((resolve, reject) => {
          const hints: string[] = []
          get({ port, path, headers: { 'x-actor': 'ada' } }, (answer) => {
            answer.resume().on('end', () => resolve([answer.statusCode, hints]))
          })
            .on('information', ({ statusCode, headers }) => hints.push(`${statusCode} ${headers['link']}`))
            .on('error', reject)
        })
      expect(await ask('/notes/1')).toEqual([200, ['103 </classified.css>; rel=preload; as=style']])
      expect(await ask('/forgotten')).toEqual([500, []])
      server.close()
    },
  )

  it('drops the trailers of a blocked response', async () => {
    const { app } = application()
    app.get('/forgotten', (_req, res) => {
      res.addTrailers({ 'x-secret': 'classified' })
      res.end('classified')
    })
    const handler: ErrorRequestHandler = (_error, _req, res, _next) => {
      res.write('in pieces')
      res.end()
    }
    app.use(handler)
    const server = createServer(app).listen(0)
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    const answer = await new Promise<IncomingMessage>((resolve) => get({ port, path: '/forgotten' }, resolve))
    await new Promise((resolve) => answer.resume().on('end', resolve))
    expect([answer.statusCode, answer.trailers]).toEqual([500, {}])
    server.close()
  })

  it('lets server-sent events flow once something is decided', async () => {
    const { app, authorize } = application()
    app.get('/events/:id', authorize('read', findNote), (_req, res) => {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders()
      res.write('data: 1\n\n')
      res.end('data: 2\n\n')
    })
    expect((await as(app, 'ada', '/events/1')).text).toBe('data: 1\n\ndata: 2\n\n')
  })

  it('keeps earlier headers and drops those of the blocked response', async () => {
    const { authorize } = application()
    const app = express()
    app.use((_req, res, next) => {
      res.set('x-frame-options', 'DENY')
      next()
    })
    app.use(authorize())
    app.get(
      '/forgotten',
      (_req, res) => void res.cookie('classified', 'yes').set('x-total', '42').status(201).json(notes),
    )
    const answer = await as(app, 'ada', '/forgotten')
    expect(answer.status).toBe(500)
    expect(answer.headers['x-frame-options']).toBe('DENY')
    expect(answer.headers['x-total']).toBeUndefined()
    expect(answer.headers['set-cookie']).toBeUndefined()
  })

  it.each([
    ['writeHead', (res: Response) => void res.writeHead(2 ** 32 + 200).end('classified')],
    [
      'statusCode',
      (res: Response) => {
        res.statusCode = 2 ** 32 + 200
        res.write('classified')
        res.end()
      },
    ],
  ])('blocks a status that Node treats as 200: by %s', async (_, answer) => {
    const { app } = application()
    app.get('/', (_req, res) => answer(res))
    const { status, text } = await as(app, 'ada', '/')
    expect(status).toBe(500)
    expect(text).not.toContain('classified')
  })

  it.each([
    ['end', (res: Response) => void res.status(404).end('classified')],
    ['json', (res: Response) => void res.status(422).json('classified')],
    [
      'flushHeaders',
      (res: Response) => {
        res.status(404).flushHeaders()
        res.end()
      },
    ],
    [
      'write',
      (res: Response) => {
        res.status(404).write('classified')
        res.end('classified')
      },
    ],
  ])('blocks a response that becomes a success when its head is written: by %s', async (_name, answer) => {
    const { app } = application()
    app.use((_req, res, next) => {
      const { writeHead } = res
      // As `on-headers` does for compression, sessions and the like.
      res.writeHead = function (this: Response) {
        this.statusCode = 200
        return Reflect.apply(writeHead, this, [200])
      } as typeof writeHead
      next()
    })
    app.get('/forgotten', (_req, res) => answer(res))
    const server = createServer(app).listen(0)
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    // All that comes by the connection, also what no client takes for a part of the answer.
    const socket = connect(port).setEncoding('utf8')
    socket.write('GET /forgotten HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    const raw = (await socket.toArray()).join('')
    server.close()
    expect(raw).toMatch(/^HTTP\/1.1 500 /)
    expect(raw).toMatch(/\r\n\r\nInternal Server Error$/)
  })

  it('blocks also if other middleware wraps the response', async () => {
    const { app } = application()
    app.use((_req, res, next) => {
      const { end } = res
      // As sessions do: the body in pieces, the end later.
      res.end = ((chunk: unknown) => {
        res.write(String(chunk))
        setTimeout(() => Reflect.apply(end, res, []), 2)
        return res
      }) as typeof res.end
      next()
    })
    app.get('/forgotten', (_req, res) => void res.send('classified'))
    const answer = await as(app, 'ada', '/forgotten')
    expect([answer.status, answer.text]).toEqual([500, 'Internal Server Error'])
  })

  it('answers by 500 if other middleware hands on one end only', async () => {
    const { app } = application()
    app.use((_req, res, next) => {
      const { end } = res
      let isEnded = false
      // As sessions do that have nothing to save.
      res.end = ((...parameters: unknown[]) => {
        if (isEnded) return false
        isEnded = true
        return Reflect.apply(end, res, parameters)
      }) as unknown as typeof res.end
      next()
    })
    app.get('/forgotten', (_req, res) => void res.send('classified'))
    const late: ErrorRequestHandler = (error, _req, res, _next) =>
      void setTimeout(() => res.status(error.status).send('Sorry'), 2)
    for (const text of [/UndecidedError|Internal/, /^Sorry$/]) {
      const answer = await as(app, 'ada', '/forgotten').timeout(2_000)
      expect(answer.status).toBe(500)
      expect(answer.text).toMatch(text)
      app.use(late)
    }
  })

  it('holds in applications within applications, and behind them', async () => {
    const { app, authorize } = application()
    const inner = express()
    inner.get('/forgotten', (_req, res) => void res.send('classified'))
    inner.get('/notes/:id', authorize('read', findNote), (_req, res) => void res.send('read'))
    app.use('/inner', inner)
    app.get('/inner/behind', (_req, res) => void res.send('classified'))
    expect((await as(app, 'ada', '/inner/forgotten')).status).toBe(500)
    expect((await as(app, 'ada', '/inner/behind')).status).toBe(500)
    expect((await as(app, 'ada', '/inner/notes/1')).text).toBe('read')

    const outer = express()
    outer.use(app)
    outer.get('/outside', (_req, res) => void res.send('classified'))
    // Armed by the inner application, which lets it pass.
    expect((await as(outer, 'ada', '/outside')).status).toBe(500)
  })

  it('blocks in another copy of Express and through methods of Node', async () => {
    const { app } = application()
    const other = (createRequire(import.meta.url)('express4') as typeof express)()
    other.get('/forgotten', (_req, res) => void res.send('classified'))
    app.use('/called', (req, res, next) => other(req, res, next))
    app.use('/routed', express.Router().use('/other', other))
    app.get('/taken', (_req, res) => void Reflect.apply(ServerResponse.prototype.end, res, ['classified']))
    for (const path of ['/called/forgotten', '/routed/other/forgotten', '/taken']) {
      const answer = await as(app, 'ada', path)
      expect([path, answer.status, answer.text.includes('classified')]).toEqual([path, 500, false])
    }
  })

  it('blocks after other code replaced and restored methods of Node', async () => {
    const { end } = ServerResponse.prototype
    const { app } = application()
    app.get('/forgotten', (_req, res) => void res.send('classified'))
    expect((await as(app, 'ada', '/forgotten')).status).toBe(500)
    const held = ServerResponse.prototype.end
    for (const exchanged of [
      end,
      function (this: ServerResponse, ...said: never[]) {
        return Reflect.apply(held, this, said)
      },
    ]) {
      ServerResponse.prototype.end = exchanged as typeof end
      expect((await as(app, 'ada', '/forgotten')).status).toBe(500)
    }
    ServerResponse.prototype.end = held
  })

  it('touches no response but those that it holds', async () => {
    const { app } = application()
    app.get('/forgotten', (_req, res) => void res.send('classified'))
    expect((await as(app, 'ada', '/forgotten')).status).toBe(500)
    const other = express().get('/free', (_req, res) => void res.send('free'))
    expect((await request(other).get('/free')).text).toBe('free')
  })

  it('blocks a response of middleware without a route', async () => {
    const { app, unguarded } = application()
    app.use('/assets', unguarded('styles and scripts'), express.static(import.meta.dirname))
    app.use(express.static(import.meta.dirname))
    expect((await request(app).get('/assets/index.ts')).status).toBe(200)
    expect((await request(app).get('/index.ts')).status).toBe(500)
  })

  it.each([
    ['before', true],
    ['after', false],
  ])('passes preflights to cors() %s it, and sends readable denials to other origins', async (_place, first) => {
    const { app, authorize } = application()
    const { authorize: arm } = expressAuthorization(authorizer, { actor: () => undefined })
    const outer = first ? express().use(cors()).use(app) : express().use(arm()).use(cors()).use(app)
    app.put('/notes/:id', authorize('edit', findNote), (_req, res) => void res.json('edited'))
    const origin = { Origin: 'https://elsewhere.example' }
    const preflight = await request(outer).options('/notes/1').set(origin).set('Access-Control-Request-Method', 'PUT')
    expect([preflight.status, preflight.headers['access-control-allow-origin']]).toEqual([204, '*'])
    const refused = await request(outer).put('/notes/1').set(origin)
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([401, '*'])
    const allowed = await request(outer).put('/notes/1').set(origin).set('x-actor', 'ada')
    expect([allowed.status, allowed.headers['access-control-allow-origin']]).toEqual([200, '*'])
  })

  it('leaves upgrades to their handlers', async () => {
    const { app } = application()
    const server = createServer(app)
    server.on('upgrade', (_req, socket) =>
      socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: test\r\nConnection: Upgrade\r\n\r\n'),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    // Sound: a listening TCP server has an address with a port.
    const { port } = server.address() as AddressInfo
    const headers = { Upgrade: 'test', Connection: 'Upgrade' }
    const status = await new Promise((resolve) => {
      get({ host: '127.0.0.1', port, headers }).on('upgrade', (answer, socket) => {
        socket.destroy()
        resolve(answer.statusCode)
      })
    })
    server.close()
    expect(status).toBe(101)
  })
})

describe('req.authorization', () => {
  it('answers a handler about its resource', async () => {
    const { app, authorize } = application()
    app.get('/notes/:id', authorize('read', findNote), async (req, res) => {
      const { authorization } = req
      res.json({
        owner: authorization.resource.owner,
        same: authorization.resourceOf(findNote) === authorization.resource,
        edit: authorization.can('edit'),
        actions: [...(await authorization.authorizedActions())].sort(),
      })
    })
    expect((await as(app, 'bob', '/notes/2')).body).toEqual({
      owner: 'ada',
      same: true,
      edit: false,
      actions: ['read'],
    })
    expect((await as(app, 'ada', '/notes/2')).body).toMatchObject({ edit: true, actions: ['edit', 'read'] })
  })

  it('keeps the resource of each nested router', async () => {
    const { app, authorize } = application()
    const router = express.Router({ mergeParams: true })
    const findSecond = async (req: Request<{ second: string }>) =>
      notes.find((note) => note.id === Number(req.params.second))
    router.get('/:second', authorize('read', findSecond), (req, res) => {
      res.json([req.authorization.resourceOf(findNote).id, req.authorization.resource.id])
    })
    app.use('/notes/:id', authorize('read', findNote), router)
    expect((await as(app, 'ada', '/notes/1/2')).body).toEqual([1, 2])
    expect((await as(app, 'bob', '/notes/1/2')).status).toBe(404)
    expect((await as(app, 'bob', '/notes/2/1')).status).toBe(404)
  })
})

describe('a plain row', () => {
  it('is a row of the model that the route names', async () => {
    const { app, authorize } = application()
    const loader = () => ({ id: 3, owner: 'ada', shared: false })
    app.get('/unnamed', authorize('read', loader), (_req, res) => void res.send('read'))
    app.get('/named', authorize('read', loader, { model: 'Note' }), (_req, res) => void res.send('read'))
    expect((await as(app, 'ada', '/unnamed')).status).toBe(500)
    expect((await as(app, 'ada', '/named')).text).toBe('read')
    expect((await as(app, 'bob', '/named')).status).toBe(404)
  })
})

describe('the log', () => {
  it('receives the reason that clients do not', async () => {
    const { app, authorize, events } = application()
    app.get('/notes/:id', authorize('edit', findNote), (_req, res) => void res.send('edited'))
    for (const path of ['/notes/1', '/notes/2', '/notes/9']) await as(app, 'bob', path)
    await as(app, 'ada', '/notes/1')
    await request(app).get('/notes/1')
    const decisions = events.filter((event) => event.kind === 'decision')
    expect(decisions.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['denied', 'hidden'],
      ['denied', 'forbidden'],
      ['denied', 'missing'],
      ['allowed', undefined],
      ['denied', 'nobody'],
    ])
    expect(decisions[0]).toMatchObject({ actor: { model: 'User' }, action: 'edit', resource: { model: 'Note' } })
    expect(JSON.stringify(decisions)).not.toContain('bob')
  })

  it('receives the decisions of handlers, with the fields of their request', async () => {
    const { app, authorize, events } = application()
    app.get('/notes', (_req, res) => {
      authorizer.can(new User('bob'), 'read', notes[1]!)
      res.json(authorizer.filter(new User('bob'), 'read', 'Note').kind)
    })
    app.get('/notes/:id', authorize('read', findNote), (_req, res) => void res.send('read'))
    await as(app, 'bob', '/notes?token=secret').set('x-request-id', 'r1')
    await as(app, 'bob', '/notes/2')
    expect(events).toMatchObject([
      { entry: 'can', outcome: 'allowed', request: { id: 'r1', method: 'GET', path: '/notes' } },
      { entry: 'filter', extent: 'condition', request: { id: 'r1' } },
      { entry: 'can', outcome: 'allowed', request: { method: 'GET', path: '/notes/2' } },
    ])
    authorizer.can(new User('bob'), 'read', notes[1]!)
    expect(events).toHaveLength(3)
  })

  it('changes no response if it fails', async () => {
    const { app, authorize } = application({
      onDecision() {
        throw new Error('the disk is full')
      },
    })
    app.get('/notes/:id', authorize('read', findNote), (_req, res) => void res.send('read'))
    app.get('/forgotten', (_req, res) => void res.json({ notes }))
    const statuses = ['/notes/1', '/notes/2', '/forgotten'].map(async (path) => (await as(app, 'bob', path)).status)
    expect(await Promise.all(statuses)).toEqual([404, 200, 500])
  })

  it('has the request also for listeners of the authorizer', async () => {
    const { app, authorize } = application()
    app.get('/notes/:id', authorize('read', findNote), (_req, res) => void res.send('read'))
    const paths: unknown[] = []
    const stop = authorizer.onDecision(({ request }) => void paths.push(request?.path))
    await as(app, 'bob', '/notes/2')
    stop()
    expect(paths).toEqual(['/notes/2'])
  })
})

describe('a mistake in the application', () => {
  const { authorize, unguarded } = application()

  it.each([
    ['an action without a loader', () => authorize('read', undefined as never)],

    ['a loader without an action', () => authorize(findNote as never, undefined as never)],
    ['an empty action', () => authorize('', findNote)],
    ['no reason', () => unguarded(undefined as never)],
    ['an empty reason', () => unguarded(' ')],
  ])('is reported when routes are declared: %s', (_name, declare) => {
    expect(declare).toThrow(expect.objectContaining({ code: 'invalid-argument' }))
  })

  it('is reported when routes are declared: an action that the policy does not name', () => {
    expect(() => authorize('raed', findNote)).toThrow('did you mean "read"?')
    expect(() => authorize('raed', 'Note')).toThrow(expect.objectContaining({ code: 'unknown-action' }))
  })

  it('is reported when routes are declared: an unregistered model', () => {
    expect(() => authorize('read', 'Nota')).toThrow('did you mean "Note"?')
  })

  it('is reported when the middleware is created: no authorizer', () => {
    expect(() => expressAuthorization(undefined as never, { actor: () => null })).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    )
  })

  it.each([
    ['no options', undefined],
    ['no actor', {}],
    ['an actor that is no function', { actor: 'ada' }],
  ])('is reported when the middleware is created: %s', (_name, options) => {
    expect(() => expressAuthorization(authorizer, options as never)).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    )
  })

  it('denies all requests if no policy is loaded', async () => {
    const middleware = expressAuthorization(new Authorizer().registerClass(Note), { actor: () => undefined })
    const app = express().use(middleware.authorize())
    app.get('/health', middleware.unguarded('liveness'), (_req, res) => void res.send('well'))
    expect((await request(app).get('/health')).status).toBe(500)
  })
})

it.each([null, 'Note', { model: 3 }])('a route rejects invalid options: %j', (options) => {
  const { authorize } = application()
  expect(() => authorize('read', findNote, options as unknown as { model: string })).toThrow(/options of a route/)
})
