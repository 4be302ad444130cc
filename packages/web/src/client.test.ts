import { AsyncLocalStorage } from 'node:async_hooks'
import { Authorizer } from '@arcturus/core'
import { describe, expect, it } from 'vitest'
import type { Enforcement } from './enforcement.js'
import { Enforcements } from './enforcements.js'
import { ofAdapters } from './requestAuthorization.js'

class User {
  constructor(readonly id: number) {}
}

function enforcementFor(client?: (user: User | null) => object) {
  const authorizer = new Authorizer().registerClass(User)
  authorizer.loadSync('allow(_, "read", _);')
  const current = new AsyncLocalStorage<Enforcement<object, User>>()
  return new Enforcements<object, User>(authorizer, { actor: () => new User(1), client }, current).begin({}, 'GET')
}

describe('the client of a request', () => {
  it('is made once for each actor, when it is read', () => {
    const made: unknown[] = []
    const { authorization, guard } = enforcementFor((user) => {
      made.push(user)
      return { user }
    })
    const ann = new User(1)
    ofAdapters.identify(authorization, ann)
    expect(made).toEqual([])
    expect(authorization.client).toBe(authorization.client)
    expect(made).toEqual([ann])
    expect(guard.personal).toBe(true)
    ofAdapters.identify(authorization, null)
    expect(authorization.client).toEqual({ user: null })
  })

  it('needs an option', () => {
    expect(() => enforcementFor().authorization.client).toThrow('the option `client` is missing')
  })
})

describe('the context of a request', () => {
  const authorizer = new Authorizer().registerClass(User).registerContext({ level: 'integer' })
  authorizer.loadSync(`
    allow_request(_, _) if level > 0;
    allow(_: User, "read", other: User) if other.id = level;
  `)
  const begin = (context: () => object) => {
    const made: unknown[] = []
    const current = new AsyncLocalStorage<Enforcement<object, User>>()
    const options = {
      actor: () => new User(1),
      context: context as () => Readonly<Record<string, unknown>>,
      client: (_: User | null, given: unknown) => made.push(given),
    }
    const enforcement = new Enforcements<object, User>(authorizer, options, current).begin({}, 'GET')
    return { enforcement, made }
  }

  it.each([
    ['at once', (level: number) => ({ level })],
    ['later', async (level: number) => ({ level })],
  ])('is that of all its decisions, if it is known %s', async (_, of) => {
    const { enforcement, made } = begin(() => of(2))
    const { authorization } = enforcement
    expect(await enforcement.arm()).toBeUndefined()
    expect(await enforcement.enforce('read', () => new User(2))).toBeUndefined()
    expect((await enforcement.enforce('read', () => new User(3)))?.reason).toBe('hidden')
    expect(authorization.can('read', new User(2))).toBe(true)
    expect((await authorization.filter('read', 'User')).matches(new User(2))).toBe(true)
    expect(authorization.context).toEqual({ level: 2 })
    void authorization.client
    expect(made).toEqual([{ level: 2 }])
    expect((await begin(() => of(0)).enforcement.arm())?.reason).toBe('forbidden')
  })

  it('fails the request if it is invalid or can not be made', async () => {
    expect(() => begin(() => ({ level: 'x' })).enforcement.arm()).toThrow('"level" must be a whole number')
    const failing = begin(() => Promise.reject(new Error('no address')))
    await expect(failing.enforcement.arm()).rejects.toThrow('no address')
  })
})
