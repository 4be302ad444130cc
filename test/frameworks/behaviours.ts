import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Adapter, type AdapterName, adapters } from './adapters.js'
import { attacks, forgeries, raw, rowSpellings } from './attacks.js'
import { forgottenAwaits } from './forgottenAwaits.js'
import { createWorld, type World } from './world.js'

/** An application that listens. */
export interface Running {
  readonly url: string
  close(): Promise<void>
  /** Sends a request. Default: `fetch`. For what is called in another way than by a method and a path. */
  send?(path: string, init: RequestInit): Promise<Response>
}

export interface Behaviour {
  readonly name: string
  readonly method?: string
  readonly path: string
  /** The actor. Default: nobody. */
  readonly actor?: string
  readonly accept?: string
  /** The body that is sent. */
  readonly sends?: string
  readonly status: number
  /** Set where the status is that of an error that the application threw: not all frameworks take it from there. */
  readonly failure?: true
  /** The body's text; left out where it is the framework's. */
  readonly body?: string
  /** Headers that the answer has, or what they hold among others; `null` is one that it must not have. */
  readonly answers?: Readonly<Record<string, string | RegExp | null>>
}

const problem = 'application/problem+json'

/** What every framework does; `classified` in the body or a header of an answer that is not 200 fails the case as well. */
export const behaviours: Readonly<Record<string, readonly Behaviour[]>> = {
  Denials: [
    {
      name: 'nobody may not read a private document',
      path: '/documents/1',
      status: 401,
      answers: { 'www-authenticate': 'Bearer realm="test"' },
    },
    {
      name: 'nobody is not told that a document is missing',
      path: '/documents/99',
      status: 401,
      answers: { 'www-authenticate': 'Bearer realm="test"' },
    },
    { name: 'nobody may read a public document', path: '/documents/2', status: 200, body: '{"title":"Notice"}' },
    { name: 'nobody may not edit a public document', method: 'POST', path: '/documents/2', status: 401 },
    {
      name: 'a document is hidden from who may not read it',
      path: '/documents/1',
      actor: 'eve',
      status: 404,
      answers: { 'www-authenticate': null },
    },
    {
      name: 'editing what is hidden is not found either',
      method: 'POST',
      path: '/documents/1',
      actor: 'eve',
      status: 404,
    },
    {
      name: 'a handler reads the body that was sent',
      method: 'POST',
      path: '/echo/1',
      actor: 'ada',
      sends: '{"title":"New"}',
      status: 200,
      body: '{"title":"New"}',
    },
    {
      name: 'a visible document may be forbidden to edit',
      method: 'POST',
      path: '/documents/1',
      actor: 'bob',
      status: 403,
    },
    { name: 'a reader reads', path: '/documents/1', actor: 'bob', status: 200, body: '{"title":"Plans"}' },
    {
      name: 'an owner edits',
      method: 'POST',
      path: '/documents/1',
      actor: 'ada',
      status: 200,
      body: '{"title":"Plans"}',
    },
    { name: 'a loader that finds nothing is not found', path: '/documents/99', actor: 'ada', status: 404 },
    { name: 'a denial inside a handler has its status', path: '/denied', actor: 'bob', status: 403 },
    { name: 'a denial inside a handler hides what is hidden', path: '/denied', actor: 'eve', status: 404 },
    {
      name: 'an answer after a denial that the handler caught is blocked',
      path: '/swallowed',
      actor: 'eve',
      status: 500,
    },
    {
      name: "so it is after a denial of the authorizer's",
      path: '/swallowed/authorizer',
      actor: 'eve',
      status: 500,
    },
    {
      name: 'request-level rules refuse somebody',
      method: 'PATCH',
      path: '/documents/2',
      actor: 'ada',
      status: 403,
    },
    { name: 'request-level rules refuse nobody', method: 'PATCH', path: '/documents/2', status: 401 },
  ],
  Failures: [
    { name: 'a loader that throws is an error', path: '/loader/error', actor: 'ada', status: 503, failure: true },
    {
      name: 'a loader that throws nothing is an error, and does not go on',
      path: '/loader/nothing',
      actor: 'ada',
      status: 500,
    },
    {
      name: 'a loader that throws a word of the framework is an error, and skips nothing',
      path: '/loader/route',
      actor: 'ada',
      status: 500,
    },
    { name: 'a policy that throws is an error', path: '/broken/3', actor: 'ada', status: 500 },
    { name: "an application's own error stays as it is", path: '/error', actor: 'ada', status: 418, failure: true },
  ],
  'Answers without a decision': [
    {
      name: 'a route without a decision is an error',
      path: '/forgotten/whole',
      actor: 'ada',
      status: 500,
      answers: { 'cache-control': null },
    },
    { name: 'so it is for another method', method: 'POST', path: '/forgotten/whole', actor: 'ada', status: 500 },
    { name: 'so is one in a nested router', path: '/nested/1/forgotten', actor: 'ada', status: 500 },
    { name: 'a stream without a decision is held back', path: '/forgotten/stream', actor: 'ada', status: 500 },
    {
      name: 'an answer in pieces without a decision is held back',
      path: '/forgotten/pieces',
      actor: 'ada',
      status: 500,
    },
    { name: 'a file without a decision is held back', path: '/forgotten/file', actor: 'ada', status: 500 },
    { name: 'an answer that writes its head first is held back', path: '/forgotten/head', actor: 'ada', status: 500 },
    { name: 'an answer by an old name of Node is held back', path: '/forgotten/old', actor: 'ada', status: 500 },
    { name: 'an answer that flushes its headers is held back', path: '/forgotten/flush', actor: 'ada', status: 500 },
    { name: 'a second answer without a decision is held back', path: '/forgotten/twice', actor: 'ada', status: 500 },
    {
      name: 'a redirect without a decision is held back',
      path: '/forgotten/redirect',
      actor: 'ada',
      status: 500,
      answers: { location: null },
    },
    { name: 'a list of allowed actions is no decision', path: '/forgotten/actions', actor: 'ada', status: 500 },
    {
      name: 'a check that the handler asks of the authorizer is a decision',
      path: '/asking/check',
      actor: 'bob',
      status: 200,
      body: '{"answer":true}',
    },
    {
      name: 'a check that the handler asks of the request is a decision',
      path: '/asking/own',
      actor: 'eve',
      status: 200,
      body: '{"answer":false}',
    },
    {
      name: 'a filter that the handler builds is a decision',
      path: '/asking/filter',
      actor: 'bob',
      status: 200,
      body: '{"answer":"condition"}',
    },
    {
      name: 'the fields that may be read are a decision',
      path: '/asking/fields',
      actor: 'bob',
      status: 200,
      body: '{"answer":["title"]}',
    },
    {
      name: 'the methods of an authorization work destructured, and are decisions',
      path: '/asking/destructured',
      actor: 'bob',
      status: 200,
      body: '{"answer":[false,true,false,["title"],{"title":"Plans"},"ForbiddenError","condition"]}',
    },
    { name: 'a public route answers', path: '/health', status: 200, body: 'classified' },
    {
      name: 'a route before authorize() answers',
      path: '/early',
      status: 200,
      body: 'classified',
      answers: { 'cache-control': null },
    },
    { name: 'a path that nobody answers stays not found', path: '/nowhere', actor: 'ada', status: 404 },
  ],
  'Methods and routers': [
    {
      name: 'HEAD is answered as GET, without a body',
      method: 'HEAD',
      path: '/documents/1',
      actor: 'bob',
      status: 200,
      body: '',
    },
    { name: 'HEAD is refused as GET', method: 'HEAD', path: '/documents/1', actor: 'eve', status: 404, body: '' },
    {
      name: 'HEAD without a decision is held back',
      method: 'HEAD',
      path: '/forgotten/whole',
      actor: 'ada',
      status: 500,
      body: '',
    },
    {
      name: 'a nested router knows the parameters above it',
      path: '/nested/1',
      actor: 'bob',
      status: 200,
      body: '{"title":"Plans"}',
    },
    { name: 'a nested router refuses', path: '/nested/1/edit', actor: 'bob', status: 403 },
  ],
  'Streams and aborts': [
    {
      name: 'each part of a stream that asks is decided anew',
      path: '/streamed/1',
      actor: 'bob',
      status: 200,
      body: 'true,false,false,',
    },
    { name: 'a stream of a hidden row does not begin', path: '/streamed/1', actor: 'eve', status: 404 },
  ],
  'Forms of a path': [
    { name: '`allow_request` denies a path to somebody', path: '/admin/report.html', actor: 'ada', status: 403 },
    { name: '`allow_request` denies a path to nobody', path: '/admin/report.html', status: 401 },
    { name: '`allow_request` allows another path', path: '/open/report.html', status: 200, body: 'classified' },
  ],
  Fields: [
    {
      name: 'a row is answered with the fields that may be read',
      path: '/fields/1',
      actor: 'bob',
      status: 200,
      body: '{"title":"Plans"}',
    },
    {
      name: 'so is each row of a list',
      path: '/fields',
      actor: 'bob',
      status: 200,
      body: '[{"title":"Plans"},{"id":2,"title":"Notice"}]',
    },
    { name: 'a field that may be written', method: 'POST', path: '/fields/1/title', actor: 'ada', status: 200 },
  ],
  Changes: [
    {
      name: 'a route receives the data that it may write',
      method: 'POST',
      path: '/changes/1/title',
      actor: 'ada',
      status: 200,
      body: '{"title":"New"}',
    },
    { name: 'nobody may change a document', method: 'POST', path: '/changes/1/title', status: 401 },
    {
      name: 'a change of what is hidden is not found',
      method: 'POST',
      path: '/changes/1/wrong',
      actor: 'eve',
      status: 404,
    },
    {
      name: 'a change of what is missing is not found',
      method: 'POST',
      path: '/changes/99/wrong',
      actor: 'eve',
      status: 404,
    },
    { name: 'a change by a reader is forbidden', method: 'POST', path: '/changes/1/title', actor: 'bob', status: 403 },
    {
      name: 'the denied fields of a change are named',
      method: 'POST',
      path: '/changes/1/owner',
      actor: 'ada',
      accept: problem,
      status: 403,
      body: '{"type":"about:blank","title":"Forbidden","status":403,"detail":"You may not do this to the field \\"owner\\".","fields":["owner"]}',
    },
    {
      name: 'a change to a forbidden state is forbidden',
      method: 'POST',
      path: '/changes/1/drop',
      actor: 'ada',
      status: 403,
    },
    {
      name: 'a change to a value that no column can hold is a bad request',
      method: 'POST',
      path: '/changes/1/wrong',
      actor: 'ada',
      status: 400,
    },
    {
      name: 'a handler receives the data of the change that it asks for',
      method: 'POST',
      path: '/asked/1/title',
      actor: 'ada',
      status: 200,
      body: '{"title":"New"}',
    },
    {
      name: 'a handler that asks for a denied change is refused',
      method: 'POST',
      path: '/asked/1/owner',
      actor: 'ada',
      status: 403,
    },
    {
      name: 'a handler that asks for a change by a reader is refused',
      method: 'POST',
      path: '/asked/1/title',
      actor: 'bob',
      status: 403,
    },
    {
      name: 'a handler asks for a new row',
      method: 'POST',
      path: '/asked',
      actor: 'ada',
      status: 200,
      body: '{"title":"New"}',
    },
    {
      name: 'the client of a request finds what its actor may read',
      path: '/client',
      actor: 'ada',
      status: 200,
      body: '{"titles":["Plans","Notice","Trouble"]}',
    },
    { name: 'the client of nobody finds what is public', path: '/client', status: 200, body: '{"titles":["Notice"]}' },
    { name: 'a client that finds nothing out is no decision', path: '/forgotten/client', actor: 'ada', status: 500 },
    { name: 'nobody may create a row', method: 'POST', path: '/asked', status: 401 },
    {
      name: 'fields that may not be written are named',
      method: 'POST',
      path: '/fields/1/owner',
      actor: 'ada',
      accept: problem,
      status: 403,
      body: '{"type":"about:blank","title":"Forbidden","status":403,"detail":"You may not do this to the fields \\"owner\\", \\"more\\".","fields":["owner","more"]}',
    },
  ],
  Models: [
    {
      name: 'a model of which some rows may be listed lets the handler build its filter',
      path: '/model/read',
      actor: 'eve',
      status: 200,
      body: '{"answer":"condition"}',
    },
    {
      name: 'a model of which some rows may be listed is no decision about any',
      path: '/model/forgotten',
      actor: 'eve',
      status: 500,
    },
    {
      name: 'a model to all of whose rows this may be done is a decision',
      method: 'POST',
      path: '/model/import',
      actor: 'eve',
      status: 200,
      body: '[]',
    },
    { name: 'nobody may do it', method: 'POST', path: '/model/import', status: 401 },
    {
      name: 'a model to none of whose rows this may be done is refused',
      method: 'POST',
      path: '/model/shred',
      actor: 'ada',
      status: 403,
    },
  ],
  'Problem details': [
    {
      name: 'a refusal is a problem where that is asked for',
      path: '/documents/1',
      actor: 'eve',
      accept: `text/html;q=0.5, ${problem}`,
      status: 404,
      body: '{"type":"about:blank","title":"Not Found","status":404,"detail":"Not found."}',
      answers: { 'content-type': problem, vary: /\bAccept\b/, 'cache-control': 'private' },
    },
    {
      name: 'so it is for nobody, with the challenge',
      path: '/documents/1',
      accept: problem,
      status: 401,
      body: '{"type":"about:blank","title":"Unauthorized","status":401,"detail":"Sign in to do this."}',
      answers: { 'www-authenticate': 'Bearer realm="test"' },
    },
    {
      name: 'so it is for what a handler refuses',
      path: '/denied',
      actor: 'bob',
      accept: problem,
      status: 403,
      body: '{"type":"about:blank","title":"Forbidden","status":403,"detail":"You may not do this."}',
    },
  ],
  Caches: [
    {
      name: 'an answer for an actor is private',
      path: '/documents/1',
      actor: 'bob',
      status: 200,
      answers: { 'cache-control': 'private' },
    },
    {
      name: 'so is a file for an actor',
      path: '/file/1',
      actor: 'bob',
      status: 200,
      answers: { 'cache-control': /^private\b/ },
    },
    {
      name: 'so is a refusal, whose body depends on what is accepted',
      path: '/documents/1',
      actor: 'eve',
      status: 404,
      answers: { 'cache-control': 'private', vary: /(^|, ?)Accept(,|$)/i },
    },
    {
      name: "an application's own Cache-Control stays",
      path: '/cached/2',
      actor: 'bob',
      status: 200,
      answers: { 'cache-control': 'public, max-age=60' },
    },
  ],
}

