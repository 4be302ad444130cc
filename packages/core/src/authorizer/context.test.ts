import { describe, expect, test } from 'vitest'
import { Authorizer, type QueryError } from '../index.js'

class User {
  constructor(readonly id: number) {}
}
class Document {
  constructor(
    readonly id: number,
    readonly ownerId: number,
    readonly opens: Date,
  ) {}
}

const policy = `
  allow(user: User, "read", document: Document) if document.ownerId = user.id;
  allow(_: User, "read", document: Document) if document.opens <= now;
  allow(_: User, "edit", _: Document) if request.ip.startsWith("10.");
  allow(_: User, "hide", _: Document) if not request.ip = "10.0.0.1";
`

const evaluators = ['machine', 'closures', 'source'] as const

function authorizerFor(evaluator: (typeof evaluators)[number]): Authorizer {
  const authorizer = new Authorizer({ evaluator })
    .registerClass(User, { fields: { id: 'integer' }, key: 'id' })
    .registerClass(Document, {
      fields: {
        id: { type: 'integer', nullable: false },
        ownerId: { type: 'integer', nullable: false },
        opens: { type: 'date', nullable: false },
      },
      key: 'id',
    })
    .registerContext({ now: 'date', request: { fields: { ip: 'string', port: 'integer' } } })
  authorizer.loadSync(policy)
  return authorizer
}

const user = new User(1)
const document = new Document(1, 2, new Date(1000))
const codeOf = (run: () => unknown): string | undefined => {
  try {
    run()
    return undefined
  } catch (error) {
    return (error as QueryError).code
  }
}

describe.each(evaluators)('a context, evaluated by %s', (evaluator) => {
  const authorizer = authorizerFor(evaluator)

  test('is read by checks', () => {
    expect(authorizer.with({ now: new Date(1000) }).can(user, 'read', document)).toBe(true)
    expect(authorizer.with({ now: new Date(999) }).can(user, 'read', document)).toBe(false)
    expect(authorizer.with({ request: { ip: '10.1.1.1' } }).can(user, 'edit', document)).toBe(true)
    expect(authorizer.with({ request: { ip: '11.1.1.1' } }).can(user, 'edit', document)).toBe(false)
  })

  test('is an error if it is missing, unless another rule allows the action', () => {
    expect(() => authorizer.can(user, 'read', document)).toThrow('The question has no context "now".')
    expect(() => authorizer.can(user, 'hide', document)).toThrow('no context "request"')
    const withoutIp = authorizer.with({ request: { port: 1 } })
    expect(codeOf(() => withoutIp.can(user, 'hide', document))).toBe('missing-context')
    expect(() => withoutIp.can(user, 'hide', document)).toThrow('no context "request.ip"')
    expect(authorizer.can(new User(2), 'read', document)).toBe(true)
  })

  test('is bound by filters', () => {
    const open = authorizer.with({ now: new Date(1000) }).filter(user, 'read', 'Document')
    const shut = authorizer.with({ now: new Date(999) }).filter(user, 'read', 'Document')
    expect(open.matches(document)).toBe(true)
    expect(shut.matches(document)).toBe(false)
    expect(String(open)).toContain('1970-01-01T00:00:01.000Z')
    expect(codeOf(() => authorizer.filter(user, 'edit', 'Document'))).toBe('missing-context')
  })

  test('is bound for actors and actions too, and replaced by another view', async () => {
    const view = authorizer.with({ now: new Date(1000), request: { ip: '10.0.0.2' } })
    expect(view.actorFilter('read', document, 'User').kind).toBe('all')
    expect(await view.authorizedActions(user, document)).toEqual(new Set(['read', 'edit', 'hide']))
    expect(await view.with({ now: new Date(1) }).authorizedActions(user, document)).toEqual(new Set(['edit', 'hide']))
    await expect(view.authorize(user, 'read', document)).resolves.toBeUndefined()
    expect(await view.isAllowed(user, 'edit', document)).toBe(true)
    expect(view.canMany(user, 'read', [document, document])).toEqual([true, true])
    expect(view.authorizedRows(user, 'read', [document, document])).toEqual([document, document])
    const found = []
    for await (const solution of view.queryRule('allow', user, 'edit', document)) found.push(solution)
    expect(found).toHaveLength(1)
  })

  test('keeps a date that the application changes', () => {
    const now = new Date(1000)
    const view = authorizer.with({ now })
    now.setTime(Number.NaN)
    expect(view.can(user, 'read', document)).toBe(true)
    now.setTime(0)
    expect(view.can(user, 'read', document)).toBe(true)
  })

  test('can have fields of any names', () => {
    const own = new Authorizer({ evaluator })
      .registerClass(User)
      .registerContext({ request: { fields: { path: 'string', place: { fields: { path: 'integer' } } } } })
    own.loadSync(`
      allow(_: User, "read", _: User) if request.path = "request";
      allow(_: User, "edit", _: User) if request.place.path < 2;
    `)
    const view = own.with({ request: { path: 'request', place: { path: 1 } } })
    expect([view.can(user, 'read', user), view.can(user, 'edit', user)]).toEqual([true, true])
    const empty = own.with({ request: { place: {} } })
    expect(() => empty.can(user, 'read', user)).toThrow('no context "request.path"')
    expect(() => empty.can(user, 'edit', user)).toThrow('no context "request.place.path"')
    expect(() => empty.filter(user, 'read', 'User')).toThrow('no context "request.path"')
  })

  test('is read once, and only if it was given', () => {
    const own = new Authorizer({ evaluator })
      .registerClass(User, { fields: { id: 'integer' } })
      .registerContext({ level: 'float', from: { type: 'date', nullable: true }, till: 'date' })
    own.loadSync(`
      allow(user: User, "read", _: User) if level < 2 and user.id < level;
      allow(_: User, "edit", other: User) if from < till and not till < from and other.id = 1;
    `)
    const [one, other] = [new User(1), new User(2)]
    expect([1, 1.5, 2].map((level) => own.with({ level }).can(one, 'read', one))).toEqual([false, true, false])
    expect(own.with({ level: 1.5 }).can(other, 'read', one)).toBe(false)
    const [from, till] = [new Date(0), new Date(1)]
    expect(own.with({ from, till }).can(one, 'edit', one)).toBe(true)
    expect(own.with({ from: till, till: from }).can(one, 'edit', one)).toBe(false)
    expect(own.with({ from: null, till }).can(one, 'edit', one)).toBe(false)
    expect(() => own.with({ from }).can(one, 'edit', one)).toThrow('no context "till"')
    expect(() => own.with({ level: 1 }).can(one, 'edit', one)).toThrow('no context "from"')
  })

  test('follows a policy that is loaded later', () => {
    const own = authorizerFor(evaluator)
    const view = own.with({ now: new Date(999) })
    expect(view.can(user, 'read', document)).toBe(false)
    own.loadSync('allow(_: User, "read", document: Document) if document.opens > now;')
    expect(view.can(user, 'read', document)).toBe(true)
  })
})

