import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { application, notes } from '../testing/application.js'

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

describe('filter', () => {
  it('prints the condition, and exits with 1 if there can be no row', async () => {
    const one = application()
    expect(await one.run('filter', 'nobody', 'edit', 'note')).toMatchObject({ code: 1, out: 'Condition\n  false\n\n' })
    const { code, json } = await one.run('filter', 'user:1', 'edit', 'Note', '--json')
    expect([code, json]).toEqual([0, { kind: 'condition', condition: expect.stringContaining('owner') }])
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

  it('prints one comment in Markdown for a pull request', async () => {
    const { code, out } = await application({ 'before/old.txt': old }).run('diff', 'before/old.txt', '--markdown')
    expect(code).toBe(1)
    expect(out).toMatch(/^## Policy\n/)
    for (const title of ['✅ Check', '✅ Tests', '⚠️ Who gains and who loses', '⚠️ Mistakes that no test notices'])
      expect(out).toContain(`<summary>${title}</summary>`)
    expect(out).toContain('+ read Note: nobody 1, User { id: 2 } 1\n')
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

describe('repl', () => {
  it('answers queries about rows, over several lines', async () => {
    const input =
      ':load user 1\n:load note 2 as plans\nallow(user, "read",\nplans)\nhas_role(user, r, plans)\nx in [1, 2]\n'
    const { code, out } = await application().type(input, 'repl')
    expect(code).toBe(0)
    expect(out).toContain("user = { id: 1, name: 'ada' }".slice(7))
    expect(out.trimEnd().split('\n').slice(-5)).toEqual(['false', 'false', 'x = 1', 'x = 2', 'true'])
  })

  it('explains, and goes on after errors', async () => {
    const input =
      ':bogus\n:explain user:1 "edit" note:1\nf(\n\n:explain user:1\n:explain user:2 edit note:3\n:quit\n1 = 1\n'
    const { out } = await application().type(input, 'repl')
    expect(out).toContain('Unknown command ":bogus".')
    expect(out).toContain('User 1 may "edit" Note 1')
    expect(out).toContain('[unexpected-end]')
    expect(out).toContain('An explanation needs an actor, an action and a resource.')
    expect(out).toContain('User 2 may not "edit" Note 3.')
    expect(out).not.toMatch(/true\n$/)
  })
})
