import type { Authority } from '@arcturus/web'
import Router, { type RouterContext } from '@koa/router'
import Koa, { type Middleware } from 'koa'
import { describe, expectTypeOf, it } from 'vitest'
import { koaAuthorization } from './koaAuthorization.js'

interface Document {
  readonly title: string
}

declare const authorizer: Authority
declare function find(id: string | undefined): Promise<Document | null>

const findDocument = (ctx: RouterContext) => find(ctx.params['id'])
const other: Middleware = (_ctx, next) => next()

/** Never called: the compiler reads it. */
export function application(): void {
  const { authorize, unguarded } = koaAuthorization(authorizer, { actor: (ctx) => ctx.get('x-actor') })
  const app = new Koa()
  app.use(authorize())
  const router = new Router()
  router.get('/health', unguarded('liveness'), (ctx) => {
    ctx.body = 'well'
  })

  router.get('/documents/:id', authorize('read', findDocument), (ctx) => {
    expectTypeOf(ctx.state.authorization.resource).toEqualTypeOf<Document>()
    expectTypeOf(ctx.state.authorization.resourceOf(findDocument)).toEqualTypeOf<Document>()
    expectTypeOf(ctx.params).toEqualTypeOf<Record<string, string>>()
    // @ts-expect-error a misspelt field
    ctx.body = ctx.state.authorization.resource.titel
  })
  router.put('/documents/:id', other, authorize('edit', findDocument), other, async (ctx) => {
    expectTypeOf(ctx.state.authorization.resource).toEqualTypeOf<Document>()
    ctx.body = await ctx.state.authorization.authorizedActions()
  })
  router.get(
    '/inline/:id',
    authorize('read', (ctx) => find(ctx.params['id'])),
    (ctx) => {
      expectTypeOf(ctx.state.authorization.resource).toEqualTypeOf<Document>()
      ctx.body = ctx.state.authorization.can('edit')
    },
  )
  router.use('/folders/:id', authorize('read', findDocument))
  router.get('/folders/:id/edit', (ctx) => {
    expectTypeOf(ctx.state.authorization.resource).toBeUnknown()
    expectTypeOf(ctx.state.authorization.resourceOf(findDocument)).toEqualTypeOf<Document>()
    // @ts-expect-error a misspelt question
    ctx.body = ctx.state.authorization.may('edit')
  })
  const show: Middleware = (ctx) => {
    expectTypeOf(ctx.state.authorization.can).returns.toEqualTypeOf<boolean>()
    ctx.body = ctx.state.authorization.resource
  }
  router.get('/named/:id', authorize('read', findDocument), show)
  app.use(router.routes()).use(router.allowedMethods())

  new Koa<{ locale: string }>().use(authorize()).use((ctx) => {
    expectTypeOf(ctx.state.locale).toBeString()
    expectTypeOf(ctx.state.authorization.can).returns.toEqualTypeOf<boolean>()
  })

  // @ts-expect-error an action without a loader
  authorize('read')
  // @ts-expect-error a loader without an action
  authorize(findDocument)
  // @ts-expect-error a loader of something that is no context of Koa
  authorize('read', (id: string) => find(id))
  // @ts-expect-error a route that is for everybody needs a reason
  unguarded()
  // @ts-expect-error who asks has to be said
  koaAuthorization(authorizer, {})
}

describe('the types', () => {
  it('are checked by the compiler', () => {
    expectTypeOf(application).toBeFunction()
  })
})
