import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Authorizer, type AuthorizerOptions } from '@arcturus/core'
import { afterEach, describe, expect, it } from 'vitest'
import { testAuthorization } from '../expectations/testAuthorization.js'
import { assertCoverage } from './assertCoverage.js'
import { coverPolicy, readPolicyCoverage } from './coverPolicy.js'
import { pointsOf } from './points.js'
import { CoverageReport } from './report.js'

const policy = `allow(actor, action, resource) if has_permission(actor, action, resource);
actor User {}
resource Note {
  permissions = ["read", "edit"];
  roles = ["owner"];
  "read" if "owner";
  "edit" if "owner";
}
has_role(user: User, "owner", note: Note) if
  note.owner = user.name and not note.isLocked = true;
allow(_, "read", _: Note{isPublic: true});
allow(user: User, "read", note: Note) if
  user.isAdmin = true and (note.size > 10 or (note.size < 3 and note.owner = "eve"));
`

function loaded(options: AuthorizerOptions = {}, text = policy): Authorizer {
  const authorizer = new Authorizer({ ...options, log: () => {} }).registerModels([
    { name: 'User', key: 'name', fields: { name: 'string', isAdmin: 'boolean' } },
    {
      name: 'Note',
      key: 'id',
      fields: {
        id: { type: 'integer', nullable: false },
        owner: { type: 'string', nullable: false },
        size: { type: 'integer', nullable: false },
        isLocked: { type: 'boolean', nullable: false },
        isPublic: { type: 'boolean', nullable: false },
        parent: { one: 'Note', nullable: true },
      },
    },
  ])
  authorizer.loadSync({ name: 'notes.polar', text })
  return authorizer
}

const naming = loaded()
const user = (name: string, isAdmin = false) => naming.as('User', { name, isAdmin })
const note = (id: number, fields: object = {}) =>
  naming.as('Note', { id, owner: 'ada', size: 5, isLocked: false, isPublic: false, parent: null, ...fields })
const [ada, eve, root] = [user('ada'), user('eve'), user('root', true)]

/** Returns the outcomes of each goal, such as `note.size > 10: true false`. */
function outcomes(report: CoverageReport): Record<string, string> {
  return Object.fromEntries(
    report.files
      .flatMap(({ points }) => points)
      .map((point) => [
        `${point.start.line} ${point.text}`,
        (['true', 'false', 'asked'] as const).filter((outcome) => point[outcome] > 0).join(' '),
      ]),
  )
}

const evaluators = ['auto', 'source', 'closures', 'machine'] as const

