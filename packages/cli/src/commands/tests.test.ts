import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { application, notes, type TestApplication } from '../testing/application.js'

describe('test', () => {
  it('passes a matrix whose cells are as listed', async () => {
    const { code, out } = await application().run('test')
    expect(out).toContain('✓ Notes notes.matrix.ts, 6 cells')
    expect(code).toBe(0)
  })

  it('runs each matrix of a file that exports several', async () => {
    const [one, other] = ['One', 'Other'].map((title) =>
      notes['notes.matrix.ts']!.split('defineTests(')[1]!.replace('Notes', title),
    )
    const both = `import { defineTests } from '@arcturus/cli'\nexport default [defineTests(${one!.trim()}, defineTests(${other!.trim()}]\n`
    const { code, out } = await application({ 'notes.matrix.ts': both }).run('test')
    expect(out).toContain('12 cells passed, 0 failed')
    expect([code, out.includes('✓ One'), out.includes('✓ Other')]).toEqual([0, true, true])
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
await authorizer.load({ name: 'policy.polar', text: readFileSync('policy.polar', 'utf8') })
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

  it('prints the ten worst of many mistakes after the rules that have them, and the others in a file', async () => {
    const more = Array.from(
      { length: 5 },
      (_, at) => `allow(_, "do${at}", note: Note) if note.isPublic = true and note.id > ${at};\n`,
    )
    const matrix = "export default { actors: { nobody: null }, resources: { diary: 'note:1' }, allowed: {} }\n"
    const one = application({ 'policy.polar': notes['policy.polar'] + more.join(''), 'notes.matrix.ts': matrix })
    const { out } = await one.run('mutate')
    expect(out).toMatch(/^policy\.polar:\d+ {2}\d+ survivors?$/m)
    const [, count] = /(\d+) other survivors?: coverage\/policy\/mutants\.txt/.exec(out)!
    const [printed, other] = [out, one.read('coverage/policy/mutants.txt')].map(
      (text) => text.match(/^policy\.polar:\d+ {2}(?!\d)/gm)?.length,
    )
    expect([printed, other]).toEqual([10, Number(count)])
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
