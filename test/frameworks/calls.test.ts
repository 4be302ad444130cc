import { Authorizer } from '@arcturus/core'
import { GraphqlCalls, ToolCalls } from '@arcturus/web/calls'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { generateText, type ToolSet, tool } from 'ai'
import { MockLanguageModelV3 } from 'ai/test'
import { buildSchema, GraphQLError, graphql, parse, subscribe } from 'graphql'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

class User {
  constructor(readonly name: string) {}
}
class Note {
  constructor(
    readonly owner: string,
    readonly text: string,
  ) {}
}
const plans = new Note('ada', 'Plans')
const diary = new Note('eve', 'Diary')
const ada = { user: new User('ada') }
const authorizer = new Authorizer().registerClass(User).registerClass(Note)
authorizer.loadSync('allow(user: User, "read", note: Note) if note.owner = user.name;')
const options = { actor: ({ user }: { user?: User }) => user }
const secret = 'connect postgres://app:hunter2@db'

describe('a root field of GraphQL', () => {
  const calls = new GraphqlCalls(authorizer, options)
  const read = (note: Note | undefined) => calls.authorize('read', () => note)
  const text = async (note: Note | undefined) => (await read(note)).text

  function schemaOf(events: () => AsyncIterable<unknown>) {
    const schema = buildSchema(`
      type Query { own: String, hidden: String, missing: String, list: Int, open: String, forgotten: String,
        forgottenAwait: String, inside: String, failure: String, taken: String, root: String, rootFunction: String }
      type Mutation { remove: String }
      type Subscription { watch: String }
    `)
    const resolvers: Record<string, () => unknown> = {
      own: () => text(plans),
      hidden: () => text(diary),
      missing: () => text(undefined),
      list: () => authorizer.authorizedRows(calls.authorization.actor, 'read', [plans, diary]).length,
      open: () => {
        calls.unguarded('a front page')
        return 'open'
      },
      forgotten: () => 'secret',
      forgottenAwait: () => {
        calls.authorization.authorize('read', diary)
        return 'secret'
      },
      inside: () => authorizer.authorize(calls.authorization.actor, 'read', diary),
      failure: () => Promise.reject(new Error(secret)),
      taken: () => {
        throw new GraphQLError('Taken.', { extensions: { code: 'CONFLICT' } })
      },
    }
    for (const [name, resolve] of Object.entries(resolvers)) schema.getQueryType()!.getFields()[name]!.resolve = resolve
    const watch = schema.getSubscriptionType()!.getFields()['watch']!
    watch.subscribe = events
    watch.resolve = (note: Note) => note.text
    return calls.guard(schema)
  }

  const outcome = async (source: string, contextValue?: object) => {
    const schema = schemaOf(async function* () {})
    const rootValue = { root: 'secret', rootFunction: () => 'secret', remove: () => 'secret' }
    const answer = await graphql({ schema, source, contextValue, rootValue })
    expect(JSON.stringify(answer)).not.toMatch(/secret|hunter2/)
    const [error] = answer.errors ?? []
    return error ? `${error.extensions['code']} ${error.message}` : JSON.stringify(Object.values(answer.data ?? {})[0])
  }

  it.each<readonly [string, string]>([
    ['own', '"Plans"'],
    ['list', '1'],
    ['open', '"open"'],
    ['hidden', 'NOT_FOUND Not found.'],
    ['missing', 'NOT_FOUND Not found.'],
    ['inside', 'NOT_FOUND Not found.'],
    ['taken', 'CONFLICT Taken.'],
    ...['forgotten', 'forgottenAwait', 'failure', 'root', 'rootFunction'].map(
      (name) => [name, 'INTERNAL_SERVER_ERROR Internal server error'] as const,
    ),
  ])('%s is answered with %s', async (field, expected) => {
    expect(await outcome(`{ ${field} }`, ada)).toBe(expected)
  })

  it('denies nobody, with and without a context, and guards mutations', async () => {
    for (const context of [{}, undefined])
      for (const field of ['own', 'missing']) expect(await outcome(`{ ${field} }`, context)).toMatch(/^UNAUTHENTICATED/)
    expect(await outcome('mutation { remove }', ada)).toMatch(/^INTERNAL_SERVER_ERROR/)
  })

  it.each<[string, () => AsyncGenerator<Note>, string]>([
    [
      'with a decision',
      async function* () {
        for (const note of [plans, diary]) yield await read(note)
      },
      'Plans, Not found.',
    ],
    [
      'without a decision',
      async function* () {
        yield* [plans, diary]
      },
      'Internal server error',
    ],
  ])('sends the events of a subscription %s', async (_which, events, expected) => {
    const stream = await subscribe({
      schema: schemaOf(events),
      document: parse('subscription { watch }'),
      contextValue: ada,
    })
    const seen: unknown[] = []
    try {
      for await (const { data } of stream as AsyncIterable<{ data: { watch: string } }>) seen.push(data.watch)
    } catch (error) {
      seen.push((error as Error).message)
    }
    expect(seen.join(', ')).toBe(expected)
  })
})

