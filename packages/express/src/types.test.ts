import type { Authority } from '@arcturus/web'
import express, { type Request, type RequestHandler } from 'express'
import { describe, expectTypeOf, it } from 'vitest'
import { expressAuthorization } from './expressAuthorization.js'

interface Document {
  readonly title: string
}

declare const authorizer: Authority
declare function find(id: string): Promise<Document | null>

const findDocument = (req: Request<{ id: string }>) => find(req.params.id)
const other: RequestHandler = (_req, _res, next) => next()

/** Never called: the compiler reads it. */
export function application(): void {
  const { authorize, unguarded } = expressAuthorization(authorizer, { actor: (req) => req.get('x-actor') })
  const app = express()
  app.use(authorize())
  app.get('/health', unguarded('liveness'), (_req, res) => res.json('well'))

  app.get('/documents/:id', authorize('read', findDocument), (req, res) => {
    expectTypeOf(req.authorization.resource).toEqualTypeOf<Document>()
    expectTypeOf(req.authorization.resourceOf(findDocument)).toEqualTypeOf<Document>()
    expectTypeOf(req.params).toEqualTypeOf<{ id: string }>()
    // @ts-expect-error a misspelt field
    res.json(req.authorization.resource.titel)
  })
  app.put('/documents/:id', other, authorize('edit', findDocument), express.json(), async (req, res) => {
    expectTypeOf(req.authorization.resource).toEqualTypeOf<Document>()
    res.json(await req.authorization.authorizedActions())
  })
  app.get(
    '/inline/:id',
    authorize('read', (req) => find(String(req.params['id']))),
    (req, res) => {
      expectTypeOf(req.authorization.resource).toEqualTypeOf<Document>()
      res.json(req.authorization.can('edit'))
    },
  )
  app.route('/route/:id').get(authorize('read', findDocument), (req, res) => {
    res.json(req.authorization.resource.title)
  })
  const router = express.Router({ mergeParams: true })
  router.use('/:id', authorize('read', findDocument))
  router.get('/:id/edit', (req, res) => {
    expectTypeOf(req.authorization.resource).toBeUnknown()
    expectTypeOf(req.authorization.resourceOf(findDocument)).toEqualTypeOf<Document>()
    res.end()
  })
  const show: RequestHandler = (req, res) => {
    expectTypeOf(req.authorization.can).returns.toEqualTypeOf<boolean>()
    res.json(req.authorization.resource)
  }
  app.get('/named/:id', authorize('read', findDocument), show)

  // @ts-expect-error an action without a loader
  authorize('read')
  // @ts-expect-error a loader without an action
  authorize(findDocument)
  // @ts-expect-error a route that is for everybody needs a reason
  unguarded()
  // @ts-expect-error who asks has to be said
  expressAuthorization(authorizer, {})
}

describe('the types', () => {
  it('are checked by the compiler', () => {
    expectTypeOf(application).toBeFunction()
  })
})
