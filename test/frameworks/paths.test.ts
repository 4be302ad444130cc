import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request as forward, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Authorizer } from '@arcturus/core'
import { RoutePattern } from '@arcturus/web'
import Router from '@koa/router'
import type { Context, Middleware } from 'koa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expresses, expressStack, koaStack, koaStatic, koas, raw } from './applications.js'
import type { Running } from './behaviours.js'
import { listen } from './listen.js'

class User {}

/** Spellings of a path below `/admin` that some file server, proxy or router takes for it. */
const attacks = [
  // as routers do
  '/admin/report.html',
  '/Admin/report.html',
  '/ADMIN/REPORT.HTML',
  '/%61dmin/report.html',
  '/%41dmin/report.html',
  '/admin/report%2ehtml',
  '/admin/report.html?x=/public/',
  '/admin/report.html/',
  '/admin/',
  // empty segments and dot segments
  '//admin/report.html',
  '///admin/report.html',
  '/admin//report.html',
  '/./admin/report.html',
  '/x/../admin/report.html',
  '/public/../admin/report.html',
  '/public/a/../../admin/report.html',
  '/%2e/admin/report.html',
  '/%2E/admin/report.html',
  '/x/%2e%2e/admin/report.html',
  '/public/.%2E/admin/report.html',
  '/public/%2e./admin/report.html',
  '/admin/./report.html',
  '/admin/x/..',
  '/.../admin/report.html',
  // encoded slashes
  '/%2fadmin/report.html',
  '/admin%2freport.html',
  '/admin%2Freport.html',
  '/x/..%2fadmin/report.html',
  '/public/..%2fadmin%2freport.html',
  '/public%2f..%2fadmin/report.html',
  '/public/%2e%2e%2fadmin/report.html',
  // backslashes
  '/admin\\report.html',
  '/admin\\report.html#',
  '\\admin\\report.html',
  '/\\admin/report.html',
  '/admin%5creport.html',
  '/admin%5Creport.html',
  '/public/..\\admin/report.html',
  '/public/..%5cadmin%5creport.html',
  '/public\\..\\admin\\report.html',
  // parameters, as Java servers read them
  '/admin;x/report.html',
  '/admin;x=1/report.html',
  '/;/admin/report.html',
  '/public/..;/admin/report.html',
  '/public/..;x=1/admin/report.html',
  '/admin%3bx/report.html',
  '/admin%3Bx=1/report.html',
  '/public/..%3b/admin/report.html',
  '/%3b/admin/report.html',
  // the ends of segments, as Windows reads them
  '/admin./report.html',
  '/admin../report.html',
  '/admin%20/report.html',
  '/admin%2e/report.html',
  '/admin.%20./report.html',
  // double, invalid and overlong encodings
  '/%2561dmin/report.html',
  '/%252e/admin/report.html',
  '/public/%252e%252e/admin/report.html',
  '/admin%252freport.html',
  '/admin%255creport.html',
  '/public/%25%32%65%25%32%65/admin/report.html',
  '/%u0061dmin/report.html',
  '/%c0%ae%c0%ae/admin/report.html',
  '/public/%c0%ae%c0%ae/admin/report.html',
  '/admin%c0%afreport.html',
  '/admin%e0%80%afreport.html',
  '/%c1%a1dmin/report.html',
  '/public/%/../admin/report.html',
  // characters that end a path or are dropped from it
  '/admin/report.html#',
  '/admin/report.html#/../../public/a.html',
  '/public/a.html#/../../admin/report.html',
  '/admin/report.html%00',
  '/admin%00/report.html',
  '/admin/report.html%00.png',
  '/%09admin/report.html',
  '/adm%0ain/report.html',
  '/adm%0din/report.html',
  '/admin%7f/report.html',
  '/admin%c2%80/report.html',
  '/admin\xe9/report.html',
  // absolute targets
  'http://x/admin/report.html',
  'http://x/admin\\report.html',
  'http://x//admin/report.html',
  'HTTP://x/%61dmin/report.html',
  'http:/admin/report.html',
  '//x/admin/report.html',
]

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
