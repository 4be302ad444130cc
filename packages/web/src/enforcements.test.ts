import { AsyncLocalStorage } from 'node:async_hooks'
import { Authorizer } from '@arcturus/core'
import type { Model } from '@arcturus/core/internal/web'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Enforcements } from './enforcements.js'

class Note {}

function served() {
  const authorizer = new Authorizer().registerClass(Note)
  authorizer.loadSync('allow("ada", "read", _: Note);')
  const enforcements = new Enforcements<object, string>(authorizer, { actor: () => 'ada' }, new AsyncLocalStorage())
  const begin = () => {
    const enforcement = enforcements.begin({}, 'GET')
    enforcement.guard.arm()
    return enforcement
  }
  return { authorizer, enforcements, begin }
}

describe('enforcements', () => {
  it('exist once per request', () => {
    const { enforcements } = served()
    const [request, other] = [{}, {}]
    const first = enforcements.begin(request, 'GET')
    expect(enforcements.known(request)).toBe(first)
    expect(enforcements.known(other)).toBeUndefined()
    enforcements.run(first, () => {
      expect(enforcements.known(request)).toBe(first)
      expect(enforcements.known(other)).toBeUndefined()
    })
  })

  it('count only checks in their asynchronous context', async () => {
    const { authorizer, enforcements, begin } = served()
    const [asking, silent] = [begin(), begin()]
    await Promise.all([
      enforcements.run(asking, async () => {
        await Promise.resolve()
        authorizer.filter('ada', 'read', 'Note')
      }),
      enforcements.run(silent, () => Promise.resolve()),
    ])
    authorizer.can('ada', 'read', new Note())
    expect([asking.guard.state, silent.guard.state]).toEqual(['decided', 'armed'])
  })

  it('count a list of rows, also of none', async () => {
    const { authorizer, enforcements, begin } = served()
    const notes = [new Note(), new Note()]
    const listed = async (rows: readonly Note[]) => {
      const enforcement = begin()
      await enforcements.run(enforcement, () => enforcement.arm())
      const { authorizedRows } = enforcement.authorization
      return [authorizedRows('read', rows), enforcement.guard.state]
    }
    expect(await listed(notes)).toEqual([notes, 'decided'])
    expect(await listed([])).toEqual([[], 'decided'])
    const asking = begin()
    expect(enforcements.run(asking, () => authorizer.canMany('ada', 'read', []))).toEqual([])
    expect(asking.guard.state).toBe('decided')
    authorizer.loadSync('allow("eve", "read", _: Note);')
    expect(await listed(notes)).toEqual([[], 'decided'])
  })

  it('do not count checks of the actor lookup, but later ones', async () => {
    const authorizer = new Authorizer().registerClass(Note)
    authorizer.loadSync('allow("ada", "read", _: Note);')
    const actor = async () => ((await authorizer.isAllowed('ada', 'read', new Note())) ? 'ada' : null)
    const enforcements = new Enforcements<object, string>(authorizer, { actor }, new AsyncLocalStorage())
    const enforcement = enforcements.begin({}, 'GET')
    await enforcements.run(enforcement, () => enforcement.arm())
    expect(enforcement.authorization.actor).toBe('ada')
    expect(enforcement.guard.state).toBe('armed')
    enforcements.run(enforcement, () => authorizer.can('ada', 'read', new Note()))
    expect(enforcement.guard.state).toBe('decided')
  })

  it('keep the policy with which they began, until their response', async () => {
    const { authorizer, enforcements, begin } = served()
    const asked = () => [authorizer.can('ada', 'read', new Note()), authorizer.policyVersion]
    const enforcement = begin()
    const [before] = [enforcements.run(enforcement, asked)]
    authorizer.loadSync('allow("eve", "read", _: Note);')
    const after = [false, authorizer.policyVersion]
    expect(enforcements.run(enforcement, asked)).toEqual(before)
    expect(enforcements.run(begin(), asked)).toEqual(after)
    expect(enforcement.authorization.can('read', new Note())).toBe(false)
    enforcement.answered()
    enforcement.answered()
    expect(enforcements.run(enforcement, asked)).toEqual(after)
  })

  it.each(['isAllowed', 'authorize'] as const)('count %s only after it is awaited', async (question) => {
    const { authorizer, enforcements, begin } = served()
    const enforcement = begin()
    await enforcements.run(enforcement, async () => {
      const answer = authorizer[question]('ada', 'read', new Note())
      expect(enforcement.guard.state).toBe('armed')
      await answer
      expect(enforcement.guard.state).toBe('decided')
    })
  })

  it('load relations once per reading request, and again for the next one', async () => {
    const roles = {
      kind: 'relation',
      name: 'roles',
      model: 'Role',
      many: true,
      kept: true,
      nullable: false,
      from: [],
      to: [],
    } as const
    const model = { class: undefined, key: ['id'], closed: false, isaCheck: undefined }
    const models: readonly Model[] = [
      { ...model, name: 'User', fields: new Map([['roles', roles]]) },
      { ...model, name: 'Role', fields: new Map() },
    ]
    let fetched = 0
    let names = ['writer']
    const authorizer = new Authorizer().registerClass(Note).registerModels(models, async () => {
      fetched++
      return names.map((name, id) => authorizer.as('Role', { id, name }))
    })
    authorizer.loadSync('allow(user: User, _, _: Note) if role in user.roles and role.name = "writer";')
    // As a session store gives it: the same object for each request.
    const user = authorizer.as('User', { id: 1 })
    const enforcements = new Enforcements<object, object>(authorizer, { actor: () => user }, new AsyncLocalStorage())
    const request = (method: string) => {
      const enforcement = enforcements.begin({}, method)
      return enforcements.run(enforcement, async () => {
        const denial = await enforcement.enforce('read', () => new Note())
        const answers = [denial === undefined]
        // Through the request and past it, one after the other.
        answers.push(await authorizer.isAllowed(user, 'edit', new Note()))
        answers.push((await authorizer.loadFilter(user, 'read', 'Note')).kind !== 'none')
        return answers
      })
    }
    expect(await request('GET')).toEqual([true, true, true])
    expect(fetched).toBe(1)
    expect(await request('POST')).toEqual([true, true, true])
    expect(fetched).toBe(4)
    // What goes on behind an answer hears of what was revoked meanwhile.
    const enforcement = enforcements.begin({}, 'GET')
    const answers: boolean[] = []
    await enforcements.run(enforcement, async () => {
      const note = new Note()
      await enforcement.identify()
      const ask = async () =>
        answers.push(
          await authorizer.isAllowed(user, 'read', new Note()),
          await enforcement.authorization.isAllowed('read', note),
        )
      await ask()
      names = []
      await ask()
      enforcement.answered()
      await ask()
    })
    expect(answers).toEqual([true, true, true, true, false, false])
    expect(await request('GET')).toEqual([false, false, false])
  })

  it('count again after the actor lookup has failed', async () => {
    const { authorizer } = served()
    for (const actor of [
      () => {
        throw new Error('no session')
      },
      () => Promise.reject(new Error('no session')),
    ]) {
      const enforcements = new Enforcements<object, string>(authorizer, { actor }, new AsyncLocalStorage())
      const enforcement = enforcements.begin({}, 'GET')
      await enforcements.run(enforcement, async () => {
        await expect((async () => enforcement.arm())()).rejects.toThrow('no session')
        authorizer.can('ada', 'read', new Note())
      })
      expect(enforcement.guard.state).toBe('decided')
    }
  })

  it('reject an `onDecision` that is not a function', () => {
    const options = { actor: () => 'ada', onDecision: 'x' as unknown as () => void }
    expect(() => new Enforcements<object, string>(new Authorizer(), options, new AsyncLocalStorage())).toThrow(
      /onDecision/,
    )
  })

  it.each(['Bearer\r\nx: y', 'Bearer \u0000', 7])('reject an invalid challenge: %j', (challenge) => {
    const options = { actor: () => 'ada', challenge: challenge as string }
    expect(() => new Enforcements<object, string>(new Authorizer(), options, new AsyncLocalStorage())).toThrow(
      /challenge/,
    )
  })
})

describe('the options of enforcements', () => {
  afterEach(() => {
    vi.unstubAllEnvs()
  })
  const make = (authorizer: Authorizer | undefined, options: object, made?: string) =>
    new Enforcements(
      authorizer as Authorizer,
      options as { actor: () => null },
      { getStore: () => undefined, run: (_, work) => work() },
      { made },
    )

  it('show reasons by default only in development', () => {
    const reasons = (options: object = {}) => make(new Authorizer(), { actor: () => null, ...options }).options.reasons
    expect(reasons()).toBe(false)
    expect(reasons({ reasons: true })).toBe(true)
    vi.stubEnv('NODE_ENV', 'development')
    expect(reasons()).toBe(true)
    expect(reasons({ reasons: false })).toBe(false)
    vi.stubGlobal('process', undefined)
    try {
      expect(reasons()).toBe(false)
    } finally {
      vi.unstubAllGlobals()
    }
  })

  it('are checked, under the name of the function that got them', () => {
    expect(() => make(undefined, { actor: () => null })).toThrow(/^Enforcements needs an authorizer/)
    expect(() => make(new Authorizer(), {}, 'koaAuthorization')).toThrow(
      /^koaAuthorization: `actor` must be a function/,
    )
  })
})