describe('coverPolicy', () => {
  it.each(evaluators)('counts rules, goals and alternatives with the evaluator %s', async (evaluator) => {
    const authorizer = loaded({ evaluator })
    const coverage = coverPolicy(authorizer)
    for (let time = 0; time < 5; time++) {
      expect(authorizer.can(ada, 'edit', note(1))).toBe(true)
      expect(await authorizer.isAllowed(eve, 'edit', note(1))).toBe(false)
      expect(authorizer.canMany(root, 'read', [note(2, { size: 20 }), note(3)])).toEqual([true, false])
    }
    expect(outcomes(coverage.report())).toEqual({
      '1 allow(actor, action, resource)': 'true',
      '1 has_permission(actor, action, resource)': 'true false',
      '6 "read" if "owner";': '',
      '6 "owner"': 'false',
      '7 "edit" if "owner";': 'true',
      '7 "owner"': 'true false',
      '9 has_role(user: User, "owner", note: Note)': 'true',
      '10 note.owner = user.name': 'true false',
      '10 note.isLocked = true': 'false',
      '11 allow(_, "read", _: Note{isPublic: true})': '',
      '11 Note{isPublic: true}': 'false',
      '12 allow(user: User, "read", note: Note)': 'true',
      '13 user.isAdmin = true': 'true',
      '13 note.size > 10': 'true false',
      '13 note.size < 3 and note.owner = "eve"': 'false',
      '13 note.size < 3': 'false',
      '13 note.owner = "eve"': '',
    })
    await coverage.stop()
    expect(authorizer.can(ada, 'read', note(1, { isPublic: true }))).toBe(true)
    expect(outcomes(coverage.report())['11 Note{isPublic: true}']).toBe('false')
  })

  it('changes no answer, and restores the evaluator', async () => {
    const authorizer = loaded({ evaluator: 'source' })
    const ask = () =>
      [ada, eve, root, null].flatMap((actor) =>
        ['read', 'edit'].map((action) => authorizer.can(actor, action, note(1, { size: 2, owner: 'eve' }))),
      )
    const before = ask()
    const coverage = coverPolicy(authorizer)
    expect(ask()).toEqual(before)
    expect(authorizer.statistics.predicate).toBe(0)
    await coverage.stop()
    expect(ask()).toEqual(before)
    expect(authorizer.statistics.predicate).toBeGreaterThan(0)
  })

  it('counts the goals of lists that the actor decides, and reports the others', async () => {
    const authorizer = loaded()
    const coverage = coverPolicy(authorizer)
    authorizer.filter(root, 'read', 'Note')
    authorizer.filter(ada, 'read', 'Note')
    await coverage.stop()
    const found = outcomes(coverage.report())
    expect(found).toMatchObject({
      '10 note.owner = user.name': 'asked',
      '10 note.isLocked = true': 'asked',
      '13 user.isAdmin = true': 'true false',
      '13 note.size > 10': 'asked',
    })
    expect(String(coverage.report())).toContain(
      'notes.polar:13  never evaluated by a check, left to the database by a list: note.size > 10',
    )
  })

  it('counts the checks of compiled modules', async () => {
    const authorizer = loaded()
    // A stand-in for the module: it answers by another authorizer.
    const answering = loaded()
    class Compiled {
      can(actor: unknown, action: string, resource: unknown): boolean {
        return answering.can(actor, action, resource)
      }
      canMany(actor: unknown, action: string, resources: Iterable<unknown>): boolean[] {
        return answering.canMany(actor, action, resources)
      }
    }
    const compiled = new Compiled()
    const coverage = coverPolicy(authorizer, { compiled: [compiled] })
    expect(compiled.can(ada, 'edit', note(1))).toBe(true)
    expect(compiled.canMany(eve, 'edit', [note(1)])).toEqual([false])
    expect(outcomes(coverage.report())['10 note.owner = user.name']).toBe('true false')
    await coverage.stop()
    compiled.can(root, 'read', note(1))
    expect(outcomes(coverage.report())['13 user.isAdmin = true']).toBe('')
  })

  it('counts no failure of a call that repeats a call around it', async () => {
    const text = `allow(u: User, "read", n: Note) if reaches(u, n);
reaches(u: User, n: Note) if n.parent != nil and reaches(u, n.parent);
reaches(u: User, n: Note) if n.owner = u.name;`
    const authorizer = loaded({}, text)
    const coverage = coverPolicy(authorizer)
    const circular = note(1) as { parent: unknown }
    circular.parent = circular
    expect(authorizer.can(ada, 'read', circular)).toBe(true)
    expect(outcomes(coverage.report())).toMatchObject({ '2 reaches(u, n.parent)': '', '3 n.owner = u.name': 'true' })
    await coverage.stop()
  })

  it('counts a goal that gives an open parameter its value', () => {
    const text = `allow(u: User, "read", n: Note) if parent(p, n) and p.owner = u.name;
parent(p: Note, n: Note) if p = n.parent;`
    const authorizer = loaded({}, text)
    const coverage = coverPolicy(authorizer)
    expect(authorizer.can(ada, 'read', note(1, { parent: note(2) }))).toBe(true)
    expect(outcomes(coverage.report())['2 p = n.parent']).toBe('true')
    expect(authorizer.can(ada, 'read', note(1))).toBe(false)
    expect(outcomes(coverage.report())['2 p = n.parent']).toBe('true false')
  })

  it('records policies that are loaded later', () => {
    const authorizer = loaded()
    const coverage = coverPolicy(authorizer)
    authorizer.loadSync({ name: 'notes.polar', text: 'allow(_, "read", note: Note) if note.size > 1;' })
    authorizer.can(ada, 'read', note(1))
    expect(outcomes(coverage.report())['1 note.size > 1']).toBe('true')
    expect(coverage.report().files).toHaveLength(2)
  })

  it('records for each of several listeners, in any order of their ends', async () => {
    const authorizer = loaded({ evaluator: 'source' })
    const [one, other] = [coverPolicy(authorizer), coverPolicy(authorizer)]
    authorizer.can(ada, 'edit', note(1))
    await one.stop()
    authorizer.can(eve, 'edit', note(1))
    await other.stop()
    const owner = '10 note.owner = user.name'
    expect([one, other].map((coverage) => outcomes(coverage.report())[owner])).toEqual(['true', 'true false'])
    authorizer.can(eve, 'edit', note(1))
    expect(authorizer.statistics).toMatchObject({ predicate: 1, machine: 0 })
  })

  it('counts nothing as covered if no policy was recorded', () => {
    const report = coverPolicy(new Authorizer()).report()
    expect(report.percent).toBe(0)
    expect(() => assertCoverage(report, 0)).toThrow('The tests cover 0 % of the policy')
  })

  it.each([null, Number.NaN, -1, 101, '90'])('is compared with no threshold such as %s', (percent) => {
    expect(() => assertCoverage(coverPolicy(new Authorizer()).report(), percent as number)).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    )
  })

  it('merges points by their places: a name can be a variable or a constant', () => {
    const text = 'allow(_, "read", x) if limit = x and x > 2 and limit > 3;'
    const [first, second] = [new Authorizer().registerConstant(1, 'limit'), new Authorizer()]
    const reports = [first, second].map((authorizer) => {
      authorizer.loadSync({ text, name: 'a.polar' })
      return coverPolicy(authorizer)
    })
    for (const value of [1, 5]) second.can(null, 'read', value)
    const { uncovered } = new CoverageReport(reports.flatMap((one) => one.report().files))
    expect(uncovered.map(({ point, reason }) => `${reason}: ${point.text}`)).toEqual([
      'never evaluated: limit = x',
      'never false: limit > 3',
    ])
  })

  it('throws for a value that is no authorizer', () => {
    expect(() => coverPolicy({} as Authorizer)).toThrow(/needs an authorizer/)
  })
})

