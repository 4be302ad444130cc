import { createReadStream } from 'node:fs'
import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import express, { type Express, type Request, type RequestHandler, type Router } from 'express'
import { describeBehaviours } from '../../../test/frameworks/behaviours.js'
import { forget } from '../../../test/frameworks/forgottenAwaits.js'
import { listen, writeHeader } from '../../../test/frameworks/listen.js'
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
import { expressAuthorization } from './expressAuthorization.js'

const here = fileURLToPath(import.meta.url)

for (const [name, framework] of [
  ['Express 5', express],
  // Sound as far as these tests go: what they use of Express is the same in 4.
  ['Express 4', createRequire(import.meta.url)('express4') as typeof express],
] as const) {
  describeBehaviours(name, async (world) => listen(application(framework, world)))
}

function application(framework: typeof express, world: World): Express {
  const { authorize, unguarded, problems } = expressAuthorization(world.authorizer, {
    actor: (req) => world.user(req.get('x-actor')),
    client: world.client,
    challenge: 'Bearer realm="test"',
  })
  const app = framework()
  const routers = new Map<string, Router>()

  const loaders = {
    document: (req: Request<{ id: string }>) => world.document(req.params.id),
    ...throwing,
  }
  const protections = ({ protection }: Route): RequestHandler[] => {
    switch (protection.kind) {
      case 'none':
        return []
      case 'unguarded':
        return [unguarded(protection.reason)]
      case 'model':
        return [authorize(protection.action, 'Document')]
      case 'authorize':
        return [
          authorize(
            protection.action,
            loaders[protection.loader] as (req: Request) => unknown,
            patchOf(protection),
          ) as RequestHandler,
        ]
    }
  }
  const add = (route: Route): void => {
    const mount = route.within === undefined ? app : (routers.get(route.within) ?? nest(route.within))
    mount[route.method === 'GET' ? 'get' : 'post'](route.path, ...protections(route), replies(world)[route.reply])
  }
  const nest = (path: string): Router => {
    const router = framework.Router({ mergeParams: true })
    routers.set(path, router)
    app.use(path, router)
    return router
  }

  for (const route of routes) if (route.early) add(route)
  app.use(authorize())
  for (const route of routes) if (!route.early) add(route)
  app.use(problems())
  return app
}

function replies(world: World): Record<Reply, RequestHandler> {
  const first = () => world.document('1')
  /** Express 4 does not see a rejected promise. */
  const async =
    (handler: (...parameters: Parameters<RequestHandler>) => Promise<void>): RequestHandler =>
    (req, res, next) => {
      handler(req, res, next).catch(next)
    }
  const title: RequestHandler = (req, res) => {
    res.json({ title: (req.authorization.resource as { title: string }).title })
  }
  return {
    title,
    'secret whole': (_req, res) => void res.set(secretHeaders).send('classified'),
    'secret stream': (_req, res) => void Readable.from(['classified ', 'classified']).pipe(res.set(secretHeaders)),
    'secret pieces': (_req, res) => {
      res.set(secretHeaders)
      res.write('classified ')
      setTimeout(() => res.end('classified'), 5)
    },
    'secret file': (_req, res) => void res.set(secretHeaders).sendFile(here),
    'secret head first': (_req, res) => void res.writeHead(200, secretHeaders).end('classified'),
    'secret old': (_req, res) => {
      writeHeader(res, secretHeaders)
      res.end('classified')
    },
    'secret flush': (_req, res) => {
      res.set(secretHeaders).flushHeaders()
      createReadStream(here).pipe(res)
    },
    redirect: (_req, res) => res.set(secretHeaders).redirect('/classified'),
    'secret twice': (_req, res) => {
      res.set(secretHeaders).json([])
      res.send('classified')
    },
    swallow: async(async (req, res) => {
      await swallow(req.authorization, await first())
      res.set(secretHeaders).send('classified')
    }),
    'swallow of authorizer': async(async (req, res) => {
      const document = await first()
      await swallow(
        { authorize: () => world.authorizer.authorize(req.authorization.actor, 'read', document) },
        document,
      )
      res.set(secretHeaders).send('classified')
    }),
    states: (req, res) => void Readable.from(states(req.authorization)).pipe(res),
    'ask check': async(async (req, res) => {
      res.json({ answer: world.authorizer.can(req.authorization.actor, 'read', await first()) })
    }),
    'ask own check': async(async (req, res) => {
      res.json({ answer: await req.authorization.isAllowed('read', await first()) })
    }),
    'ask filter': (req, res) => {
      res.json({ answer: world.authorizer.filter(req.authorization.actor, 'read', 'Document').kind })
    },
    'ask actions': async(async (req, res) => {
      const actions = await req.authorization.authorizedActions(await first())
      res.set(secretHeaders).json({ answer: [...actions] })
    }),
    'ask fields': async(async (req, res) => {
      res.json({ answer: [...(await req.authorization.authorizedFields('read', await first()))] })
    }),
    'ask destructured': async(async (req, res) => {
      res.json({ answer: await askDestructured(req.authorization, (await first())!) })
    }),
    pick: async(async (req, res) => {
      res.json(await req.authorization.pickAuthorized())
    }),
    'pick list': async(async (req, res) => {
      res.json(await req.authorization.pickAuthorized(await documents(world)))
    }),
    'write title': async(async (req, res, next) => {
      await req.authorization.assertWritable({ title: 'New' })
      title(req, res, next)
    }),
    'write owner': async(async (req, res, next) => {
      await req.authorization.assertWritable({ title: 'New', owner: 'eve', more: 1 })
      title(req, res, next)
    }),
    data: (req, res) => void res.json(req.authorization.data),
    'change title': async(async (req, res) => {
      res.json(await req.authorization.authorizeChange('edit', { title: 'New' }))
    }),
    'change owner': async(async (req, res) => {
      res.json(await req.authorization.authorizeChange('edit', { owner: null }))
    }),
    create: async(async (req, res) => {
      res.json(await createTitle(req.authorization))
    }),
    client: (req, res) => void res.json(titlesOf(req.authorization)),
    'secret client': (req, res) => void res.set(secretHeaders).send(req.authorization.client && 'classified'),
    echo: (req, res) => void req.pipe(res),
    file: (_req, res) => res.sendFile(here),
    nothing: (_req, res) => void res.json([]),
    deny: async(async (req, res) => {
      await req.authorization.authorize('edit', await first())
      res.send('classified')
    }),
    error: () => {
      throw Object.assign(new Error('short and stout'), { status: 418 })
    },
    'late error': (_req, res) => {
      res.write('begun')
      throw new Error('too late')
    },
    cached: (req, res, next) => title(req, res.set('Cache-Control', 'public, max-age=60'), next),
    forget: async(async (req, res) => void res.json(await forget(world, req.authorization))),
    'forget slowly': async(async (req, res) => void res.json(await forget(world, req.authorization, 5))),
    wait: (req, res, next) => void setTimeout(() => title(req, res, next), 20),
  }
}

async function documents(world: World): Promise<object[]> {
  return [await world.document('1'), await world.document('2')].filter((one) => one !== undefined)
}
