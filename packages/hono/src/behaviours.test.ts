import { createReadStream } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { serve } from '@hono/node-server'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { stream } from 'hono/streaming'
import { vi } from 'vitest'
import { describeBehaviours, type Running } from '../../../test/frameworks/behaviours.js'
import { forget } from '../../../test/frameworks/forgottenAwaits.js'
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
import { honoAuthorization } from './honoAuthorization.js'

const here = fileURLToPath(import.meta.url)

// Hono prints every error that no error handler answers.
vi.spyOn(console, 'error').mockImplementation(() => {})

describeBehaviours('Hono', async (world) => listen(application(world)))

function listen(app: Hono): Promise<Running> {
  return new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }: AddressInfo) =>
      resolve({ url: `http://127.0.0.1:${port}`, close: () => new Promise((done) => server.close(() => done())) }),
    )
  })
}

function application(world: World): Hono {
  const { authorize, unguarded } = honoAuthorization(world.authorizer, {
    actor: (c) => world.user(c.req.header('x-actor')),
    client: world.client,
    challenge: 'Bearer realm="test"',
  })
  const loaders = { document: (c: Context) => world.document(c.req.param('id') ?? ''), ...throwing }
  const protections = ({ protection }: Route): MiddlewareHandler[] => {
    switch (protection.kind) {
      case 'none':
        return []
      case 'unguarded':
        return [unguarded(protection.reason)]
      case 'model':
        return [authorize(protection.action, 'Document')]
      case 'authorize':
        return [authorize(protection.action, loaders[protection.loader], patchOf(protection))]
    }
  }
  const add = (app: Hono, some: readonly Route[]): void => {
    for (const route of some) app.on([route.method], [route.path], ...protections(route), replies(world)[route.reply])
  }

  const app = new Hono()
  add(
    app,
    routes.filter((route) => route.early),
  )
  app.use(authorize())
  app.options('*', (c) => c.body(null, 204, { allow: 'GET, HEAD' }))
  for (const within of new Set(routes.flatMap((route) => route.within ?? []))) {
    const nested = new Hono()
    add(
      nested,
      routes.filter((route) => route.within === within),
    )
    app.route(within, nested)
  }
  add(
    app,
    routes.filter((route) => !route.early && route.within === undefined),
  )
  return app
}

function replies(world: World): Record<Reply, (c: Context) => Response | Promise<Response>> {
  const first = () => world.document('1')
  const asked = (c: Context) => c.get('authorization')
  const secret = secretHeaders
  const title = (c: Context): Response => c.json({ title: (asked(c).resource as { title: string }).title })
  const file = (): ReadableStream =>
    // Sound: both are the web's stream.
    Readable.toWeb(createReadStream(here)) as ReadableStream
  const inPieces = (c: Context): Response => {
    for (const [name, value] of Object.entries(secret)) c.header(name, value)
    return stream(c, async (out) => {
      await out.write('classified ')
      await out.sleep(5)
      await out.write('classified')
    })
  }
  return {
    title,
    'secret whole': (c) => c.text('classified', 200, secret),
    'secret stream': (c) => c.body(Readable.toWeb(Readable.from(['classified '])) as ReadableStream, 200, secret),
    'secret pieces': inPieces,
    'secret file': (c) => c.body(file(), 200, secret),
    'secret head first': () => new Response('classified', { headers: secret }),
    'secret old': (c) => c.newResponse('classified', { headers: secret }),
    'secret flush': inPieces,
    redirect: (c) => {
      for (const [name, value] of Object.entries(secret)) c.header(name, value)
      return c.redirect('/classified')
    },
    'secret twice': (c) => {
      c.res = c.json([])
      return c.text('classified', 200, secret)
    },
    swallow: async (c) => {
      await swallow(asked(c), await first())
      return c.text('classified', 200, secret)
    },
    'swallow of authorizer': async (c) => {
      const [{ actor }, document] = [asked(c), await first()]
      await swallow({ authorize: () => world.authorizer.authorize(actor, 'read', document) }, document)
      return c.text('classified', 200, secret)
    },
    states: (c) => c.body(Readable.toWeb(Readable.from(states(asked(c)))) as ReadableStream),
    'ask check': async (c) => c.json({ answer: world.authorizer.can(asked(c).actor, 'read', await first()) }),
    'ask own check': async (c) => c.json({ answer: await asked(c).isAllowed('read', await first()) }),
    'ask filter': (c) => c.json({ answer: world.authorizer.filter(asked(c).actor, 'read', 'Document').kind }),
    'ask actions': async (c) => c.json({ answer: [...(await asked(c).authorizedActions(await first()))] }, 200, secret),
    'ask fields': async (c) => c.json({ answer: [...(await asked(c).authorizedFields('read', await first()))] }),
    'ask destructured': async (c) => c.json({ answer: await askDestructured(asked(c), (await first())!) }),
    pick: async (c) => c.json(await asked(c).pickAuthorized()),
    'pick list': async (c) => {
      const documents = [await world.document('1'), await world.document('2')].filter((one) => one !== undefined)
      return c.json(await asked(c).pickAuthorized(documents))
    },
    'write title': async (c) => {
      await asked(c).assertWritable({ title: 'New' })
      return title(c)
    },
    'write owner': async (c) => {
      await asked(c).assertWritable({ title: 'New', owner: 'eve', more: 1 })
      return title(c)
    },
    data: (c) => c.json(asked(c).data),
    'change title': async (c) => c.json(await asked(c).authorizeChange('edit', { title: 'New' })),
    'change owner': async (c) => c.json(await asked(c).authorizeChange('edit', { owner: null })),
    create: async (c) => c.json(await createTitle(asked(c))),
    client: (c) => c.json(titlesOf(asked(c))),
    'secret client': (c) => c.text(asked(c).client ? 'classified' : '', 200, secret),
    echo: async (c) => c.text(await c.req.text()),
    file: (c) => c.body(file(), 200, { 'cache-control': 'public, max-age=0' }),
    nothing: (c) => c.json([]),
    deny: async (c) => {
      await asked(c).authorize('edit', await first())
      return c.text('classified')
    },
    error: () => {
      throw Object.assign(new Error('short and stout'), { status: 418 })
    },
    'late error': (c) => c.body(Readable.toWeb(Readable.from(late())) as ReadableStream),
    cached: (c) => {
      c.header('cache-control', 'public, max-age=60')
      return title(c)
    },
    forget: async (c) => c.json((await forget(world, asked(c))) as object),
    'forget slowly': async (c) => c.json((await forget(world, asked(c), 5)) as object),
    wait: async (c) => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      return title(c)
    },
  }
}

async function* late(): AsyncGenerator<string> {
  yield 'begun'
  throw new Error('too late')
}
