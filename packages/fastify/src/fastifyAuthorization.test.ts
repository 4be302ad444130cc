import { fileURLToPath } from 'node:url'
import type { EnforcementEvent } from '@arcturus/web'
import cors from '@fastify/cors'
import files from '@fastify/static'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import { describe, expect, it } from 'vitest'
import { createWorld } from '../../../test/frameworks/world.js'
import { type FastifyAuthorizationOptions, fastifyAuthorization } from './fastifyAuthorization.js'

/** An application with the guard armed, and its log. */
function application(options: Partial<FastifyAuthorizationOptions> = {}, more = '') {
  const world = createWorld(more)
  const events: EnforcementEvent[] = []
  const { authorize, unguarded } = fastifyAuthorization(world.authorizer, {
    actor: ({ headers }) => world.user(headers['x-actor'] as string | undefined),
    onDecision: (event) => events.push(event),
    ...options,
  })
  const app = fastify()
  app.register(authorize())
  const findDocument = ({ params }: FastifyRequest) => world.document((params as { id: string }).id)
  const get = async (url: string, actor?: string, headers: Record<string, string> = {}) => {
    const answer = await app.inject({ url, headers: { ...headers, ...(actor !== undefined && { 'x-actor': actor }) } })
    const { date: _, ...others } = answer.headers
    return { status: answer.statusCode, headers: others, text: answer.body }
  }
  return { app, world, events, get, findDocument, authorize, unguarded }
}

const classified = () => 'classified'
const failure = '{"statusCode":500,"error":"Internal Server Error","message":"Internal Server Error"}'

describe('a denial', () => {
  it.each([false, true])('from a handler is as one from the route, with problemDetails %s', async (problemDetails) => {
    const { app, world, get, authorize, findDocument } = application({ challenge: 'Bearer', problemDetails })
    app.get('/route/:id', { preHandler: authorize('edit', findDocument) }, classified)
    app.get('/handler/:id', async (request) => {
      await request.authorization.authorize('edit', await findDocument(request))
      return 'classified'
    })
    app.get('/authorizer/:id', async (request) => {
      await world.authorizer.authorize(request.authorization.actor, 'edit', await findDocument(request))
      return 'classified'
    })
    for (const actor of ['bob', 'eve', undefined]) {
      const route = await get('/route/1', actor)
      expect(route.headers['cache-control']).toBe('private')
      expect(route.text).toContain(problemDetails ? '"detail":' : '"message":')
      for (const path of ['/handler/1', '/authorizer/1']) expect(await get(path, actor)).toEqual(route)
    }
  })

  it('is for the error handler of the application, whose form stays', async () => {
    const { app, get, authorize, findDocument } = application()
    app.setErrorHandler((error: { statusCode?: number }, _, reply) =>
      error.statusCode === 401 ? reply.redirect('/sign-in') : reply.status(404).send('sorry'),
    )
    app.get('/documents/:id', { preHandler: authorize('read', findDocument) }, classified)
    expect((await get('/documents/1')).headers['location']).toBe('/sign-in')
    expect(await get('/documents/1', 'eve', { accept: 'application/problem+json' })).toMatchObject({ text: 'sorry' })
  })
})

