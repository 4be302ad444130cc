import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ORPCError as ClientError, createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/fetch'
import { ORPCError, os, type RouterClient } from '@orpc/server'
import { RPCHandler } from '@orpc/server/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { orpcAuthorization } from './orpc.js'
import { type Context, connection, contextOf, createNotes, expected, Note } from './testing/notes.js'

const { authorizer, notes, find } = createNotes()
const { authorize, unguarded } = orpcAuthorization(authorizer, { actor: (context: Context) => context.user })
const procedure = os.$context<Context>().use(authorize())
const byId = procedure.input(z.object({ id: z.string() }))

const router = {
  health: procedure.use(unguarded('liveness')).handler(() => 'well'),
  read: byId
    .use(authorize('read', ({ id }) => find(id)))
    .handler(({ context }) => context.authorization.resource.owner),
  edit: byId.use(authorize('edit', ({ id }) => find(id))).handler(() => 'edited'),
  model: procedure
    .use(authorize('read', 'Note'))
    .handler(({ context }) => context.authorization.authorizedRows('read', [...notes, ...notes]).length - 1),
  mine: procedure.handler(({ context }) => authorizer.authorizedRows(context.user, 'read', notes).length),
  forgotten: procedure.handler(() => notes.length),
  forgottenAwait: procedure.handler(({ context }) => {
    context.authorization.authorize('read', find('2'))
    return 'secret'
  }),
  swallowed: procedure.handler(async ({ context }) => {
    await context.authorization.authorize('read', find('2')).catch(() => undefined)
    return 'secret'
  }),
  inside: procedure.handler(({ context }) => context.authorization.authorize('read', find('2'))),
  insideAuthorizer: procedure.handler(({ context }) => authorizer.authorize(context.user, 'edit', find('3'))),
  failure: byId.use(authorize('read', () => Promise.reject(new Error(connection)))).handler(() => 'secret'),
  brokenPolicy: procedure.handler(({ context }) => context.authorization.can('break', find('1')!)),
  own: procedure.use(unguarded('a test')).handler(() => {
    throw new ORPCError('CONFLICT', { message: 'Taken.' })
  }),
  stream: procedure.handler(async function* ({ context }) {
    const note = new Note('9', 'ada')
    for (let at = 0; at < 3; at++) {
      yield await context.authorization.isAllowed('read', note)
      Reflect.set(note, 'owner', 'eve')
    }
  }),
  forgottenStream: procedure.handler(async function* () {
    yield 'secret'
  }),
  brokenStream: procedure.handler(async function* ({ context }) {
    yield await context.authorization.isAllowed('read', find('1')!)
    throw new Error(connection)
  }),
}

const handler = new RPCHandler(router)
const server = createServer((req, res) => void handler.handle(req, res, { context: contextOf(req.headers['x-user']) }))
let client: RouterClient<typeof router>
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  client = createORPCClient(new RPCLink({ url, headers: { 'x-user': 'ada' } }))
})
afterAll(() => void server.close())

async function outcome(answer: Promise<unknown>): Promise<unknown> {
  const seen: unknown[] = []
  try {
    const value = await answer
    if (typeof value !== 'object' || value === null || !(Symbol.asyncIterator in value)) return value
    for await (const one of value as AsyncIterable<unknown>) seen.push(one)
  } catch (error) {
    if (!(error instanceof ClientError)) throw error
    const { code, message } = error
    expect(message).not.toMatch(/postgres|responded|authorization|here/)
    seen.push(code === 'INTERNAL_SERVER_ERROR' ? code : `${code} ${message}`)
  }
  return seen.join()
}

describe('a procedure of oRPC', () => {
  it('answers with a decision, and without a message of a failure', async () => {
    const answers = {
      health: client.health(),
      read: client.read({ id: '1' }),
      hidden: client.read({ id: '2' }),
      missing: client.read({ id: '9' }),
      forbidden: client.edit({ id: '3' }),
      model: client.model(),
      mine: client.mine(),
      forgotten: client.forgotten(),
      forgottenAwait: client.forgottenAwait(),
      swallowed: client.swallowed(),
      inside: client.inside(),
      insideAuthorizer: client.insideAuthorizer(),
      failure: client.failure({ id: '1' }),
      brokenPolicy: client.brokenPolicy(),
      own: client.own(),
      stream: client.stream(),
      forgottenStream: client.forgottenStream(),
      brokenStream: client.brokenStream(),
    }
    const seen = await Promise.all(
      Object.entries(answers).map(async ([name, one]) => [name, await outcome(one)] as const),
    )
    expect(Object.fromEntries(seen)).toEqual(expected)
  })

  it('is declared with an action of the policy, a loader and a reason', () => {
    expect(() => unguarded('')).toThrow('unguarded needs a reason')
    expect(() => authorize('read', undefined as never)).toThrow('authorize needs an action and a loader')
  })
})
