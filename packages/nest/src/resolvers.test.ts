import 'reflect-metadata'
import { Authorizer } from '@arcturus/core'
import { ApolloDriver } from '@nestjs/apollo'
import { type INestApplication, Module } from '@nestjs/common'
import { type AbstractHttpAdapter, NestFactory } from '@nestjs/core'
import {
  Args,
  Field,
  GraphQLModule,
  Int,
  Mutation,
  ObjectType,
  Parent,
  Query,
  ResolveField,
  Resolver,
} from '@nestjs/graphql'
import { MercuriusDriver } from '@nestjs/mercurius'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import request from 'supertest'
import { afterEach, describe, expect, it } from 'vitest'
import { Actor, ArcturusModule, Authorize, authorization, Resource, Unguarded } from './index.js'

class User {
  constructor(readonly name: string) {}
}

@ObjectType()
class Note {
  @Field(() => Int)
  id: number
  @Field(() => String)
  owner: string
  @Field(() => String)
  text: string
  constructor(id: number, owner: string, text: string) {
    this.id = id
    this.owner = owner
    this.text = text
  }
}

const notes = [new Note(1, 'ada', 'Plans'), new Note(2, 'eve', 'Diary')]

@Resolver(() => Note)
class Notes {
  @Query(() => Note)
  @Authorize('read', Note)
  note(@Args('id', { type: () => Int }) _id: number, @Resource() note: Note) {
    return note
  }

  @Query(() => Note)
  @Authorize('read', Note)
  swapped(@Args('id', { type: () => Int }, { transform: (id: number) => (id === 1 ? 2 : id) }) id: number) {
    return notes.find((note) => note.id === id)
  }

  @Query(() => [Note])
  async mine(@Actor() actor: User | null) {
    const filter = await authorization().filter('read', 'Note')
    return notes.filter((note) => actor && filter.kind !== 'none' && note.owner === actor.name)
  }

  @Query(() => [Note])
  all() {
    return notes
  }

  @Query(() => String)
  @Unguarded('a front page')
  version() {
    return '1'
  }

  @Mutation(() => String)
  @Authorize('edit', Note, { patch: ({ text }) => ({ text }) })
  rename(@Args('id', { type: () => Int }) _id: number, @Args('text') _text: string) {
    return authorization<Note>().data.text
  }

  @ResolveField(() => Int)
  size(@Parent() note: Note) {
    return note.text.length
  }

  @ResolveField(() => String)
  @Authorize('audit', (_, __, context) => context.getArgByIndex(0))
  trail() {
    return 'who read it'
  }
}

@Resolver(() => Note)
class Fields {
  @Query(() => [Note])
  @Unguarded('a front page')
  shown() {
    return notes
  }

  @ResolveField(() => Boolean)
  isEditable(@Parent() note: Note) {
    return authorization().isAllowed('edit', note)
  }
}

const running: INestApplication[] = []
afterEach(async () => {
  for (const app of running.splice(0)) await app.close()
})

async function serve(
  adapter: AbstractHttpAdapter,
  driver: never,
  resolver: typeof Notes | typeof Fields = Notes,
  fieldResolverEnhancers: readonly string[] = ['guards', 'interceptors'],
) {
  const authorizer = new Authorizer().registerClass(User).registerClass(Note, {
    fields: { id: Number, owner: { type: String, nullable: false }, text: { type: String, nullable: false } },
  })
  authorizer.loadSync(`
    allow(user: User, "read", note: Note) if note.owner = user.name;
    allow(user: User, "edit", note: Note) if note.owner = user.name and note.text != "Rude";
    allow(user: User, "audit", _: Note) if user.name = "eve";
    allow_request(_, request) if request.method = "POST";
  `)
  @Module({
    imports: [
      ArcturusModule.forRoot({
        authorizer,
        actor: ({ headers }) => (headers['x-actor'] ? new User(headers['x-actor']) : null),
        loaders: { Note: ({ id }) => notes.find((note) => note.id === id) },
      }),
      GraphQLModule.forRoot({
        driver,
        autoSchemaFile: true,
        fieldResolverEnhancers,
        includeStacktraceInErrorResponses: false,
      } as object),
    ],
    providers: [resolver],
  })
  class Application {}
  const app = await NestFactory.create(Application, adapter, { logger: false })
  running.push(app)
  await app.listen(0, '127.0.0.1')
  return async (query: string, actor = '') => {
    const sent = request(app.getHttpServer() as Parameters<typeof request>[0]).post('/graphql')
    return sent.set('x-actor', actor).send({ query })
  }
}