describe('the guard of Fastify', () => {
  it('drops the headers of a blocked response, and keeps those set before it', async () => {
    const { app, get, events } = application()
    app.get('/forgotten', (_, reply) => {
      for (const name of ['set-cookie', 'location', 'etag', 'content-disposition']) reply.header(name, 'classified')
      return reply.redirect('/classified')
    })
    await app.register(cors)
    const { status, headers, text } = await get('/forgotten', 'ada', { origin: 'http://a.test' })
    expect([status, text]).toEqual([500, failure])
    expect(Object.keys(headers).filter((name) => !/^(vary|access|connection)/.test(name))).toEqual([
      'content-type',
      'content-length',
    ])
    expect(events.at(-1)).toMatchObject({ kind: 'undecided', request: { method: 'GET', path: '/forgotten' } })
  })

  const late = (_: unknown, reply: FastifyReply) => reply.status(200).send('classified')
  it.each<[string, (app: FastifyInstance) => void]>([
    [
      'an error handler',
      (app) => app.get('/x', { errorHandler: (_, __, reply) => late(_, reply) }, () => Promise.reject(new Error('no'))),
    ],
    ['a handler of missing routes', (app) => app.setNotFoundHandler(late)],
    ['a hook before the body is parsed', (app) => app.get('/x', { onRequest: async (q, r) => late(q, r) }, classified)],
    ['a hook of validation', (app) => app.get('/x', { preValidation: async (q, r) => late(q, r) }, classified)],
    ['a web response', (app) => app.get('/x', () => new Response('classified', { headers: { etag: 'classified' } }))],
    ['a serializer', (app) => app.get('/x', (_, reply) => reply.serializer(classified).send({}))],
    ['a route of a plugin that came before', (app) => app.register(async (nested) => nested.get('/x', classified))],
  ])('blocks the response of %s', async (_who, add) => {
    const { app, get } = application()
    add(app)
    expect(await get('/x', 'ada')).toMatchObject({ status: 500, text: failure })
  })

  it('blocks responses of a server, and those of a test beside it', async () => {
    const { app, get } = application()
    app.get('/x', classified)
    const answer = await fetch(`${await app.listen({ port: 0, host: '127.0.0.1' })}/x`)
    expect([answer.status, await answer.text()]).toEqual([500, failure])
    expect(await get('/x')).toMatchObject({ status: 500, text: failure })
    await app.close()
  })

  it.each([
    ['Fastify itself', (app: FastifyInstance) => void app],
    [
      'a handler that sends messages',
      (app: FastifyInstance) =>
        app.setErrorHandler(({ message }: Error, _, reply) => reply.status(500).send({ message })),
    ],
  ])('sends no message of a failed policy: %s', async (_who, add) => {
    const { app, world, get, authorize } = application()
    add(app)
    app.get('/route', { preHandler: authorize('break', () => world.document('3')) }, classified)
    app.get('/handler', async ({ authorization }) => authorization.can('break', await world.document('3')))
    for (const path of ['/route', '/handler'])
      expect(await get(path, 'ada')).toMatchObject({ status: 500, text: failure })
  })

  it("keeps the client's errors as they are without it", async () => {
    const sent = async (app: FastifyInstance) => {
      const schema = { body: { type: 'object', required: ['text'] } }
      app.post('/notes', { schema }, () => 'x')
      const json = { 'content-type': 'application/json' }
      const bodies = [
        [json, '{'],
        [json, '{}'],
        [{ 'content-type': 'application/weird' }, 'x'],
        [json, JSON.stringify({ text: 'x'.repeat(2e6) })],
      ] as const
      return Promise.all(
        bodies.map(async ([headers, payload]) => {
          const { statusCode, body } = await app.inject({ method: 'POST', url: '/notes', headers, payload })
          return [statusCode, body]
        }),
      )
    }
    const answers = await sent(application().app)
    expect(answers.map(([status]) => status)).toEqual([400, 400, 415, 413])
    expect(answers).toEqual(await sent(fastify()))
  })
})

describe('unguarded', () => {
  it('opens the routes of a plugin alone', async () => {
    const { app, get, unguarded } = application()
    app.register(async (open) => {
      open.addHook('onRequest', unguarded('styles'))
      open.register(files, { root: fileURLToPath(new URL('.', import.meta.url)), prefix: '/public/' })
    })
    app.get('/forgotten', classified)
    expect(await get('/public/index.ts')).toMatchObject({ status: 200, text: expect.stringContaining('export') })
    expect((await get('/public/none')).status).toBe(404)
    expect((await get('/forgotten')).status).toBe(500)
  })

  it('does not open the handlers of errors and of missing routes', async () => {
    const { app, get, unguarded } = application()
    app.setNotFoundHandler((_, reply) => reply.status(200).send('classified'))
    app.setErrorHandler((_, __, reply) => reply.status(200).send('classified'))
    const onRequest = unguarded('a page')
    app.get('/missing', { onRequest }, (_, reply) => reply.callNotFound())
    app.get('/error', { onRequest }, () => Promise.reject(new Error('no')))
    expect((await get('/missing')).status).toBe(500)
    expect((await get('/error')).status).toBe(500)
  })

  it('opens the handler of missing routes that has it', async () => {
    const { app, get, unguarded } = application()
    app.setNotFoundHandler({ preHandler: unguarded('the page') }, (_, reply) => reply.status(200).send('the page'))
    expect(await get('/anywhere')).toMatchObject({ status: 200, text: 'the page' })
  })

  it('needs a reason, and the plugin', async () => {
    const { unguarded } = application()
    expect(() => unguarded(' ')).toThrow('unguarded needs a reason')
    const app = fastify()
    app.get('/x', { onRequest: unguarded('a page') }, classified)
    expect((await app.inject('/x')).json()).toMatchObject({ message: expect.stringContaining('the plugin is not') })
  })
})

describe('request-level rules', () => {
  it.each([
    [true, '/admin', 401],
    [true, '/admin/users?x', 401],
    [true, '/%61dmin', 401],
    [true, '/Admin', 404],
    [false, '/Admin', 401],
    [true, '//x', 400],
    [true, '/a%2fb', 400],
  ])('read paths as the router does, if it is case sensitive: %s, %s', async (caseSensitive, url, status) => {
    const { authorizer } = createWorld()
    authorizer.loadSync('allow_request(_, request) if request.path.startsWith("/admin") = false;')
    const { authorize } = fastifyAuthorization(authorizer, { actor: () => null })
    const app = fastify({ routerOptions: { caseSensitive } })
    await app.register(authorize())
    const answer = await app.inject(url)
    expect(answer.statusCode).toBe(status)
    expect(answer.body).not.toContain('canonical')
  })
})
