import { describe, expect, test, vi } from 'vitest'
import { moduleOf } from '../../../../compile/src/testing/moduleOf.js'
import type { Diagnostic } from '../../language/diagnostic.js'
import { spanText } from '../../language/source.js'
import { Authorizer } from '../authorizer.js'

class User {
  readonly id: number
  constructor(id: number) {
    this.id = id
  }
}
class Folder {
  readonly owner: User
  constructor(owner: User) {
    this.owner = owner
  }
}
class Doc {
  readonly folder: Folder | null
  readonly isPublic: boolean
  calls = 0
  constructor(folder: Folder | null, isPublic: boolean) {
    this.folder = folder
    this.isPublic = isPublic
  }
  get broken(): boolean {
    this.calls++
    throw new Error('broken')
  }
  isBroken(): boolean {
    this.calls++
    throw new Error('broken')
  }
}

const owner = 'allow(user: User, "read", doc: Doc) if doc.folder.owner = user;'
const getter = 'allow(_: User, "read", doc: Doc) if doc.broken = true;'
const method = 'allow(_: User, "read", doc: Doc) if doc.isBroken() = true;'
const open = 'allow(_: User, "read", doc: Doc) if doc.isPublic = true;'
const evaluators = ['machine', 'closures', 'source'] as const

function authorizerOf(evaluator: (typeof evaluators)[number], text: string, log?: (warning: Diagnostic) => void) {
  const authorizer = new Authorizer({ evaluator, log: log ?? (() => {}) })
  authorizer.registerClass(User).registerClass(Folder).registerClass(Doc)
  authorizer.loadSync(text)
  return authorizer
}

function ignored(log: ReturnType<typeof vi.fn>): string[] {
  const warnings = log.mock.calls.map(([warning]) => warning as Diagnostic)
  return warnings.filter(({ code }) => code === 'ignored-error').map(({ span }) => spanText(span!))
}

describe.each(evaluators)('%s', (evaluator) => {
  test('logs each place of an error that a grant outlived once', () => {
    const log = vi.fn()
    const authorizer = authorizerOf(evaluator, `${owner}\n${open}`, log)
    for (let count = 0; count < 5; count++) expect(authorizer.can(new User(1), 'read', new Doc(null, true))).toBe(true)
    expect(ignored(log)).toHaveLength(1)
    expect('doc.folder.owner = user').toContain(ignored(log)[0])
  })

  test.each([
    '(_n != doc.calls or doc.isPublic = true or doc.folder.owner = user)',
    '(doc.folder.owner = user or doc.isPublic = true or _n != doc.calls)',
    'open(user, doc)',
  ])('an alternative that waits for a variable keeps no error beside a proven one: %s', (goals) => {
    const rules = `allow(user: User, "read", doc: Doc) if ${goals} and doc.calls = 1;
      open(_: User, doc: Doc) if _n != doc.calls; open(_: User, doc: Doc) if doc.isPublic = true;
      open(user: User, doc: Doc) if doc.folder.owner = user;`
    const authorizer = authorizerOf(evaluator, rules)
    const user = new User(1)
    const doc = new Doc(null, true)
    expect(authorizer.can(user, 'read', doc)).toBe(false)
    expect(authorizer.filter(user, 'read', 'Doc').matches(doc)).toBe(false)
    expect(authorizer.actorFilter('read', doc, 'User').matches(user)).toBe(false)
    doc.calls = 1
    expect(authorizer.can(user, 'read', doc)).toBe(true)
  })

  test('logs no error of a check that is denied, or that met none', () => {
    const log = vi.fn()
    const user = new User(1)
    const authorizer = authorizerOf(evaluator, `${owner}\n${open}`, log)
    expect(authorizer.can(user, 'read', new Doc(new Folder(user), false))).toBe(true)
    expect(() => authorizer.can(user, 'read', new Doc(null, false))).toThrow('owner')
    expect(ignored(log)).toEqual([])
  })

  test('tells the listeners of decisions of which check an error was', async () => {
    const authorizer = authorizerOf(evaluator, `${owner}\n${open}`)
    const events: (readonly string[] | undefined)[] = []
    authorizer.onDecision(({ errors }) => {
      events.push(errors?.map(({ span }) => spanText(span!).slice(0, 16)))
    })
    const user = new User(1)
    const [failing, plain] = [new Doc(null, true), new Doc(new Folder(user), true)]
    authorizer.can(user, 'read', failing)
    authorizer.can(user, 'read', plain)
    await authorizer.isAllowed(user, 'read', failing)
    authorizer.canMany(user, 'read', [plain, failing, plain])
    await authorizer.authorize(user, 'read', failing)
    const found = ['doc.folder.owner']
    expect(events).toEqual([found, undefined, found, undefined, found, undefined, found])
  })

  test('finds errors in calls, in loops and under `not`', () => {
    const log = vi.fn()
    const authorizer = authorizerOf(
      evaluator,
      `allow(user: User, "read", doc: Doc) if owns(user, doc) or doc.isPublic = true;
       allow(_: User, "read", doc: Doc) if x in doc.folder.docs and x = doc;
       owns(user: User, doc: Doc) if doc.folder.owner = user;
       owns(user: User, doc: Doc) if user.id = 1 and not (doc.folder.kind = "a" or user.id = 1);`,
      log,
    )
    expect(authorizer.can(new User(1), 'read', new Doc(null, true))).toBe(true)
    expect(ignored(log).length).toBeGreaterThan(0)
  })

  test.each([
    ['a getter', getter],
    ['a method', method],
  ])('an exception of %s is an error of its rule alone, and is met once', (_, throwing) => {
    for (const text of [`${throwing}\n${open}`, `${open}\n${throwing}`]) {
      const authorizer = authorizerOf(evaluator, text)
      for (let count = 0; count < 3; count++) {
        const doc = new Doc(null, true)
        expect(authorizer.can(new User(1), 'read', doc)).toBe(true)
        expect(doc.calls).toBeLessThan(2)
      }
      expect(authorizer.statistics.bailOuts).toBe(0)
      expect(() => authorizer.can(new User(1), 'read', new Doc(null, false))).toThrow('broken')
    }
  })

  test('an exception under `not` is an error', () => {
    const authorizer = authorizerOf(evaluator, 'allow(_: User, "read", doc: Doc) if not (doc.isBroken() = true);')
    expect(() => authorizer.can(new User(1), 'read', new Doc(null, false))).toThrow('broken')
  })

  test('an exception beside a true alternative within a conjunction does not count', () => {
    const authorizer = authorizerOf(
      evaluator,
      'allow(user: User, "read", doc: Doc) if (doc.broken = true or doc.isPublic = true) and user.id = 1;',
    )
    expect(authorizer.can(new User(1), 'read', new Doc(null, true))).toBe(true)
    expect(authorizer.can(new User(2), 'read', new Doc(null, true))).toBe(false)
    expect(authorizer.statistics.bailOuts).toBe(0)
  })

  test('a check inside a getter keeps the errors of the check around it', () => {
    const log = vi.fn()
    const authorizer = authorizerOf(
      evaluator,
      `allow(_: User, "read", doc: Doc) if doc.folder.owner.id = 1;
       allow(_: User, "read", doc: Doc) if doc.inner = true;
       allow(_: User, "see", doc: Doc) if doc.folder.kind = "b";
       allow(_: User, "see", doc: Doc) if doc.isPublic = true;`,
      log,
    )
    class Nested extends Doc {
      get inner(): boolean {
        return authorizer.can(new User(2), 'see', this)
      }
    }
    authorizer.registerClass(Nested)
    const events: [unknown, string[] | undefined][] = []
    authorizer.onDecision(({ action, errors }) => {
      events.push([action, errors?.map(({ span }) => spanText(span!).slice(0, 15))])
    })
    expect(authorizer.can(new User(1), 'read', new Nested(null, true))).toBe(true)
    expect(events).toEqual([
      ['see', ['doc.folder.kind']],
      ['read', ['doc.folder.owne']],
    ])
  })
})