describe.each([
  ['Apollo on Express', () => new ExpressAdapter(), ApolloDriver as never],
  ['Mercurius on Fastify', () => new FastifyAdapter(), MercuriusDriver as never],
] as const)('a resolver, by %s', (_name, adapter, driver) => {
  it('gets the row that its arguments name, or denies as hidden', async () => {
    const send = await serve(adapter(), driver)
    const answer = await send('{ note(id: 1) { text size } }', 'ada')
    expect(answer.body).toEqual({ data: { note: { text: 'Plans', size: 5 } } })
    expect(answer.headers['cache-control']).toMatch(/private|no-store/)
    const [hidden, missing] = [
      await send('{ note(id: 1) { text } }', 'eve'),
      await send('{ note(id: 9) { text } }', 'eve'),
    ]
    expect(hidden.body).toMatchObject({
      data: null,
      errors: [{ message: 'Not found.', extensions: { code: 'NOT_FOUND' } }],
    })
    expect(hidden.text).toBe(missing.text)
    const nobody = await send('{ note(id: 1) { text } }')
    expect(nobody.body).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] })
  })

  it('gets no other row than a checked one by pipes', async () => {
    const send = await serve(adapter(), driver)
    expect((await send('{ swapped(id: 2) { text } }', 'eve')).body).toEqual({ data: { swapped: { text: 'Diary' } } })
    expect((await send('{ swapped(id: 1) { text } }', 'ada')).body).toMatchObject({
      data: null,
      errors: [{ message: 'Not found.' }],
    })
  })

  it('that forgot is an error, beside one that decided', async () => {
    const send = await serve(adapter(), driver)
    for (const query of ['{ mine { text } all { text } }', '{ all { text } mine { text } }']) {
      const answer = await send(query, 'ada')
      expect(answer.body).toMatchObject({ data: null, errors: [{ message: 'Internal server error', path: ['all'] }] })
      expect(answer.text).not.toMatch(/Diary|decision|undecided/)
    }
    expect((await send('{ mine { text } version }', 'eve')).body).toEqual({
      data: { mine: [{ text: 'Diary' }], version: '1' },
    })
  })

  it('of a mutation gets the data that may be written', async () => {
    const send = await serve(adapter(), driver)
    expect((await send('mutation { rename(id: 1, text: "New") }', 'ada')).body).toEqual({ data: { rename: 'New' } })
    for (const [text, code] of [['Rude', 'FORBIDDEN']] as const)
      expect((await send(`mutation { rename(id: 1, text: "${text}") }`, 'ada')).body).toMatchObject({
        errors: [{ extensions: { code } }],
      })
    expect((await send('mutation { rename(id: 1, text: "New") }', 'eve')).body).toMatchObject({
      errors: [{ extensions: { code: 'NOT_FOUND' } }],
    })
  })

  it('of a field is asked if it declares an action', async () => {
    const send = await serve(adapter(), driver)
    expect((await send('{ mine { trail } }', 'eve')).body).toEqual({ data: { mine: [{ trail: 'who read it' }] } })
    expect((await send('{ mine { text trail } }', 'ada')).body).toMatchObject({
      data: null,
      errors: [{ path: ['mine', 0, 'trail'], extensions: { code: 'FORBIDDEN' } }],
    })
  })
  it('of a field that has no authorization says nothing of it to clients', async () => {
    const query = '{ shown { id isEditable } }'
    const send = await serve(adapter(), driver, Fields, [])
    const answer = await send(query, 'ada')
    expect(answer.body).toMatchObject({ data: null, errors: [{ message: 'Internal server error' }] })
    expect(answer.text).not.toMatch(/authorization|interceptors/)
    const asking = await serve(adapter(), driver, Fields)
    const shown = notes.map(({ id, owner }) => ({ id, isEditable: owner === 'ada' }))
    expect((await asking(query, 'ada')).body).toEqual({ data: { shown } })
  })
})