describe('a tool', () => {
  const calls = new ToolCalls(authorizer, options)
  const read = async (note: Note) => (await calls.authorize('read', () => note)).text
  const tools: Readonly<Record<string, () => unknown>> = {
    own: () => read(plans),
    hidden: () => read(diary),
    forgotten: () => 'secret',
    forgottenAwait: () => {
      calls.authorization.authorize('read', diary)
      return 'secret'
    },
    swallowed: () => read(diary).catch(() => 'secret'),
    failure: () => Promise.reject(new Error(secret)),
    shown: () => Promise.reject(Object.assign(new Error('There is no such city.'), { expose: true })),
  }
  const outcomes = {
    own: 'Plans',
    hidden: 'Not found.',
    forgotten: 'Internal error',
    forgottenAwait: 'Internal error',
    swallowed: 'Internal error',
    failure: 'Internal error',
    shown: 'There is no such city.',
  }

  it('of an MCP server answers with a decision', async () => {
    const server = new McpServer({ name: 'notes', version: '1.0.0' })
    const asText = async (answer: unknown) => ({ content: [{ type: 'text' as const, text: String(await answer) }] })
    for (const [name, run] of Object.entries(tools))
      server.registerTool(
        name,
        { inputSchema: {} },
        calls.tool(name, ada, () => asText(run())),
      )
    const [one, other] = InMemoryTransport.createLinkedPair()
    const client = new Client({ name: 'test', version: '1.0.0' })
    await Promise.all([server.connect(one), client.connect(other)])
    const seen: Record<string, unknown> = {}
    for (const name of Object.keys(tools)) {
      const { content } = await client.callTool({ name, arguments: {} })
      seen[name] = (content as [{ text: string }])[0].text
    }
    expect(seen).toEqual(outcomes)
  })

  it('of the AI SDK answers with a decision, and so does each value of a generator', async () => {
    const inputSchema = z.object({})
    const set: ToolSet = {
      stream: tool({
        inputSchema,
        execute: calls.tool(
          'stream',
          () => ada,
          async function* () {
            yield await read(plans)
          },
        ),
      }),
      forgottenStream: tool({
        inputSchema,
        execute: calls.tool('forgottenStream', ada, async function* () {
          yield 'secret'
        }),
      }),
    }
    for (const [name, run] of Object.entries(tools))
      set[name] = tool({ inputSchema, execute: calls.tool(name, ada, async () => run()) })
    const asked = async (toolName: string): Promise<unknown> => {
      const model = new MockLanguageModelV3({
        doGenerate: async () => ({
          content: [{ type: 'tool-call', toolCallId: '1', toolName, input: '{}' }],
          finishReason: { unified: 'tool-calls', raw: undefined },
          usage: {
            inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
            outputTokens: { total: 1, text: 1, reasoning: 0 },
          },
          warnings: [],
        }),
      })
      const { content } = await generateText({ model, tools: set, prompt: 'Do it.' })
      const error = content.find((part) => part.type === 'tool-error')
      return error ? (error.error as Error).message : content.find((part) => part.type === 'tool-result')?.output
    }
    const seen: Record<string, unknown> = {}
    for (const name of Object.keys(set)) seen[name] = await asked(name)
    expect(seen).toEqual({ ...outcomes, stream: 'Plans', forgottenStream: 'Internal error' })
  })
})
