import 'reflect-metadata'
import { createReadStream } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { pipeline, Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import {
  Controller,
  Get,
  HttpCode,
  type INestApplication,
  Module,
  NotFoundException,
  Options,
  Patch,
  Post,
  Redirect,
  Req,
  Res,
  StreamableFile,
  type Type,
} from '@nestjs/common'
import { type AbstractHttpAdapter, NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { describeBehaviours } from '../../../test/frameworks/behaviours.js'
import { forget } from '../../../test/frameworks/forgottenAwaits.js'
import { writeHeader } from '../../../test/frameworks/listen.js'
import {
  askDestructured,
  createTitle,
  type Reply,
  type Route,
  routes,
  secretHeaders,
  swallow,
  throwing,
  titlesOf,
} from '../../../test/frameworks/routes.js'
import { states, type World } from '../../../test/frameworks/world.js'
import { ArcturusModule, Authorize, authorization, Unguarded } from './index.js'

const here = fileURLToPath(import.meta.url)

for (const [name, adapter] of [
  ['Nest on Express', () => new ExpressAdapter()],
  ['Nest on Fastify', () => new FastifyAdapter()],
] as const) {
  describeBehaviours(name, async (world) => {
    const app = await application(world, adapter())
    await app.listen(0, '127.0.0.1')
    return { url: await app.getUrl(), close: () => app.close() }
  })
}

async function application(world: World, adapter: AbstractHttpAdapter): Promise<INestApplication> {
  const isFastify = adapter.getType() === 'fastify'
  const controllers = [...new Set(routes.map(({ within }) => within))].map((within) =>
    controller(
      within ?? '',
      routes.filter((route) => route.within === within && !route.early),
      replies(world, isFastify),
      world,
    ),
  )

  @Module({
    imports: [
      ArcturusModule.forRoot({
        authorizer: world.authorizer,
        actor: (request) => world.user(request.headers['x-actor']),
        client: world.client,
        challenge: 'Bearer realm="test"',
        loaders: { Document: ({ id }) => world.document(String(id)) },
      }),
    ],
    controllers: [...controllers, Ruled, Preflight],
  })
  class Application {}

  const app = await NestFactory.create(Application, adapter, { logger: false })
  for (const { path } of routes.filter((route) => route.early))
    app.use(path, (_request: unknown, response: ServerResponse) => response.end('classified'))
  return app
}

/** Request-level rules are asked where there is a route. */
@Controller()
class Ruled {
  @Patch('documents/:id')
  patch(): never {
    throw new NotFoundException()
  }
}

/** Nest answers OPTIONS only if the application does, as by `enableCors`. */
@Controller()
class Preflight {
  @Options('forgotten/whole')
  @HttpCode(204)
  options(@Res({ passthrough: true }) reply: { header(name: string, value: string): void }): void {
    reply.header('allow', 'GET, HEAD, POST')
  }
}

type Handler = (response: Response, request: NodeJS.ReadableStream & { readonly body?: unknown }) => unknown

interface Response {
  readonly raw?: ServerResponse
  header(name: string, value: string): this
}

/** Builds a controller of routes, as decorators would. */
function controller(path: string, some: readonly Route[], handlers: Record<Reply, Handler>, world: World): Type {
  class Routes {}
  for (const [at, route] of some.entries()) {
    const name = `handler${at}`
    const { reply } = route
    Object.defineProperty(Routes.prototype, name, {
      value: (request: never, response: never) => handlers[reply](response, request),
      writable: true,
      configurable: true,
    })
    const descriptor = Object.getOwnPropertyDescriptor(Routes.prototype, name)!
    const decorate = (decorator: MethodDecorator): void => void decorator(Routes.prototype, name, descriptor)
    decorate(route.method === 'GET' ? Get(route.path) : Post(route.path))
    decorate(HttpCode(200))
    if (reply === 'redirect') decorate(Redirect('/classified', 302))
    for (const decorator of protections(route, world)) decorate(decorator)
    Req()(Routes.prototype, name, 0)
    Res({ passthrough: !takesOver.has(reply) })(Routes.prototype, name, 1)
  }
  Controller(path)(Routes)
  return Routes
}

/** The replies that Nest does not send. */
const takesOver: ReadonlySet<Reply> = new Set([
  'secret pieces',
  'secret head first',
  'secret old',
  'secret flush',
  'secret twice',
  'late error',
] as const)

function protections({ protection }: Route, world: World): MethodDecorator[] {
  switch (protection.kind) {
    case 'none':
      return []
    case 'unguarded':
      return [Unguarded(protection.reason)]
    case 'model':
      return [Authorize(protection.action, 'Document' as never)]
    case 'authorize': {
      const { loader, action, patch } = protection
      const Document = world.authorizer.schema.models.get('Document')!.class as Type
      const subject = loader === 'document' ? Document : throwing[loader]
      return [Authorize(action, subject, patch ? { patch: () => patch } : {})]
    }
  }
}

function replies(world: World, isFastify: boolean): Record<Reply, Handler> {
  const first = () => world.document('1')
  const raw = (response: Response): ServerResponse => response.raw ?? (response as unknown as ServerResponse)
  const secret = (response: Response): void => {
    for (const [name, value] of Object.entries(secretHeaders)) response.header(name, value)
  }
  const past = (response: Response): ServerResponse => {
    const answer = raw(response)
    if (isFastify) Reflect.get(response, 'hijack').call(response)
    for (const [name, value] of Object.entries(secretHeaders)) answer.setHeader(name, value)
    return answer
  }
  const title = () => ({ title: authorization<{ title: string }>().resource.title })
  return {
    title,
    'secret whole': (response) => {
      secret(response)
      return 'classified'
    },
    'secret stream': (response) => {
      secret(response)
      return new StreamableFile(Readable.from([Buffer.from('classified '), Buffer.from('classified')]))
    },
    'secret pieces': (response) => {
      const answer = past(response)
      answer.write('classified ')
      setTimeout(() => answer.end('classified'), 5)
    },
    'secret file': (response) => {
      secret(response)
      return new StreamableFile(createReadStream(here))
    },
    'secret head first': (response) => void past(response).writeHead(200).end('classified'),
    'secret old': (response) => {
      const answer = past(response)
      writeHeader(answer, secretHeaders)
      answer.end('classified')
    },
    'secret flush': (response) => {
      const answer = past(response)
      answer.flushHeaders()
      createReadStream(here).pipe(answer)
    },
    redirect: (response) => void secret(response),
    'secret twice': (response) => {
      const answer = past(response)
      answer.end('[]')
      answer.end('classified')
    },
    swallow: async (response) => {
      await swallow(authorization(), await first())
      secret(response)
      return 'classified'
    },
    'swallow of authorizer': async (response) => {
      const [{ actor }, document] = [authorization(), await first()]
      await swallow({ authorize: () => world.authorizer.authorize(actor, 'read', document) }, document)
      secret(response)
      return 'classified'
    },
    states: () => new StreamableFile(Readable.from(encoded(states(authorization())))),
    'ask check': async () => ({
      answer: world.authorizer.can(authorization().actor, 'read', await first()),
    }),
    'ask own check': async () => ({ answer: await authorization().isAllowed('read', await first()) }),
    'ask filter': () => ({ answer: world.authorizer.filter(authorization().actor, 'read', 'Document').kind }),
    'ask actions': async (response) => {
      const actions = await authorization().authorizedActions(await first())
      secret(response)
      return { answer: [...actions] }
    },
    'ask fields': async () => ({ answer: [...(await authorization().authorizedFields('read', await first()))] }),
    'ask destructured': async () => ({ answer: await askDestructured(authorization(), (await first())!) }),
    pick: () => authorization().pickAuthorized(),
    'pick list': async () => {
      const documents = [await world.document('1'), await world.document('2')].filter((one) => one !== undefined)
      return authorization().pickAuthorized(documents)
    },
    'write title': async () => {
      await authorization().assertWritable({ title: 'New' })
      return title()
    },
    'write owner': async () => {
      await authorization().assertWritable({ title: 'New', owner: 'eve', more: 1 })
      return title()
    },
    data: () => authorization().data,
    'change title': () => authorization<{ title: string }>().authorizeChange('edit', { title: 'New' }),
    'change owner': () => authorization<{ owner: unknown }>().authorizeChange('edit', { owner: null }),
    create: () => createTitle(authorization()),
    client: () => titlesOf(authorization()),
    'secret client': (response) => {
      secret(response)
      return authorization().client && 'classified'
    },
    echo: (_response, request) =>
      typeof request.body === 'string' ? request.body : new StreamableFile(Readable.from(request)),
    file: () => new StreamableFile(createReadStream(here)),
    nothing: () => [],
    deny: async () => {
      await authorization().authorize('edit', await first())
      return 'classified'
    },
    error: () => {
      throw Object.assign(new Error('short and stout'), { status: 418 })
    },
    'late error': (response) => {
      // What the application does about a stream that fails after its head.
      if (isFastify) Reflect.get(response, 'hijack').call(response)
      pipeline(Readable.from(late()), raw(response), () => undefined)
    },
    cached: (response) => {
      response.header('Cache-Control', 'public, max-age=60')
      return title()
    },
    forget: () => forget(world, authorization()),
    'forget slowly': () => forget(world, authorization(), 5),
    wait: async () => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      return title()
    },
  }
}

async function* encoded(parts: AsyncIterable<string>): AsyncGenerator<Buffer> {
  for await (const part of parts) yield Buffer.from(part)
}

async function* late(): AsyncGenerator<string> {
  yield 'begun'
  throw new Error('too late')
}
