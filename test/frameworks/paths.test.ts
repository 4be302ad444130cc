import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request as forward, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Authorizer } from '@arcturus/core'
import { RoutePattern } from '@arcturus/web'
import Router from '@koa/router'
import type { Context, Middleware } from 'koa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expresses, expressStack, koaStack, koaStatic, koas } from './applications.js'
import { attacks, raw } from './attacks.js'
import type { Running } from './behaviours.js'
import { listen } from './listen.js'

class User {}

/** Paths that a client may send, and that everybody may request. */
const ordinary = [
  '/public/a.html',
  '/public/a.html?x=/../admin/%2f;\\%00',
  '/public/a.html?x#/admin/',
  '/public/a.html?',
  '/PUBLIC/a.html',
  '/public/%61.html',
  '/public/a%2ehtml',
  '/public/a%20b.html',
  '/public/caf%C3%A9.html',
  '/public/caf%c3%a9.html',
  '/public/%E6%97%A5%E6%9C%AC.html',
  '/public/%F0%9F%98%80.html',
  '/public/v1.2/notes.tar.gz',
  '/public/..hidden.html',
  '/public/a..b.html',
  '/public/.well-known/a.html',
  '/public/C%23.html',
  '/public/what%3F.html',
  '/public/100%25.html',
  '/public/a%26b%3Dc%2Bd%2Ce%3Af%40g%24h.html',
  "/public/it's(a)*test!.html",
  '/public/~ada,bob&eve=1:2@x.html',
  '/public/a%3Bb.html',
  '/public/a;b.html',
  '/public/Inc.',
  '/public/',
  '/public/sub/',
]

const policies: Record<string, string> = {
  'a pattern that denies': 'allow_request(_, request) if not adminPages.covers(request);',
  'a path that denies': `
    allow_request(_, request) if not isAdmin(request.path);
    isAdmin("/admin");
    isAdmin(path: String) if path.startsWith("/admin/");`,
  'a pattern that allows': 'allow_request(_, request) if publicPages.covers(request);',
}

function authorizerOf(policy: string): Authorizer {
  const authorizer = new Authorizer()
    .registerClass(User)
    .registerConstant(new RoutePattern('/admin/*'), 'adminPages')
    .registerConstant(new RoutePattern('/public/*'), 'publicPages')
  authorizer.loadSync(`${policy}\nallow(_: User, "read", _: User);`)
  return authorizer
}

/** A server behind a proxy that normalizes paths in all ways at once, and so finds `/admin` wherever it is possible. */
function backend({ url = '' }: IncomingMessage, response: ServerResponse): void {
  let path = url.replace(/^[a-z]+:\/*[^/]*/i, '').split(/[?#]/, 1)[0]!
  for (let before = ''; before !== path; ) {
    before = path
    path = Buffer.from(
      path.replace(/%([0-9a-f]{2})/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16))),
      'latin1',
    )
      .toString('latin1')
      .replace(/\xc0\xae/g, '.')
      .replace(/\xc0\xaf|\xe0\x80\xaf/g, '/')
      .replace(/\xc1\xa1/g, 'a')
      .replace(/[^ -~]/g, '')
  }
  const segments: string[] = []
  for (const segment of path.replace(/\\/g, '/').toLowerCase().split('/')) {
    const name = segment.replace(/;.*/, '')
    if (name === '..') segments.pop()
    else if (/[^. ]/.test(name)) segments.push(name.replace(/[. ]+$/, ''))
  }
  response.end(segments[0] === 'admin' ? 'ADMIN DATA' : 'public')
}

/** Sends a request on as it is, as a proxy does. */
function proxied(to: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(to)
    const onward = forward({ hostname, port, method: request.method, path: request.url, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502)
      answer.pipe(response).on('close', resolve)
    })
    // Node itself refuses to send some of these targets.
    onward.on('error', () => response.writeHead(502).end(resolve)).end()
  })
}

const behind = ['files', 'proxy', 'router'] as const
type Behind = (typeof behind)[number]
const why = 'the request-level rules protect it'