describe('concurrent questions', () => {
  class Slow {
    constructor(readonly turns: number) {}
    get ready(): Promise<boolean> {
      return (async () => {
        for (let at = 0; at < this.turns; at++) await undefined
        return true
      })()
    }
  }
  const authorizer = new Authorizer().registerClass(User).registerClass(Slow).registerContext({ tenant: 'integer' })
  authorizer.loadSync(`
    allow(user: User, "read", slow: Slow) if slow.ready and user.id = tenant and slow.ready and tenant = user.id;
  `)

  test('never read the context of each other', async () => {
    const asked = Array.from({ length: 300 }, async (_, at) => {
      const view = at % 7 === 6 ? authorizer : authorizer.with({ tenant: at % 3 })
      const allowed = view.isAllowed(new User(at % 5), 'read', new Slow(at % 11))
      return [at, await allowed.catch((error: QueryError) => error.code)] as const
    })
    for (const [at, answer] of await Promise.all(asked))
      expect([at, answer]).toEqual([at, at % 7 === 6 ? 'missing-context' : at % 3 === at % 5])
  })
})

describe('a check within another one', () => {
  class Note {
    constructor(readonly ask: (note: Note) => boolean) {}
    get isShared(): boolean {
      return this.ask(this)
    }
  }
  const authorizerOf = (evaluator: (typeof evaluators)[number]) => {
    const authorizer = new Authorizer({ evaluator })
      .registerClass(User)
      .registerClass(Note)
      .registerContext({ level: 'integer' })
    authorizer.loadSync(`
      allow(_: User, "read", note: Note) if note.isShared;
      allow(_: User, "share", _: Note) if level = 2;
    `)
    return authorizer
  }

  test.each(evaluators)('has the context of the outer one, or its own, by %s', (evaluator) => {
    const authorizer = authorizerOf(evaluator)
    const inherits = new Note((note) => authorizer.can(user, 'share', note))
    expect(authorizer.with({ level: 2 }).can(user, 'read', inherits)).toBe(true)
    expect(authorizer.with({ level: 1 }).can(user, 'read', inherits)).toBe(false)
    expect(() => authorizer.can(user, 'read', inherits)).toThrow('no context "level"')
    const own = new Note((note) => authorizer.with({ level: 2 }).can(user, 'share', note))
    expect(authorizer.with({ level: 1 }).can(user, 'read', own)).toBe(true)
    expect(authorizer.can(user, 'read', own)).toBe(true)
    const both = new Note((note) => {
      const [one, other] = [1, 2].map((level) => authorizer.with({ level }).can(user, 'share', note))
      return !one && other === true && !authorizer.can(user, 'share', note)
    })
    expect(authorizer.with({ level: 1 }).can(user, 'read', both)).toBe(true)
  })

  test.each(evaluators)('of another authorizer reads no context of the outer one, by %s', (evaluator) => {
    const [inner, outer] = [authorizerOf(evaluator), authorizerOf(evaluator)]
    const ask = (note: Note): boolean => inner.can(user, 'share', note)
    expect(() => outer.with({ level: 2 }).can(user, 'read', new Note(ask))).toThrow('no context "level"')
    const back = (note: Note): boolean => inner.can(user, 'read', new Note(() => outer.can(user, 'share', note)))
    expect(outer.with({ level: 2 }).can(user, 'read', new Note(back))).toBe(true)
  })
})

