import type { AuthorizedRequest, RouteHandler } from '@arcturus/next'
import { redirect } from 'next/navigation'
import { forget } from '../../frameworks/forgottenAwaits'
import {
  askDestructured,
  createTitle,
  type Protection,
  patchOf,
  type Reply,
  type Route,
  routeAt,
  routes,
  secretHeaders,
  swallow,
  throwing,
  titlesOf,
} from '../../frameworks/routes'
import { type Document, states } from '../../frameworks/world'
import { unguarded, withAuthorization, world } from './world'

interface Context {
  readonly params: Promise<{ readonly path: readonly string[] }>
}
interface Found {
  readonly id: string
}
type Handler = (request: AuthorizedRequest<unknown, unknown>) => Response | Promise<Response>

/** The routes of the table, behind one route of Next that catches all. */
export function handlerOf(method: 'GET' | 'POST'): RouteHandler<Context> {
  const handlers = new Map(routes.map((route) => [route, guarded(route)]))
  return async (request, context) => {
    const found = routeAt(method, `/${(await context.params).path.join('/')}`)
    return found ? handlers.get(found.route)!(request, found) : nowhere(request, context)
  }
}

/** For what no route is there; request-level rules are asked all the same. */
export const nowhere = withAuthorization<Context>(() => new Response(null, { status: 404 }))

function guarded({ early, protection, reply }: Route): RouteHandler<Found> {
  const handler: Handler = replies[reply]
  return early ? async () => secret('classified') : protect(handler, protection)
}

function protect(handler: Handler, protection: Protection): RouteHandler<Found> {
  switch (protection.kind) {
    case 'none':
      return withAuthorization(handler)
    case 'unguarded':
      return withAuthorization(handler, unguarded(protection.reason))
    case 'model':
      return withAuthorization(handler, protection.action, 'Document')
    case 'authorize':
      return withAuthorization(handler, protection.action, loaders[protection.loader], patchOf(protection))
  }
}

const loaders = {
  document: (_request: unknown, { id }: Found): Promise<unknown> => world.document(id),
  ...throwing,
}

const secret = (body: BodyInit): Response => new Response(body, { headers: secretHeaders })

const streamOf = (parts: () => AsyncGenerator<string>): ReadableStream<Uint8Array> => {
  const encoder = new TextEncoder()
  const source = parts()
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    const { value, done } = await source.next()
    if (done) controller.close()
    else controller.enqueue(encoder.encode(value))
  }
  // What it asks, it asks when it is read: the response does not wait for it.
  return new ReadableStream({ pull }, { highWaterMark: 0 })
}

const pieces = async function* (): AsyncGenerator<string> {
  yield 'classified '
  await later(5)
  yield 'classified'
}
const late = async function* (): AsyncGenerator<string> {
  yield 'begun'
  await later(5)
  throw new Error('too late')
}
const later = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

const title: Handler = ({ authorization }) => Response.json({ title: (authorization.resource as Document).title })
const stream: Handler = () => secret(streamOf(pieces))
const first = async (): Promise<Document> => (await world.document('1')) as Document

const replies: Readonly<Record<Reply, Handler>> = {
  title,
  'secret whole': () => secret('classified'),
  'secret stream': stream,
  'secret pieces': stream,
  'secret file': stream,
  'secret head first': stream,
  'secret old': stream,
  'secret flush': stream,
  redirect: () => redirect('/classified'),
  'secret twice': stream,
  swallow: async ({ authorization }) => {
    await swallow(authorization, await first())
    return secret('classified')
  },
  'swallow of authorizer': async ({ authorization: { actor } }) => {
    const document = await first()
    await swallow({ authorize: () => world.authorizer.authorize(actor, 'read', document) }, document)
    return secret('classified')
  },
  states: ({ authorization }) => new Response(streamOf(() => states(authorization))),
  'ask check': async ({ authorization }) =>
    Response.json({ answer: world.authorizer.can(authorization.actor, 'read', await first()) }),
  'ask own check': async ({ authorization }) =>
    Response.json({ answer: await authorization.isAllowed('read', await first()) }),
  'ask filter': ({ authorization }) =>
    Response.json({ answer: world.authorizer.filter(authorization.actor, 'read', 'Document').kind }),
  'ask actions': async ({ authorization }) =>
    Response.json({ answer: [...(await authorization.authorizedActions(await first()))] }, { headers: secretHeaders }),
  'ask fields': async ({ authorization }) =>
    Response.json({ answer: [...(await authorization.authorizedFields('read', await first()))] }),
  'ask destructured': async ({ authorization }) =>
    Response.json({ answer: await askDestructured(authorization, await first()) }),
  pick: async ({ authorization }) => Response.json(await authorization.pickAuthorized()),
  'pick list': async ({ authorization }) =>
    Response.json(await authorization.pickAuthorized([await first(), (await world.document('2')) as Document])),
  'write title': async (request) => {
    await request.authorization.assertWritable({ title: 'New' })
    return title(request)
  },
  'write owner': async (request) => {
    await request.authorization.assertWritable({ title: 'New', owner: 'eve', more: 1 })
    return title(request)
  },
  data: ({ authorization }) => Response.json(authorization.data),
  'change title': async ({ authorization }) =>
    Response.json(await authorization.authorizeChange('edit', { title: 'New' })),
  'change owner': async ({ authorization }) =>
    Response.json(await authorization.authorizeChange('edit', { owner: null })),
  create: async ({ authorization }) => Response.json(await createTitle(authorization)),
  client: ({ authorization }) => Response.json(titlesOf(authorization)),
  'secret client': ({ authorization }) => secret(authorization.client ? 'classified' : 'none'),
  echo: async (request) => new Response(await request.text()),
  file: () => new Response(streamOf(pieces)),
  nothing: () => Response.json([]),
  deny: async ({ authorization }) => {
    await authorization.authorize('edit', await first())
    return secret('classified')
  },
  error: () => {
    throw Object.assign(new Error('short and stout'), { status: 418 })
  },
  'late error': () => new Response(streamOf(late)),
  cached: async (request) => {
    const answer = await title(request)
    answer.headers.set('Cache-Control', 'public, max-age=60')
    return answer
  },
  forget: async ({ authorization }) => Response.json(await forget(world, authorization)),
  'forget slowly': async ({ authorization }) => Response.json(await forget(world, authorization, 5)),
  wait: async (request) => {
    await later(20)
    return title(request)
  },
}