test.each([getter, method])('a compiled module decides the same in each order of its rules: %s', (throwing) => {
  for (const text of [`${throwing}\n${open}`, `${open}\n${throwing}`]) {
    const module = moduleOf(authorizerOf('source', text))({ classes: { User, Folder, Doc } })
    const doc = new Doc(null, true)
    expect(module.can(new User(1), 'read', doc)).toBe(true)
    expect(module.canMany(new User(1), 'read', [doc, doc])).toEqual([true, true])
    expect(() => module.can(new User(1), 'read', new Doc(null, false))).toThrow()
  }
})

test('a field behind a relation that is nil is an error of its rule alone', () => {
  class Org {
    readonly id = 1
  }
  class Team {
    readonly id = 1
    readonly orgId = 1
    readonly org = new Org()
  }
  class Member {
    readonly id = 1
    readonly teamId: number | null = null
    readonly team: Team | null = null
    readonly isOpen = true
  }
  const throwing = 'allow(_: Member, "read", m: Member) if m.team.org.id = 7;'
  const opening = 'allow(_: Member, "read", m: Member) if m.isOpen = true;'
  for (const text of [`${throwing}\n${opening}`, `${opening}\n${throwing}`]) {
    const authorizer = new Authorizer({ evaluator: 'source', log() {} })
      .registerClass(Org, { key: 'id', fields: { id: 'integer' } })
      .registerClass(Team, {
        key: 'id',
        fields: { id: 'integer', orgId: 'integer', org: { one: 'Org', from: 'orgId', nullable: false } },
      })
      .registerClass(Member, {
        key: 'id',
        fields: {
          id: 'integer',
          teamId: { type: 'integer', nullable: true },
          team: { one: 'Team', from: 'teamId' },
          isOpen: 'boolean',
        },
      })
    authorizer.loadSync(text)
    expect(authorizer.can(new Member(), 'read', new Member())).toBe(true)
    expect(authorizer.statistics.bailOuts).toBe(0)
    expect(moduleOf(authorizer)({ classes: { Org, Team, Member } }).can(new Member(), 'read', new Member())).toBe(true)
  }
})