/** Pairs that a visitor must not be able to tell apart. */
const indistinguishable: readonly (readonly [
  name: string,
  method: string,
  actor: string | undefined,
  accept?: string,
])[] = [
  ['reading what is hidden and what is missing', 'GET', 'eve'],
  ['asking for the head of what is hidden and what is missing', 'HEAD', 'eve'],
  ['editing what is hidden and what is missing', 'POST', 'eve'],
  ["nobody's reading what is hidden and what is missing", 'GET', undefined],
  ['a problem of what is hidden and of what is missing', 'GET', 'eve', problem],
]

interface Sending {
  readonly method?: string | undefined
  readonly actor?: string | undefined
  readonly accept?: string | undefined
  readonly sends?: string | undefined
  readonly signal?: AbortSignal
  /** Whether the connection may outlast the response, whose end it then does not mark. Default: false. */
  readonly keeps?: boolean
}
type Send = (path: string, sending?: Sending) => Promise<Response>

/** A behaviour that takes several requests. */
export interface Check {
  readonly name: string
  /** The answer, for the page of the docs. */
  readonly answer: string
  run(send: Send, url: string): Promise<void>
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

const forgetting = (path: string, place: string): Check => ({
  name: `each of ${forgottenAwaits.length} forgotten awaits ${place} is an error`,
  answer: '500',
  run: async (send) => {
    const leaks = await Promise.all(
      forgottenAwaits.map(async ({ name }, at) => {
        const answer = await send(path.replace(':id', String(1000 + at)), { actor: `writer${at}` })
        const text = await answer.text()
        return answer.status === 500 && !text.includes('Diary') ? [] : [`${name}: ${answer.status} ${text}`]
      }),
    )
    expect(leaks.flat()).toEqual([])
  },
})

/** Expects that no spelling of a path is answered with a text. */
const hidesAll = async (url: string, spellings: readonly string[], secret: string, head = ''): Promise<void> => {
  const { pathname } = new URL(url)
  const base = pathname.replace(/\/$/, '')
  const shown: string[] = []
  for (const target of spellings) {
    if (base !== '' && !target.startsWith('/')) continue
    if ((await raw(url, base + target, { head })).text.includes(secret)) shown.push(target)
  }
  expect(shown).toEqual([])
}

export const checks: Readonly<Record<string, readonly Check[]>> = {
  Denials: indistinguishable.map(([name, method, actor, accept]) => ({
    name: `${name} is the same to the byte`,
    answer: actor === undefined ? '401' : '404',
    run: async (send) => {
      const look = async (id: string) => {
        const answer = await send(`/documents/${id}`, { method, actor, accept })
        const headers = [...answer.headers].filter(([name]) => name !== 'date')
        return { status: answer.status, headers, body: await answer.text() }
      }
      expect(await look('1')).toEqual(await look('99'))
    },
  })),
  'Forgotten awaits': [
    forgetting('/forgetting', 'in a handler'),
    forgetting('/forgetting/slowly', 'before other work'),
    forgetting('/forgetting/public', 'in a public handler'),
    forgetting('/forgetting/of/:id', 'behind a decision'),
    forgetting('/forgetting/of/:id/slowly', 'behind a decision, before other work'),
  ],
  'Streams and aborts': [
    {
      name: 'an error after the head ends the connection, not the server',
      answer: 'ended',
      run: async (send) => {
        const answer = await send('/late/1', { actor: 'bob', keeps: true })
        expect(answer.status).toBe(200)
        await expect(answer.text()).rejects.toThrow()
        expect((await send('/documents/1', { actor: 'bob' })).status).toBe(200)
      },
    },
    {
      name: 'an aborted request affects no other request',
      answer: 'none',
      run: async (send) => {
        const controller = new AbortController()
        const given = send('/waiting/1', { actor: 'bob', signal: controller.signal })
        setTimeout(() => controller.abort(), 5)
        await expect(given).rejects.toThrow()
        await sleep(40)
        expect((await send('/documents/1', { actor: 'bob' })).status).toBe(200)
      },
    },
    {
      name: 'a decision counts for its own request alone',
      answer: '200, 500',
      run: async (send) => {
        const paths = Array.from({ length: 40 }, (_, at) => (at % 2 ? '/waiting/1' : '/forgotten/whole'))
        const statuses = await Promise.all(paths.map(async (path) => (await send(path, { actor: 'bob' })).status))
        expect(statuses).toEqual(paths.map((path) => (path === '/waiting/1' ? 200 : 500)))
      },
    },
    {
      name: '200 requests at a time are each answered for their own actor',
      answer: '200, 404',
      run: async (send) => {
        const answers = await Promise.all(
          Array.from({ length: 200 }, async (_, at) => {
            // Every other one asks for the diary of the next writer.
            const answer = await send(`/waiting/${1000 + ((at + (at % 2)) % 200)}`, { actor: `writer${at}` })
            return `${answer.status} ${answer.status === 200 ? await answer.text() : ''}`
          }),
        )
        expect(answers).toEqual(
          Array.from({ length: 200 }, (_, at) => (at % 2 ? '404 ' : `200 {"title":"Diary ${at}"}`)),
        )
      },
    },
  ],
  'Methods and routers': [
    {
      name: 'OPTIONS is answered without a decision',
      answer: '2xx',
      run: async (send) => {
        const answer = await send('/forgotten/whole', { method: 'OPTIONS' })
        expect(answer.status).toBeLessThan(300)
        expect(answer.headers.get('allow')).toContain('GET')
      },
    },
  ],
  'Forms of a path': [
    {
      name: `no form of a path that \`allow_request\` denies is answered, of ${attacks.length}`,
      answer: '400 to 404',
      run: async (send, url) => {
        await hidesAll(url, attacks, 'classified', 'x-actor: ada\r\n')
        expect((await send('/open/report.html', { actor: 'ada' })).status).toBe(200)
      },
    },
    {
      name: 'no form of the path of a hidden row is answered',
      answer: '400 to 404',
      run: async (_send, url) => {
        await hidesAll(url, rowSpellings, 'Plans', 'x-actor: eve\r\n')
        await hidesAll(url, rowSpellings, 'Plans')
      },
    },
    {
      name: `no forged header or method is answered with what is hidden, of ${forgeries.length}`,
      answer: '2xx without it, 400 to 500',
      run: async (_send, url) => {
        const base = new URL(url).pathname.replace(/\/$/, '')
        const shown: string[] = []
        for (const path of ['/documents/1', '/admin/report.html', '/forgotten/whole'])
          for (const { method = 'GET', head = '' } of forgeries)
            for (const actor of ['', 'x-actor: eve\r\n']) {
              const { text } = await raw(url, base + path, { method, head: actor + head })
              if (/Plans|classified/.test(text)) shown.push(`${method} ${path} ${head}`)
            }
        expect(shown).toEqual([])
      },
    },
  ],
}

/** Returns why an adapter cannot have a behaviour, or undefined if it has it. */
export function lackOf({ lacks = {} }: Adapter, topic: string, name: string): string | undefined {
  return lacks[name] ?? lacks[topic]
}

/** Returns the status by which an adapter answers. */
export function statusOf({ failures, statuses = {} }: Adapter, { name, status, failure }: Behaviour): number {
  return statuses[name] ?? ((failure && failures) || status)
}

/** The topics of the table, in the order of the page of the docs. */
export const topics: readonly string[] = [...new Set([...Object.keys(behaviours), ...Object.keys(checks)])]

/**
 * Tries the behaviours on an application.
 *
 * @param start - Builds the application of `routes.ts` over a world, with the actor from the header `x-actor`, the challenge
 * `Bearer realm="test"` and no error handler of its own, and listens.
 */
export function describeBehaviours(adapterName: AdapterName, start: (world: World) => Promise<Running>): void {
  const adapter: Adapter = adapters[adapterName]
  describe(`${adapterName} and the behaviours that all frameworks share`, () => {
    let running: Running
    beforeAll(async () => {
      running = await start(createWorld())
    })
    afterAll(() => running.close())

    const send: Send = (path, { method = 'GET', actor, accept, sends = null, signal = null, keeps = false } = {}) => {
      const headers = {
        // A server closes idle connections, also one that a busy client is about to use again.
        connection: keeps ? 'keep-alive' : 'close',
        ...(actor === undefined ? {} : { 'x-actor': actor }),
        ...(accept === undefined ? {} : { accept }),
      }
      const init = { method, headers, body: sends, signal, redirect: 'manual' } as const
      return running.send ? running.send(path, init) : fetch(running.url + path, init)
    }

    describe.each(topics.filter((topic) => !adapter.lacks?.[topic]))('%s', (topic) => {
      const has = ({ name }: { readonly name: string }) => lackOf(adapter, topic, name) === undefined

      it.each((behaviours[topic] ?? []).filter(has))('$name', async (behaviour) => {
        const { method, path, actor, accept, sends, body, answers = {} } = behaviour
        const status = statusOf(adapter, behaviour)
        const answer = await send(path, { method, actor, accept, sends })
        const text = await answer.text()
        expect({ status: answer.status, text }).toMatchObject({ status, ...(body === undefined ? {} : { text: body }) })
        if (status !== 200) expect(`${text} ${JSON.stringify([...answer.headers])}`).not.toContain('classified')
        for (const [name, value] of Object.entries(answers)) {
          const found = answer.headers.get(name)
          if (value instanceof RegExp) expect(found).toMatch(value)
          else if (value !== null || !adapter.headers?.includes(name)) expect([name, found]).toEqual([name, value])
        }
      })

      it.each((checks[topic] ?? []).filter(has))('$name', ({ run }) => run(send, running.url))
    })
  })
}
