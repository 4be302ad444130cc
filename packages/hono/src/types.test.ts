import type { Authority } from '@arcturus/web'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { describe, expectTypeOf, it } from 'vitest'
import { honoAuthorization } from './honoAuthorization.js'

interface Document {
  readonly title: string
}

declare const authorizer: Authority
declare function find(id: string | undefined): Promise<Document | null>

const findDocument = (c: Context) => find(c.req.param('id'))
const other: MiddlewareHandler = (_, next) => next()

/** Never called: the compiler reads it. */
export function application(): void {
  const { authorize, unguarded } = honoAuthorization(authorizer, { actor: (c) => c.req.header('x-actor') })
  const app = new Hono()
  app.use(authorize())
  app.get('/health', unguarded('liveness'), (c) => c.text('well'))
  app.use('/*', unguarded('styles', other)).get(
    '/page',
    unguarded('a page', (c) => c.text('page')),
  )

  app.get('/documents/:id', authorize('read', findDocument), (c) => {
    expectTypeOf(c.get('authorization').resource).toEqualTypeOf<Document>()
    expectTypeOf(c.var.authorization.resource).toEqualTypeOf<Document>()
    expectTypeOf(c.get('authorization').resourceOf(findDocument)).toEqualTypeOf<Document>()
    expectTypeOf(c.req.param('id')).toEqualTypeOf<string>()
    // @ts-expect-error a misspelt field
    return c.text(c.get('authorization').resource.titel)
  })
  app.put('/documents/:id', other, authorize('edit', findDocument), other, async (c) => {
    expectTypeOf(c.get('authorization').resource).toEqualTypeOf<Document>()
    return c.json([...(await c.get('authorization').authorizedActions())])
  })
  app.get(
    '/inline/:id',
    authorize('read', (c) => find(c.req.param('id'))),
    (c) => c.text(String(c.get('authorization').can('edit'))),
  )
  new Hono<{ Variables: { locale: string } }>()
    .use(authorize())
    .get('/documents', authorize('read', 'Document'), (c) => {
      expectTypeOf(c.get('locale')).toBeString()
      expectTypeOf(c.get('authorization').can).returns.toEqualTypeOf<boolean>()
      return c.text('')
    })

  // @ts-expect-error an action without a loader
  authorize('read')
  // @ts-expect-error a loader without an action
  authorize(findDocument)
  // @ts-expect-error a loader of something that is no context of Hono
  authorize('read', (id: string) => find(id))
  // @ts-expect-error a route that is for everybody needs a reason
  unguarded()
  // @ts-expect-error who asks has to be said
  honoAuthorization(authorizer, {})
}

describe('the types', () => {
  it('are checked by the compiler', () => {
    expectTypeOf(application).toBeFunction()
  })
})
