import 'reflect-metadata'
import { Authorizer } from '@arcturus/core'
import { type RouteMark, routesToken } from '@arcturus/web/internal/routes'
import { All, Controller, Get, Injectable, Module, Post, RequestMethod, Version, VersioningType } from '@nestjs/common'
import { NestFactory, RouterModule } from '@nestjs/core'
import { Mutation, Query, ResolveField, Resolver } from '@nestjs/graphql'
import { EventPattern, MessagePattern } from '@nestjs/microservices'
import { ExpressAdapter } from '@nestjs/platform-express'
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets'
import request from 'supertest'
import { expect, it } from 'vitest'
import { ArcturusModule, Authorize, authorization, Unguarded } from './index.js'
import type { DeclaredRoute } from './routes.js'

class User {}
class Note {}
@Injectable()
class NoteLoader {
  load() {
    return new Note()
  }
}

@Controller(['notes', 'papers'])
@Authorize('list', 'Note')
class Notes {
  @Get(':id')
  @Authorize('read', Note)
  show() {
    return 'shown'
  }
  @Post()
  @Unguarded('a form for everybody')
  create() {
    return 'created'
  }
}

@Controller()
class Others {
  @Get('health')
  @Unguarded('liveness')
  health() {
    return 'well'
  }
  @All(['own', 'mine'])
  @Authorize('read', NoteLoader)
  own() {
    return 'own'
  }
  @Get('forgotten')
  @Version('2')
  forgotten() {
    return 'secret'
  }
  @Get('decides')
  decides() {
    return authorization().can('read', new Note())
  }
  @MessagePattern({ cmd: 'read' })
  @Authorize('read', () => new Note(), { model: 'Note' })
  message() {}
  @EventPattern('archived')
  event(_: unknown) {}
  helper() {}
}

@WebSocketGateway()
class Gateway {
  @SubscribeMessage('watch')
  @Authorize('read', Note)
  watch() {}
  handleConnection() {}
}

@Resolver(() => Note)
class Resolvers {
  @Query(() => Number, { name: 'size' })
  @Authorize('list', 'Note')
  count() {}
  @Mutation(() => Number)
  rename() {}
  @ResolveField(() => Number)
  part() {}
}

@Module({ controllers: [Notes] })
class NotesModule {}

const authorizer = new Authorizer().registerClass(User).registerClass(Note)
authorizer.loadSync('allow(_: User, "read", _: Note); allow(_: User, "list", _: Note);')
@Module({
  imports: [
    NotesModule,
    RouterModule.register([{ path: 'archive', module: NotesModule }]),
    ArcturusModule.forRoot({ authorizer, actor: () => new User(), loaders: { Note: () => new Note() } }),
  ],
  controllers: [Others],
  providers: [Gateway, Resolvers, NoteLoader],
})
class Application {}

it('routes are listed with what they declare, as they are served', async () => {
  const app = await NestFactory.create(Application, new ExpressAdapter(), { logger: false })
  app.setGlobalPrefix('api', { exclude: [{ path: 'health', method: RequestMethod.GET }] })
  app.enableVersioning({ type: VersioningType.URI })
  const list: (of: unknown) => Promise<readonly DeclaredRoute[]> = app.get(routesToken, { strict: false })
  const routes = await list(app)
  const textOf = (mark: RouteMark) =>
    mark.kind === 'unguarded' ? mark.reason : [mark.action, mark.model].filter(Boolean).join(' ')
  expect(routes.map(({ method, path, marks }) => `${method} ${path}: ${marks.map(textOf).join(', ')}`)).toEqual([
    'GET /health: liveness',
    'ALL /api/own: read',
    'ALL /api/mine: read',
    'GET /api/v2/forgotten: ',
    'GET /api/decides: ',
    'GET /api/archive/notes/:id: list Note, read Note',
    'GET /api/archive/papers/:id: list Note, read Note',
    'POST /api/archive/notes: a form for everybody, list Note',
    'POST /api/archive/papers: a form for everybody, list Note',
    'MESSAGE {"cmd":"read"}: read Note',
    'EVENT archived: ',
    'MESSAGE watch: read Note',
    'QUERY size: list Note',
    'MUTATION rename: ',
  ])
  // Each path is served, and a route that declares nothing and decides nothing is an error.
  await app.init()
  for (const { method, path } of routes.filter(({ path }) => path.startsWith('/'))) {
    const { status } = await request(app.getHttpServer())[method === 'POST' ? 'post' : 'get'](path.replace(':id', '1'))
    expect([path, status]).toEqual([path, path.endsWith('forgotten') ? 500 : method === 'POST' ? 201 : 200])
  }
  await app.close()
})
