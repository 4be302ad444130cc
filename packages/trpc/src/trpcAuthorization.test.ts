import type { AddressInfo } from 'node:net'
import type { EnforcementEvent } from '@arcturus/web'
import { createTRPCClient, httpBatchStreamLink, httpLink, TRPCClientError } from '@trpc/client'
import { initTRPC, TRPCError } from '@trpc/server'
import { createHTTPServer } from '@trpc/server/adapters/standalone'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { trpcAuthorization } from './index.js'
import { type Context, connection, contextOf, createNotes, expected, Note } from './testing/notes.js'

const { authorizer, notes, find } = createNotes()
const events: EnforcementEvent[] = []
const { authorize, unguarded, responseMeta } = trpcAuthorization(authorizer, {
  actor: (ctx: Context) => ctx.user,
  challenge: 'Bearer',
  onDecision: (event) => events.push(event),
})
const t = initTRPC.context<Context>().create()
const procedure = t.procedure.use(authorize())
const byId = procedure.input(z.object({ id: z.string() }))
const read = authorize('read', ({ input }: { input: { id: string } }) => find(input.id))

async function* states({ isAllowed }: { isAllowed(action: 'read', note: Note): Promise<boolean> }) {
  const note = new Note('9', 'ada')
  for (let at = 0; at < 3; at++) {
    yield await isAllowed('read', note)
    Reflect.set(note, 'owner', 'eve')
  }
}

const notesRouter = t.router({ note: byId.use(read).query(({ ctx }) => ctx.authorization.resource.owner) })
const router = t.router({
  health: procedure.use(unguarded('liveness')).query(() => 'well'),
  read: byId.use(read).query(({ ctx }) => ctx.authorization.resource.owner),
  edit: byId.use(authorize('edit', ({ input }) => find(input.id))).mutation(() => 'edited'),
  patch: byId
    .use(authorize('edit', ({ input }) => find(input.id), { patch: ({ input }) => ({ isShown: input.id === '1' }) }))
    .mutation(({ ctx }) => ctx.authorization.data),
  model: procedure
    .use(authorize('read', 'Note'))
    .query(({ ctx }) => ctx.authorization.authorizedRows('read', [...notes, ...notes]).length - 1),
  mine: procedure.query(({ ctx }) => authorizer.authorizedRows(ctx.user, 'read', notes).length),
  nested: procedure.query(({ ctx }) => t.createCallerFactory(notesRouter)(ctx).note({ id: '1' })),
  forgotten: procedure.query(() => notes),
  forgottenAwait: procedure.query(({ ctx }) => {
    ctx.authorization.authorize('read', find('2'))
    return 'secret'
  }),
  swallowed: procedure.query(async ({ ctx }) => {
    await ctx.authorization.authorize('read', find('2')).catch(() => undefined)
    return 'secret'
  }),
  inside: procedure.query(({ ctx }) => ctx.authorization.authorize('read', find('2'))),
  insideAuthorizer: procedure.query(({ ctx }) => authorizer.authorize(ctx.user, 'edit', find('3'))),
  failure: byId.use(authorize('read', () => Promise.reject(new Error(connection)))).query(() => 'secret'),
  brokenPolicy: procedure.query(({ ctx }) => ctx.authorization.can('break', find('1')!)),
  own: procedure.use(unguarded('a test')).query(() => {
    throw new TRPCError({ code: 'CONFLICT', message: 'Taken.' })
  }),
  stream: procedure.query(({ ctx }) => states(ctx.authorization)),
  forgottenStream: procedure.query(async function* () {
    yield 'secret'
  }),
  brokenStream: procedure.query(async function* ({ ctx }) {
    yield await ctx.authorization.isAllowed('read', find('1')!)
    throw new Error(connection)
  }),
  watch: procedure.subscription(({ ctx }) => states(ctx.authorization)),
  forgottenWatch: procedure.subscription(async function* () {
    yield 'secret'
  }),
})

const server = createHTTPServer({
  router,
  createContext: ({ req }) => contextOf(req.headers['x-user']),
  responseMeta,
})
let url = ''
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => void server.close())

