import type { RequestListener } from 'node:http'
import { Authorizer, type Context } from '@arcturus/core'
import { expressAuthorization } from '@arcturus/express'
import { fastifyAuthorization } from '@arcturus/fastify'
import { honoAuthorization } from '@arcturus/hono'
import { koaAuthorization } from '@arcturus/koa'
import { nextAuthorization } from '@arcturus/next'
import Router from '@koa/router'
import express from 'express'
import { fastify } from 'fastify'
import { Hono, type Context as HonoContext } from 'hono'
import Koa from 'koa'
import { NextRequest } from 'next/server.js'
import { describe, expect, it, vi } from 'vitest'
import { listen } from './listen.js'

class User {}
class Note {
  constructor(readonly opens: number) {}
}
const [open, late] = [new Note(0), new Note(10)]
const authorizer = new Authorizer()
  .registerClass(User)
  .registerClass(Note, { fields: { opens: { type: 'integer', nullable: false } } })
  .registerContext({ request: { fields: { hour: 'integer' } } })
authorizer.loadSync('allow(_: User, "read", note: Note) if request.hour >= note.opens;')

/** The two functions of the options; each gets the header `x-hour` of a request. */
interface Options {
  actor(hour: string): unknown
  context(hour: string): unknown
}

/** What handlers use of a request's authorization. */
interface Asked {
  isAllowed(action: string, resource: unknown): Promise<boolean>
  readonly context: unknown
}

/** Returns the answer of a route. */
type Answer = (authorization: Asked) => Promise<object>

/** Serves what answers a request of the web by its header `x-hour`. */
const served =
  (respond: (request: Request) => Response | Promise<Response>): RequestListener =>
  async (req, res) => {
    const request = new Request('http://localhost/', { headers: { 'x-hour': String(req.headers['x-hour']) } })
    const response = await respond(request)
    res.writeHead(response.status).end(await response.text())
  }

/** An application of each framework, whose one route may be read at every hour. */
const frameworks: Record<string, (options: Options, answer: Answer) => RequestListener> = {
  Express({ actor, context }, answer) {
    const { authorize } = expressAuthorization(authorizer, {
      actor: (req) => actor(String(req.get('x-hour'))),
      context: (req) => context(String(req.get('x-hour'))) as Context,
      onDecision: () => {},
    })
    const app = express().set('env', 'production').use(authorize())
    app.get(
      '/',
      authorize('read', async () => open),
      async (req, res) => void res.json(await answer(req.authorization as Asked)),
    )
    return app as unknown as RequestListener
  },
  Koa({ actor, context }, answer) {
    const { authorize } = koaAuthorization(authorizer, {
      actor: (ctx) => actor(ctx.get('x-hour')),
      context: (ctx) => context(ctx.get('x-hour')) as Context,
      onDecision: () => {},
    })
    const router = new Router()
    router.get(
      '/',
      authorize('read', async () => open),
      async (ctx) => {
        ctx.body = await answer(ctx.state.authorization as Asked)
      },
    )
    const app = new Koa().use(authorize()).use(router.routes())
    app.silent = true
    return app.callback() as RequestListener
  },
  Fastify({ actor, context }, answer) {
    const { authorize } = fastifyAuthorization(authorizer, {
      actor: ({ headers }) => actor(String(headers['x-hour'])),
      context: ({ headers }) => context(String(headers['x-hour'])) as Context,
      onDecision: () => {},
    })
    const app = fastify()
    app.register(authorize())
    const preHandler = authorize('read', async () => open)
    app.get('/', { preHandler }, ({ authorization }) => answer(authorization as Asked))
    // One body for every error, with or without a message of the application's own.
    app.setErrorHandler((_error, _request, reply) => reply.status(500).send('Internal Server Error'))
    return (req, res) => void app.ready().then(() => app.routing(req, res))
  },
  Hono({ actor, context }, answer) {
    const hourOf = (c: HonoContext): string => String(c.req.header('x-hour'))
    const { authorize } = honoAuthorization(authorizer, {
      actor: (c) => actor(hourOf(c)),
      context: (c) => context(hourOf(c)) as Context,
      onDecision: () => {},
    })
    const app = new Hono().use(authorize()).onError((_, c) => c.text('Internal Server Error', 500))
    app.get(
      '/',
      authorize('read', async () => open),
      async (c) => c.json(await answer(c.get('authorization') as Asked)),
    )
    return served(app.fetch)
  },
  Next({ actor, context }, answer) {
    const { withAuthorization } = nextAuthorization(authorizer, {
      actor: ({ headers }) => actor(String(headers.get('x-hour'))),
      context: ({ headers }) => context(String(headers.get('x-hour'))) as Context,
      onDecision: () => {},
    })
    const handle = withAuthorization(
      async ({ authorization }) => Response.json(await answer(authorization as Asked)),
      'read',
      async () => open,
    )
    // As Next calls a route handler.
    return served(async (request) => {
      try {
        return await handle(new NextRequest(request), { params: Promise.resolve({}) })
      } catch {
        return new Response('Internal Server Error', { status: 500 })
      }
    })
  },
}

