import 'reflect-metadata'
import { Authorizer } from '@arcturus/core'
import { type INestApplication, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { IoAdapter } from '@nestjs/platform-socket.io'
import { Ack, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets'
import { EMPTY, interval, map, take } from 'rxjs'
import { io, type Socket } from 'socket.io-client'
import { afterEach, describe, expect, it } from 'vitest'
import { ArcturusModule, Authorize, authorization, Resource, Unguarded } from './index.js'

class User {
  constructor(readonly name: string) {}
}
class Note {
  constructor(
    readonly id: number,
    readonly owner: string,
  ) {}
}
const notes = [new Note(1, 'ada'), new Note(2, 'eve')]

@WebSocketGateway()
class Notes {
  @SubscribeMessage('read')
  @Authorize('read', Note)
  read(@Resource() note: Note) {
    return { event: 'answer', data: note.owner }
  }
  @SubscribeMessage('all')
  all() {
    return { event: 'answer', data: 'all of them' }
  }
  @SubscribeMessage('drop')
  drop() {
    return EMPTY
  }
  @SubscribeMessage('ping')
  @Unguarded('liveness')
  ping() {
    return { event: 'answer', data: 'pong' }
  }
  @SubscribeMessage('answered')
  answered(@Ack() answer: (data: string) => void) {
    answer('all of them')
  }
  @SubscribeMessage('acknowledged')
  @Authorize('read', Note)
  acknowledged(@Resource() note: Note, @Ack() answer: (data: string) => void) {
    answer(note.owner)
  }
  @SubscribeMessage('swapped')
  @Authorize('read', Note)
  swapped(@MessageBody('id', { transform: (id: number) => (id === 1 ? 2 : id) }) id: number) {
    return { event: 'answer', data: notes.find((note) => note.id === id)?.owner }
  }

  @SubscribeMessage('watch')
  @Authorize('read', Note)
  watch(@Resource() note: Note) {
    return interval(1).pipe(
      take(2),
      map((at) => ({ event: 'answer', data: `${note.owner} ${at} ${authorization().can('read')}` })),
    )
  }
}

const running: INestApplication[] = []
const sockets: Socket[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.disconnect()
  for (const app of running.splice(0)) await app.close()
})

async function serve(adapter: ExpressAdapter | FastifyAdapter) {
  const authorizer = new Authorizer().registerClass(User).registerClass(Note, { fields: { id: Number, owner: String } })
  authorizer.loadSync(`
    allow(user: User, "read", note: Note) if note.owner = user.name;
    allow_request(_, request) if request.path = "/nowhere";
  `)
  @Module({
    imports: [
      ArcturusModule.forRoot({
        authorizer,
        actor: ({ handshake }) => (handshake.auth.name ? new User(handshake.auth.name) : null),
        loaders: { Note: ({ id }) => notes.find((note) => note.id === id) },
      }),
    ],
    providers: [Notes],
  })
  class Application {}
  const app = await NestFactory.create(Application, adapter as ExpressAdapter, { logger: false })
  app.useWebSocketAdapter(new IoAdapter(app))
  running.push(app)
  await app.listen(0, '127.0.0.1')
  const url = await app.getUrl()
  /** Sends a message, and returns as many answers. */
  return (event: string, data: unknown, name = '', count = 1): Promise<unknown[]> =>
    new Promise((resolve, reject) => {
      // A message without an answer fails its test.
      setTimeout(() => reject(new Error(`no answer to ${event}`)), 20_000).unref()
      const socket = io(url, { auth: { name }, transports: ['websocket'], forceNew: true })
      sockets.push(socket)
      const answers: unknown[] = []
      const take = (answer: unknown): void => {
        answers.push(answer)
        if (answers.length === count) resolve(answers)
      }
      socket
        .on('answer', take)
        .on('exception', take)
        .on('connect', () => socket.emit(event, data, take))
    })
}

describe.each([
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
] as const)('a gateway on %s', (_name, adapter) => {
  it('gets the row that a message names, or denies as hidden', async () => {
    const send = await serve(adapter())
    expect(await send('read', { id: 1 }, 'ada')).toEqual(['ada'])
    const hidden = { status: 'error', statusCode: 404, message: 'Not found.' }
    expect(await send('read', { id: 1 }, 'eve')).toEqual([hidden])
    expect(await send('read', { id: 9 }, 'eve')).toEqual([hidden])
    expect(await send('read', 'x', 'eve')).toEqual([hidden])
    expect(await send('read', { id: 1 })).toMatchObject([{ statusCode: 401 }])
  })

  it('gets no other row than a checked one by pipes', async () => {
    const send = await serve(adapter())
    expect(await send('swapped', { id: 2 }, 'eve')).toEqual(['eve'])
    expect(await send('swapped', { id: 1 }, 'ada')).toMatchObject([{ statusCode: 404 }])
  })

  it('that forgot sends an error in the place of its answer', async () => {
    const send = await serve(adapter())
    expect(await send('acknowledged', { id: 1 }, 'ada')).toEqual(['ada'])
    for (const event of ['all', 'drop', 'answered']) {
      const [answer] = await send(event, {}, 'ada')
      expect(answer).toMatchObject({ status: 'error', message: 'Internal server error' })
      expect(JSON.stringify(answer)).not.toMatch(/all of them|decision/)
    }
    expect(await send('ping', {})).toEqual(['pong'])
  })

  it('sends a stream of answers', async () => {
    const send = await serve(adapter())
    expect(await send('watch', { id: 2 }, 'eve', 2)).toEqual(['eve 0 true', 'eve 1 true'])
    expect(await send('watch', { id: 2 }, 'ada')).toMatchObject([{ statusCode: 404 }])
  })
})
