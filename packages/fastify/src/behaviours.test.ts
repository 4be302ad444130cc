import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import { describeBehaviours } from '../../../test/frameworks/behaviours.js'
import { forget } from '../../../test/frameworks/forgottenAwaits.js'
import { writeHeader } from '../../../test/frameworks/listen.js'
import {
  askDestructured,
  createTitle,
  patchOf,
  type Reply,
  type Route,
  routes,
  secretHeaders,
  swallow,
  throwing,
  titlesOf,
} from '../../../test/frameworks/routes.js'
import { states, type World } from '../../../test/frameworks/world.js'
import { type AuthorizationHook, fastifyAuthorization } from './index.js'

const here = fileURLToPath(import.meta.url)

describeBehaviours('Fastify', async (world) => {
  const app = application(world)
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  return { url, close: () => app.close() }
})

function application(world: World): FastifyInstance {
  const { authorize, unguarded } = fastifyAuthorization(world.authorizer, {
    actor: ({ headers }) => world.user(headers['x-actor'] as string | undefined),
    client: world.client,
    challenge: 'Bearer realm="test"',
  })
  const loaders = {
    document: ({ params }: FastifyRequest) => world.document((params as { id: string }).id),
    ...throwing,
  }
  const hooks = ({ protection }: Route): { preHandler?: AuthorizationHook } => {
    switch (protection.kind) {
      case 'none':
        return {}
      case 'unguarded':
        return { preHandler: unguarded(protection.reason) }
      case 'model':
        return { preHandler: authorize(protection.action, 'Document') }
      case 'authorize':
        return { preHandler: authorize(protection.action, loaders[protection.loader], patchOf(protection)) }
    }
  }
  const add = (app: FastifyInstance, some: readonly Route[]): void => {
    for (const route of some)
      app.route({ method: route.method, url: route.path, ...hooks(route), handler: replies(world)[route.reply] })
  }

  const app = fastify()
  app.addContentTypeParser('text/plain', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  const early = routes.filter((route) => route.early)
  add(app, early)
  app.register(async (guarded) => {
    guarded.register(authorize())
    // Its hooks are for paths without a route, too.
    guarded.setNotFoundHandler((_request, reply) => reply.status(404).send())
    guarded.options('/*', (_request, reply) => reply.header('allow', 'GET, HEAD').status(204).send())
    for (const within of new Set(routes.flatMap((route) => route.within ?? []))) {
      const some = routes.filter((route) => route.within === within)
      guarded.register(async (nested) => add(nested, some), { prefix: within })
    }
    add(
      guarded,
      routes.filter((route) => !route.early && route.within === undefined),
    )
  })
  return app
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown

function replies(world: World): Record<Reply, Handler> {
  const first = () => world.document('1')
  const secret = (reply: FastifyReply) => reply.headers(secretHeaders)
  const past = (reply: FastifyReply) => {
    reply.hijack()
    for (const [name, value] of Object.entries(secretHeaders)) reply.raw.setHeader(name, value)
    return reply.raw
  }
  const title: Handler = ({ authorization }) => ({ title: (authorization.resource as { title: string }).title })
  return {
    title,
    'secret whole': (_, reply) => secret(reply).send('classified'),
    'secret stream': (_, reply) => secret(reply).send(Readable.from(['classified ', 'classified'])),
    'secret pieces': (_, reply) => {
      const response = past(reply)
      response.write('classified ')
      setTimeout(() => response.end('classified'), 5)
    },
    'secret file': (_, reply) => secret(reply).send(createReadStream(here)),
    'secret head first': (_, reply) => void past(reply).writeHead(200).end('classified'),
    'secret old': (_, reply) => {
      const response = past(reply)
      writeHeader(response, secretHeaders)
      response.end('classified')
    },
    'secret flush': (_, reply) => {
      const response = past(reply)
      response.flushHeaders()
      response.end('classified')
    },
    redirect: (_, reply) => secret(reply).redirect('/classified'),
    'secret twice': (_, reply) => {
      secret(reply).send([])
      return reply.send('classified')
    },
    swallow: async ({ authorization }, reply) => {
      await swallow(authorization, await first())
      return secret(reply).send('classified')
    },
    'swallow of authorizer': async ({ authorization: { actor } }, reply) => {
      const document = await first()
      await swallow({ authorize: () => world.authorizer.authorize(actor, 'read', document) }, document)
      return secret(reply).send('classified')
    },
    states: ({ authorization }, reply) => reply.send(Readable.from(states(authorization))),
    'ask check': async ({ authorization }) => ({
      answer: world.authorizer.can(authorization.actor, 'read', await first()),
    }),
    'ask own check': async ({ authorization }) => ({ answer: await authorization.isAllowed('read', await first()) }),
    'ask filter': ({ authorization }) => ({
      answer: world.authorizer.filter(authorization.actor, 'read', 'Document').kind,
    }),
    'ask actions': async ({ authorization }, reply) => {
      const actions = await authorization.authorizedActions(await first())
      return secret(reply).send({ answer: [...actions] })
    },
    'ask fields': async ({ authorization }) => ({
      answer: [...(await authorization.authorizedFields('read', await first()))],
    }),
    'ask destructured': async ({ authorization }) => ({
      answer: await askDestructured(authorization, (await first())!),
    }),
    pick: ({ authorization }) => authorization.pickAuthorized(),
    'pick list': async ({ authorization }) => {
      const documents = [await world.document('1'), await world.document('2')].filter((one) => one !== undefined)
      return authorization.pickAuthorized(documents)
    },
    'write title': async (request, reply) => {
      await request.authorization.assertWritable({ title: 'New' })
      return title(request, reply)
    },
    'write owner': async (request, reply) => {
      await request.authorization.assertWritable({ title: 'New', owner: 'eve', more: 1 })
      return title(request, reply)
    },
    data: ({ authorization }) => authorization.data,
    'change title': ({ authorization }) => authorization.authorizeChange('edit', { title: 'New' }),
    'change owner': ({ authorization }) => authorization.authorizeChange('edit', { owner: null }),
    create: ({ authorization }) => createTitle(authorization),
    client: ({ authorization }, reply) => reply.send(titlesOf(authorization)),
    'secret client': ({ authorization }, reply) => secret(reply).send(authorization.client && 'classified'),
    echo: ({ body }) => body,
    file: (_, reply) => reply.header('cache-control', 'public, max-age=0').send(createReadStream(here)),
    nothing: async () => [],
    deny: async ({ authorization }) => {
      await authorization.authorize('edit', await first())
      return 'classified'
    },
    error: () => {
      throw Object.assign(new Error('short and stout'), { status: 418 })
    },
    'late error': (_, reply) => reply.send(Readable.from(late())),
    cached: (request, reply) => {
      reply.header('cache-control', 'public, max-age=60')
      return title(request, reply)
    },
    forget: ({ authorization }) => forget(world, authorization),
    'forget slowly': ({ authorization }) => forget(world, authorization, 5),
    wait: async (request, reply) => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      return title(request, reply)
    },
  }
}

async function* late(): AsyncGenerator<string> {
  yield 'begun'
  throw new Error('too late')
}
