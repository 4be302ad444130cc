import { Authorizer } from '@arcturus/core'
import { afterEach, describe, expect, it } from 'vitest'
import { rowsOf } from './project/rows.js'
import { notes, TestApplication } from './testing/application.js'

let opened: TestApplication[] = []
afterEach(() => {
  for (const application of opened) application.close()
  opened = []
})

const policy = `actor User {}
allow(user: User, "read", note: Note) if note.owner = user and request.at >= opens;
allow(_: User, "edit", note: Note) if author != nil and note.owner = author;
allow(_: User, "count", _: Note) if 3 in days or big = 7;
`
const declared = `new Authorizer().registerModels([
  { name: 'User', key: 'id', fields: { id: 'integer', name: 'string' } },
  { name: 'Note', key: 'id', fields: { id: 'integer', owner: { one: 'User', nullable: false } } },
]).registerContext({
  opens: 'date',
  request: { fields: { at: 'date', ip: 'string' } },
  author: { one: 'User', nullable: true },
  days: { type: 'integer', list: true },
  big: 'bigint',
})`

/** An application whose policy reads a context of all types that a command reads. */
function application(files: Readonly<Record<string, string>> = {}): TestApplication {
  const config = notes['arcturus.config.ts']!.replace(/new Authorizer\(\)[\s\S]*?\n\]\)/, () => declared)
  const made = new TestApplication({
    ...notes,
    'policy.polar': policy,
    'arcturus.config.ts': config.replace('isPublic: id === 3, ', ''),
    ...files,
  })
  opened.push(made)
  return made
}

const open = JSON.stringify({ opens: '2030-01-31', request: { at: '2030-01-31T09:00:00+01:00' } })
const shut = JSON.stringify({ opens: '2030-01-31', request: { at: '2030-01-30T23:59:59.999Z' } })

describe('--context', () => {
  it('of explain has dates at any depth, as JSON or in a file', async () => {
    const one = application({ 'contexts/open.json': open })
    const explain = ['explain', 'user:1', 'read', 'note:1', '--context'] as const
    expect(await one.run(...explain, open)).toMatchObject({ code: 0, error: '' })
    expect(await one.run(...explain, shut)).toMatchObject({ code: 1, error: '' })
    expect(await one.run(...explain, 'contexts/open.json')).toMatchObject({ code: 0, error: '' })
  })

  it('has lists, big integers, and rows as references or as JSON', async () => {
    const one = application()
    const explain = async (action: string, context: unknown) =>
      (await one.run('explain', 'user:2', action, 'note:1', '--context', JSON.stringify(context))).code
    expect(await explain('edit', { author: 'user:name=ada' })).toBe(0)
    expect(await explain('edit', { author: { id: 1, name: 'ada' } })).toBe(0)
    expect(await explain('edit', { author: 'user:2' })).toBe(1)
    expect(await explain('edit', { author: null })).toBe(1)
    expect(await explain('edit', { author: 'user:9' })).toBe(2)
    expect(await explain('count', { days: [1, 3], big: 1 })).toBe(0)
    expect(await explain('count', { days: [1], big: '7' })).toBe(0)
    expect(await explain('count', { days: [1], big: '8' })).toBe(1)
  })

  it('of who decides about all actors, and is passed to a query', async () => {
    const one = application()
    expect((await one.run('who', 'read', 'note:1', '--context', open)).out).toMatch(/^User:1\n1 actor\n/)
    expect((await one.run('who', 'read', 'note:1', '--context', shut)).out).toMatch(/^0 actors\n/)
    const config = one.read('arcturus.config.ts').replace(
      'list: async',
      `actors: async (model, action, resource, take, context) => {
        const filter = authorizer.with(context!).actorFilter(action, resource, model)
        return tables[model]!.filter((row) => filter.matches(row)).slice(0, take)
      },
      list: async`,
    )
    const other = application({ 'arcturus.config.ts': config })
    expect((await other.run('who', 'read', 'note:1', '--context', open)).out).toBe('User:1\n1 actor\n')
    expect((await other.run('who', 'read', 'note:1', '--context', shut)).out).toBe('0 actors\n')
  })

  it('of diff decides under both policies, and in their explanations', async () => {
    const one = application({ 'before/old.txt': policy.replace('>= opens', '> opens') })
    const start = JSON.stringify({ opens: '2030-01-31', request: { at: '2030-01-31T00:00Z' } })
    const { code, out } = await one.run('diff', 'before/old.txt', '--context', start)
    expect(out).toContain('+ read Note: User { id: 1 } 2, User { id: 2 } 1\n')
    expect(out).toContain('User:1 read Note:1: denied → allowed')
    expect(out).not.toContain('missing-context')
    expect(code).toBe(1)
    expect(await one.run('diff', 'before/old.txt', '--context', open)).toMatchObject({ code: 0 })
  })

  it.each([
    ['{"opens":"tomorrow"}', 'invalid-context', 'The context "opens" must be a date, not "tomorrow".'],
    ['{"opens":"2030-02-30"}', 'invalid-context', 'The context "opens" must be a date, not "2030-02-30".'],
    ['{"request":{"at":"2030-01-31T09:00"}}', 'invalid-context', 'The context "request.at" must be a date'],
    ['{"opens":5}', 'invalid-context', 'The context "opens" must be a date, not 5.'],
    ['{"opnes":"2030-01-31"}', 'invalid-context', 'The context has no name "opnes".'],
    ['{"author":{"id":"1"},"big":"x"}', 'invalid-context', 'The context "big" must be a whole number'],
    ['{"opens":', 'failure', "The context can't be read: "],
    ['no-such-file.json', 'failure', "The context can't be read: ENOENT"],
  ])('%s is an error with what is expected', async (context, code, message) => {
    const one = application()
    const run = await one.run('explain', 'user:1', 'read', 'note:1', '--json', '--context', context)
    expect(run.code).toBe(2)
    expect(run.json).toMatchObject({ error: { code, message: expect.stringContaining(message) } })
  })

  it('that is missing is an error that names it', async () => {
    const { code, error } = await application().run('explain', 'user:1', 'read', 'note:1')
    expect(error).toContain('The question has no context "request".')
    expect(code).toBe(2)
  })
})

