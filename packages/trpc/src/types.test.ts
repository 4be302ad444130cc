import type { Authority } from '@arcturus/web'
import { os } from '@orpc/server'
import { initTRPC } from '@trpc/server'
import { describe, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { trpcAuthorization } from './index.js'
import { orpcAuthorization } from './orpc.js'

interface Document {
  readonly title: string
}
interface Context {
  readonly user: string | null
}

declare const authorizer: Authority
declare function find(id: string): Promise<Document | null>

/** Never called: the compiler reads it. */
export function procedures(): object {
  const t = initTRPC.context<Context>().create()
  const { authorize, unguarded } = trpcAuthorization(authorizer, { actor: (ctx: Context) => ctx.user })
  const procedure = t.procedure.use(authorize())
  const byId = procedure.input(z.object({ id: z.string() }))
  return t.router({
    health: procedure.use(unguarded('liveness')).query(({ ctx }) => {
      expectTypeOf(ctx.user).toEqualTypeOf<string | null>()
      expectTypeOf(ctx.authorization.actor).toEqualTypeOf<string | null>()
      return 'well'
    }),
    read: byId
      .use(
        authorize('read', ({ input, ctx }) => {
          expectTypeOf(input).toEqualTypeOf<{ id: string }>()
          expectTypeOf(ctx.user).toEqualTypeOf<string | null>()
          return find(input.id)
        }),
      )
      .query(({ ctx, input }) => {
        expectTypeOf(ctx.authorization.resource).toEqualTypeOf<Document>()
        expectTypeOf(ctx.user).toEqualTypeOf<string | null>()
        expectTypeOf(input.id).toBeString()
        // @ts-expect-error a misspelt field
        return ctx.authorization.resource.titel
      }),
    list: procedure.use(authorize('read', 'Document')).query(({ ctx }) => ctx.authorization.can('read', {})),
    // @ts-expect-error a loader that needs another input
    wrong: byId.use(authorize('read', ({ input }: { input: { name: string } }) => find(input.name))),
  })
}

/** Never called: the compiler reads it. */
export function handlers(): object {
  const { authorize, unguarded } = orpcAuthorization(authorizer, { actor: (context: Context) => context.user })
  const procedure = os.$context<Context>().use(authorize())
  const byId = procedure.input(z.object({ id: z.string() }))
  return {
    health: procedure.use(unguarded('liveness')).handler(({ context }) => {
      expectTypeOf(context.authorization.actor).toEqualTypeOf<string | null>()
      return context.user
    }),
    read: byId.use(authorize('read', ({ id }) => find(id))).handler(({ context, input }) => {
      expectTypeOf(context.authorization.resource).toEqualTypeOf<Document>()
      expectTypeOf(input.id).toBeString()
      // @ts-expect-error a misspelt field
      return context.authorization.resource.titel
    }),
    list: procedure.use(authorize('read', 'Document')).handler(({ context }) => context.authorization.can('read', {})),
  }
}

describe('the types', () => {
  it('are checked by the compiler', () => {
    expectTypeOf(procedures).toBeFunction()
    expectTypeOf(handlers).toBeFunction()
  })
})