/**
 * Returns the outcomes of a goal by another way: the goal is replaced by one that calls the
 * application when it is true, and when it is false.
 */
function probed(text: string, start: number, end: number, questions: readonly Question[]): string {
  const marks = new Set<string>()
  const goal = text.slice(start, end)
  const probe = `(((${goal}) and probe.mark("true")) or (not (${goal}) and probe.mark("false") and 1 = 2))`
  const authorizer = new Authorizer({ evaluator: 'machine', log: () => {} })
  for (const model of naming.schema.models.values())
    if (!authorizer.schema.models.has(model.name)) authorizer.registerModels([model])
  authorizer.registerConstant({ mark: (outcome: string) => Boolean(marks.add(outcome)) }, 'probe')
  authorizer.loadSync(text.slice(0, start) + probe + text.slice(end))
  for (const question of questions) authorizer.can(...question)
  return ['true', 'false'].filter((outcome) => marks.has(outcome)).join(' ')
}

type Question = readonly [actor: unknown, action: string, resource: unknown]

describe('each goal', () => {
  const nested = `allow(actor, action, resource) if permits(actor, action, resource);
permits(user: User, action, note: Note) if
  (action = "read" and may_read(user, note)) or
  (action in ["edit", "close"] and note.owner = user.name and not (note.isLocked = true or note.size > 8));
may_read(_: User, note: Note) if note.isPublic = true;
may_read(user: User, note: Note) if note.parent != nil and may_read(user, note.parent);
may_read(user: User, note: Note) if user.isAdmin = true and not (note.isLocked = true and note.size >= 5);
may_read(user: User, note: Note) if note.owner = user.name and cut and note.size < 9;
`
  /** Returns a generator of Lehmer, with the multiplier of Park and Miller (1993). */
  const random = (seed: number) => {
    let state = seed
    return () => {
      state = (state * 48_271) % 2_147_483_647
      return state / 2_147_483_647
    }
  }
  const noteOf = (next: () => number, depth = 0): object =>
    note(Math.floor(next() * 1e6), {
      owner: next() < 0.5 ? 'ada' : 'eve',
      size: Math.floor(next() * 12),
      isLocked: next() < 0.4,
      isPublic: next() < 0.2,
      parent: next() < 0.3 && depth < 3 ? noteOf(next, depth + 1) : null,
    })

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('has exactly the outcomes that a probe in its place sees, seed %i', (seed) => {
    const next = random(seed * 7919)
    const questions = Array.from({ length: 1 + Math.floor(next() * 12) }, (): Question => {
      const actor = [ada, eve, root][Math.floor(next() * 3)]
      return [actor, ['read', 'edit', 'close'][Math.floor(next() * 3)]!, noteOf(next)]
    })
    const authorizer = loaded({}, nested)
    const coverage = coverPolicy(authorizer)
    for (const question of questions) authorizer.can(...question)
    const source = authorizer.policy!.sources[0]!
    const [file] = coverage.report().files
    const points = pointsOf(authorizer.policy!, authorizer.schema).filter(({ kind }) => kind === 'goal')
    expect(points.length).toBeGreaterThan(12)
    for (const { span } of points) {
      const { line, column } = source.position(span.start)
      const found = file!.points.find(
        (one) => one.kind === 'goal' && one.start.line === line && one.start.column === column,
      )!
      const seen = (['true', 'false'] as const).filter((outcome) => found[outcome] > 0).join(' ')
      expect(`${found.text}: ${seen}`).toBe(`${found.text}: ${probed(nested, span.start, span.end, questions)}`)
    }
  })
})

