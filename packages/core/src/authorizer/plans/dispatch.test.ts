import { describe, expect, test } from 'vitest'
import { moduleOf } from '../../../../compile/src/testing/moduleOf.js'
import { running } from '../../schema/context.js'
import { Authorizer } from '../authorizer.js'

class User {
  constructor(readonly id: number) {}
}
class Admin extends User {}
class Doc {
  constructor(
    readonly ownerId: number | undefined,
    readonly isPublic = false,
  ) {}
}
class Page extends Doc {}
class Note {
  constructor(readonly ownerId: number) {}
}

const policy = `
  allow(user: User, "read", doc: Doc) if doc.isPublic = true or doc.ownerId = user.id;
  allow(user: User, "write", doc: Doc) if doc.ownerId = user.id;
  allow(user: User, "read", note: Note) if note.ownerId = user.id;
  allow(_: Admin, "write", _: Doc);
`

type Evaluator = 'source' | 'closures'

function load(text = policy, evaluator: Evaluator = 'source'): Authorizer {
  const authorizer = new Authorizer({ evaluator })
  for (const cls of [User, Admin, Doc, Page, Note]) authorizer.registerClass(cls)
  authorizer.loadSync(text)
  return authorizer
}

/** Asks more often than a table of plans is used. */
function warm(can: (user: User, action: string, resource: unknown) => boolean): void {
  const [user, docs] = [new User(1), [new Doc(1), new Doc(2), new Doc(2, true)]]
  for (let times = 0; times < 1500; times++)
    for (const doc of docs) {
      expect(can(user, 'read', doc)).toBe(doc.ownerId === 1 || doc.isPublic)
      expect(can(user, 'write', doc)).toBe(doc.ownerId === 1)
    }
}

const contenders = {
  authorizer: () => load(),
  'authorizer without generated code': () => load(policy, 'closures'),
  module: () => moduleOf(load())({ classes: { User, Admin, Doc, Page, Note } }),
}

describe.each(['authorizer', 'authorizer without generated code', 'module'] as const)(
  'After many checks, an %s',
  (name) => {
    const authorizer = contenders[name]()
    warm((...args) => authorizer.can(...args))

    test('decides checks of classes that are new', () => {
      expect(authorizer.can(new User(1), 'read', new Note(1))).toBe(true)
      expect(authorizer.can(new User(1), 'read', new Note(2))).toBe(false)
      expect(authorizer.can(new Admin(3), 'write', new Doc(1))).toBe(true)
      expect(authorizer.can(new Admin(3), 'write', new Page(1))).toBe(true)
      expect(authorizer.can(new User(3), 'write', new Page(1))).toBe(false)
      warm((...args) => authorizer.can(...args))
      expect(authorizer.can(new User(1), 'read', new Note(2))).toBe(false)
    })

    test('decides for nobody, and about nothing', () => {
      expect(authorizer.can(null, 'read', new Doc(1, true))).toBe(false)
      expect(authorizer.can(new User(1), 'read', null)).toBe(false)
    })

    test('refuses invalid arguments', () => {
      const code = (ask: () => unknown): unknown => {
        try {
          return ask()
        } catch (error) {
          return (error as { code: string }).code
        }
      }
      const user = new User(1)
      expect(code(() => authorizer.can(user, 'raed', new Doc(1)))).toBe('unknown-action')
      expect(code(() => authorizer.can(user, undefined as unknown as string, new Doc(1)))).toBe('invalid-argument')
      expect(code(() => authorizer.can(undefined, 'read', new Doc(1)))).toBe('undefined-actor')
      expect(code(() => authorizer.can(user, 'read', undefined))).toBe('undefined-resource')
      expect(code(() => authorizer.can(user, 'read', { ownerId: 1 }))).toBe('unknown-row')
    })

    test('leaves a missing attribute to the machine', () => {
      expect(() => authorizer.can(new User(1), 'write', new Doc(undefined))).toThrow()
    })
  },
)

test.each(['source', 'closures'] as const)('A policy that replaces another one decides at once: %s', (evaluator) => {
  const authorizer = load(policy, evaluator)
  warm((...args) => authorizer.can(...args))
  authorizer.loadSync('allow(_: User, "read", _: Doc);')
  expect(authorizer.can(new User(5), 'read', new Doc(1))).toBe(true)
  authorizer.loadSync('allow(_: User, "write", _: Doc);')
  expect(() => authorizer.can(new User(1), 'read', new Doc(1))).toThrow('Unknown action')
})

test.each(['source', 'closures'] as const)('A listener that is added late receives each decision: %s', (evaluator) => {
  const authorizer = load(policy, evaluator)
  warm((...args) => authorizer.can(...args))
  const told: boolean[] = []
  const end = authorizer.onDecision(({ outcome }) => told.push(outcome === 'allowed'))
  expect(authorizer.can(new User(1), 'read', new Doc(1))).toBe(true)
  expect(authorizer.can(new User(2), 'read', new Doc(1))).toBe(false)
  end()
  expect(authorizer.can(new User(1), 'read', new Doc(1))).toBe(true)
  expect(told).toEqual([true, false])
})