it('is an option of `authorizedActors` of both ORMs', async () => {
  const asked: unknown[] = []
  const authorizedActors = (...args: unknown[]): object => {
    asked.push(args)
    return {}
  }
  const table = { find: async () => [], findFirst: async () => null, findMany: async () => [] }
  const [prisma, dataSource] = [
    { $extends: true, user: table },
    { isInitialized: true, getRepository: () => table },
  ]
  const context = { now: new Date(0) }
  for (const database of [prisma, dataSource])
    await rowsOf(database, new Authorizer(), { authorizedActors }).actors!('User', 'edit', 'note', 9, context)
  expect(asked).toEqual([
    ['edit', 'note', { context }],
    ['edit', 'note', 'User', { context }],
  ])
})

describe('tests', () => {
  const at = (date: string, allowed: string) => `export default {
  actors: { ada: 'user:1' },
  resources: { diary: 'note:1' },
  allowed: { ada: { diary: [${allowed}] } },
  at: { opens: new Date('2030-01-31'), request: { at: new Date('${date}') }, author: null, days: [], big: 0n },
}
`
  it('have mutants that are asked in their context, whose witnesses name it', async () => {
    const one = application({ 'notes.matrix.ts': at('2030-01-31T09:00Z', "'read'") })
    const { out } = await one.run('mutate')
    expect(out).not.toContain('missing-context')
    const context =
      '{ opens: new Date("2030-01-31T00:00:00.000Z"), request: { at: new Date("2030-01-31T09:00:00.000Z") }, author: null, days: [], big: 0n }'
    expect(out).toContain(`  The context: ${context}.`)
    expect(out).toContain(`    at: ${context},`)
  })

  it('are asked at their context', async () => {
    const run = (allowed: string) =>
      application({
        'notes.matrix.ts': at('2030-01-31T09:00Z', "'read'"),
        'late.matrix.ts': at('2030-01-30T09:00Z', allowed),
      }).run('test')
    expect(await run('')).toMatchObject({ code: 0, out: expect.stringContaining('2 cells passed, 0 failed') })
    expect(await run("'read'")).toMatchObject({ code: 1, out: expect.stringContaining('ada on diary: may not "read"') })
  })
})
