import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { notes, TestApplication } from './testing/application.js'

let opened: TestApplication[] = []
afterEach(() => {
  for (const application of opened) application.close()
  opened = []
})
function application(files: Readonly<Record<string, string>> = {}): TestApplication {
  const made = new TestApplication({ ...notes, ...files })
  opened.push(made)
  return made
}
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

describe('types', () => {
  it('writes the types beside the configuration, and tells when they are stale', async () => {
    const one = application()
    expect(await one.run('types', '--check')).toMatchObject({
      code: 1,
      out: '✗ arcturus.d.ts is stale: run arcturus types.\n',
    })
    expect(await one.run('types')).toMatchObject({ code: 0, out: 'arcturus.d.ts\n' })
    const text = readFileSync(join(one.folder, 'arcturus.d.ts'), 'utf8')
    expect(text).toContain('    policy: AppPolicy\n')
    expect(text).toMatch(/Note: \{\n {6}actions: [^\n]*'read'/)
    expect(await one.run('types', '--check')).toMatchObject({ code: 0 })
    expect(await one.run('types')).toMatchObject({ out: 'arcturus.d.ts is current.\n' })
  })

  it('prints an interface that is not registered', async () => {
    const { code, out } = await application().run('types', '-o', '-', '--name', 'NotesPolicy', '--no-register')
    expect(code).toBe(0)
    expect(out).toContain('export interface NotesPolicy {')
    expect(out).not.toContain('Register')
  })

  it('writes the module of a policy file', async () => {
    const one = application()
    await one.run('types', '-o', 'policy.d.polar.ts')
    expect(readFileSync(join(one.folder, 'policy.d.polar.ts'), 'utf8')).toContain('export default policy\n')
  })

  it('writes the module of each policy file, and the types in the first', async () => {
    const one = application({
      'z.polar': 'is_late(note: Note) if note.isPublic = false;\nlate(note: Note) if is_late(note);\n',
    })
    one.write('arcturus.config.ts', one.read('arcturus.config.ts').replace("'policy.polar'", "'*.polar'"))
    expect(await one.run('types', '--modules')).toMatchObject({ code: 0, out: 'policy.d.polar.ts\nz.d.polar.ts\n' })
    expect(one.read('policy.d.polar.ts')).toMatch(/policy: AppPolicy\n(?:.*\n)*export default policy\n$/)
    expect(one.read('z.d.polar.ts')).toBe(
      '// Written by `arcturus types`; changes made here are lost.\n\n/** The text of the policy. */\ndeclare const policy: string\nexport default policy\n',
    )
    one.write('z.d.polar.ts', '')
    expect(await one.run('types', '--modules', '--check', '--json')).toMatchObject({
      code: 1,
      json: {
        files: [
          { file: 'policy.d.polar.ts', current: true },
          { file: 'z.d.polar.ts', current: false },
        ],
      },
    })
  })

  it.each([[['--name', 'not a name']], [['-o', '-', '--check']], [['-o', 'x.d.ts', '--modules']]])(
    'refuses %j',
    async (args) => {
      expect((await application().run('types', ...args)).code).toBe(2)
    },
  )
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
`,
    })
  })

  it('exits with 1 for a route that declares nothing, with --check', async () => {
    const one = application({ 'arcturus.config.ts': forgetful })
    expect((await one.run('routes')).code).toBe(0)
    const { code, out } = await one.run('routes', '--check')
    expect(code).toBe(1)
    expect(out).toMatch(/POST +\/notes +none\n\n✗ 1 of 3 routes declare nothing\.\n$/)
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
    })
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
      'returned no application of Express, Koa or NestJS',
    ],
    ['an empty application', config.replace('routes: () => app', 'routes: () => express()'), 'has no routes'],
    ['an error', config.replace('routes: () => app', "routes: () => { throw new Error('no port') }"), 'no port'],
  ])('names the problem with %s', async (_name, text, message) => {
    const { code, error } = await application({ 'arcturus.config.ts': text }).run('routes')
    expect(code).toBe(2)
    expect(error).toContain(message)
  })
})

describe('fmt', () => {
  const untidy = 'allow( _, "read",_ ) ;  # all\n'
  const tidy = 'allow(_, "read", _); # all\n'

  it('formats all policies of the folder, and then finds nothing to change', async () => {
    const one = application({ 'policy.polar': untidy, 'more/notes.polar': tidy, 'node_modules/a/b.polar': untidy })
    expect(await one.run('fmt')).toMatchObject({ code: 0, out: 'policy.polar\n✓ 2 files, 1 changed.\n' })
    expect(readFileSync(join(one.folder, 'policy.polar'), 'utf8')).toBe(tidy)
    expect(readFileSync(join(one.folder, 'node_modules/a/b.polar'), 'utf8')).toBe(untidy)
    expect(await one.run('fmt', '--check')).toMatchObject({ code: 0 })
  })

  it('only reports with --check', async () => {
    const one = application({ 'policy.polar': untidy })
    const { code, out } = await one.run('fmt', '--check', 'policy.polar')
    expect(code).toBe(1)
    expect(out).toBe('✗ policy.polar is not formatted.\n')
    expect(readFileSync(join(one.folder, 'policy.polar'), 'utf8')).toBe(untidy)
    expect((await one.run('fmt', '--check', '--json')).json).toEqual({
      files: 1,
      changed: ['policy.polar'],
      diagnostics: [],
    })
  })

  it('formats standard input', async () => {
    expect(await application().type(untidy, 'fmt', '--stdin')).toMatchObject({ code: 0, out: tidy })
    const { code, out, error } = await application().type('allow(;', 'fmt', '--stdin', 'src/policy.polar')
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(error).toContain('src/policy.polar:1:7')
  })

  it('leaves a file with syntax errors as it is, and shows them', async () => {
    const one = application({ 'policy.polar': 'allow(;\n', 'notes.polar': untidy })
    const { code, out } = await one.run('fmt')
    expect(code).toBe(1)
    expect(out).toContain('policy.polar:1:7')
    expect(out).toMatch(/notes\.polar\n✗ 1 file with syntax errors\.\n$/)
    expect(readFileSync(join(one.folder, 'policy.polar'), 'utf8')).toBe('allow(;\n')
  })
})

describe('test', () => {
  it('passes a matrix whose cells are as listed', async () => {
    const { code, out } = await application().run('test')
    expect(out).toContain('✓ Notes notes.matrix.ts, 6 cells')
    expect(code).toBe(0)
  })

  it('fails for a cell that differs, and shows the table', async () => {
    const matrix = notes['notes.matrix.ts']!.replace('eve    | -          | read', 'eve    | edit       | read')
    const { code, out } = await application({ 'notes.matrix.ts': matrix }).run('test')
    expect(code).toBe(1)
    expect(out).toContain('eve on diary: may not "edit", which the matrix lists.')
    expect(out).toContain('  ada    | edit, read | edit, read')
    expect(out).toContain('5 cells passed, 1 failed')
  })

  it.each([
    ['a row that is missing', { from: "'note:1'", to: "'note:99'" }, 'There is no row note:99.'],
    ['an unknown model', { from: "'note:1'", to: "'nite:1'" }, 'Unknown model "nite".'],
    ['an unknown column', { from: 'name=eve', to: 'nick=eve' }, 'User has no column "nick".'],
    ['an unknown action', { from: 'read, edit | read', to: 'raed | read' }, 'Unknown action "raed"'],
    ['no tests', { from: 'export default', to: 'export const tests =' }, 'notes.matrix.ts exports no tests.'],
  ])('exits with 2 for %s', async (_, { from, to }, message) => {
    const one = application({ 'notes.matrix.ts': notes['notes.matrix.ts']!.replace(from, to) })
    const { code, error } = await one.run('test')
    expect(error).toContain(message)
    expect(error).not.toMatch(/\n\s+at .*:\d+:\d+/)
    expect(code).toBe(2)
  })
})

describe('coverage', () => {
  /** A test of node:test with two processes, one for each file. */
  const tests = (check: string): string => `import { test } from 'node:test'
import { testAuthorization } from '@arcturus/testing'
import config from './arcturus.config.js'
import { readFileSync } from 'node:fs'

const { authorizer, database } = config.open()
authorizer.loadSync({ name: 'policy.polar', text: readFileSync('policy.polar', 'utf8') })
const { expectAllowed, expectDenied } = testAuthorization(authorizer)
test('notes', async () => {
  const [ada, eve] = [await database.find('User', { id: 1 }), await database.find('User', { id: 2 })]
  const [diary, news] = [await database.find('Note', { id: 1 }), await database.find('Note', { id: 3 })]
  ${check}
})
`
  const files = {
    'arcturus.config.js': notes['arcturus.config.ts']!.replace(
      "import { defineConfig } from '@arcturus/cli'",
      'const defineConfig = (config) => config',
    ).replace(/: Record<string, readonly object\[\]>| as Record<string, unknown>|!(?=[ ,)])/g, ''),
    'one.test.mjs': tests("await expectAllowed(ada, 'edit', diary)"),
    'two.test.mjs': tests("await expectDenied(eve, 'edit', diary)"),
  }
  const lcov = (one: TestApplication): string => readFileSync(join(one.folder, 'coverage/policy/lcov.info'), 'utf8')

  it('of a matrix lists the rules and goals that no test decides, and writes lcov', async () => {
    const one = application({
      'notes.matrix.ts': notes['notes.matrix.ts']!.replaceAll(', news', ', news')
        .replace("news: 'note:3'", "news: 'note:2'")
        .replace('ada    | read, edit | read, edit', 'ada    | read, edit | -')
        .replace('eve    | -          | read', 'eve    | -          | read, edit')
        .replace('nobody | -          | read', 'nobody | - | -'),
    })
    const { code, out } = await one.run('test', '--coverage')
    expect(out).toContain('policy.polar:11  never applied: rule allow(_, "read", note: Note)')
    expect(out).toContain('policy.polar:11  never true: note.isPublic = true')
    expect(out).not.toContain('note.owner = user')
    expect(code).toBe(0)
    expect(lcov(one)).toContain('FN:11,allow:11:1\n')
    expect(lcov(one)).toMatch(/BRDA:11,\d+,0,0\nBRDA:11,\d+,1,[1-9]/)
    expect(lcov(one)).toMatch(/DA:10,[1-9]/)
  })

  it('below the threshold exits with 1, and says so in JSON and annotations', async () => {
    const rule = 'allow(user: User, "edit", note: Note) if user.name = "root" and note.isPublic = true;\n'
    const one = application({ 'policy.polar': notes['policy.polar'] + rule })
    expect((await one.run('test', '--coverage', '--threshold', '40')).code).toBe(0)
    const { code, json } = await one.run('test', '--coverage', '--threshold', '100', '--json')
    expect(code).toBe(1)
    expect(json).toMatchObject({ failed: 0, coverage: { threshold: 100, rules: { covered: 5, total: 6 } } })
    const { out } = await one.run('test', '--coverage', '--threshold', '100', '--format', 'github')
    expect(out).toMatch(/::warning file=policy\.polar,line=\d+,.*title=uncovered::/)
    expect((await one.run('test', '--coverage', '--threshold', 'x')).code).toBe(2)
  })

  it('of several processes of a test runner is merged', async () => {
    const one = application(files)
    const { code, out, error } = await one.run('coverage', '--html', process.execPath, '--test')
    expect(error).not.toContain('not ok')
    expect(out).toContain('% of the policy is covered')
    expect(out).not.toContain('note.owner = user')
    expect(out).toContain('never applied: rule "read" if "owner";')
    expect(code).toBe(0)
    expect(existsSync(join(one.folder, 'coverage/policy/policy.polar.html'))).toBe(true)
  })

  it.each([
    ['tests that fail', ['node', '-e', 'process.exit(3)'], 'ended with code 3'],
    ['a program that is missing', ['no-such-program'], "no-such-program can't be started"],
    ['tests without a policy', ['node', '-e', ''], 'The tests covered no policy.'],
  ])('exits with 2 for %s', async (_, command, message) => {
    const { code, error } = await application().run('coverage', ...command)
    expect(error).toContain(message)
    expect(code).toBe(2)
  })
})

describe('explain', () => {
  it('never shows the value of a masked field in an error, and refuses to mask an unknown one', async () => {
    const one = application({
      'policy.polar': 'allow(user: User, "read", _: Note) if user.name + 1 = 2;',
    })
    expect((await one.run('explain', 'user:1', 'read', 'note:1')).error).toContain('"ada" + 1')
    for (const option of [['--mask', 'User.name'], ['--no-values']]) {
      const { code, error, out } = await one.run('explain', 'user:1', 'read', 'note:1', ...option)
      expect(error + out).not.toContain('ada')
      expect(error).toContain('unsupported-operation')
      expect(code).toBe(2)
    }
    const { code, error } = await one.run('explain', 'user:1', 'read', 'note:1', '--mask', 'Usr.name')
    expect(error).toContain('No row has the masked field "Usr.name".')
    expect(code).toBe(2)
  })

  it('exits with 0 for an allowed action, and shows the proof', async () => {
    const { code, out } = await application().run('explain', 'user:1', 'edit', 'note:1')
    expect(out).toContain('User 1 may "edit" Note 1.')
    expect(code).toBe(0)
  })

  it('exits with 1 for a denied action, and shows what is missing', async () => {
    const { code, out } = await application().run('explain', 'nobody', 'read', 'note:1')
    expect(out).toContain('note.isPublic = true')
    expect(code).toBe(1)
  })

  it.each([
    ['the application loaded', notes['policy.polar']!, 0],
    ['differs from the loaded one', 'allow(_: User, "edit", note: Note) if note.isPublic = true;', 1],
  ])('uses the policy of the files if it %s', async (_, text, code) => {
    const one = application({
      'policy.polar': text,
      'arcturus.config.ts': notes['arcturus.config.ts']!.replace(
        'export default',
        `authorizer.loadSync({ name: 'policy.polar', text: ${JSON.stringify(notes['policy.polar'])} })\nexport default`,
      ),
    })
    expect((await one.run('explain', 'user:1', 'edit', 'note:1')).code).toBe(code)
    expect((await one.run('who', 'edit', 'note:1')).code).toBe(code)
  })

  it('takes rows as JSON', async () => {
    const row = 'note:{"id":9,"isPublic":false,"owner":{"id":2}}'
    expect((await application().run('explain', 'user:2', 'edit', row)).code).toBe(0)
  })

  it('takes dates and big integers of rows as texts, also within rows', async () => {
    const config = notes['arcturus.config.ts']!.replace(
      "name: 'string'",
      "name: 'string', born: 'date', days: { type: 'date', list: true }, number: 'bigint'",
    )
    const policy = `allow(user: User, "edit", note: Note) if
      user.born < note.owner.born and note.owner.born in user.days and user.number = 7;\n`
    const one = application({ 'arcturus.config.ts': config, 'policy.polar': policy })
    const explain = (born: string, number: string) => {
      const user = { id: 1, born, days: ['2001-01-01'], number }
      return one.run('explain', `user:${JSON.stringify(user)}`, 'edit', 'note:{"id":1,"owner":{"born":"2001-01-01"}}')
    }
    expect((await explain('2000-12-31', '7')).code).toBe(0)
    expect((await explain('2001-01-02', '7')).code).toBe(1)
    expect((await explain('2000-12-31', '8')).code).toBe(1)
    expect(await explain('soon', '1')).toMatchObject({ code: 2, error: expect.stringContaining('write a date') })
  })

  it('leaves out values on request', async () => {
    const { out } = await application().run('explain', 'nobody', 'read', 'note:1', '--no-values')
    expect(out).not.toContain('is false')
  })
})

describe('who', () => {
  it('lists actors of classes without a block', async () => {
    const policy = 'allow(user: User, "edit", note: Note) if note.owner = user;'
    expect(await application({ 'policy.polar': policy }).run('who', 'edit', 'note:1')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^User:1\n1 actor\n/),
    })
  })

  it('lists the actors, and nobody for what anonymous users may do', async () => {
    expect(await application().run('who', 'edit', 'note:1')).toMatchObject({
      code: 0,
      out: 'User:1\n1 actor\nUser: checked one by one, since there is no query for these actors.\n',
    })
    expect((await application().run('who', 'read', 'note:3', '--json')).json).toEqual({
      actors: ['nobody', 'User:1', 'User:2'],
      more: false,
      checked: ['User'],
    })
  })

  it('says when there can be more', async () => {
    expect((await application().run('who', 'read', 'note:3', '--take', '1')).out).toContain('and there can be more')
    // Of two actors, the first alone is checked.
    expect((await application().run('who', 'edit', 'note:2', '--take', '0')).out).toContain('and there can be more')
  })

  it('sends one query if the source of rows has one', async () => {
    const config = notes['arcturus.config.ts']!.replace(
      'list: async',
      'actors: async () => [users[1]!],\n      list: async',
    )
    expect((await application({ 'arcturus.config.ts': config }).run('who', 'edit', 'note:1')).out).toBe(
      'User:2\n1 actor\n',
    )
  })

  it('exits with 2 for an unknown action', async () => {
    const { code, error } = await application().run('who', 'edti', 'note:1')
    expect(error).toContain('Unknown action "edti"')
    expect(code).toBe(2)
  })
})

describe('diff', () => {
  const old = notes['policy.polar']!.replace(/allow\(_, "read".*\n/, '')

  it('shows who gains what, and why', async () => {
    const { code, out } = await application({ 'before/old.txt': old }).run('diff', 'before/old.txt')
    expect(code).toBe(1)
    expect(out).toContain('+ read Note: nobody 1, User { id: 2 } 1\n')
    expect(out).toContain('denied → allowed')
    expect(out).toContain('policy.polar:11')
  })

  it('exits with 0 if the policies provably decide the same', async () => {
    const renamed = notes['policy.polar']!.replaceAll('note', 'it').replaceAll('user', 'me')
    const { code, out } = await application({ 'before/old.txt': renamed }).run('diff', 'before/old.txt')
    expect(out).toBe('The policies decide the same, whatever the data.\n')
    expect(code).toBe(0)
  })

  it('compares files that a revision has and the folder has not', async () => {
    const one = application({ 'rules/extra {1}.polar': 'allow(_, "edit", note: Note) if note.isPublic = true;' })
    one.write(
      'arcturus.config.ts',
      notes['arcturus.config.ts']!.replace("'*.polar'", "['*.polar', 'rules/**/*.polar']"),
    )
    const git = (...args: readonly string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], { cwd: one.folder })
    git('init', '--quiet')
    git('add', '.')
    git('commit', '--quiet', '--message', 'first')
    expect((await one.run('diff')).code).toBe(0)
    rmSync(join(one.folder, 'rules/extra {1}.polar'))
    const { code, out } = await one.run('diff')
    expect(out).toContain('- edit Note: nobody 1, User { id: 2 } 1\n')
    expect(code).toBe(1)
    expect(await one.run('diff', '--', '--all')).toMatchObject({ code: 2 })
  })

  it('compares actors of classes without a block', async () => {
    const [rule] = ['allow(user: User, "read", note: Note) if note.owner = user;']
    const files = {
      'policy.polar': rule!,
      'before/old.txt': `${rule} allow(user: User, "edit", note: Note) if note.owner = user;`,
    }
    const { code, out } = await application(files).run('diff', 'before/old.txt')
    expect(out).toContain('- edit Note: User { id: 1 } 2, User { id: 2 } 1\n')
    expect(code).toBe(1)
  })

  it('exits with 1 if it can not compare all decisions', async () => {
    const field = 'allow_field(user: User, "read", note: Note, "text") if note.owner = user;'
    const one = application({ 'before/old.txt': `${notes['policy.polar']}${field}` })
    const { code, out } = await one.run('diff', 'before/old.txt')
    expect(out).toContain('? Decisions on fields (allow_field) can change. ')
    expect(code).toBe(1)
    expect((await one.run('diff', 'before/old.txt', '--json')).json).toMatchObject({ unexamined: ['fields'] })
  })

  it('shows the fields of rows that an actor gains and loses', async () => {
    const old = 'allow_field(user: User, "read", note: Note, "id") if note.owner = user;'
    const one = application({
      'before/old.txt': `${notes['policy.polar']}${old}`,
      'fields.polar': 'allow_field(_: User, "read", note: Note, "owner") if note.isPublic = true;',
    })
    const { code, out } = await one.run('diff', 'before/old.txt')
    expect(out).toContain(`
- read Note.id: User { id: 1 } 2, User { id: 2 } 1
+ read Note.owner: User { id: 1 } 1, User { id: 2 } 1
Compared the fields of 5 rows for 3 actors.
`)
    expect(code).toBe(1)
    const { json } = await one.run('diff', 'before/old.txt', '--json')
    expect((json as { fields: unknown[] }).fields).toContainEqual({
      ...{ actor: 'User:2', action: 'read', model: 'Note', resource: 'Note:3' },
      ...{ before: [], after: ['owner'], gained: ['owner'], lost: [] },
    })
  })

  it('exits with 2 for what is neither a file nor a revision', async () => {
    const { code, error } = await application().run('diff', 'no-such-thing')
    expect(error).toContain('"no-such-thing" is neither a file nor a revision of Git.')
    expect(code).toBe(2)
  })
})

describe('mutate', () => {
  it('shows each mistake that the tests do not notice, with a witness to paste', async () => {
    const matrix = notes['notes.matrix.ts']!.replace(/diary: 'note:1', /, '').replaceAll(
      /\| (?:diary|read, edit|-) +(?=\|)/g,
      '',
    )
    const one = application({ 'notes.matrix.ts': matrix })
    const { code, out } = await one.run('mutate')
    expect(code).toBe(1)
    expect(out).toContain('policy.polar:11  Drops the goal note.isPublic = true.')
    expect(out).toContain('defineTests({')
  })

  it('tests no mutant and exits with 1 when a test of the policy fails', async () => {
    const matrix = notes['notes.matrix.ts']!.replace('eve    | -          | read', 'eve    | edit       | read')
    const { code, out } = await application({ 'notes.matrix.ts': matrix }).run('mutate')
    expect(out).toBe('1 cell failed: no mutant was tested. Run `arcturus test`, and mend them first.\n')
    expect(code).toBe(1)
    const { json } = await application({ 'notes.matrix.ts': matrix }).run('mutate', '--json')
    expect(json).toEqual({ failed: 1 })
  })

  it('exits with 0 when every mutant is killed or equivalent', async () => {
    const all = `import { defineTests } from '@arcturus/cli'
export default defineTests({
  actors: { ada: 'user:1', eve: 'user:2', nobody: null },
  resources: { diary: 'note:1', plans: 'note:2', news: 'note:3', ada_: 'user:1' },
  allowed: {
    ada: { diary: ['read', 'edit'], news: ['read', 'edit'] },
    eve: { plans: ['read', 'edit'], news: ['read'] },
    nobody: { news: ['read'] },
  },
})
`
    const { json } = await application({ 'notes.matrix.ts': all }).run('mutate', '--json')
    const left = (json as { survivors: { kind: string }[] }).survivors.filter(({ kind }) => kind !== 'wider-class')
    expect(left).toEqual([])
  })
})

describe('rules about fields and requests', () => {
  const rules = `
allow_field(_: User, "read", _: Note, "id");
allow_field(user: User, "read", note: Note, "owner") if note.owner = user;
allow_request(_: User, request) if request.path = "/notes";
`
  const tested = (more: string) => ({
    'policy.polar': notes['policy.polar']! + rules,
    'notes.matrix.ts': `import { defineTests } from '@arcturus/cli'
export default defineTests({
  actors: { ada: 'user:1', nobody: null },
  resources: { diary: 'note:1' },
  allowed: { ada: { diary: ['read', 'edit'] } },
  ${more}
})
`,
  })

  it('explain one field', async () => {
    const one = application(tested(''))
    const codes = ['owner', 'id', 'text'].map((field) =>
      one.run('explain', 'user:1', 'read', 'note:1', '--field', field),
    )
    expect((await Promise.all(codes)).map(({ code }) => code)).toEqual([0, 0, 1])
    const { code, out } = await one.run('explain', 'user:2', 'read', 'note:1', '--field', 'owner')
    expect(code).toBe(1)
    expect(out).toContain('may not "read" the field "owner" of Note 1')
  })

  it('are tested by `fields` and `requests`', async () => {
    const requests = "requests: { notes: { request: { path: '/notes' }, allowed: ['ada'] } },"
    const one = application(tested(`fields: { ada: { diary: { read: ['id', 'owner'] } } }, ${requests}`))
    expect(await one.run('test')).toMatchObject({ code: 0 })
    const other = application(tested(`fields: {}, ${requests.replace("'ada'", "'nobody'")}`))
    const { code, out } = await other.run('test')
    expect(code).toBe(1)
    expect(out).toContain('ada on diary: may "read" the fields "id", "owner", which the matrix does not list.')
    expect(out).toContain('ada: may make the request "notes", which the matrix does not list.')
    expect(out).toContain("diary: { read: ['id', 'owner'] },")
  })

  it('have mutants, whose witnesses name a field', async () => {
    const { out } = await application(tested('')).run('mutate')
    expect(out).toContain('may User { id: 1 } "read" the field "owner" of Note { id: 1 }?')
    expect(out).toContain("note_1: { read: ['id', 'owner'] },")
  })
})

describe('compile', () => {
  it('writes a module and its types', async () => {
    const one = application()
    const { code, out } = await one.run('compile', '--out', 'dist/policy.js')
    expect(code).toBe(0)
    expect(out).toMatch(/^dist\/policy\.js {2}[\d.]+ kB, [\d.]+ kB gzipped\n/)
    expect(readFileSync(join(one.folder, 'dist/policy.js'), 'utf8')).toContain('createAuthorizer')
    expect(existsSync(join(one.folder, 'dist/policy.d.ts'))).toBe(true)
  })

  it('writes a snapshot that the next load reads, also beside a module', async () => {
    const one = application()
    for (const more of [[], ['--out', 'dist/policy.js']]) {
      const { code, out } = await one.run('compile', '--cache', 'policy.cache.json', '--json', ...more)
      expect(code).toBe(0)
      expect(JSON.parse(out)).toMatchObject({
        snapshot: 'policy.cache.json',
        ...(more.length > 0 && { machineOnly: [] }),
      })
      expect(readFileSync(join(one.folder, 'policy.cache.json'), 'utf8')).toMatch(/^{"key":"[0-9a-f]{64}"/)
    }
  })

  it.each([
    ['no file', [], 'Nothing to write.'],
    ['a place that is a file', ['--cache', 'policy.polar/cache'], "The snapshot policy.polar/cache can't be written."],
  ])('exits with 2 for %s', async (_, args, message) => {
    expect(await application().run('compile', ...args)).toMatchObject({
      code: 2,
      error: expect.stringContaining(message) as string,
    })
  })

  it('exits with 2 for another kind of file', async () => {
    expect(await application().run('compile', '--out', 'policy.txt')).toMatchObject({
      code: 2,
      error: expect.stringContaining('The module must be a .js or .mjs file.'),
    })
  })
})

describe('repl', () => {
  it('answers queries about rows, over several lines', async () => {
    const input =
      ':load user 1\n:load note 2 as plans\nallow(user, "read",\nplans)\nhas_role(user, r, plans)\nx in [1, 2]\n'
    const { code, out } = await application().type(input, 'repl')
    expect(code).toBe(0)
    expect(out).toContain("user = { id: 1, name: 'ada' }".slice(7))
    expect(out.trimEnd().split('\n').slice(-5)).toEqual(['false', 'false', 'x = 1', 'x = 2', 'true'])
  })

  it('explains, decides, and goes on after errors', async () => {
    const input =
      ':bogus\n:can user:1 edit note:1\nf(\n\n:actions user:2 note:3\n:explain user:2 edit note:3\n:quit\n1 = 1\n'
    const { out } = await application().type(input, 'repl')
    expect(out).toContain('Unknown command ":bogus".')
    expect(out).toContain('allowed\n')
    expect(out).toContain('[unexpected-end]')
    expect(out).toContain('read\n')
    expect(out).toContain('User 2 may not "edit" Note 3.')
    expect(out).not.toMatch(/true\n$/)
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

it.each([
  ['age=', 'age', 'integer'],
  ['age=9007199254740993', 'age', 'integer'],
  ['age=0x1', 'age', 'integer'],
  ['age=', 'age', 'float'],
  ['age=one', 'age', 'bigint'],
  ['age=yes', 'age', 'boolean'],
  ['age=soon', 'age', 'date'],
])('user:%s is no reference to a row if the type of %s is %s', async (reference, _, type) => {
  const config = notes['arcturus.config.ts']!.replace("name: 'string'", `name: 'string', age: '${type}'`)
  const { code, error } = await application({ 'arcturus.config.ts': config }).run(
    'explain',
    `user:${reference}`,
    'edit',
    'note:1',
  )
  expect(error).toContain('is no value of the column age.')
  expect(code).toBe(2)
})

describe('init', () => {
  const dependencies = (names: readonly string[]): string =>
    JSON.stringify({ type: 'module', dependencies: Object.fromEntries(names.map((name) => [name, '*'])) })
  const schema = `
    datasource db {
      provider = "sqlite"
    }
    model User { 
      id Int @id
      posts Post[]
    }
    model Post {
      slug String @id
      published Boolean
      author User @relation(fields: [authorId], references: [id])
      authorId Int // the owner
    }`
  const prisma = 'export const prisma = new PrismaClient({ adapter })\n'
  const entities = `
@Entity()
export class Account {
  @PrimaryGeneratedColumn()
  id!: number
}

@Entity()
export class Invoice {
  @PrimaryGeneratedColumn()
  id!: number

  @ManyToOne(() => Account)
  account!: Account
}
`
  const applications = {
    'express and Prisma': {
      'package.json': dependencies(['express', '@prisma/client']),
      'tsconfig.json': '{ "compilerOptions": { "module": "nodenext" } }',
      'prisma/schema.prisma': schema,
      'src/database.ts': prisma,
    },
    'next and Prisma': {
      'package.json': dependencies(['next', '@prisma/client']),
      'tsconfig.json': '{ "compilerOptions": { "module": "esnext" } }',
      'app/page.tsx': '',
      'prisma/schema.prisma': schema,
      'src/database.ts': prisma,
    },
    'koa and TypeORM': {
      'package.json': dependencies(['koa', 'typeorm']),
      'src/entities.js': entities,
      'src/database.js': 'export const dataSource = new DataSource({})\n',
    },
  }
  const fresh = (files: Readonly<Record<string, string>>): TestApplication => {
    const made = new TestApplication(files)
    opened.push(made)
    return made
  }

  it.each([
    ['express and Prisma', 'src/posts.ts', ["authorize('read', findPost)", "String(req.params['id'])"]],
    ['next and Prisma', 'app/api/posts/[id]/route.ts', ["from '../../../../src/authorization'", 'where: { slug: id }']],
    ['koa and TypeORM', 'src/invoices.js', ["from './entities.js'", "Number(ctx.params['id'])"]],
  ] as const)('adds a guarded route to an application of %s', async (name, file, parts) => {
    const one = fresh(applications[name])
    const { code, out } = await one.run('init')
    expect(code).toBe(0)
    expect(out).toContain(`wrote  ${file}`)
    const text = readFileSync(join(one.folder, file), 'utf8')
    for (const part of parts) expect(text).toContain(part)
    expect(out).toContain('npm install @arcturus/core')
  })

  it('writes a policy that loads, with the owner and the public rows of the schema', async () => {
    const one = fresh(applications['express and Prisma'])
    await one.run('init')
    const policy = readFileSync(join(one.folder, 'policy.polar'), 'utf8')
    expect(policy).toContain('has_role(user: User, "owner", post: Post) if post.author = user;')
    expect(policy).toContain('allow(_, "read", post: Post) if post.published = true;')
  })

  it('never changes a file that exists', async () => {
    const one = fresh({ ...applications['koa and TypeORM'], 'policy.polar': '# mine\n' })
    expect((await one.run('init')).out).toContain('kept   policy.polar')
    expect(readFileSync(join(one.folder, 'policy.polar'), 'utf8')).toBe('# mine\n')
    expect((await one.run('init', '--json')).json).toMatchObject({ written: [] })
  })

  it.each(['ts', 'mjs', 'cjs'])('keeps a configuration whose name ends in .%s', async (extension) => {
    const config = `arcturus.config.${extension}`
    const one = fresh({ ...applications['koa and TypeORM'], [config]: '// mine\n' })
    expect((await one.run('init')).out).toContain(`kept   ${config}`)
    expect(readFileSync(join(one.folder, config), 'utf8')).toBe('// mine\n')
    expect(existsSync(join(one.folder, 'arcturus.config.js'))).toBe(false)
  })

  it('follows no link to a missing file', async () => {
    const one = fresh(applications['koa and TypeORM'])
    symlinkSync(join(one.folder, 'elsewhere.polar'), join(one.folder, 'policy.polar'))
    expect((await one.run('init')).out).toContain('kept   policy.polar')
    expect(lstatSync(join(one.folder, 'policy.polar')).isSymbolicLink()).toBe(true)
    expect(existsSync(join(one.folder, 'elsewhere.polar'))).toBe(false)
  })

  it.each([
    ['no package', {}, 'There is no package.json'],
    ['a package.json that is no JSON', { 'package.json': '{' }, "can't be read"],
    ['a package.json without an object', { 'package.json': 'null' }, 'contains no object'],
    ['no framework', { 'package.json': dependencies(['@prisma/client']) }, 'no framework that is supported'],
    ['no ORM', { 'package.json': dependencies(['express']) }, 'no orm that is supported'],
    ['no schema', { 'package.json': dependencies(['express', 'prisma']) }, 'There is no Prisma schema'],
    [
      'no client',
      { 'package.json': dependencies(['express', 'prisma']), 'prisma/schema.prisma': schema },
      'No module exports a PrismaClient.',
    ],
  ])('exits with 2 for %s', async (_, files, message) => {
    const { code, error } = await fresh(files as Readonly<Record<string, string>>).run('init')
    expect(error).toContain(message)
    expect(error).toContain('hint: ')
    expect(code).toBe(2)
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