/** Returns a function that waits until it was called by a number of requests. */
function meeting(count: number): () => Promise<void> {
  let arrive = (): void => {}
  const all = new Promise<void>((resolve) => {
    arrive = () => {
      if (--count === 0) resolve()
    }
  })
  return () => {
    arrive()
    return all
  }
}

/** Sends a request for each hour at once, and returns the responses. */
async function ask(listener: RequestListener, hours: readonly unknown[]): Promise<[status: number, text: string][]> {
  const { url, close } = await listen(listener)
  try {
    return await Promise.all(
      hours.map(async (hour): Promise<[number, string]> => {
        const response = await fetch(url, { headers: { 'x-hour': String(hour) } })
        return [response.status, await response.text()]
      }),
    )
  } finally {
    await close()
  }
}

describe.each(Object.entries(frameworks))('the context of a request on %s', (_, application) => {
  const user = new User()

  it('is its own, while another request is served', async () => {
    const [beforeContext, beforeCheck] = [meeting(2), meeting(2)]
    const listener = application(
      {
        actor: () => user,
        context: async (hour) => {
          await beforeContext()
          return { request: { hour: Number(hour) } }
        },
      },
      async (authorization) => {
        const first = await authorization.isAllowed('read', late)
        await beforeCheck()
        return { first, second: await authorization.isAllowed('read', late), context: authorization.context }
      },
    )
    const answers = await ask(listener, [9, 11])
    expect(answers.map(([status, text]) => [status, JSON.parse(text)])).toEqual([
      [200, { first: false, second: false, context: { request: { hour: 9 } } }],
      [200, { first: true, second: true, context: { request: { hour: 11 } } }],
    ])
  })

  it('that can not be known is answered as an actor that can not be known', async () => {
    const answer = vi.fn(async () => ({}))
    const fail = async () => Promise.reject(new Error('The clock is down.'))
    const known = () => ({ request: { hour: 9 } })
    const [withoutActor] = await ask(application({ actor: fail, context: known }, answer), [9])
    expect(withoutActor![0]).toBe(500)
    const undeclared = () => ({ hour: 9 })
    const wrong = () => ({ request: { hour: 'nine' } })
    const thrown = () => {
      throw new Error('The clock is down.')
    }
    for (const context of [fail, thrown, undeclared, wrong])
      expect(await ask(application({ actor: () => user, context }, answer), [9])).toEqual([withoutActor])
    expect(answer).not.toHaveBeenCalled()
  })

  it('that is missing is an error of the rules that need it', async () => {
    const answer = vi.fn(async () => ({}))
    const [[status] = []] = await ask(application({ actor: () => user, context: () => undefined }, answer), [9])
    expect(status).toBe(500)
    expect(answer).not.toHaveBeenCalled()
  })
})