describe('the report', () => {
  it('lists what is uncovered, with lines, and can be required', () => {
    const authorizer = loaded()
    const coverage = coverPolicy(authorizer)
    authorizer.can(ada, 'edit', note(1))
    const report = coverage.report()
    expect(report.rules).toEqual({ covered: 3, total: 6 })
    expect(String(report)).toMatch(/^\d+(\.\d)? % of the policy is covered: 3 of 6 rules applied, /)
    expect(String(report)).toContain('notes.polar:10  never false: note.owner = user.name')
    expect(String(report)).toContain('notes.polar:11  never applied: rule allow(_, "read", _: Note{isPublic: true})')
    expect(() => assertCoverage(report, 90)).toThrow(/less than 90 %\.\n\n.*\nnotes\.polar:1 /)
    expect(() => assertCoverage(report, 10)).not.toThrow()
  })

  it('has the form of Istanbul, with rules as functions and goals as branches', () => {
    const authorizer = loaded()
    const coverage = coverPolicy(authorizer)
    authorizer.can(ada, 'edit', note(1))
    const file = coverage.report().toIstanbul('/app')['/app/notes.polar']!
    expect(Object.values(file.fnMap).map(({ name }) => name)).toContain('has_role:9:1')
    const branch = Object.entries(file.branchMap).find(([, { loc }]) => loc.start.line === 10)!
    expect(file.b[branch[0]]).toEqual([1, 0])
    expect(branch[1].loc).toEqual({ start: { line: 10, column: 2 }, end: { line: 10, column: 24 } })
  })
})

describe('coverage of several processes', () => {
  const folders: string[] = []
  const folder = (): string => {
    folders.push(mkdtempSync(join(tmpdir(), 'coverage-')))
    return folders.at(-1)!
  }
  afterEach(() => {
    delete process.env['ARCTURUS_COVERAGE']
    for (const one of folders.splice(0)) rmSync(one, { recursive: true })
  })

  it('is written as it is found, and merged', () => {
    const shared = folder()
    const [one, other] = [loaded(), loaded()]
    coverPolicy(one, { folder: shared })
    coverPolicy(other, { folder: shared })
    one.can(ada, 'edit', note(1))
    other.can(eve, 'edit', note(1))
    // A process that was killed while it wrote.
    writeFileSync(join(shared, 'killed.coverage.jsonl'), '[0,0,')
    const report = readPolicyCoverage(shared)
    expect(report.files).toHaveLength(1)
    expect(outcomes(report)['10 note.owner = user.name']).toBe('true false')
  })

  it('is recorded by the testing helpers if the environment names a folder', async () => {
    process.env['ARCTURUS_COVERAGE'] = folder()
    await testAuthorization(loaded()).expectAllowed(ada, 'edit', note(1))
    expect(outcomes(readPolicyCoverage(process.env['ARCTURUS_COVERAGE']))['7 "edit" if "owner";']).toBe('true')
  })

  it('throws if nothing was written', () => {
    expect(() => readPolicyCoverage(folder())).toThrow(/No test run wrote coverage/)
    expect(() => readPolicyCoverage('/no/such/folder')).toThrow(/No test run wrote coverage/)
  })
})
