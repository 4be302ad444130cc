import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { application, notes } from './testing/application.js'

const broken = { 'policy.polar': 'allow(actor, action, resource) if\n  has_permision(actor, action, resource);\n' }

describe('check', () => {
  it('exits with 0 for a valid policy', async () => {
    expect(await application().run('check')).toMatchObject({ code: 0, out: '✓ The policy is valid.\n', error: '' })
  })

  it('shows an error with its place and exits with 1', async () => {
    const { code, out } = await application(broken).run('check')
    expect(code).toBe(1)
    expect(out).toContain('policy.polar:2:3')
    expect(out).toContain('has_permision')
    expect(out).toMatch(/✗ [1-9]\d* errors?, 0 warnings\n$/)
  })

  it('prints JSON with places', async () => {
    const { code, json } = await application(broken).run('check', '--json')
    expect(code).toBe(1)
    expect(json).toMatchObject({
      valid: false,
      diagnostics: expect.arrayContaining([
        expect.objectContaining({
          code: 'undefined-rule',
          severity: 'error',
          file: 'policy.polar',
          line: 2,
          column: 3,
        }),
      ]),
    })
  })

  it('prints annotations for GitHub', async () => {
    const { out } = await application(broken).run('check', '--format', 'github')
    expect(out).toContain('::error file=policy.polar,line=2,col=3,')
    expect(out).toContain('title=undefined-rule::')
  })

  it('exits with 1 for a warning only with --strict', async () => {
    const rule =
      '\nallow(user: User, "read", note: Note) if note.owner.name.length = 3 and note.text.trim() = user.name;\n'
    const one = application({ 'policy.polar': notes['policy.polar'] + rule })
    expect((await one.run('check')).code).toBe(0)
    expect((await one.run('check', '--strict')).code).toBe(1)
  })
})

describe('routes', () => {
  const config = notes['arcturus.config.ts']!.replace(
    'export default defineConfig({',
    `import { expressAuthorization } from '@arcturus/express'
import express from 'express'

authorizer.loadSync('allow(_, "read", _: Note);')
const { authorize, unguarded } = expressAuthorization(authorizer, { actor: () => null })
const app = express().use(authorize())
app.get('/health', unguarded('liveness'), (_req, res) => void res.send('ok'))
app.get('/notes', authorize('read', 'Note'), (_req, res) => void res.send('ok'))

export default defineConfig({
  routes: () => app,`,
  )
  const forgetful = config.replace('\nexport', `app.post('/notes', (_req, res) => void res.send('ok'))\n\nexport`)

  it('lists what each route declares', async () => {
    const { code, out } = await application({ 'arcturus.config.ts': config }).run('routes', '--check')
    expect({ code, out }).toEqual({
      code: 0,
      out: `method  path     declares
GET     /health  unguarded(liveness)
GET     /notes   read Note

✓ 2 routes; each declares an action or why it is public.
Granted, but asked nowhere: edit Note.
`,
    })
  })

  it('exits with 1 for a route that declares nothing, with --check', async () => {
    const one = application({ 'arcturus.config.ts': forgetful })
    expect((await one.run('routes')).code).toBe(0)
    const { code, out } = await one.run('routes', '--check')
    expect(code).toBe(1)
    expect(out).toMatch(
      /POST +\/notes +none\n\n✗ 1 of 3 routes declare nothing\.\nGranted, but asked nowhere: edit Note\.\n$/,
    )
    expect((await one.run('routes', '--json')).json).toEqual({
      routes: [
        { method: 'GET', path: '/health', authorize: [], unguarded: 'liveness', declared: true },
        {
          method: 'GET',
          path: '/notes',
          authorize: [{ action: 'read', model: 'Note' }],
          unguarded: null,
          declared: true,
        },
        { method: 'POST', path: '/notes', authorize: [], unguarded: null, declared: false },
      ],
      undeclared: 1,
      ungranted: [],
      unasked: ['edit Note'],
    })
  })

  it('joins the routes and the policy', async () => {
    const asking = config
      .replace('new Authorizer()', "new Authorizer({ actions: ['publish'] })")
      .replace("authorize('read', 'Note')", "authorize('publish', 'Note')")
    const edits = { 'src/edit.ts': "export const may = () => can('edit')\n" }
    const { code, out } = await application({ 'arcturus.config.ts': asking, ...edits }).run('routes', '--check')
    expect(code).toBe(1)
    expect(out).toContain('✗ GET /notes asks "publish" of Note, which no rule grants.')
    expect(out).not.toContain('asked nowhere')
  })

  const nest = (imports: string) =>
    notes['arcturus.config.ts']!.replace(
      'export default defineConfig({',
      `import { ArcturusModule, Authorize, Unguarded } from '@arcturus/nest'
import { Controller, Get, Module, Post } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'

authorizer.loadSync('allow(_, "read", _: Note);')
class Notes { health() {} list() {} add() {} }
const decorate = (name: keyof Notes, ...decorators: MethodDecorator[]) =>
  decorators.forEach((one) => one(Notes.prototype, name, Object.getOwnPropertyDescriptor(Notes.prototype, name)!))
decorate('health', Get('health'), Unguarded('liveness'))
decorate('list', Get('notes'), Authorize('read', 'Note'))
decorate('add', Post('notes'))
Controller()(Notes)
class Application {}
const module = ArcturusModule.forRoot({ authorizer, actor: () => null })
Module({ controllers: [Notes], imports: [${imports}] })(Application)

export default defineConfig({
  routes: () => NestFactory.create(Application, { logger: false }),`,
    )

  it('lists the handlers of NestJS', async () => {
    const { code, out } = await application({ 'arcturus.config.ts': nest('module') }).run('routes', '--check')
    expect({ code, out }).toEqual({
      code: 1,
      out: `method  path     declares
GET     /health  unguarded(liveness)
GET     /notes   read Note
POST    /notes   none

✗ 1 of 3 routes declare nothing.
Granted, but asked nowhere: edit Note.
`,
    })
  })

  it.each([
    ['no ArcturusModule', nest(''), 'does not import ArcturusModule'],
    ['no application', notes['arcturus.config.ts']!, 'The configuration names no application.'],
    ['no function', config.replace('routes: () => app', 'routes: {} as never'), '`routes` must be a function'],
    [
      'another value',
      config.replace('routes: () => app', 'routes: () => 42'),
      'returned no application of Express, Koa',
    ],
    ['an empty application', config.replace('routes: () => app', 'routes: () => express()'), 'has no routes'],
    ['an error', config.replace('routes: () => app', "routes: () => { throw new Error('no port') }"), 'no port'],
  ])('names the problem with %s', async (_name, text, message) => {
    const { code, error } = await application({ 'arcturus.config.ts': text }).run('routes')
    expect(code).toBe(2)
    expect(error).toContain(message)
  })
})

