import { describe, expect, expectTypeOf, it, vi } from 'vitest'
import { Authorizer } from '../authorizer/authorizer.js'
import { ArgumentError, ForbiddenError, NotFoundError, PolicyError, UnauthenticatedError } from '../errors.js'
import { CheckAuthorizer, type CheckAuthorizerOptions } from './checkAuthorizer.js'

class User {
  constructor(
    readonly id: number,
    readonly team: string | Promise<string> = 'red',
  ) {}
}
class Note {
  constructor(
    readonly id: number,
    readonly owner: User,
    readonly isPublic: boolean,
  ) {}
}
const policy = `
  allow(user: User, action, note: Note) if action in ["read", "edit"] and note.owner = user;
  allow(_, "read", note: Note) if note.isPublic = true;
  allow(user: User, "join", _: Note) if user.team = "blue";
  allow_field(_, "read", note: Note, field) if note.isPublic = true and field in ["id", "isPublic"];
  allow_request(_: User, _);
`
const load = (options?: CheckAuthorizerOptions) => {
  const authorizer = new CheckAuthorizer(options)
    .registerClass(User, { key: 'id', fields: { id: 'integer' } })
    .registerClass(Note, { key: 'id' })
  authorizer.loadSync(policy)
  return authorizer
}
const [ann, bob] = [new User(1), new User(2)]
const [diary, notice] = [new Note(1, ann, false), new Note(2, ann, true)]

/** The code and the hint of what a function throws. */
function thrown(run: () => unknown): readonly unknown[] {
  try {
    run()
  } catch (error) {
    if (error instanceof ArgumentError) return [error.code, error.hint]
    throw error
  }
  return ['nothing']
}

describe.each(['auto', 'closures', 'machine'] as const)('checks by %s', (evaluator) => {
  it('answer one row and many, repeatedly', async () => {
    const authorizer = load({ evaluator })
    for (let times = 0; times < 6; times++) {
      expect(authorizer.can(ann, 'edit', diary)).toBe(true)
      expect(authorizer.can(bob, 'edit', notice)).toBe(false)
      expect(authorizer.canMany(null, 'read', [diary, notice])).toEqual([false, true])
      expect(authorizer.authorizedRows(null, 'read', [diary, notice])).toEqual([notice])
    }
    expect(authorizer.statistics.predicate > 0).toBe(evaluator !== 'machine')
    expect(await authorizer.areAllowed(bob, 'read', [diary, notice])).toEqual([false, true])
  })

  it('await promises', async () => {
    const authorizer = load({ evaluator })
    expect(await authorizer.isAllowed(new User(3, Promise.resolve('blue')), 'join', diary)).toBe(true)
    expect(await authorizer.isAllowed(new User(3, Promise.resolve('red')), 'join', diary)).toBe(false)
  })

  it('authorize, list actions and fields, and pick fields', async () => {
    const authorizer = load({ evaluator })
    await expect(authorizer.authorize(bob, 'edit', notice)).rejects.toThrow(ForbiddenError)
    await expect(authorizer.authorize(bob, 'edit', diary)).rejects.toThrow(NotFoundError)
    expect(await authorizer.authorizedActions(ann, diary)).toEqual(new Set(['read', 'edit']))
    expect(await authorizer.authorizedFields(bob, 'read', notice)).toEqual(new Set(['id', 'isPublic']))
    expect(await authorizer.pickAuthorized(bob, 'read', notice)).toEqual({ id: 2, isPublic: true })
    await expect(authorizer.authorizeRequest(null, {})).rejects.toThrow(UnauthenticatedError)
  })
})

describe('a policy', () => {
  const broken = [
    ['a misspelt variable', 'allow(user: User, "read", _: Note) if usr.id = 1;'],
    ['an undefined rule', 'allow(user: User, "read", note: Note) if own(user, note);'],
    ['an invalid block', 'resource Note { permissions = ["read"]; "raed" if "owner"; }'],
    ['a syntax error', 'allow(user'],
    [
      'no rule that a block requires',
      'actor User {} resource Note { roles = ["owner"]; permissions = ["read"]; "read" if "owner"; }',
    ],
    ['a failed test', 'allow(_, "read", _: Note); ?= 1 = 2;'],
  ] as const
  it.each(broken)('with %s has the errors that Authorizer finds', (_, text) => {
    const errorsOf = (authorizer: CheckAuthorizer | Authorizer) => {
      authorizer.registerClass(User).registerClass(Note)
      try {
        authorizer.loadSync(text)
      } catch (error) {
        if (error instanceof PolicyError)
          return error.diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message)
        throw error
      }
      return []
    }
    const found = errorsOf(new CheckAuthorizer())
    expect(found).not.toEqual([])
    expect(found).toEqual(errorsOf(new Authorizer({ log: () => {} })))
  })

  it('with a likely mistake loads without a warning', () => {
    const misspelt = 'allow(user: User, "read", note: Note) if note.owner = user and user.naem = "x" and not user.x;'
    const [log, fields] = [vi.fn(), { id: 'integer' } as const]
    const main = new Authorizer({ log }).registerClass(User, { fields, closed: true }).registerClass(Note)
    main.loadSync(misspelt)
    expect(log).toHaveBeenCalled()
    log.mockClear()
    const small = new CheckAuthorizer({ log }).registerClass(User, { fields, closed: true }).registerClass(Note)
    expectTypeOf(small.loadSync(misspelt)).not.toHaveProperty('warnings')
    expect(log).not.toHaveBeenCalled()
  })

  it('does not know misspelt actions', () => {
    expect(thrown(() => load().can(ann, 'raed', diary))[0]).toBe('unknown-action')
  })
})

describe('parts of Authorizer that are missing', () => {
  const hint = "use `Authorizer` of '@arcturus/core'"
  it('cannot be used by their types', () => {
    expectTypeOf<CheckAuthorizer['filter']>().toBeNever()
    expectTypeOf<CheckAuthorizer['check']>().toBeNever()
    expectTypeOf<CheckAuthorizerOptions>().not.toHaveProperty('strict')
    expectTypeOf<CheckAuthorizer>().not.toExtend<Authorizer>()
  })

  const own = Object.getOwnPropertyNames(Authorizer.prototype).filter(
    (name) => !['constructor', 'policy', 'load', 'loadSync'].includes(name),
  )
  it.each(own)('throw an error that names the main entry: %s', (name) => {
    // Sound: a property of the name is read, whatever it is.
    const members = load() as unknown as Readonly<Record<string, unknown>>
    expect(thrown(() => members[name])).toEqual(['not-in-entry', hint])
  })

  it.each([{ strict: true }, { queryRules: ['f'] }, { evaluator: 'source' }])(
    'are refused as options: %o',
    (options) => {
      // Sound: JavaScript can pass any options.
      expect(thrown(() => new CheckAuthorizer(options as CheckAuthorizerOptions))).toEqual(['not-in-entry', hint])
    },
  )

  it('leave unknown evaluators an error of their own', () => {
    const options = { evaluator: 'fast' } as unknown as CheckAuthorizerOptions
    expect(thrown(() => new CheckAuthorizer(options))).toEqual(['invalid-argument', 'use auto, closures or machine'])
  })
})
