import { createReadStream } from 'node:fs'
import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import Router from '@koa/router'
import Koa, { type Context, type Middleware } from 'koa'
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
import { koaAuthorization } from './koaAuthorization.js'
import type { RouteContext } from './types.js'

const here = fileURLToPath(import.meta.url)

for (const [name, framework] of [
  ['Koa 3', Koa],
  // Sound as far as these tests go: what they use of Koa is the same in 2.
  ['Koa 2', createRequire(import.meta.url)('koa2') as typeof Koa],
] as const) {
  describeBehaviours(name, async (world) => listen(application(framework, world).callback()))
}

function application(framework: typeof Koa, world: World): Koa {
  const { authorize, unguarded } = koaAuthorization(world.authorizer, {
    actor: (ctx) => world.user(ctx.get('x-actor') || undefined),
    client: world.client,
    challenge: 'Bearer realm="test"',
  })
  const loaders = {
    document: (ctx: RouteContext) => world.document(String(ctx.params['id'])),
    ...throwing,
  }
  const protections = ({ protection }: Route): Middleware<object, object>[] => {
    switch (protection.kind) {
      case 'none':
        return []
      case 'unguarded':
        return [unguarded(protection.reason)]
      case 'model':
        return [authorize(protection.action, 'Document') as Middleware<object, object>]
      case 'authorize':
        return [
          authorize(protection.action, loaders[protection.loader], patchOf(protection)) as Middleware<object, object>,
        ]
    }
  }
  const router = (some: readonly Route[]): Router => {
    const made = new Router()
    for (const route of some) {
      made.register(route.path, [route.method], [...protections(route), replies(world)[route.reply]])
    }
    return made
  }

  const app = new framework()
  // Koa 2 leaves a connection open whose stream failed; what this listener does is the application's part.
  app.on('error', (error: { headerSent?: boolean }, ctx: Context) => error.headerSent && ctx.res.destroy())
  app.use(router(routes.filter((route) => route.early)).routes())
  app.use(authorize())
  const main = router(routes.filter((route) => !route.early && route.within === undefined))
  for (const within of new Set(routes.flatMap((route) => route.within ?? []))) {
    main.use(within, router(routes.filter((route) => route.within === within)).routes())
  }
  app.use(main.routes()).use(main.allowedMethods())
  return app
}

function replies(world: World): Record<Reply, Middleware> {
  const first = () => world.document('1')
  const secret = (ctx: Context): Context => {
    ctx.status = 200
    ctx.set(secretHeaders)
    return ctx
  }
  /** Answers by Node's own response, past Koa. */
  const past = (ctx: Context) => {
    ctx.respond = false
    return secret(ctx).res
  }
  const title: Middleware = (ctx) => {
    ctx.body = { title: (ctx.state.authorization.resource as { title: string }).title }
  }
  return {
    title,
    'secret whole': (ctx) => {
      secret(ctx).body = 'classified'
    },
    'secret stream': (ctx) => {
      secret(ctx).body = Readable.from(['classified ', 'classified'])
    },
    'secret pieces': (ctx) => {
      const response = past(ctx)
      response.write('classified ')
      setTimeout(() => response.end('classified'), 5)
    },
    'secret file': (ctx) => {
      secret(ctx).body = createReadStream(here)
    },
    'secret head first': (ctx) => {
      past(ctx).writeHead(200, secretHeaders).end('classified')
    },
    'secret old': (ctx) => {
      const response = past(ctx)
      writeHeader(response, secretHeaders)
      response.end('classified')
    },
    'secret flush': (ctx) => {
      secret(ctx).flushHeaders()
      ctx.body = createReadStream(here)
    },
    redirect: (ctx) => secret(ctx).redirect('/classified'),
    'secret twice': (ctx) => {
      past(ctx).end('[]')
      ctx.res.end('classified')
    },
    swallow: async (ctx) => {
      await swallow(ctx.state.authorization, await first())
      secret(ctx).body = 'classified'
    },
    'swallow of authorizer': async (ctx) => {
      const [{ actor }, document] = [ctx.state.authorization, await first()]
      await swallow({ authorize: () => world.authorizer.authorize(actor, 'read', document) }, document)
      secret(ctx).body = 'classified'
    },
    states: (ctx) => {
      ctx.body = Readable.from(states(ctx.state.authorization))
    },
    'ask check': async (ctx) => {
      ctx.body = { answer: world.authorizer.can(ctx.state.authorization.actor, 'read', await first()) }
    },
    'ask own check': async (ctx) => {
      ctx.body = { answer: await ctx.state.authorization.isAllowed('read', await first()) }
    },
    'ask filter': (ctx) => {
      ctx.body = { answer: world.authorizer.filter(ctx.state.authorization.actor, 'read', 'Document').kind }
    },
    'ask actions': async (ctx) => {
      const actions = await ctx.state.authorization.authorizedActions(await first())
      secret(ctx).body = { answer: [...actions] }
    },
    'ask fields': async (ctx) => {
      ctx.body = { answer: [...(await ctx.state.authorization.authorizedFields('read', await first()))] }
    },
    'ask destructured': async (ctx) => {
      ctx.body = { answer: await askDestructured(ctx.state.authorization, (await first())!) }
    },
    pick: async (ctx) => {
      ctx.body = await ctx.state.authorization.pickAuthorized()
    },
    'pick list': async (ctx) => {
      const documents = [await world.document('1'), await world.document('2')].filter((one) => one !== undefined)
      ctx.body = await ctx.state.authorization.pickAuthorized(documents)
    },
    'write title': async (ctx, next) => {
      await ctx.state.authorization.assertWritable({ title: 'New' })
      await title(ctx, next)
    },
    'write owner': async (ctx, next) => {
      await ctx.state.authorization.assertWritable({ title: 'New', owner: 'eve', more: 1 })
      await title(ctx, next)
    },
    data: (ctx) => {
      ctx.body = ctx.state.authorization.data
    },
    'change title': async (ctx) => {
      ctx.body = await ctx.state.authorization.authorizeChange('edit', { title: 'New' })
    },
    'change owner': async (ctx) => {
      ctx.body = await ctx.state.authorization.authorizeChange('edit', { owner: null })
    },
    create: async (ctx) => {
      ctx.body = await createTitle(ctx.state.authorization)
    },
    client: (ctx) => {
      ctx.body = titlesOf(ctx.state.authorization)
    },
    'secret client': (ctx) => {
      secret(ctx).body = ctx.state.authorization.client && 'classified'
    },
    echo: (ctx) => {
      ctx.body = ctx.req
    },
    file: (ctx) => {
      // As koa-send says.
      ctx.set('Cache-Control', 'max-age=0')
      ctx.body = createReadStream(here)
    },
    nothing: (ctx) => {
      ctx.body = []
    },
    deny: async (ctx) => {
      await ctx.state.authorization.authorize('edit', await first())
      ctx.body = 'classified'
    },
    error: () => {
      throw Object.assign(new Error('short and stout'), { status: 418 })
    },
    'late error': (ctx) => {
      ctx.body = Readable.from(late())
    },
    cached: (ctx, next) => {
      ctx.set('Cache-Control', 'public, max-age=60')
      return title(ctx, next)
    },
    forget: async (ctx) => {
      ctx.body = await forget(world, ctx.state.authorization)
    },
    'forget slowly': async (ctx) => {
      ctx.body = await forget(world, ctx.state.authorization, 5)
    },
    wait: async (ctx, next) => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      await title(ctx, next)
    },
  }
}

async function* late(): AsyncGenerator<string> {
  yield 'begun'
  throw new Error('too late')
}
