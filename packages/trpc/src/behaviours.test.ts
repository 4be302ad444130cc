import type { AddressInfo } from 'node:net'
import { createTRPCUntypedClient, httpBatchStreamLink, TRPCClientError } from '@trpc/client'
import { initTRPC } from '@trpc/server'
import { createHTTPServer } from '@trpc/server/adapters/standalone'
import { z } from 'zod'
import { describeBehaviours, type Running } from '../../../test/frameworks/behaviours.js'
import { forget } from '../../../test/frameworks/forgottenAwaits.js'
import {
  askDestructured,
  createTitle,
  type Reply,
  type Route,
  routeAt,
  routes,
  swallow,
  throwing,
  titlesOf,
} from '../../../test/frameworks/routes.js'
import { states, type User, type World } from '../../../test/frameworks/world.js'
import { trpcAuthorization } from './index.js'

describeBehaviours('tRPC', listen)

interface Context {
  readonly user: User | undefined
}
type Input = { readonly id: string; readonly sent?: unknown }

/** The name of the procedure of a route. */
const nameOf = ({ method, within = '', path }: Route): string => method + (within + path).replace(/\W+/g, '_')

/** The replies that are sent value by value. */
const streams: ReadonlySet<Reply> = new Set(['states', 'secret stream', 'late error'] as const)

async function listen(world: World): Promise<Running> {
  const { router, responseMeta } = application(world)
  const createContext = ({ req }: { req: { headers: Record<string, unknown> } }): Context => ({
    user: world.user(req.headers['x-actor'] as string | undefined),
  })
  const server = createHTTPServer({ router, createContext, responseMeta })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = (): Promise<void> => new Promise((done) => server.close(() => done()))
  return { url, close, send: (path, init) => send(url, path, init) }
}

/** Calls the procedure of a route. */
async function send(url: string, path: string, { method = 'GET', headers = {}, body, signal }: RequestInit) {
  const found = routeAt(method, path)
  const input: Input = { id: found?.id ?? '', ...(body && { sent: JSON.parse(String(body)) }) }
  const name = found ? nameOf(found.route) : 'nowhere'
  if (found && streams.has(found.route.reply)) return streamed(url, name, input, headers as Record<string, string>)
  const text = JSON.stringify(input)
  const answer = await (method === 'GET'
    ? fetch(`${url}/${name}?input=${encodeURIComponent(text)}`, { headers, signal: signal ?? null })
    : fetch(`${url}/${name}`, { method, body: text, headers: { ...headers, 'content-type': 'application/json' } }))
  const { result, error } = (await answer.json()) as { result?: { data: unknown }; error?: { message: string } }
  return new Response(error ? error.message : textOf(result?.data), answer)
}

const textOf = (data: unknown): string => (typeof data === 'string' ? data : JSON.stringify(data))

/** Calls a procedure whose answer is a stream, by tRPC's own client. */
async function streamed(url: string, name: string, input: Input, headers: Record<string, string>): Promise<Response> {
  const client = createTRPCUntypedClient({ links: [httpBatchStreamLink({ url, headers })] })
  try {
    const values = ((await client.query(name, input)) as AsyncIterable<string>)[Symbol.asyncIterator]()
    let { done = false, value } = await values.next()
    const encoder = new TextEncoder()
    return new Response(
      new ReadableStream({
        async pull(controller) {
          if (done) return controller.close()
          controller.enqueue(encoder.encode(value))
          ;({ done = false, value } = await values.next())
        },
      }),
    )
  } catch (error) {
    if (!(error instanceof TRPCClientError)) throw error
    return new Response(error.message, { status: error.data.httpStatus })
  }
}

