import { afterEach, describe, expect, it, vi } from 'vitest'
import type { AuthorizationError } from '../errors.js'

class User {
  constructor(readonly id: number) {}
}
const policy = 'allow(user: User, "read", other: User) if user.id = other.id;'
const [ann, bob] = [new User(1), new User(2)]

/** Returns a copy of the package for which `@arcturus/core/sync` is not imported. */
async function freshCopy(): Promise<typeof import('../index.js')> {
  vi.resetModules()
  Reflect.deleteProperty(globalThis, Symbol.for('arcturus.parts'))
  return import('../index.js')
}

describe('parts that are imported late', () => {
  afterEach(async () => {
    vi.doUnmock('./plans/evaluator.js')
    vi.doUnmock('./filtering.js')
    await freshCopy()
    await import('../sync.js')
  })

  it('are there for every method once a policy is loaded', async () => {
    const { Authorizer } = await freshCopy()
    const authorizer = new Authorizer().registerClass(User)
    expect(() => authorizer.loadSync(policy)).toThrow('`loadSync` needs parts that are imported later.')
    expect(() => authorizer.check()).toThrow('No policy is loaded.')
    expect(() => authorizer.filter(ann, 'read', 'User')).toThrow('No policy is loaded.')
    expect(() => authorizer.withPolicy(policy)).toThrow('No policy is loaded.')
    await authorizer.load(policy)
    expect(authorizer.check()).toEqual([])
    expect(authorizer.filter(ann, 'read', 'User').matches(bob)).toBe(false)
    expect(authorizer.withPolicy('allow(_: User, "read", _: User);').can(ann, 'read', bob)).toBe(true)
    const shadow = authorizer.shadow(policy)
    expect(authorizer.can(ann, 'read', ann)).toBe(true)
    shadow.stop()
  })

  it('are imported again after a failed import', async () => {
    const { Authorizer } = await freshCopy()
    let fails = true
    vi.doMock('./filtering.js', async (original) => {
      if (fails) throw new Error('no such file')
      return original()
    })
    const authorizer = new Authorizer().registerClass(User)
    await expect(authorizer.load(policy)).rejects.toThrow()
    expect(authorizer.policy).toBeUndefined()
    fails = false
    await authorizer.load(policy)
    expect(authorizer.filter(ann, 'read', 'User').matches(ann)).toBe(true)
  })

  it('leave all checks to the machine if predicates cannot be imported', async () => {
    const { Authorizer } = await freshCopy()
    vi.doMock('./plans/evaluator.js', () => {
      throw new Error('no such file')
    })
    const authorizer = new Authorizer().registerClass(User)
    await authorizer.load(policy)
    await new Promise((resolve) => setTimeout(resolve, 20))
    for (let times = 0; times < 6; times++) expect(authorizer.can(bob, 'read', ann)).toBe(false)
    expect(authorizer.statistics.predicate).toBe(0)
  })
})

describe('an explanation', () => {
  it('needs an import, which its error names', async () => {
    const { Authorizer } = await import('../index.js')
    const authorizer = new Authorizer().registerClass(User)
    await authorizer.load(policy)
    const denied = await authorizer.authorize(ann, 'read', bob).catch((error: unknown) => error as AuthorizationError)
    const missing = expect.objectContaining({ code: 'not-imported', hint: "import '@arcturus/explain'" })
    expect(() => denied?.explanation).toThrow(missing)
    await expect(denied?.loadExplanation?.()).rejects.toThrow(missing)
    await import('../../../explain/src/index.js')
    expect(denied?.explanation).toMatchObject({ decision: 'denied' })
  })
})