test.each(['source', 'closures'] as const)(
  'Checks with a context read their own after many checks: %s',
  (evaluator) => {
    const authorizer = new Authorizer({ evaluator }).registerClass(User).registerClass(Doc)
    authorizer.registerContext({ isOpen: { type: 'boolean' } })
    authorizer.loadSync('allow(user: User, "read", doc: Doc) if doc.ownerId = user.id and isOpen = true;')
    const [open, shut] = [authorizer.with({ isOpen: true }), authorizer.with({ isOpen: false })]
    for (let times = 0; times < 1500; times++) {
      expect(open.can(new User(1), 'read', new Doc(times % 2))).toBe(times % 2 === 1)
      expect(shut.can(new User(1), 'read', new Doc(1))).toBe(false)
    }
    expect(authorizer.with({ isOpen: true }).can(new User(1), 'read', new Doc(1))).toBe(true)
    expect(() => authorizer.can(new User(1), 'read', new Doc(1))).toThrow('isOpen')
  },
)

test.each(['source', 'closures'] as const)('A getter asks for another check after many checks: %s', (evaluator) => {
  const authorizer = new Authorizer({ evaluator })
  class Page {
    constructor(readonly doc: Doc) {}
    get isShared(): boolean {
      return authorizer.can(new User(1), 'read', this.doc)
    }
  }
  for (const cls of [User, Doc, Page]) authorizer.registerClass(cls)
  authorizer.loadSync(
    'allow(user: User, "read", doc: Doc) if doc.ownerId = user.id; allow(_: User, "read", page: Page) if page.isShared;',
  )
  for (let times = 0; times < 1500; times++) {
    expect(authorizer.can(new User(2), 'read', new Page(new Doc(times % 2)))).toBe(times % 2 === 1)
    expect(authorizer.can(new User(1), 'read', new Doc(times % 2))).toBe(times % 2 === 1)
  }
  expect(() => authorizer.can(new User(2), 'read', new Page(new Doc(undefined)))).toThrow('ownerId')
  expect(authorizer.can(new User(1), 'read', new Doc(1))).toBe(true)
})

test('An authorizer counts its checks alike', () => {
  const authorizer = load()
  warm((...args) => authorizer.can(...args))
  expect(authorizer.statistics).toEqual({ predicate: 9000, machine: 0, bailOuts: 0 })
  expect(() => authorizer.can(new User(1), 'write', new Doc(undefined))).toThrow()
  expect(authorizer.statistics.bailOuts).toBe(1)
})

test.each([8, 9, 20])('%d classes are decided like a few, by an authorizer and a module', (count) => {
  const classes = Array.from({ length: count }, (_, at) => ({ [`C${at}`]: class {} })[`C${at}`]!)
  const authorizer = new Authorizer({ evaluator: 'source' })
  for (const cls of [User, Admin, ...classes]) authorizer.registerClass(cls)
  const rules = classes.map(({ name }, at) => `allow(user: User, "read", _: ${name}) if user.id > ${at};`)
  authorizer.loadSync(`${rules.join('\n')} allow(_: Admin, "write", _: C1);`)
  const given = Object.fromEntries([User, Admin, ...classes].map((cls) => [cls.name, cls]))
  class Unknown {}
  const module = moduleOf(authorizer)({ classes: given })
  type Can = (actor: unknown, action: string, resource: unknown) => boolean
  const ways: readonly Can[] = [(...args) => authorizer.can(...args), (...args) => module.can(...args)]
  for (const can of ways) {
    for (let times = 0; times < 200; times++)
      for (const [at, cls] of classes.entries()) {
        for (const actor of [new User(7), new Admin(7)]) expect(can(actor, 'read', new cls())).toBe(at < 7)
        expect(can(new Admin(7), 'write', new cls())).toBe(at === 1)
        expect(can(new User(7), 'write', new cls())).toBe(false)
      }
    expect(can(new User(7), 'read', null)).toBe(false)
    expect(can(null, 'read', new classes[0]!())).toBe(false)
    expect(() => can(new User(7), 'read', new Unknown())).toThrow('class')
    expect(() => can(new User(7), 'other', new classes[0]!())).toThrow('Unknown action')
  }
})

test.each([0, 500, 999, 1000, 1999])(
  'A policy that a getter loads within a check decides from then on: %s',
  (checks) => {
    const authorizer = new Authorizer({ evaluator: 'source' })
    let isDue = false
    class Page {
      constructor(readonly owner: number) {}
      get ownerId(): number {
        if (isDue) authorizer.loadSync('allow(user: User, "read", page: Page) if page.owner = 2 and user.id = 2;')
        isDue = false
        return this.owner
      }
    }
    authorizer.registerClass(User).registerClass(Page)
    authorizer.loadSync('allow(user: User, "read", page: Page) if page.ownerId = user.id;')
    const isAllowed = (): boolean => authorizer.can(new User(1), 'read', new Page(1))
    for (let times = 0; times < checks; times++) expect(isAllowed()).toBe(true)
    isDue = true
    isAllowed()
    expect([isAllowed(), isAllowed()]).toEqual([false, false])
  },
)

test.each(['source', 'closures', 'machine'] as const)('A check ends where the stack ends: %s', (evaluator) => {
  const authorizer = new Authorizer({ evaluator }).registerClass(User).registerClass(Doc)
  authorizer.loadSync('allow(user: User, "read", doc: Doc) if doc.ownerId = user.id;')
  const isAllowed = (doc: Doc): boolean => authorizer.can(new User(1), 'read', doc)
  for (let times = 0; times < 1100; times++) isAllowed(new Doc(1))
  /** Asks at each depth, the greatest first, until a check has room. */
  const asksBelow = (): boolean => {
    try {
      if (asksBelow()) return true
    } catch {}
    try {
      return isAllowed(new Doc(1))
    } catch {
      return false
    }
  }
  for (let times = 0; times < 20; times++) {
    asksBelow()
    expect(running.current).toBe(undefined)
  }
})
