import 'reflect-metadata'
import { type Action, Authorizer } from '@arcturus/core'
import type { EnforcementEvent } from '@arcturus/web'
import {
  Body,
  type CanActivate,
  Catch,
  Controller,
  type DynamicModule,
  type ExceptionFilter,
  type ExecutionContext,
  Get,
  type INestApplication,
  Inject,
  Injectable,
  Module,
  type NestInterceptor,
  Param,
  ParseIntPipe,
  type PipeTransform,
  Post,
  Scope,
  SetMetadata,
  Sse,
  type Type,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from '@nestjs/common'
import { type AbstractHttpAdapter, NestFactory, REQUEST } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { interval, map, of, take } from 'rxjs'
import request from 'supertest'
import { afterEach, describe, expect, it } from 'vitest'
import {
  Actor,
  ArcturusModule,
  type ArcturusModuleOptions,
  Authorization,
  Authorize,
  authorization,
  type RequestAuthorization,
  Resource,
  type ResourceLoader,
  Unguarded,
} from './index.js'

class User {
  constructor(readonly name: string) {}
}
class Note {
  constructor(
    readonly id: number,
    readonly owner: string,
    readonly text: string,
  ) {}
}

const notes = [new Note(1, 'ada', 'Plans'), new Note(2, 'eve', 'Diary')]
const policy = `
  allow(user: User, "read", note: Note) if note.owner = user.name;
  allow(user: User, "edit", note: Note) if note.owner = user.name;
  allow_update(_: User, _: Note, note: Note) if note.text != "Rude";
`

function authorizerOf(more = ''): Authorizer {
  const authorizer = new Authorizer().registerClass(User).registerClass(Note, {
    fields: { id: Number, owner: { type: String, nullable: false }, text: { type: String, nullable: false } },
  })
  authorizer.loadSync(policy + more)
  return authorizer
}

type Handler = Parameters<typeof request>[0]

const running: INestApplication[] = []
afterEach(async () => {
  for (const app of running.splice(0)) await app.close()
})

const adapters = [
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
] as const

const people = (request: { headers: Record<string, string | undefined> }): User | undefined =>
  request.headers['x-actor'] ? new User(request.headers['x-actor']) : undefined

interface Served {
  get(path: string, actor?: string, accept?: string): Promise<{ status: number; body: unknown; text: string }>
  post(path: string, body: object, actor?: string): Promise<{ status: number; body: unknown }>
  readonly events: readonly EnforcementEvent[]
}

async function serve(
  adapter: AbstractHttpAdapter,
  controllers: Type[],
  options: Partial<ArcturusModuleOptions> = {},
  providers: Type[] = [],
  modules: (Type | DynamicModule)[] = [],
): Promise<Served> {
  const events: EnforcementEvent[] = []
  @Module({
    imports: [
      ArcturusModule.forRoot({
        authorizer: authorizerOf(),
        actor: people,
        loaders: { Note: ({ id }) => notes.find((note) => note.id === Number(id)) },
        onDecision: (event) => void events.push(event),
        ...options,
      }),
      ...modules,
    ],
    controllers,
    providers,
  })
  class Application {}
  const app = await NestFactory.create(Application, adapter, { logger: false, abortOnError: false })
  running.push(app)
  await app.listen(0, '127.0.0.1')
  // Sound: what listens on Fastify is Node's server too.
  const server = app.getHttpServer() as Handler
  return {
    events,
    get: async (path, actor, accept = '*/*') => {
      const sent = request(server).get(path).set('accept', accept)
      return actor ? sent.set('x-actor', actor) : sent
    },
    post: async (path, body, actor) => {
      const sent = request(server).post(path).send(body)
      return actor ? sent.set('x-actor', actor) : sent
    },
  }
}

describe.each(adapters)('on %s', (_name, adapter) => {
  it('a handler gets what its decorators name', async () => {
    @Controller('notes/:id')
    class Notes {
      @Get()
      @Authorize('read', Note)
      show(@Resource() note: Note, @Actor() user: User, @Authorization() mine: RequestAuthorization) {
        return { text: note.text, by: user.name, edits: mine.can('edit') }
      }
    }
    const { get } = await serve(adapter(), [Notes])
    expect((await get('/notes/1', 'ada')).body).toEqual({ text: 'Plans', by: 'ada', edits: true })
    const [hidden, missing] = [await get('/notes/1', 'eve'), await get('/notes/9', 'eve')]
    expect(hidden.body).toEqual({ statusCode: 404, message: 'Not found.' })
    expect([hidden.status, hidden.text]).toEqual([missing.status, missing.text])
    expect((await get('/notes/1')).status).toBe(401)
  })

  it('a handler that forgot is an error, whose message stays in the log', async () => {
    @Controller()
    class Notes {
      @Get('all')
      all() {
        return notes
      }
    }
    const { get, events } = await serve(adapter(), [Notes])
    const answer = await get('/all', 'ada')
    expect([answer.status, answer.text.includes('Plans'), answer.text.includes('decision')]).toEqual([
      500,
      false,
      false,
    ])
    expect(events).toMatchObject([{ kind: 'undecided', error: { code: 'undecided' } }])
    expect(String(events[0]?.kind === 'undecided' && events[0].error)).toContain('GET /all responded 200')
  })

  it('a forgotten `await` is an error that names the line', async () => {
    @Controller('notes/:id')
    class Notes {
      @Get()
      show(@Param('id') id: string, @Authorization() mine: RequestAuthorization) {
        const note = notes.find((one) => one.id === Number(id))
        mine.authorize('read', note)
        return note
      }
    }
    const { get, events } = await serve(adapter(), [Notes])
    expect((await get('/notes/1', 'eve')).status).toBe(500)
    const undecided = events.find((event) => event.kind === 'undecided')
    expect(String(undecided?.error)).toContain('nest.test.ts')
  })

  it('a second answer of a held response sends nothing', async () => {
    @Controller()
    class Notes {
      @Get('stream')
      @Sse()
      stream() {
        return interval(1).pipe(
          take(3),
          map((at) => ({ data: { secret: at } })),
        )
      }
    }
    const { get } = await serve(adapter(), [Notes])
    const answer = await get('/stream', 'ada')
    expect([answer.status, answer.text.includes('secret')]).toEqual([500, false])
  })

  it('a stream of events is sent once it is decided', async () => {
    @Controller()
    class Notes {
      @Sse('stream/:id')
      @Authorize('read', Note)
      stream(@Resource() note: Note) {
        return interval(1).pipe(
          take(2),
          map((at) => ({ data: `${at} ${note.text} ${authorization().can('read')}` })),
        )
      }
    }
    const { get } = await serve(adapter(), [Notes])
    expect((await get('/stream/1', 'ada')).text).toMatch(/data: 0 Plans true.*data: 1 Plans true/s)
    expect((await get('/stream/1', 'eve')).status).toBe(404)
  })

  it('guards of a controller sign users in before the policy is asked', async () => {
    @Injectable()
    class SignIn implements CanActivate {
      canActivate(context: ExecutionContext): boolean {
        const { headers } = context.switchToHttp().getRequest()
        Object.assign(context.switchToHttp().getRequest(), { user: people({ headers }) })
        return true
      }
    }
    @Controller('notes/:id')
    @UseGuards(SignIn)
    class Notes {
      @Get()
      @Authorize('read', Note)
      show(@Resource() note: Note) {
        return note.text
      }
    }
    const { get } = await serve(adapter(), [Notes], { actor: ({ user }) => user })
    expect((await get('/notes/1', 'ada')).text).toBe('Plans')
    expect((await get('/notes/1', 'eve')).status).toBe(404)
  })

  it('an interceptor that answers in the place of the handler decides nothing', async () => {
    @Injectable()
    class Cached implements NestInterceptor {
      intercept() {
        return of('Plans')
      }
    }
    @Controller()
    class Notes {
      @Get('cached')
      @UseInterceptors(Cached)
      cached() {
        return 'Plans'
      }
      @Get('cached/:id')
      @Authorize('read', Note)
      @UseInterceptors(Cached)
      note() {
        return 'Plans'
      }
    }
    const { get } = await serve(adapter(), [Notes])
    expect((await get('/cached', 'ada')).status).toBe(500)
    expect((await get('/cached/1', 'ada')).text).toBe('Plans')
    expect((await get('/cached/1', 'eve')).status).toBe(404)
  })

  it('a filter that swallows a denial sends no data', async () => {
    @Catch()
    class Swallow implements ExceptionFilter {
      catch(_error: unknown, host: ExecutionContext) {
        host.switchToHttp().getResponse().status(200).send('Plans')
      }
    }
    @Controller()
    @UseFilters(Swallow)
    class Notes {
      @Get('notes/:id')
      @Authorize('read', Note)
      show() {
        return 'Plans'
      }
      @Get('public')
      @Unguarded('a front page')
      front() {
        throw new Error('out of paper')
      }
    }
    const { get } = await serve(adapter(), [Notes])
    for (const path of ['/notes/1', '/public']) {
      const answer = await get(path, 'eve')
      expect([answer.status, answer.text.includes('Plans')]).toEqual([500, false])
    }
  })

  it('a class is exempt, or guarded, as a whole', async () => {
    @Controller('public')
    @Unguarded('a front page')
    class Front {
      @Get('a')
      a() {
        return 'A'
      }
    }
    @Controller('notes/:id')
    @Authorize('read', Note)
    class Notes {
      @Get('text')
      text(@Resource() note: Note) {
        return note.text
      }
      @Post()
      @Authorize('edit', Note, { patch: (_, { body }) => body })
      edit() {
        return authorization().data
      }
    }
    const { get, post } = await serve(adapter(), [Front, Notes])
    expect((await get('/public/a')).text).toBe('A')
    expect((await get('/notes/1/text', 'ada')).text).toBe('Plans')
    expect((await get('/notes/1/text', 'eve')).status).toBe(404)
    expect(await post('/notes/1', { text: 'New' }, 'ada')).toMatchObject({ status: 201, body: { text: 'New' } })
    expect((await post('/notes/1', { text: 'Rude' }, 'ada')).status).toBe(403)
    expect((await post('/notes/1', { text: 'New' }, 'eve')).status).toBe(404)
  })

  it('services inject the authorizer, and their questions count for the request', async () => {
    @Injectable()
    class Library {
      readonly #authorizer: Authorizer
      constructor(@Inject(Authorizer) authorizer: Authorizer) {
        this.#authorizer = authorizer
      }
      async mine(): Promise<Note[]> {
        await new Promise((resolve) => setTimeout(resolve, 1))
        const { actor } = authorization()
        const allowed = this.#authorizer.canMany(actor, 'read', notes)
        return notes.filter((_, at) => allowed[at])
      }
    }
    @Controller()
    class Notes {
      readonly #library: Library
      constructor(@Inject(Library) library: Library) {
        this.#library = library
      }
      @Get('mine')
      mine() {
        return this.#library.mine()
      }
    }
    const { get } = await serve(adapter(), [Notes], {}, [Library])
    expect((await get('/mine', 'eve')).body).toEqual([{ id: 2, owner: 'eve', text: 'Diary' }])
  })

  it('a provider loads rows, and so does a function', async () => {
    @Injectable()
    class NoteLoader implements ResourceLoader {
      readonly #shelf = notes
      load({ id }: { readonly id?: unknown }) {
        return this.#shelf.find((note) => note.id === Number(id))
      }
    }
    @Injectable({ scope: Scope.REQUEST })
    class QueryLoader {
      constructor(@Inject(REQUEST) readonly request: { readonly query: { readonly id: string } }) {}
      load() {
        return notes.find((note) => note.id === Number(this.request.query.id))
      }
    }
    @Controller()
    class Notes {
      @Get('scoped')
      @Authorize('read', QueryLoader)
      scoped(@Resource() note: Note) {
        return note.text
      }
      @Get('provider/:id')
      @Authorize('read', NoteLoader)
      provider(@Resource() note: Note) {
        return note.text
      }
      @Get('class/:id')
      @Authorize('read', Note)
      class(@Resource() note: Note) {
        return note.text
      }
      @Get('query')
      @Authorize('read', (_, { query }) => notes.find((note) => note.id === Number(query.id)))
      query(@Resource() note: Note) {
        return note.text
      }
    }
    const { get } = await serve(adapter(), [Notes], { loaders: { Note: NoteLoader } }, [NoteLoader, QueryLoader])
    for (const path of ['/provider/1', '/class/1', '/query?id=1', '/scoped?id=1']) {
      expect((await get(path, 'ada')).text).toBe('Plans')
      expect((await get(path, 'eve')).status).toBe(404)
    }
  })

  it('a handler whose pipes change parameters gets no other row than a checked one', async () => {
    const find = (id: unknown): Note | undefined => notes.find((note) => note.id === Number(id))
    const last: PipeTransform = { transform: (value: string) => value.slice(-1) }
    let loads = 0
    @Controller('notes')
    class Notes {
      @Get('last/:id')
      @Authorize('read', Note)
      last(@Param('id', last) id: string) {
        return find(id)
      }

      @Get('all/:id')
      @Authorize('read', Note)
      @UsePipes({ transform: ({ id }: { id: string }) => ({ id: id.slice(-1) }) })
      all(@Param() { id }: { id: string }) {
        return find(id)
      }

      @Get('raw/:id')
      @Authorize('read', Note)
      raw(@Param('id', last) id: string, @Param('id') _raw: string, @Resource() note: Note) {
        return [find(id), note]
      }

      // Nothing is there for one changed parameter beside a raw one.
      @Get('both/:shelf/:id')
      @Authorize('read', ({ shelf, id }) => ((shelf === 'A') === (String(id).length === 1) ? find(id) : undefined))
      both(@Param('shelf', { transform: () => 'A' }) _: string, @Param('id', last) id: string) {
        return find(id)
      }

      @Get('number/:id')
      @Authorize('read', ({ id }) => {
        loads++
        return find(id)
      })
      number(@Param('id', ParseIntPipe) id: number) {
        return find(id)
      }
    }
    const { get } = await serve(adapter(), [Notes])
    for (const path of ['last', 'all', 'raw']) {
      expect((await get(`/notes/${path}/1`, 'ada')).status).toBe(200)
      // Its loader finds the first note, and its pipe leaves the second.
      expect((await get(`/notes/${path}/1.00000000000000000002`, 'ada')).status).toBe(404)
      expect((await get(`/notes/${path}/0.01e2`, 'ada')).status).toBe(404)
    }
    expect((await get('/notes/both/B/01', 'ada')).body).toEqual(notes[0])
    expect((await get('/notes/both/B/1.00000000000000000002', 'ada')).status).toBe(404)
    expect((await get('/notes/number/1', 'ada')).body).toEqual(notes[0])
    expect(loads).toBe(1)
    expect((await get('/notes/number/x', 'ada')).status).toBe(404)
  })

  it('request-level rules see the whole path, and refuse an ambiguous one', async () => {
    @Controller()
    class Admin {
      @Get('admin/users')
      @Unguarded('the rules decide')
      users() {
        return 'users'
      }
      @Get(':any/:more')
      @Unguarded('the rules decide')
      any() {
        return 'any'
      }
    }
    const authorizer = authorizerOf(
      'allow_request(user: User, request) if request.path != "/admin/users" or user.name = "ada";',
    )
    const { get } = await serve(adapter(), [Admin], { authorizer })
    expect((await get('/admin/users', 'ada')).status).toBe(200)
    expect((await get('/admin/users', 'eve')).status).toBe(403)
    expect((await get('/admin/users/', 'eve')).status).not.toBe(200)
    expect((await get('/admin%2Fusers/x', 'eve')).status).toBe(400)
    expect((await get('/other/x', 'eve')).text).toBe('any')
    expect((await get('/other/x')).status).toBe(401)
  })

  it('two modules of two policies each need a decision', async () => {
    const other = authorizerOf()
    @Module({ imports: [ArcturusModule.forRoot({ authorizer: other, actor: people })] })
    class Other {}
    @Controller()
    class Notes {
      @Get('one/:id')
      @Authorize('read', (({ id }) => notes[Number(id) - 1]) as (parameters: { id?: unknown }) => unknown)
      one() {
        return 'Plans'
      }
      @Get('mine')
      mine() {
        return other.can(new User('ada'), 'read', notes[0])
      }
    }
    @Module({
      imports: [ArcturusModule.forRoot({ authorizer: authorizerOf(), actor: people }), Other],
      controllers: [Notes],
    })
    class Application {}
    const app = await NestFactory.create(Application, adapter(), { logger: false })
    running.push(app)
    await app.listen(0, '127.0.0.1')
    const get = (path: string) =>
      request(app.getHttpServer() as Handler)
        .get(path)
        .set('x-actor', 'ada')
    expect((await get('/one/1')).text).toBe('Plans')
    expect((await get('/mine')).status).toBe(500)
  })
})

describe('an application does not start', () => {
  const start = (controllers: Type[], options: object = {}) => serve(new ExpressAdapter(), controllers, options)

  function controllerOf(decorator: MethodDecorator): Type {
    @Controller()
    class Notes {
      @Get()
      @decorator
      show() {
        return 1
      }
    }
    return Notes
  }

  it.each([
    ['an action that the policy does not name', Authorize('raed' as Action, Note), /raed/],
    ['a model without a loader', Authorize('read', User), /no loader of User/],
    ['an unknown class', Authorize('read', class Other {}), /no loader of Other/],
    ['an unknown model', Authorize('read', 'Note5' as never), /Note5/],
    ['a patch without a row', Authorize('edit', 'Note' as never, ...([{ patch: () => ({}) }] as never[])), /patch/],
  ])('with %s', async (_name, decorator, message) => {
    await expect(start([controllerOf(decorator)])).rejects.toThrow(message)
  })

  it('without an actor function or an authorizer', async () => {
    await expect(start([], { actor: undefined })).rejects.toThrow(/actor/)
    await expect(start([], { authorizer: undefined })).rejects.toThrow(/needs an authorizer/)
  })

  it.each([
    ['a job', SetMetadata('SCHEDULE_CRON_OPTIONS', {}), [], {}],
    ['a hook', () => {}, [], {}],
    ['a field', SetMetadata('graphql:resolve_property', true), [undefined], {}],
    ['a reference', SetMetadata('graphql:resolve_reference', true), [['interceptors'], ['guards']], {}],
    ['no field that is asked', SetMetadata('graphql:resolve_property', true), [['interceptors']], { starts: true }],
    ['no handler of another transport', SetMetadata('RABBIT_HANDLER', {}), [], { starts: true }],
  ] as [string, MethodDecorator, (string[] | undefined)[], { starts?: true }][])(
    'with a declaration that would not be asked: of %s',
    async (_name, decorator, graphql, { starts = false }) => {
      class Work {
        @Authorize('read', Note)
        @decorator
        run() {}
      }
      const modules = graphql.map((fieldResolverEnhancers) => {
        class GraphQL {}
        return { module: GraphQL, providers: [{ provide: 'GqlModuleOptions', useValue: { fieldResolverEnhancers } }] }
      })
      const started = serve(new ExpressAdapter(), [], { handlers: ['RABBIT_HANDLER'] }, [Work], modules)
      if (starts) await started
      else await expect(started).rejects.toThrow('@Authorize of Work.run is never asked')
    },
  )

  it('and a public handler needs a reason', () => {
    expect(() => Unguarded(' ')).toThrow(/reason/)
  })
})

it('options come from other providers', async () => {
  @Injectable()
  class Database {
    note = (id: unknown) => notes.find((note) => note.id === Number(id))
  }
  @Module({ providers: [Database], exports: [Database] })
  class DatabaseModule {}
  @Controller('notes/:id')
  class Notes {
    @Get()
    @Authorize('read', Note)
    show(@Resource() note: Note) {
      return note.text
    }
    @Post()
    @Authorize('edit', Note)
    edit(@Body() body: object) {
      return body
    }
  }
  @Module({
    imports: [
      ArcturusModule.forRootAsync({
        imports: [DatabaseModule],
        inject: [Database],
        useFactory: async (database: Database) => ({
          authorizer: authorizerOf(),
          actor: people,
          loaders: { Note: ({ id }) => database.note(id) },
        }),
      }),
    ],
    controllers: [Notes],
  })
  class Application {}
  const app = await NestFactory.create(Application, { logger: false })
  running.push(app)
  await app.listen(0, '127.0.0.1')
  const send = request(app.getHttpServer() as Handler)
  expect((await send.get('/notes/1').set('x-actor', 'ada')).text).toBe('Plans')
  expect((await send.post('/notes/1').set('x-actor', 'eve').send({ a: 1 })).status).toBe(404)
})

it('there is no authorization outside of a handler', () => {
  const hint = expect.stringContaining('fieldResolverEnhancers')
  const cause = expect.objectContaining({ summary: expect.stringMatching(/outside of a handler/), hint })
  expect(() => authorization()).toThrow(expect.objectContaining({ message: 'Internal server error', cause }))
})
