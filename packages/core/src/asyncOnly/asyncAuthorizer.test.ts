import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, expectTypeOf, it, vi } from 'vitest'
import { Authorizer } from '../authorizer/authorizer.js'
import type { AuthorizerOptions } from '../authorizer/options.js'
import { predicatesOf } from '../authorizer/plans/evaluator.js'
import { ArgumentError, ForbiddenError, PolicyError } from '../errors.js'
import * as parse from '../language/parse.js'
import { loadPolicyFiles } from '../node/index.js'
import { AsyncAuthorizer } from './asyncAuthorizer.js'

class User {
  constructor(readonly id: number) {}
}
class Note {
  constructor(
    readonly id: number,
    readonly ownerId: number,
    readonly isPublic: boolean,
  ) {}
}
const policy = `
  actor User {}
  allow(user: User, action, note: Note) if action in ["read", "update"] and note.ownerId = user.id;
  allow(_, "read", note: Note) if note.isPublic = true;
  allow(_: User, "create", note: Note) if note.id > 0;
  allow_field(_: User, "update", _: Note, field) if field in ["ownerId"];
`
const [ann, bob] = [new User(1), new User(2)]
const [diary, notice] = [new Note(1, 1, false), new Note(2, 1, true)]
const fields = { id: 'integer', ownerId: 'integer', isPublic: 'boolean' } as const

function prepared(options: AuthorizerOptions = {}): AsyncAuthorizer {
  return new AsyncAuthorizer(options).registerClass(User, { fields: { id: 'integer' } }).registerClass(Note, { fields })
}

async function loaded(options?: AuthorizerOptions): Promise<AsyncAuthorizer> {
  const authorizer = prepared(options)
  await authorizer.load(policy)
  return authorizer
}

/** Waits for predicates, whose import begins after a load. */
async function compiled(authorizer: AsyncAuthorizer): Promise<void> {
  await vi.waitFor(() => {
    for (let times = 0; times < 4; times++) authorizer.can(ann, 'read', diary)
    expect(authorizer.statistics.predicate).toBeGreaterThan(0)
  })
}

