import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, lstatSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { Authorizer } from '@arcturus/core'
import { jsonLines } from '@arcturus/explain'
import { describe, expect, it, test } from 'vitest'
import { application, applicationOf } from '../testing/application.js'

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
    'fastify and Prisma': {
      'package.json': dependencies(['fastify', '@prisma/client']),
      'tsconfig.json': '{ "compilerOptions": { "module": "nodenext" } }',
      'prisma/schema.prisma': schema,
      'src/database.ts': prisma,
    },
    'hono and TypeORM': {
      'package.json': dependencies(['hono', 'typeorm']),
      'src/entities.js': entities,
      'src/database.js': 'export const dataSource = new DataSource({})\n',
    },
    'koa and TypeORM': {
      'package.json': dependencies(['koa', 'typeorm']),
      'src/entities.js': entities,
      'src/database.js': 'export const dataSource = new DataSource({})\n',
    },
  }

  it.each([
    ['fastify and Prisma', 'src/posts.ts', ["{ preHandler: authorize('read', findPost) }", 'String(id)']],
    ['hono and TypeORM', 'src/invoices.js', ["from './entities.js'", "Number(c.req.param('id'))"]],
    ['hono and TypeORM', 'src/authorization.js', ['unguarded } = honoAuthorization(authorizer', 'actor: (_c) => null']],
    ['express and Prisma', 'src/posts.ts', ["authorize('read', findPost)", "String(req.params['id'])"]],
    ['next and Prisma', 'app/api/posts/[id]/route.ts', ["from '../../../../src/authorization'", 'where: { slug: id }']],
    ['next and Prisma', 'src/authorization.ts', ['export const { withAuthorization, authorize, unguarded } = next']],
    ['koa and TypeORM', 'src/invoices.js', ["from './entities.js'", "Number(ctx.params['id'])"]],
  ] as const)('adds a guarded route to an application of %s', async (name, file, parts) => {
    const one = applicationOf(applications[name])
    const { code, out } = await one.run('init')
    expect(code).toBe(0)
    expect(out).toContain(`wrote  ${file}`)
    const text = readFileSync(join(one.folder, file), 'utf8')
    for (const part of parts) expect(text).toContain(part)
    for (const [, path = ''] of out.matchAll(/^wrote {2}(\S+)/gm))
      expect(readFileSync(join(one.folder, path), 'utf8')).not.toMatch(/\{\{|undefined/)
    expect(out).toContain('npm install @arcturus/core')
  })

  it('writes a policy that loads, with the owner and the public rows of the schema', async () => {
    const one = applicationOf(applications['express and Prisma'])
    await one.run('init')
    const policy = readFileSync(join(one.folder, 'policy.polar'), 'utf8')
    expect(policy).toContain('has_role(user: User, "owner", post: Post) if post.author = user;')
    expect(policy).toContain('allow(_, "read", post: Post) if post.published = true;')
  })

  it.each([
    'Membership { id Int @id',
    'Like { @@id([authorId, id])\nid Int',
    'Watch { id Int @id\nrole String\npostSlug String\npost Post @relation(fields: [postSlug], references: [slug])',
  ])('picks no model that joins others as the first resource: %s', async (start) => {
    const join = `model ${start}\nauthor User @relation(fields: [authorId], references: [id])\nauthorId Int }\n`
    const files = applications['express and Prisma']
    const own = schema.replace('posts Post[]', `posts Post[]\njoins ${start.split(' ')[0]}[]`)
    const one = applicationOf({ ...files, 'prisma/schema.prisma': own.replace('model User', `${join}model User`) })
    expect((await one.run('init')).out).toContain('the first resource is Post.')
  })

  it('never changes a file that exists', async () => {
    const one = applicationOf({ ...applications['koa and TypeORM'], 'policy.polar': '# mine\n' })
    expect((await one.run('init')).out).toContain('kept   policy.polar')
    expect(readFileSync(join(one.folder, 'policy.polar'), 'utf8')).toBe('# mine\n')
    expect((await one.run('init', '--json')).json).toMatchObject({ written: [] })
  })

  it.each(['ts', 'mjs', 'cjs'])('keeps a configuration whose name ends in .%s', async (extension) => {
    const config = `arcturus.config.${extension}`
    const one = applicationOf({ ...applications['koa and TypeORM'], [config]: '// mine\n' })
    expect((await one.run('init')).out).toContain(`kept   ${config}`)
    expect(readFileSync(join(one.folder, config), 'utf8')).toBe('// mine\n')
    expect(existsSync(join(one.folder, 'arcturus.config.js'))).toBe(false)
  })

  it('follows no link to a missing file', async () => {
    const one = applicationOf(applications['koa and TypeORM'])
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
    [
      'an authorizer of its own',
      {
        'package.json': dependencies(['express', 'prisma']),
        'prisma/schema.prisma': schema,
        'app.ts': 'export const { prisma } = prismaAuthorization(authorizer, new PrismaClient({ adapter }))',
      },
      'app.ts has an authorizer already.',
    ],
  ])('exits with 2 for %s', async (_, files, message) => {
    const { code, error } = await applicationOf(files as Readonly<Record<string, string>>).run('init')
    expect(error).toContain(message)
    expect(error).toContain('hint: ')
    expect(code).toBe(2)
  })
})