describe('registerContext', () => {
  const declared = () =>
    new Authorizer().registerClass(User).registerContext({
      now: 'date',
      user: User,
      request: { fields: { ip: 'string', tags: { type: 'string', list: true } } },
    })

  test.each<[string, Record<string, unknown>, string]>([
    ['an undeclared name', { nwo: new Date() }, 'did you mean "now"?'],
    ['an undeclared field', { request: { ipp: '' } }, 'did you mean "ip"?'],
    ['a value of another type', { now: 'today' }, '"now" must be a valid Date, not a string'],
    ['an invalid date', { now: new Date(Number.NaN) }, '"now" must be a valid Date'],
    ['a field of another type', { request: { ip: 5 } }, '"request.ip" must be a text, not a number'],
    ['an element of another type', { request: { tags: ['a', 1] } }, '"request.tags" must be a text'],
    ['nil', { now: null }, '"now" must be a valid Date, not nil'],
    ['a promise', { now: Promise.resolve(new Date()) }, 'not a promise'],
    ['a row of another class', { user: new Document(1, 1, new Date()) }, '"user" must be a row of User'],
  ])('makes `with` refuse %s', (_, context, message) => {
    expect(codeOf(() => declared().with(context))).toBe('invalid-context')
    expect(() => declared().with(context)).toThrow(message)
  })

  test('ignores inherited and undefined properties', () => {
    const authorizer = declared()
    authorizer.loadSync('allow(_: User, "read", _: User) if request.ip = "1" and now != nil;')
    const inherited = authorizer.with({ now: new Date(), request: Object.create({ ip: '1' }) })
    expect(() => inherited.can(user, 'read', user)).toThrow('no context "request.ip"')
    expect(() => authorizer.with(Object.create({ now: new Date() })).can(user, 'read', user)).toThrow('"request"')
    expect(() => authorizer.with({ now: undefined, request: { ip: '1' } }).can(user, 'read', user)).toThrow('"now"')
  })

  test('refuses names that are registered, and reserves its own', () => {
    const authorizer = declared()
    expect(codeOf(() => authorizer.registerContext({ User: 'string' }))).toBe('duplicate-name')
    expect(codeOf(() => authorizer.registerContext({ now: 'date' }))).toBe('duplicate-name')
    expect(codeOf(() => authorizer.registerConstant(1, 'now'))).toBe('duplicate-name')
    expect(codeOf(() => authorizer.registerClass(Document, { name: 'now' }))).toBe('duplicate-name')
    expect(codeOf(() => authorizer.registerContext({ 'a-b': 'date' }))).toBe('invalid-argument')
    expect(codeOf(() => authorizer.registerContext({ row: Document }))).toBe('unknown-model')
  })

  test('lets policies be checked by its types', () => {
    const authorizer = declared()
    const codes = authorizer
      .loadSync('allow(_: User, "read", _: User) if request.ipp = "1" and now < "x" and user.id = 1;')
      .warnings.map(({ code, message }) => `${code} ${message.split('\n')[0]}`)
    expect(codes).toEqual([
      'unknown-field request has no field "ipp".',
      'incomparable now is a date and "x" a text: comparing them with `<` is an error.',
    ])
  })
})
