import { Authorizer } from '@arcturus/core'
import { describe, expect, it } from 'vitest'
import { diffDatabase, type RowQueries } from './diff/diffDatabase.js'
import { diffPolicies } from './diff/index.js'
import { coverPolicy, policyMatrix, QuestionRecorder, testAuthorization, testMutants } from './index.js'

class User {
  constructor(readonly id: number) {}
}
class Note {
  constructor(
    readonly id: number,
    readonly opens: Date,
  ) {}
}

const policy = `
  allow(_: User, "read", note: Note) if note.opens <= now;
  allow_field(_: User, "read", note: Note, "id") if note.opens <= now;
  allow_request(_: User, _) if office = true;
`
const authorizer = new Authorizer()
  .registerClass(User, { key: 'id', fields: { id: 'integer' } })
  .registerClass(Note, {
    key: 'id',
    fields: { id: { type: 'integer', nullable: false }, opens: { type: 'date', nullable: false } },
  })
  .registerContext({ now: 'date', office: 'boolean' })
authorizer.loadSync(policy)
const [ada, early, late] = [new User(1), new Note(1, new Date(1000)), new Note(2, new Date(2000))]
const now = new Date(1500)

describe('a matrix', () => {
  const of = (office: boolean) => ({
    actors: { ada },
    resources: { early, late },
    allowed: { ada: { early: ['read'] } },
    fields: { ada: { early: { read: ['id'] } } },
    requests: { login: { request: '/login', allowed: office ? ['ada'] : [] } },
  })

  it('asks all questions in its context', async () => {
    expect((await policyMatrix(authorizer, { ...of(true), at: { now, office: true } })).cells).toBe(5)
    expect((await policyMatrix(authorizer, { ...of(false), at: { now, office: false } })).cells).toBe(5)
    await expect(policyMatrix(authorizer, { ...of(true), at: { now: new Date(2000), office: false } })).rejects.toThrow(
      'ada on late: may "read", which the matrix does not list.',
    )
  })

  it('fails without a name that it needs, and for one that is not declared', async () => {
    await expect(policyMatrix(authorizer, of(true))).rejects.toMatchObject({ code: 'missing-context' })
    await expect(policyMatrix(authorizer, { ...of(true), at: { nwo: now } })).rejects.toMatchObject({
      code: 'invalid-context',
    })
  })
})

describe('expectations', () => {
  it('are about their context', async () => {
    const { expectAllowed, expectDenied, expectFields, expectOnlyAllowed } = testAuthorization(authorizer, {
      context: { now },
    })
    await expectAllowed(ada, 'read', early)
    await expectDenied(ada, 'read', late)
    await expectFields(ada, 'read', late, [])
    await expectOnlyAllowed(ada, 'read', [early, late], [early])
    await expect(expectAllowed(ada, 'read', late)).rejects.toThrow('User 1 may not "read" Note 2')
  })

  it('fail without a name that they need, and for a value of another type', async () => {
    await expect(testAuthorization(authorizer).expectDenied(ada, 'read', late)).rejects.toMatchObject({
      code: 'missing-context',
    })
    expect(() => testAuthorization(authorizer, { context: { now: '2030' } })).toThrow(
      expect.objectContaining({ code: 'invalid-context' }),
    )
  })
})

describe('coverage', () => {
  it('counts the goals of lists in their context', async () => {
    const own = authorizer.withPolicy('allow(_: User, "list", note: Note) if office = true and note.id > 0;')
    const coverage = coverPolicy(own)
    own.with({ office: true }).filter(ada, 'list', 'Note')
    own.with({ office: false }).filter(ada, 'list', 'Note')
    await coverage.stop()
    const report = String(coverage.report())
    expect(report).toContain('left to the database by a list: note.id > 0')
    expect(report).not.toContain('office')
  })
})

describe('mutants', () => {
  const rows = { Note: [early, late] }
  const survivorsOf = async (...times: readonly number[]) => {
    const recorder = new QuestionRecorder(authorizer)
    for (const time of times) {
      const at = authorizer.with({ now: new Date(time), office: time < 2000 })
      at.filter(ada, 'read', 'Note')
      for (const note of [early, late]) await at.authorizedFields(ada, 'read', note)
      await at.authorizeRequest(ada, '/login').catch(() => {})
    }
    recorder.stop()
    const report = await testMutants(authorizer, recorder, { rows })
    return { report, texts: report.survivors.map(({ mutant }) => mutant.description) }
  }

  it('are asked in the contexts of the questions', async () => {
    const [few, more] = [await survivorsOf(1500), await survivorsOf(1500, 2000, 999)]
    const goals = ['Drops the goal note.opens <= now.', 'Drops the goal office = true.']
    expect(few.texts).toContain(goals[1])
    expect(few.texts).not.toContain(goals[0])
    for (const goal of goals) expect(more.texts).not.toContain(goal)
    const operator = few.report.survivors.find(({ mutant }) => mutant.description.includes('<='))
    expect(operator!.witness).toBeUndefined()
    expect(more.texts.filter((text) => text.includes('<='))).toEqual([])
  })

  it('have witnesses in a context that was recorded', async () => {
    const recorder = new QuestionRecorder(authorizer)
    const at = authorizer.with({ now: new Date(1000), office: true })
    at.can(ada, 'read', late)
    recorder.stop()
    const report = await testMutants(authorizer, recorder, { rows })
    const dropped = report.survivors.find(({ mutant }) => mutant.replacement === '<')!
    expect(dropped.witness).toMatchObject({ resource: early, context: { now: new Date(1000), office: true } })
    expect(report.textOf(dropped)).toContain(
      'The context: { now: new Date("1970-01-01T00:00:01.000Z"), office: true }.',
    )
  })
})

describe('the comparison of two policies', () => {
  const stricter = policy.replace('note.opens <= now', 'note.opens < now')
  const options = { actors: [ada], rows: { Note: [early, late] } }

  it('asks in a context', async () => {
    const at = async (time: number) =>
      String(await diffPolicies(authorizer, policy, stricter, { ...options, context: { now: new Date(time) } }))
    expect(await at(1000)).toBe('- read Note: User { id: 1 } 1')
    expect(await at(1500)).toBe('No decision changes.')
  })

  it('binds the filters of a database', async () => {
    const asked: string[] = []
    const queries: RowQueries = {
      find: async (filter) => {
        asked.push(JSON.stringify(filter.definite()))
        return [early]
      },
      count: async () => 1,
    }
    const context = { now: new Date(1000) }
    const found = await diffDatabase(authorizer, policy, stricter, queries, { actors: [ada], context })
    expect(found.changes).toMatchObject([
      { direction: 'gained', count: 1 },
      { direction: 'lost', count: 1 },
    ])
    expect(asked.every((one) => one.includes('1970-01-01T00:00:01.000Z'))).toBe(true)
  })

  it('tells of a name that is missing or not declared', async () => {
    const { changes } = await diffPolicies(authorizer, 'allow(_: User, "read", _: Note);', policy, options)
    expect(changes.map(({ after }) => after)).toEqual([{ error: 'missing-context' }, { error: 'missing-context' }])
    await expect(diffPolicies(authorizer, policy, stricter, { ...options, context: { nwo: now } })).rejects.toThrow(
      'The context has no name "nwo".',
    )
  })
})
