import 'reflect-metadata'
import type { Server } from 'node:net'
import { Authorizer } from '@arcturus/core'
import {
  Controller,
  Get,
  type INestApplication,
  type INestApplicationContext,
  type INestMicroservice,
  Module,
  type NestHybridApplicationOptions,
  Param,
  type PipeTransform,
  type Type,
  UsePipes,
} from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import {
  type ClientProxy,
  ClientProxyFactory,
  Ctx,
  EventPattern,
  MessagePattern,
  type MicroserviceOptions,
  Payload,
  type TcpContext,
  Transport,
} from '@nestjs/microservices'
import { ExpressAdapter } from '@nestjs/platform-express'
import { firstValueFrom, interval, map, take, toArray } from 'rxjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Actor, ArcturusModule, Authorize, authorization, Resource, Unguarded } from './index.js'

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
const archived: string[] = []
let loads = 0

/** Reads another note than the message names, if the message says so. */
const swap: PipeTransform = { transform: (data) => ({ ...data, id: data.other ?? data.id }) }

@Controller()
class Notes {
  @MessagePattern({ cmd: 'read' })
  @Authorize('read', Note)
  read(@Resource() note: Note, @Actor() user: User, @Ctx() context: TcpContext) {
    return `${note.owner} for ${user.name}, by ${context.getPattern()}`
  }
  @MessagePattern('all')
  all() {
    return 'all of them'
  }
  @MessagePattern('ping')
  @Unguarded('liveness')
  ping() {
    return 'pong'
  }
  @MessagePattern('watch')
  @Authorize('read', Note)
  watch(@Resource() note: Note) {
    return interval(1).pipe(
      take(2),
      map((at) => `${note.owner} ${at} ${authorization().can('read')}`),
    )
  }
  @MessagePattern('counted')
  @Get('counted/:id')
  @Authorize('read', (parameters) => {
    loads++
    return notes.find((note) => note.id === Number(parameters['id']))
  })
  counted(@Param('id') _: unknown) {
    return loads
  }
  @MessagePattern('broken')
  @Authorize('read', Note, { model: 'Note' })
  broken() {
    throw new Error('the password is 1234')
  }
  @MessagePattern('swapped')
  @UsePipes(swap)
  @Authorize('read', Note)
  swapped({ id }: { id: number }) {
    return notes.find((note) => note.id === id)?.owner
  }

  @MessagePattern('swapped part')
  @Authorize('read', Note)
  swappedPart(@Payload(swap) { id }: { id: number }) {
    return notes.find((note) => note.id === id)?.owner
  }

  @EventPattern('archive')
  @Authorize('archive', Note)
  archive(@Payload() { by }: { by: string }) {
    archived.push(`${authorization<Note>().resource.id} by ${by}`)
  }
}

async function createApplication(): Promise<Type> {
  const authorizer = new Authorizer().registerClass(User).registerClass(Note, { fields: { id: Number, owner: String } })
  authorizer.loadSync(`
    allow(user: User, "read", note: Note) if note.owner = user.name;
    allow(user: User, "archive", note: Note) if note.owner = user.name;
    allow_request(_, request) if request.path in ["/nowhere", "/counted/1"];
  `)
  @Module({
    imports: [
      ArcturusModule.forRoot({
        authorizer,
        request: (context) => context.switchToRpc().getData() ?? context.switchToHttp().getRequest(),
        actor: ({ by, headers }) => (by || headers?.by ? new User(by ?? headers.by) : null),
        loaders: { Note: ({ id }) => notes.find((note) => note.id === id) },
      }),
    ],
    controllers: [Notes],
  })
  class Application {}
  return Application
}

const host = '127.0.0.1'
const tcp = { transport: Transport.TCP, options: { host, port: 0 } } as const

async function standalone(): Promise<readonly [INestApplicationContext, INestMicroservice]> {
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(await createApplication(), {
    ...tcp,
    logger: false,
  })
  await app.listen()
  return [app, app]
}