describe('an AsyncAuthorizer', () => {
  it.each(['auto', 'source', 'closures', 'machine'] as const)('decides by %s as Authorizer does', async (evaluator) => {
    const authorizer = await loaded({ evaluator })
    const other = new Authorizer({ evaluator }).registerClass(User).registerClass(Note)
    other.loadSync(policy)
    const ask = ({ can }: Pick<Authorizer, 'can'>, of: object) =>
      [ann, bob, null].flatMap((actor) =>
        [diary, notice].flatMap((note) => ['read', 'update'].map((action) => can.call(of, actor, action, note))),
      )
    const expected = ask(other, other)
    for (let times = 0; times < 6; times++) expect(ask(authorizer, authorizer)).toEqual(expected)
    if (evaluator === 'machine') expect(authorizer.statistics.predicate).toBe(0)
    else await compiled(authorizer)
    expect(ask(authorizer, authorizer)).toEqual(expected)
    expect(authorizer.canMany(bob, 'read', [diary, notice])).toEqual([false, true])
    expect(authorizer.authorizedRows(bob, 'read', [diary, notice])).toEqual([notice])
    expect(await authorizer.authorizedActions(ann, diary)).toEqual(new Set(['read', 'update', 'create']))
  })

  it('lets the machine decide until predicates are there, and keeps no plan of that time', async () => {
    const authorizer = await loaded({ evaluator: 'closures' })
    expect(authorizer.can(ann, 'read', diary)).toBe(true)
    expect(authorizer.statistics).toMatchObject({ predicate: 0, machine: 1 })
    await compiled(authorizer)
  })

  it('filters, also without a wait once the code is there', async () => {
    const authorizer = await loaded()
    const filter = await authorizer.loadFilter(bob, 'read', 'Note')
    expect([diary, notice].filter((note) => filter.matches(note))).toEqual([notice])
    expect(authorizer.eventualFilter(bob, 'read', 'Note')).not.toBeInstanceOf(Promise)
    expect(await authorizer.extent(null, 'update', 'Note')).toBe('none')
    const readers = await authorizer.loadActorFilter('read', diary, 'User')
    expect([ann, bob].filter((user) => readers.matches(user))).toEqual([ann])
  })

  it('authorizes changes and bodies', async () => {
    const authorizer = await loaded()
    expect(await authorizer.authorizeCreate(ann, 'Note', { id: 3, ownerId: 2, isPublic: true })).toEqual({
      id: 3,
      ownerId: 2,
      isPublic: true,
    })
    await expect(authorizer.authorizeChange(ann, diary, { ownerId: 2 })).rejects.toThrow(ForbiddenError)
    await authorizer.assertWritable(ann, 'update', diary, { ownerId: 1 })
    await expect(authorizer.assertWritable(ann, 'update', diary, { id: 2 })).rejects.toThrow(ForbiddenError)
  })

  it('runs queries, and reports an invalid one when it is awaited', async () => {
    const authorizer = prepared()
    await authorizer.load(policy)
    const solutions = []
    for await (const solution of authorizer.query('x in [1, 2]')) solutions.push(solution.get('x'))
    expect(solutions).toEqual([1, 2])
    const invalid = async () => authorizer.query('x in').next()
    await expect(invalid()).rejects.toThrow(PolicyError)
  })

  it('reports the errors and warnings of a policy', async () => {
    const log = vi.fn()
    const authorizer = prepared({ log })
    await expect(authorizer.load('allow(user: User, "read", _: Note) if usr.id = 1;')).rejects.toThrow(PolicyError)
    expect(authorizer.policy).toBeUndefined()
    await authorizer.load('allow(_: User, "read", _: Note); unused(_: User);')
    expect(log.mock.calls.map(([{ code }]) => code)).toEqual(['uncalled-rule'])
  })

  it('keeps the policy of the load that started last', async () => {
    const authorizer = prepared()
    await Promise.all([authorizer.load(policy), authorizer.load('allow(_: User, "read", _: Note);')])
    expect(authorizer.can(bob, 'read', diary)).toBe(true)
  })

  it('gives a context to its questions', async () => {
    const authorizer = prepared().registerContext({ hour: 'integer' })
    await authorizer.load('allow(_: User, "read", _: Note) if hour < 12;')
    const morning = authorizer.with({ hour: 9 })
    expect(morning).toBeInstanceOf(AsyncAuthorizer)
    expect(morning.can(ann, 'read', diary)).toBe(true)
    expect((await morning.loadFilter(ann, 'read', 'Note')).kind).toBe('all')
  })

  it.each(['loadSync', 'filter', 'actorFilter', 'check', 'withPolicy', 'shadow'] as const)(
    'has no %s',
    async (name) => {
      const authorizer = await loaded()
      const call = () => (authorizer[name] as () => unknown)()
      expect(call).toThrow(ArgumentError)
      expect(call).toThrow(`The method \`${name}\` is not part of '@arcturus/core/async'.`)
    },
  )

  it('is of the type that adapters take', () => {
    expectTypeOf<AsyncAuthorizer>().toExtend<Authorizer>()
    expect(() => new AsyncAuthorizer({ evaluator: 'fast' as never })).toThrow('Unknown evaluator "fast"')
  })
})

describe('a start with a snapshot', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'async-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('reads one that either authorizer wrote, and parses nothing', async () => {
    const parsed = vi.spyOn(parse, 'parseFile')
    const [file, cache] = [join(folder, 'policy.polar'), join(folder, 'policy.json')]
    writeFileSync(file, policy)
    const writer = new Authorizer().registerClass(User, { fields: { id: 'integer' } }).registerClass(Note, { fields })
    await loadPolicyFiles(writer, file, { cache })
    expect(parsed).toHaveBeenCalledTimes(1)
    const authorizer = prepared()
    await loadPolicyFiles(authorizer, file, { cache })
    expect(parsed).toHaveBeenCalledTimes(1)
    expect([diary, notice].map((note) => authorizer.can(bob, 'read', note))).toEqual([false, true])
    expect(authorizer.policyVersion).toBe(writer.policyVersion)
  })
})

it('a failed import of predicates leaves all checks to the machine', async () => {
  vi.resetModules()
  vi.doMock('../authorizer/plans/evaluator.js', () => {
    throw new Error('no such file')
  })
  try {
    const fresh = await import('./asyncAuthorizer.js')
    const authorizer = new fresh.AsyncAuthorizer().registerClass(User).registerClass(Note)
    await authorizer.load(policy)
    await new Promise((resolve) => setTimeout(resolve, 50))
    for (let times = 0; times < 6; times++) expect(authorizer.can(bob, 'read', notice)).toBe(true)
    expect(authorizer.statistics.predicate).toBe(0)
  } finally {
    vi.doUnmock('../authorizer/plans/evaluator.js')
  }
  expect(predicatesOf('closures').backEnd).toBeDefined()
})