function expressOf(framework: (typeof expresses)[number][1], policy: string, what: Behind, root: string, to: string) {
  const { app, authorize, unguarded } = expressStack(framework, authorizerOf(policy), () => new User())
  app.use(authorize())
  if (what === 'files') app.use(unguarded(why, framework.static(root, { dotfiles: 'allow' })))
  else if (what === 'proxy') app.use(unguarded(why, (req, res) => void proxied(to, req, res)))
  else {
    const router = framework.Router()
    router.get(/.*/, unguarded(why), (_req, res) => void res.send('ADMIN DATA'))
    app.use('/admin', router)
    app.get(/^\/public\/.*/i, unguarded(why), (_req, res) => void res.send('public'))
  }
  return app
}

function koaOf(framework: (typeof koas)[number][1], policy: string, what: Behind, root: string, to: string) {
  const { app, authorize, unguarded } = koaStack(framework, authorizerOf(policy), () => new User())
  const proxy: Middleware = (ctx) => {
    ctx.respond = false
    return proxied(to, ctx.req, ctx.res)
  }
  const answer = (body: string) => (ctx: Context) => {
    ctx.body = body
  }
  const router = new Router()
  router.get(/^\/admin(\/|$)/i, unguarded(why), answer('ADMIN DATA'))
  router.get(/^\/public(\/|$)/i, unguarded(why), answer('public'))
  app.use(authorize())
  if (what === 'files') app.use(unguarded(why, koaStatic(root)))
  else if (what === 'proxy') app.use(unguarded(why, proxy))
  else app.use(router.routes())
  return app.callback()
}

describe('request-level rules and paths', () => {
  const root = mkdtempSync(join(tmpdir(), 'arcturus-paths-'))
  let server: Running
  beforeAll(async () => {
    for (const folder of ['admin', 'admin/x', 'public', 'public/a', 'x']) mkdirSync(join(root, folder))
    for (const file of ['admin/report.html', 'admin/index.html']) writeFileSync(join(root, file), 'ADMIN DATA')
    const names = ['a', 'a b', 'café', '..hidden', 'a..b', '100%', 'C#', 'what?']
    for (const name of names) writeFileSync(join(root, `public/${name}.html`), 'public')
    server = await listen(backend)
  })
  afterAll(async () => {
    rmSync(root, { recursive: true })
    await server.close()
  })

  const applications = [
    ...expresses.map(([name, framework]) => ({ name, make: expressOf.bind(undefined, framework) })),
    ...koas.map(([name, framework]) => ({ name, make: koaOf.bind(undefined, framework) })),
  ].flatMap(({ name, make }) => behind.map((what) => ({ name, make, what })))
  const guarded = applications.flatMap((one) => Object.keys(policies).map((rules) => ({ ...one, rules })))

  it.each(guarded)('of $name with $rules protect $what', async ({ make, what, rules }) => {
    const running = await listen(make(policies[rules]!, what, root, server.url))
    const passed: string[] = []
    for (const target of attacks) if ((await raw(running.url, target)).text.includes('ADMIN DATA')) passed.push(target)
    const refused: [string, number][] = []
    for (const target of ordinary) {
      const { status, text } = await raw(running.url, target)
      const isMissing = what === 'files' && status === 404
      if (!isMissing && !(status === 200 && text.includes('public'))) refused.push([target, status])
    }
    await running.close()
    expect({ passed, refused }).toEqual({ passed: [], refused: [] })
  })

  it.each(applications)('are needed: without them, $name serves each attack by $what', async ({ make, what }) => {
    const running = await listen(make('', what, root, server.url))
    let served = 0
    // One at a time: an answer that a busy machine gives too late would not count.
    for (const target of attacks) if ((await raw(running.url, target)).text.includes('ADMIN DATA')) served += 1
    await running.close()
    expect(served).toBeGreaterThan(what === 'proxy' ? attacks.length * 0.8 : 5)
  })
})
