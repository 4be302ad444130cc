import type { Action, ModelName } from '@arcturus/core'
import type { Authority } from '@arcturus/web'
import type { NextRequest } from 'next/server.js'
import { describe, expectTypeOf, it } from 'vitest'
import { nextAuthorization } from './nextAuthorization.js'
import type { RouteHandler } from './routeHandler.js'
import type { ActionResult } from './serverAction.js'

interface Ticket {
  readonly title: string
}

declare const authorizer: Authority
declare function find(id: string): Promise<Ticket | null>

interface Context {
  readonly params: Promise<{ readonly id: string }>
}
const findTicket = async (_request: NextRequest, { params }: Context) => find((await params).id)

/** Never called: the compiler reads it. */
export async function application(): Promise<void> {
  const { withAuthorization, serverAction, authorize, authorization, unguarded } = nextAuthorization(authorizer, {
    actor: ({ cookies }) => cookies.get('session')?.value,
  })

  const GET = withAuthorization(
    (request) => {
      expectTypeOf(request.authorization.resource).toEqualTypeOf<Ticket>()
      // @ts-expect-error a misspelt field
      return Response.json(request.authorization.resource.titel)
    },
    'read',
    findTicket,
  )
  expectTypeOf(GET).toEqualTypeOf<RouteHandler<Context>>()
  withAuthorization(() => Response.json('well'), unguarded('liveness'))
  const signIn = unguarded('signs in', async (form: FormData) => form.get('name'))
  expectTypeOf(signIn).toEqualTypeOf<(form: FormData) => Promise<ReturnType<FormData['get']>>>()
  withAuthorization((request) => Response.json(request.authorization.actor))

  const close = serverAction(({ resource }, id: string) => `${resource.title} ${id}`, 'close', find)
  expectTypeOf(close).toEqualTypeOf<(id: string) => Promise<ActionResult<string>>>()
  const form = serverAction(async ({ resource }) => console.log(resource.title), 'close', find, {
    onDenial: 'interrupt',
  })
  expectTypeOf(form).toEqualTypeOf<(id: string) => Promise<void>>()
  const result = await close('1')
  // @ts-expect-error what was refused has no value
  void result.value
  if (result.allowed) expectTypeOf(result.value).toBeString()

  const ticket = await authorize('read', find('1'))
  expectTypeOf(ticket).toEqualTypeOf<Ticket>()
  const asking = await authorization()
  expectTypeOf(asking.can('read', ticket)).toBeBoolean()
  // @ts-expect-error a page cannot hold back a response that does not await the answer
  ;[ticket].filter((one) => asking.isAllowed('read', one))
  // @ts-expect-error nor one that does not end
  asking.authorize('read', ticket)
  // @ts-expect-error a row that the page has already
  ;[ticket].filter((one) => authorize('read', one))
  // @ts-expect-error the promise is not the row
  void authorize('read', find('1')).title
  // @ts-expect-error the promise is not the set
  void asking.authorizedActions(ticket).has('read')
  expectTypeOf<Action>().toBeString()
  expectTypeOf<ModelName>().toBeString()

  // @ts-expect-error an action without a loader
  withAuthorization(() => new Response(), 'read')
  // @ts-expect-error a handler that answers nothing
  withAuthorization(() => {}, 'read', findTicket)
  // @ts-expect-error a route that is for everybody needs a reason
  unguarded()
  // @ts-expect-error who asks has to be said
  nextAuthorization(authorizer, {})
}

describe('the types', () => {
  it('are checked by the compiler', () => {
    expectTypeOf(application).toBeFunction()
  })
})