/** A client that sends every call alone, or many in one request. */
const clientOf = (isBatched: boolean, user?: string) => {
  const headers = user === undefined ? {} : { 'x-user': user }
  return createTRPCClient<typeof router>({ links: [(isBatched ? httpBatchStreamLink : httpLink)({ url, headers })] })
}

/** Returns an answer, the values of a stream, or the code of an error with its message if clients may know it. */
async function outcome(answer: Promise<unknown>): Promise<unknown> {
  const seen: unknown[] = []
  try {
    const value = await answer
    if (typeof value !== 'object' || value === null || !(Symbol.asyncIterator in value)) return value
    for await (const one of value as AsyncIterable<unknown>) seen.push(one)
  } catch (error) {
    if (!(error instanceof TRPCClientError)) throw error
    const { message, data } = error as TRPCClientError<typeof router>
    expect(`${message} ${JSON.stringify({ ...data, stack: '' })}`).not.toMatch(/postgres|responded|authorization|here/)
    seen.push(data?.code === 'INTERNAL_SERVER_ERROR' ? data.code : `${data?.code} ${message}`)
  }
  return seen.join()
}

const all = (isBatched: boolean) => {
  const client = clientOf(isBatched, 'ada')
  const answers = {
    health: client.health.query(),
    read: client.read.query({ id: '1' }),
    hidden: client.read.query({ id: '2' }),
    missing: client.read.query({ id: '9' }),
    forbidden: client.edit.mutate({ id: '3' }),
    model: client.model.query(),
    mine: client.mine.query(),
    forgotten: client.forgotten.query(),
    forgottenAwait: client.forgottenAwait.query(),
    swallowed: client.swallowed.query(),
    inside: client.inside.query(),
    insideAuthorizer: client.insideAuthorizer.query(),
    failure: client.failure.query({ id: '1' }),
    brokenPolicy: client.brokenPolicy.query(),
    own: client.own.query(),
    ...(isBatched && {
      stream: client.stream.query(),
      forgottenStream: client.forgottenStream.query(),
      brokenStream: client.brokenStream.query(),
    }),
  }
  return Promise.all(Object.entries(answers).map(async ([name, answer]) => [name, await outcome(answer)] as const))
}

describe('a procedure of tRPC', () => {
  it.each([true, false])(
    'answers with a decision, and without a message of a failure, batched: %s',
    async (isBatched) => {
      const { stream, forgottenStream, brokenStream, ...single } = expected
      expect(Object.fromEntries(await all(isBatched))).toEqual(isBatched ? expected : single)
    },
  )

  it('answers nobody with 401 and the challenge, whether the row exists or not', async () => {
    for (const id of ['1', '9']) {
      const answer = await fetch(`${url}/read?input=${encodeURIComponent(JSON.stringify({ id }))}`)
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
      expect(answer.headers.get('cache-control')).toBe('private')
    }
  })

  it('answers by another procedure that decided', async () => {
    expect(await clientOf(false, 'ada').nested.query()).toBe('ada')
  })

  it('gets the data that it may write', async () => {
    expect(await clientOf(false, 'ada').patch.mutate({ id: '1' })).toEqual({ isShown: true })
  })

  it('sends the values of a subscription that have a decision', async () => {
    const events = async (path: string): Promise<string> => {
      const answer = await fetch(`${url}/${path}`, { headers: { 'x-user': 'ada', accept: 'text/event-stream' } })
      return answer.text()
    }
    const watched = await events('watch')
    expect(watched.match(/^data: (true|false)$/gm)).toEqual(['data: true', 'data: false', 'data: false'])
    expect(await events('forgottenWatch')).not.toContain('secret')
  })

  it('names itself in the log', () => {
    const undecided = events.filter((event) => event.kind === 'undecided')
    expect(undecided.map(({ error }) => error.message)).toContainEqual(expect.stringContaining('forgottenStream'))
    expect(events.find((event) => event.kind === 'unguarded')).toMatchObject({ reason: 'liveness' })
  })

  it('is declared with an action of the policy, a loader and a reason', () => {
    expect(() => unguarded('')).toThrow('unguarded needs a reason')
    expect(() => authorize('read', undefined as never)).toThrow('authorize needs an action and a loader')
  })
})