describe('bundle', () => {
  const keys = generateKeyPairSync('ed25519')
  const pem = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

  it('writes a signed policy that `watchPolicy` takes, and a tag again with a higher number', async () => {
    const one = application({ 'key.pem': pem, 'next.txt': 'allow(_: User, "read", _: Note);\n' })
    const git = (...args: readonly string[]) =>
      execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@y.z', ...args], { cwd: one.folder })
    git('init', '-q')
    git('add', 'policy.polar')
    git('commit', '-qm', 'first')
    git('tag', 'v1')
    const first = await one.run('bundle', '-o', 'a.bundle', '--key', 'key.pem', '--number', '7', '--json')
    expect(first).toMatchObject({ code: 0, json: { file: 'a.bundle', number: 7, isSigned: true } })
    one.write('policy.polar', `${one.read('policy.polar')}# changed\n`)
    const candidate = ['--candidate', 'next.txt', '--share', '50']
    await one.run('bundle', '-o', 'b.bundle', '--key', 'key.pem', ...candidate)
    await one.run('bundle', '-o', 'c.bundle', '--key', 'key.pem', '--from-git', 'v1')
    const [a, b, c] = ['a', 'b', 'c'].map((name) => JSON.parse(one.read(`${name}.bundle`).split('\n')[1]!))
    expect(b.number).toBeGreaterThan(7)
    expect([b.candidate.share, b.candidate.texts.length, c.candidate]).toEqual([0.5, 1, undefined])
    expect([c.texts[0].text, c.schema, b.schema]).toEqual([a.texts[0].text, a.schema, a.schema])
    expect(b.texts[0].text).toContain('# changed')
  })

  it('writes nothing for a policy with an error, and needs a file', async () => {
    const one = application()
    one.write('policy.polar', 'allow(')
    expect((await one.run('bundle', '-o', 'x.bundle')).code).not.toBe(0)
    expect(existsSync(join(one.folder, 'x.bundle'))).toBe(false)
    expect((await one.run('bundle')).code).toBe(2)
  })
})

test('decisions verify reports the lines of a log that were changed, or before which lines are missing', async () => {
  const authorizer = new Authorizer({ log: () => {} }).registerClass(Date)
  await authorizer.load('allow("ada", "read", _: Date);')
  const lines: string[] = []
  const stream = { write: (line: string) => lines.push(line) > 0, once: () => {} }
  authorizer.onDecision(jsonLines(stream, { chain: true }))
  for (let count = 0; count < 5; count++) authorizer.can('ada', 'read', new Date())
  const one = application()
  const verify = (log: readonly string[]) => {
    one.write('log.jsonl', log.join(''))
    return one.run('decisions', 'verify', 'log.jsonl', '--json')
  }
  expect(await verify(lines)).toMatchObject({ code: 0, json: { lines: 5, faults: [] } })
  const changed = lines.with(1, lines[1]!.replace('allowed', 'denied')).toSpliced(3, 1)
  expect(await verify(changed)).toMatchObject({
    code: 1,
    json: {
      faults: [
        { file: 'log.jsonl', line: 2, fault: 'changed' },
        { line: 3, fault: 'missing' },
        { line: 4, fault: 'missing' },
      ],
    },
  })
  expect((await one.run('decisions', 'verify', 'none.jsonl')).code).toBe(2)
})