describe('output', () => {
  const [hidden, shown] = ['\u001b[2J\u202e\nUser:9', '\\u001b[2J\\u202e\\u000aUser:9']
  const hostile = () =>
    application({
      'arcturus.config.ts': notes['arcturus.config.ts']!.replace("id: 'integer', name", "id: 'string', name")
        .replace('{ id: 1, name', "{ id: '1', name")
        .replace('{ id: 2, name', `{ id: ${JSON.stringify(hidden)}, name`),
    })

  it('writes control characters of keys as escapes, on one line', async () => {
    const { out } = await hostile().run('who', 'edit', 'note:2')
    expect(out.split('\n')).toContain(`User:${shown}`)
    const diff = await hostile().run('diff', 'notes.matrix.ts')
    expect(diff.error + diff.out).not.toContain('\u001b')
    const json = await hostile().run('who', 'edit', 'note:2', '--json')
    expect(json.json).toMatchObject({ actors: [`User:${hidden}`] })
  })

  it('writes control characters of messages as escapes', async () => {
    const { error } = await application().run('explain', '\u001b]0;x\u0007:1', 'edit', 'note:1')
    expect(error).toContain('Unknown model "\\u001b]0;x\\u0007"')
  })

  it('is JSON for a wrong usage, too', async () => {
    expect(await application().run('who', 'edit', '--json')).toMatchObject({
      code: 2,
      json: { error: { code: 'usage', message: "missing required argument 'resource'" } },
    })
    expect((await application().run('check', '--bogus', '--json')).json).toMatchObject({ error: { code: 'usage' } })
  })
})

describe('every command', () => {
  it.each(['check', 'test', 'explain', 'who', 'diff', 'mutate', 'compile', 'types', 'repl', 'init'])(
    '%s has help with examples',
    async (name) => {
      const { code, out } = await application().run(name, '--help')
      expect(code).toBe(0)
      expect(out).toContain('Usage: arcturus')
      expect(out).toContain('Examples:')
    },
  )

  it('exits with 2 for a misspelt command, and suggests one', async () => {
    const { code, error } = await application().run('chek')
    expect(code).toBe(2)
    expect(error).toContain('check')
  })

  it.each([
    ['no configuration', undefined, 'No arcturus.config.ts'],
    [
      'a missing import',
      "import './gone.js'\nexport default {}",
      "The configuration can't be loaded: Cannot find module './gone.js'",
    ],
    ['no default export', 'export const a = 1', 'No default export'],
    ['no policy', 'export default { open: () => ({}) }', '`policy` must be a path'],
    ['no `open`', "export default { policy: '*.polar' }", '`open` must be a function'],
    ['no authorizer', "export default { policy: '*.polar', open: () => ({}) }", 'returned no authorizer'],
    [
      'a dead database',
      "export default { policy: '*.polar', open: async () => { throw new Error('connect ECONNREFUSED 127.0.0.1:1') } }",
      "The application can't be opened: connect ECONNREFUSED 127.0.0.1:1",
    ],
  ])('exits with 2 for %s', async (_, config, message) => {
    const one = application({ 'arcturus.config.ts': config ?? '' })
    if (config === undefined) rmSync(join(one.folder, 'arcturus.config.ts'))
    const { code, error } = await one.run('check')
    expect(error).toContain(message)
    expect(error).toContain('hint: ')
    expect(code).toBe(2)
  })
})

it.each([
  ['diff', ['before/old.txt']],
  ['mutate', []],
  ['who', ['edit', 'note:{"id":1,"isPublic":false,"owner":{"id":1}}']],
])('%s exits with 2 if the database dies, and does not take it for an empty one', async (name, args) => {
  const config = notes['arcturus.config.ts']!.replace(
    '=> (tables[model] ?? []).slice(0, take)',
    "=> Promise.reject(new Error('connect ECONNREFUSED'))",
  )
  const files = { 'arcturus.config.ts': config, 'before/old.txt': 'allow(_, "read", _: Note); actor User {}' }
  const { code, error } = await application(files).run(name, ...args)
  expect(error).toContain("can't be read: connect ECONNREFUSED")
  expect(code).toBe(2)
})