/** Returns an application of HTTP with a microservice. */
async function hybrid(options: NestHybridApplicationOptions) {
  const app = await NestFactory.create(await createApplication(), new ExpressAdapter(), { logger: false })
  const service = app.connectMicroservice<MicroserviceOptions>(tcp, options)
  await app.startAllMicroservices()
  await app.listen(0, host)
  return [app, service] as const
}

let app: INestApplicationContext
let client: ClientProxy
async function use([made, service]: readonly [INestApplicationContext, INestMicroservice]): Promise<void> {
  app = made
  const { port } = service.unwrap<Server>().address() as { port: number }
  client = ClientProxyFactory.create({ transport: Transport.TCP, options: { host, port } })
  archived.length = 0
  loads = 0
}

const send = (pattern: unknown, data: object): Promise<unknown> => firstValueFrom(client.send(pattern, data))

describe.each([
  ['alone', standalone],
  ['of a hybrid application', () => hybrid({})],
  ['that inherits the configuration of its application', () => hybrid({ inheritAppConfig: true })],
])('a message of a microservice %s', (_name, start) => {
  beforeAll(async () => use(await start()))
  afterAll(async () => {
    client.close()
    await app.close()
  })

  it('gets the row that it names, or is denied as hidden', async () => {
    expect(await send({ cmd: 'read' }, { id: 1, by: 'ada' })).toBe('ada for ada, by {"cmd":"read"}')
    const hidden = { status: 'error', statusCode: 404, message: 'Not found.' }
    await expect(send({ cmd: 'read' }, { id: 1, by: 'eve' })).rejects.toEqual(hidden)
    await expect(send({ cmd: 'read' }, { id: 9, by: 'eve' })).rejects.toEqual(hidden)
    await expect(send({ cmd: 'read' }, { id: 1 })).rejects.toMatchObject({ statusCode: 401 })
  })

  it('that decided nothing is answered by an error', async () => {
    const error = { status: 'error', message: 'Internal server error' }
    await expect(send('all', { by: 'ada' })).rejects.toEqual(error)
    await expect(send('broken', { id: 1, by: 'ada' })).rejects.toEqual(error)
    expect(await send('ping', {})).toBe('pong')
  })

  it('is answered by a stream', async () => {
    const answers = (data: object): Promise<unknown> => firstValueFrom(client.send('watch', data).pipe(toArray()))
    expect(await answers({ id: 2, by: 'eve' })).toEqual(['eve 0 true', 'eve 1 true'])
    await expect(answers({ id: 2, by: 'ada' })).rejects.toMatchObject({ statusCode: 404 })
  })

  it('gets no other row than a checked one by pipes', async () => {
    for (const pattern of ['swapped', 'swapped part']) {
      expect(await send(pattern, { id: 1, by: 'ada' })).toBe('ada')
      await expect(send(pattern, { id: 1, by: 'ada', other: 2 })).rejects.toMatchObject({ statusCode: 404 })
    }
  })

  it('that is an event is handled only if the actor is allowed', async () => {
    for (const by of ['eve', 'ada', ''])
      await firstValueFrom(client.emit('archive', { id: 1, by }), { defaultValue: 0 })
    await expect.poll(() => archived).toEqual(['1 by ada'])
    expect(await send('ping', {})).toBe('pong')
    expect(archived).toEqual(['1 by ada'])
  })

  it('is asked once, and so is a route of the same handler', async () => {
    expect(await send('counted', { id: 1, by: 'ada' })).toBe(1)
    await expect(send('counted', { id: 1, by: 'eve' })).rejects.toMatchObject({ statusCode: 404 })
    if (!('getUrl' in app)) return
    const get = async (by: string) =>
      fetch(`${await (app as INestApplication).getUrl()}/counted/1`, { headers: { by } })
    expect(await (await get('ada')).text()).toBe('3')
    expect((await get('eve')).status).toBe(404)
  })
})
