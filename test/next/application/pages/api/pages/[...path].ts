import { Readable } from 'node:stream'
import { pagesAuthorization } from '@arcturus/next/pages'
import type { NextApiHandler, NextApiRequest, NextApiResponse } from 'next'
import { forget } from '../../../../../frameworks/forgottenAwaits'
import {
  askDestructured,
  createTitle,
  patchOf,
  type Reply,
  type Route,
  routeAt,
  routes,
  secretHeaders,
  swallow,
  throwing,
  titlesOf,
} from '../../../../../frameworks/routes'
import { type Document, states } from '../../../../../frameworks/world'
import { world } from '../../../world'

const { withAuthorization, unguarded } = pagesAuthorization(world.authorizer, {
  actor: ({ headers }) => world.user(headers.get('x-actor') ?? undefined),
  client: world.client,
  challenge: 'Bearer realm="test"',
})

const pathOf = ({ query }: NextApiRequest): string => `/${[query['path']].flat().join('/')}`

/** The routes of the table, behind one API route of Next that catches all. */
const api: NextApiHandler = (request, response) => {
  const { method = 'GET' } = request
  if (method === 'OPTIONS') return response.setHeader('allow', 'GET, HEAD').status(204).end()
  const found = routeAt(method === 'HEAD' ? 'GET' : method, pathOf(request))
  return (found ? handlers.get(found.route)! : nowhere)(request, response)
}
export default api

const nowhere = withAuthorization((_request, response) => response.status(404).end())

type Handler = Extract<Parameters<typeof withAuthorization>[0], (...parameters: never[]) => unknown>
type Authorized = Parameters<Handler>[0]

function guarded({ early, protection, reply }: Route): NextApiHandler {
  const handler: Handler = (request, response) => replies[reply](request, response)
  if (early) return (_request, response) => response.send('classified')
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
  document: (request: NextApiRequest): Promise<unknown> =>
    world.document(routeAt('GET', pathOf(request))?.id ?? routeAt('POST', pathOf(request))!.id),
  ...throwing,
}

const secret = (response: NextApiResponse): NextApiResponse => {
  for (const [name, value] of Object.entries(secretHeaders)) response.setHeader(name, value)
  return response
}
const later = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))
const sent = (parts: Iterable<string> | AsyncIterable<string>, response: NextApiResponse): Promise<void> =>
  new Promise((resolve) => {
    Readable.from(parts)
      .on('error', () => response.destroy())
      .pipe(response)
      .on('close', resolve)
  })
const stream: Replying = (_request, response) => sent(['classified ', 'classified'], secret(response))
const title: Replying = ({ authorization }, response) =>
  response.json({ title: (authorization.resource as Document).title })
const first = async (): Promise<Document> => (await world.document('1')) as Document
const late = async function* (): AsyncGenerator<string> {
  yield 'begun'
  await later(5)
  throw new Error('too late')
}

type Replying = (request: Authorized, response: NextApiResponse) => unknown

const replies: Readonly<Record<Reply, Replying>> = {
  title,
  'secret whole': (_request, response) => secret(response).send('classified'),
  'secret stream': stream,
  'secret pieces': async (_request, response) => {
    secret(response).write('classified ')
    await later(5)
    response.end('classified')
  },
  'secret file': stream,
  'secret head first': (_request, response) => response.writeHead(200, secretHeaders).end('classified'),
  'secret old': (_request, response) => {
    Reflect.get(response, 'writeHeader').call(response, 200, secretHeaders)
    response.end('classified')
  },
  'secret flush': (request, response) => {
    secret(response).flushHeaders()
    return stream(request, response)
  },
  'secret twice': (_request, response) => {
    secret(response).json([])
    response.send('classified')
  },
  redirect: (_request, response) => secret(response).redirect('/classified'),
  swallow: async ({ authorization }, response) => {
    await swallow(authorization, await first())
    secret(response).send('classified')
  },
  'swallow of authorizer': async ({ authorization: { actor } }, response) => {
    const document = await first()
    await swallow({ authorize: () => world.authorizer.authorize(actor, 'read', document) }, document)
    secret(response).send('classified')
  },
  states: ({ authorization }, response) => sent(states(authorization), response),
  'ask check': async ({ authorization }, response) =>
    response.json({ answer: world.authorizer.can(authorization.actor, 'read', await first()) }),
  'ask own check': async ({ authorization }, response) =>
    response.json({ answer: await authorization.isAllowed('read', await first()) }),
  'ask filter': ({ authorization }, response) =>
    response.json({ answer: world.authorizer.filter(authorization.actor, 'read', 'Document').kind }),
  'ask actions': async ({ authorization }, response) =>
    secret(response).json({ answer: [...(await authorization.authorizedActions(await first()))] }),
  'ask fields': async ({ authorization }, response) =>
    response.json({ answer: [...(await authorization.authorizedFields('read', await first()))] }),
  'ask destructured': async ({ authorization }, response) =>
    response.json({ answer: await askDestructured(authorization, await first()) }),
  pick: async ({ authorization }, response) => response.json(await authorization.pickAuthorized()),
  'pick list': async ({ authorization }, response) =>
    response.json(await authorization.pickAuthorized([await first(), (await world.document('2')) as Document])),
  'write title': async (request, response) => {
    await request.authorization.assertWritable({ title: 'New' })
    return title(request, response)
  },
  'write owner': async (request, response) => {
    await request.authorization.assertWritable({ title: 'New', owner: 'eve', more: 1 })
    return title(request, response)
  },
  data: ({ authorization }, response) => response.json(authorization.data),
  'change title': async ({ authorization }, response) =>
    response.json(await authorization.authorizeChange('edit', { title: 'New' })),
  'change owner': async ({ authorization }, response) =>
    response.json(await authorization.authorizeChange('edit', { owner: null })),
  create: async ({ authorization }, response) => response.json(await createTitle(authorization)),
  client: ({ authorization }, response) => response.json(titlesOf(authorization)),
  'secret client': ({ authorization }, response) => secret(response).send(authorization.client && 'classified'),
  echo: ({ body }, response) => response.send(body),
  file: (_request, response) => {
    response.setHeader('cache-control', 'public, max-age=0')
    return sent(['a file'], response)
  },
  nothing: (_request, response) => response.json([]),
  deny: async ({ authorization }, response) => {
    await authorization.authorize('edit', await first())
    response.send('classified')
  },
  error: () => {
    throw Object.assign(new Error('short and stout'), { status: 418 })
  },
  'late error': (_request, response) => sent(late(), response),
  cached: (request, response) => {
    response.setHeader('Cache-Control', 'public, max-age=60')
    return title(request, response)
  },
  forget: async ({ authorization }, response) => response.json(await forget(world, authorization)),
  'forget slowly': async ({ authorization }, response) => response.json(await forget(world, authorization, 5)),
  wait: async (request, response) => {
    await later(20)
    return title(request, response)
  },
}

const handlers = new Map(routes.map((route) => [route, guarded(route)]))
