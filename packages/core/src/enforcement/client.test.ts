import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, it } from 'vitest'
import { Authorizer } from '../authorizer/authorizer.js'
import type { Enforcement } from './enforcement.js'
import { Enforcements } from './enforcements.js'

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
    authorization.identify(ann)
    expect(made).toEqual([])
    expect(authorization.client).toBe(authorization.client)
    expect(made).toEqual([ann])
    expect(guard.personal).toBe(true)
    authorization.identify(null)
    expect(authorization.client).toEqual({ user: null })
  })

  it('needs an option', () => {
    expect(() => enforcementFor().authorization.client).toThrow('the option `client` is missing')
  })
})