function application(world: World) {
  const { authorize, unguarded, responseMeta } = trpcAuthorization(world.authorizer, {
    actor: ({ user }: Context) => user,
    client: world.client,
    challenge: 'Bearer realm="test"',
  })
  const t = initTRPC.context<Context>().create()
  const open = t.procedure.input(z.object({ id: z.string(), sent: z.unknown().optional() }))
  const guarded = open.use(authorize())
  const loaders = { document: ({ input }: { input: { id: string } }) => world.document(input.id), ...throwing }
  const procedureOf = ({ protection, early }: Route) => {
    switch (protection.kind) {
      case 'none':
        return early ? open : guarded
      case 'unguarded':
        return guarded.use(unguarded(protection.reason))
      case 'model':
        return guarded.use(authorize(protection.action, 'Document'))
      case 'authorize': {
        const { action, loader, patch } = protection
        return guarded.use(authorize(action, loaders[loader], patch ? { patch: () => patch } : {}))
      }
    }
  }
  const replying = replies(world)
  const procedures = routes.flatMap((route) => {
    const reply = replying[route.reply]
    if (!reply) return []
    // Sound: each procedure that asks for it has the guard, which sets it.
    const work = (call: object): unknown => reply((call as Call).ctx.authorization, (call as Call).input)
    const procedure = procedureOf(route)
    return [[nameOf(route), route.method === 'GET' ? procedure.query(work) : procedure.mutation(work)] as const]
  })
  return { router: t.router(Object.fromEntries(procedures)), responseMeta }
}

type Authorization = Parameters<typeof askDestructured>[0]
interface Call {
  readonly ctx: { readonly authorization: Authorization }
  readonly input: Input
}

/** A procedure returns a value, or values; the other replies are those of responses. */
function replies(world: World): Partial<Record<Reply, (authorization: Authorization, input: Input) => unknown>> {
  const first = async () => (await world.document('1'))!
  const title = ({ resource }: Authorization) => ({ title: (resource as { title: string }).title })
  return {
    title,
    'secret whole': () => 'classified',
    'secret stream': async function* () {
      yield 'classified '
      yield 'classified'
    },
    swallow: async (authorization) => {
      await swallow(authorization, await first())
      return 'classified'
    },
    'swallow of authorizer': async ({ actor }) => {
      const document = await first()
      await swallow({ authorize: () => world.authorizer.authorize(actor, 'read', document) }, document)
      return 'classified'
    },
    states: (authorization) => states(authorization),
    'ask check': async ({ actor }) => ({ answer: world.authorizer.can(actor, 'read', await first()) }),
    'ask own check': async ({ isAllowed }) => ({ answer: await isAllowed('read', await first()) }),
    'ask filter': ({ actor }) => ({ answer: world.authorizer.filter(actor, 'read', 'Document').kind }),
    'ask actions': async ({ authorizedActions }) => ({ answer: [...(await authorizedActions(await first()))] }),
    'ask fields': async ({ authorizedFields }) => ({ answer: [...(await authorizedFields('read', await first()))] }),
    'ask destructured': async (authorization) => ({ answer: await askDestructured(authorization, await first()) }),
    pick: ({ pickAuthorized }) => pickAuthorized(),
    'pick list': async ({ pickAuthorized }) => pickAuthorized([await first(), (await world.document('2'))!]),
    'write title': async (authorization) => {
      await authorization.assertWritable({ title: 'New' })
      return title(authorization)
    },
    'write owner': async (authorization) => {
      await authorization.assertWritable({ title: 'New', owner: 'eve', more: 1 })
      return title(authorization)
    },
    data: ({ data }) => data,
    'change title': ({ authorizeChange }) => authorizeChange('edit', { title: 'New' }),
    'change owner': ({ authorizeChange }) => authorizeChange('edit', { owner: null }),
    create: createTitle,
    client: titlesOf,
    'secret client': ({ client }) => client && 'classified',
    echo: (_authorization, { sent }) => sent,
    nothing: () => [],
    deny: async ({ authorize }) => {
      await authorize('edit', await first())
      return 'classified'
    },
    error: () => {
      throw Object.assign(new Error('short and stout'), { status: 418 })
    },
    'late error': async function* () {
      yield 'begun'
      throw new Error('too late')
    },
    forget: (authorization) => forget(world, authorization),
    'forget slowly': (authorization) => forget(world, authorization, 5),
    wait: async (authorization) => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      return title(authorization)
    },
  }
}
