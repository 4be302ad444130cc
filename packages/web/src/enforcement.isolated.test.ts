import { ForbiddenError, NotFoundError, QueryError } from '@arcturus/core'
import { Schema } from '@arcturus/core/internal/web'
import { describe, expect, it } from 'vitest'
import type { Authority } from './authority.js'
import { assertRoute } from './declaration.js'
import { Decoys } from './decoys.js'
import { Enforcement } from './enforcement.js'
import type { EnforcementEvent } from './event.js'
import type { EnforcementOptions } from './options.js'
import { ofAdapters, RequestAuthorization } from './requestAuthorization.js'

interface Row {
  readonly allowed: 'yes' | 'hidden' | 'visible' | 'breaks'
}

/** An authorizer that reads its answer off the row. It has no explanations, which other files load for all in their process. */
function authority(requestRules: boolean): Authority {
  const check = async (row: unknown): Promise<void> => {
    // Sound: these tests ask about rows of theirs alone.
    const { allowed } = row as Row
    if (allowed === 'hidden') throw new NotFoundError()
    if (allowed === 'visible') throw new ForbiddenError()
    if (allowed === 'breaks') throw new QueryError('missing-attribute', 'No such attribute.')
  }
  const isAllowed = (row: unknown): boolean => (row as Row).allowed === 'yes'
  return {
    // Sound: enforcement looks at nothing of a policy but whether a rule is there.
    policy: { rules: new Map(requestRules ? [['allow_request', []]] : []) } as unknown as Authority['policy'],
    policyVersion: undefined,
    schema: new Schema(),
    readAction: 'read',
    with: () => expect.unreachable('there is no context'),
    onDecision: () => () => {},
    rememberIn: () => () => {},
    needAction: () => {},
    as: () => expect.unreachable('no model was given'),
    can: (_actor, _action, row) => isAllowed(row),
    authorizedRows: (_actor, _action, rows) => [...rows].filter(isAllowed),
    isAllowed: async (_actor, _action, row) => isAllowed(row),
    authorize: (_actor, _action, row) => check(row),
    denialReason: async (actor, _action, row) => {
      const { allowed } = row as Row
      if (allowed === 'breaks') throw new QueryError('missing-attribute', 'No such attribute.')
      return allowed === 'yes' ? undefined : actor === null ? 'nobody' : allowed === 'hidden' ? 'hidden' : 'forbidden'
    },
    authorizeRequest: (_actor, request) => check(request),
    authorizedActions: async () => new Set(['read']),
    authorizeField: (_actor, _action, row) => check(row),
    authorizedFields: async () => new Set(['title']),
    pickAuthorized: () => Promise.reject(new Error('not asked for')),
    assertWritable: (_actor, _action, row) => check(row),
    authorizeChange: () => Promise.reject(new Error('not asked for')),
    authorizeCreate: () => Promise.reject(new Error('not asked for')),
    extent: async (_actor, action: string) => (action === 'all' || action === 'none' ? action : 'condition'),
    eventualFilter: () => Promise.reject(new Error('not asked for')),
  }
}

function enforcement(
  options: Partial<EnforcementOptions<Row, string>> & { requestRules?: boolean; request?: Row } = {},
) {
  const events: EnforcementEvent[] = []
  const { requestRules = false, request = { allowed: 'yes' }, ...rest } = options
  const all = { actor: () => 'ada', onDecision: (event: EnforcementEvent) => void events.push(event), ...rest }
  let personal = 0
  const one = new Enforcement(authority(requestRules), all, request, 'GET', () => void personal++)
  return { one, events, personal: () => personal }
}

const row = (allowed: Row['allowed']) => async (): Promise<Row> => ({ allowed })
const nobody = { actor: () => undefined }

describe('enforcing on a resource', () => {
  it.each([
    ['hidden', {}, 404, 'hidden'],
    ['visible', {}, 403, 'forbidden'],
    ['hidden', nobody, 401, 'nobody'],
    ['visible', nobody, 401, 'nobody'],
  ] as const)('denies what is %s', async (allowed, options, status, reason) => {
    const { one } = enforcement(options)
    const denial = await one.enforce('edit', row(allowed))
    expect(denial).toMatchObject({ reason, error: { status, statusCode: status } })
  })

  it.each([undefined, null])('denies if the loader returns %s, as for a hidden row', async (nothing) => {
    const missing = await enforcement().one.enforce('edit', async () => nothing)
    const hidden = await enforcement().one.enforce('edit', row('hidden'))
    expect(missing?.reason).toBe('missing')
    expect(missing?.error.stack).toBe(hidden?.error.stack)
    expect({ ...missing?.error }).toEqual({ ...hidden?.error })
  })

  it.each([
    ['an error of the framework', { status: 404 }],
    ['an error of http-errors', { statusCode: 404 }],
    ["Prisma's", { code: 'P2025' }],
    ["TypeORM's", { name: 'EntityNotFoundError' }],
  ])('denies if the loader throws a not-found error, as for a hidden row: %s', async (_, facts) => {
    const own = Object.assign(new Error('There is no document 7.'), facts)
    const missing = await enforcement().one.enforce('edit', () => Promise.reject(own))
    const hidden = await enforcement().one.enforce('edit', row('hidden'))
    expect(missing?.reason).toBe('missing')
    expect(missing?.error.stack).toBe(hidden?.error.stack)
    expect({ ...missing?.error }).toEqual({ ...hidden?.error })
    expect(await enforcement(nobody).one.enforce('edit', () => Promise.reject(own))).toMatchObject({ reason: 'nobody' })
  })

  it('answers synchronously if nothing is awaited', () => {
    const answers = { ...authority(false), denialReason: () => undefined }
    const one = new Enforcement(answers, { actor: () => 'ada' }, {}, 'GET', () => {})
    expect(one.arm()).toBeUndefined()
    expect(one.enforce('read', () => ({ allowed: 'yes' }))).toBeUndefined()
    expect(one.authorization.resource).toEqual({ allowed: 'yes' })
    const away = new Error('away')
    const failing = (): never => {
      throw away
    }
    expect(() => one.enforce('read', failing)).toThrow(away)
    expect(one.enforce('read', () => null)).toMatchObject({ reason: 'missing' })
  })

  it('makes the row the resource of the request', async () => {
    const { one } = enforcement()
    const loader = row('yes')
    expect(await one.enforce('read', loader)).toBeUndefined()
    expect(one.authorization.resource).toEqual({ allowed: 'yes' })
    expect(one.authorization.resourceOf(loader)).toBe(one.authorization.resource)
  })

  it('hides a denied row from the handlers', async () => {
    const { one } = enforcement()
    await one.enforce('read', row('hidden'))
    expect(() => one.authorization.resource).toThrow('No resource was loaded')
  })

  it.each([
    ['allows', row('yes'), 'decided', undefined],
    ['denies', row('hidden'), 'armed', 'although its authorization was denied'],
    ['finds nothing', async () => undefined, 'armed', 'although its authorization was denied'],
  ])('opens the guard only if it allows: one that %s', async (_what, loader, state, why) => {
    const { one, personal } = enforcement()
    one.guard.arm()
    await one.enforce('read', loader)
    expect([one.guard.state, personal()]).toEqual([state, 1])
    const error = one.hold(200)
    expect(error?.message.includes(why ?? '')).toBe(why && true)
  })

  it('forgets earlier decisions if it denies', async () => {
    const { one } = enforcement()
    one.guard.arm()
    await one.enforce('read', row('yes'))
    await one.enforce('edit', row('hidden'))
    expect([one.hold(302), one.hold(200)]).toMatchObject([{ code: 'undecided' }, { code: 'undecided' }])
  })

  it('lets an anonymous user be redirected after a denial', async () => {
    const { one } = enforcement(nobody)
    one.guard.arm()
    await one.enforce('read', row('hidden'))
    expect(one.hold(302)).toBeUndefined()
    expect([one.hold(200), one.hold(302)]).toMatchObject([{ code: 'undecided' }, { code: 'undecided' }])
  })

  it('decides nothing when the loader or the policy fails', async () => {
    for (const loader of [row('breaks'), async () => Promise.reject(new Error('away'))]) {
      const { one } = enforcement()
      one.guard.arm()
      await expect(one.enforce('read', loader)).rejects.toThrow()
      expect(one.guard.state).toBe('armed')
    }
  })

  it.each([undefined, null, 'route', 'router', 0])('turns a thrown %s into an error', async (thrown) => {
    const { one } = enforcement()
    await expect(one.enforce('read', () => Promise.reject(thrown))).rejects.toBeInstanceOf(Error)
  })

  it('gives errors of the policy a status, and keeps errors of the application', async () => {
    await expect(enforcement().one.enforce('read', row('breaks'))).rejects.toMatchObject({ status: 500, expose: false })
    const own = Object.assign(new Error('away'), { status: 503 })
    await expect(enforcement().one.enforce('read', () => Promise.reject(own))).rejects.toBe(own)
  })
})

describe('enforcing on a model', () => {
  it.each([
    ['all', 'decided'],
    ['some', 'armed'],
  ])('lets %s pass, and then the guard is %s', async (action, state) => {
    const { one, personal } = enforcement()
    one.guard.arm()
    expect(await one.enforce(action, 'Note')).toBeUndefined()
    expect(one.guard.state).toBe(state)
    expect(personal()).toBe(1)
    expect(() => one.authorization.resource).toThrow('No resource was loaded')
  })

  it('denies actors who may act on no row with 403, since no row is hidden', async () => {
    expect(await enforcement().one.enforce('none', 'Note')).toMatchObject({ error: { status: 403 } })
    expect(await enforcement(nobody).one.enforce('none', 'Note')).toMatchObject({ error: { status: 401 } })
  })
})

describe('a missing row', () => {
  /** The rows that the policy was asked about, by requests that share what they keep. */
  function questions(actor: string | undefined) {
    const asked: unknown[] = []
    const shared = { decoys: new Decoys() }
    const counting: Authority = {
      ...authority(false),
      denialReason: async (who, action, resource, options) => {
        asked.push([resource, options?.observed])
        return authority(false).denialReason(who, action, resource)
      },
    }
    const request = async (loader: () => Promise<Row | undefined>) => {
      asked.length = 0
      const one = new Enforcement(counting, { actor: () => actor }, { allowed: 'yes' }, 'GET', () => {}, shared)
      const denial = await one.enforce('edit', loader)
      return { denial, asked: [...asked] }
    }
    return request
  }

  it.each(['ada', undefined])('makes the same checks as a hidden row, for %s', async (actor) => {
    const request = questions(actor)
    const rows: (Row | undefined)[] = [{ allowed: 'yes' }, { allowed: 'hidden' }, { allowed: 'yes' }, undefined]
    const loader = async () => rows.shift()
    await request(loader)
    const hidden = await request(loader)
    await request(loader)
    const missing = await request(loader)
    expect(missing.denial?.error).toEqual(hidden.denial?.error)
    expect(hidden.asked).toEqual([[{ allowed: 'hidden' }, undefined]])
    expect(missing.asked).toEqual([[{ allowed: 'hidden' }, false]])
  })

  it('stays missing if the row in its place breaks the policy', async () => {
    const request = questions('ada')
    const rows: (Row | undefined)[] = [{ allowed: 'yes' }, undefined]
    const loader = async () => rows.shift()
    const first = rows[0]!
    await request(loader)
    Object.assign(first, { allowed: 'breaks' })
    expect((await request(loader)).denial?.reason).toBe('missing')
  })
})

describe('the log', () => {
  it('has no reason of a public route behind a decision', () => {
    const { one, events } = enforcement()
    one.guard.arm()
    one.decided('actions')
    one.decided('filter')
    one.open('too late')
    expect(events).toEqual([])
  })

  it('names the reason of a public route', () => {
    const { one, events } = enforcement()
    one.guard.arm()
    one.open('liveness')
    expect(events).toEqual([{ kind: 'unguarded', request: { method: 'GET' }, reason: 'liveness' }])
  })
})

describe('a handler that reads the actor', () => {
  it('makes the response private', () => {
    const { one, personal } = enforcement()
    one.guard.arm()
    expect(one.guard.personal).toBe(false)
    expect(one.authorization.actor).toBe(null)
    expect([one.guard.personal, personal()]).toEqual([true, 1])
    expect(one.guard.blocks('GET', 200)).toBe(true)
  })
})

describe('the reason of a denial', () => {
  const asked = async (options: Partial<EnforcementOptions<Row, string>>, allowed: Row['allowed'] | undefined) => {
    const denial = await enforcement(options).one.enforce('edit', async () => allowed && { allowed })
    return denial?.error.message
  }

  it('is sent if clients may know it', async () => {
    expect(await asked({ reasons: true }, 'hidden')).toBe(
      'Not found. (The resource exists, but the actor may neither "edit" nor "read" it.)',
    )
    expect(await asked({ reasons: true }, undefined)).toBe('Not found. (The loader found nothing.)')
    expect(await asked({ reasons: true }, 'visible')).toContain('not "edit" it')
    expect(await asked({ reasons: true, ...nobody }, 'visible')).toContain('Anonymous users may not do this')
  })

  it('is not sent otherwise', async () => {
    for (const reasons of [undefined, false]) {
      expect(await asked({ reasons }, 'hidden')).toBe('Not found.')
      expect(await asked({ reasons }, undefined)).toBe('Not found.')
    }
  })

  it('is sent for checks of a handler as well', async () => {
    const { one } = enforcement({ reasons: true })
    await one.identify()
    await expect(one.authorization.authorize('edit', { allowed: 'visible' })).rejects.toThrow('may see the resource')
  })
})

describe('the actor of a request', () => {
  it('is looked up once if there is one', async () => {
    let asked = 0
    const { one } = enforcement({ actor: async () => `ada ${++asked}` })
    await one.arm()
    await one.enforce('read', row('yes'))
    expect(one.authorization.actor).toBe('ada 1')
  })

  it('is looked up again while anonymous, so that signing in counts', async () => {
    let actor: string | undefined
    const { one } = enforcement({ actor: () => actor })
    await one.arm()
    expect(one.authorization.actor).toBeNull()
    actor = 'ada'
    await one.enforce('read', row('yes'))
    expect(one.authorization.actor).toBe('ada')
  })
})

describe('a check for an anonymous user', () => {
  it('runs again after the user signs in', async () => {
    const asked: unknown[] = []
    const authorization = new RequestAuthorization(
      { ...authority(false), isAllowed: async (who) => asked.push(who) > 1 },
      true,
      {
        decided: () => {},
        denied: () => {},
        watch: (_method, ask) => ask(),
        personalize: () => {},
        policyVersion: undefined,
        clientOf: () => undefined,
        explanation: () => undefined,
        detail: () => undefined,
        explained: () => ({ authorizer: {}, actor: null, action: '', resource: null }),
      },
    )
    const document = {}
    ofAdapters.identify(authorization, null)
    expect(await authorization.isAllowed('edit', document)).toBe(false)
    ofAdapters.identify(authorization, 'ada')
    expect(await authorization.isAllowed('edit', document)).toBe(true)
    ofAdapters.identify(authorization, 'ada')
    expect(await authorization.isAllowed('edit', document)).toBe(true)
    expect(asked).toEqual([null, 'ada'])
  })
})

describe('a response for one actor', () => {
  it('is not read by an authorization that the framework forbids', async () => {
    const row = {}
    const loader = () => row
    const kept = new Error('kept')
    let isKept = false
    const authorization = new RequestAuthorization(authority(false), true, {
      decided: () => {},
      denied: () => {},
      watch: (_method, ask) => ask(),
      personalize: () => {
        if (isKept) throw kept
      },
      policyVersion: undefined,
      clientOf: () => undefined,
      explanation: () => undefined,
      detail: () => undefined,
      explained: () => ({ authorizer: {}, actor: null, action: '', resource: null }),
    })
    ofAdapters.identify(authorization, 'ada')
    ofAdapters.admit(authorization, loader, row, 'read')
    expect(authorization.resourceOf(loader)).toBe(row)
    isKept = true
    const parameters: Readonly<Record<string, readonly unknown[]>> = {
      resourceOf: [loader],
      assertWritable: [{ title: 1 }],
    }
    const forFrameworks = ['constructor', 'identified', 'identify', 'decideIn', 'forget', 'admit']
    const names = Object.getOwnPropertyNames(RequestAuthorization.prototype).filter(
      (name) => !forFrameworks.includes(name),
    )
    expect(names).toEqual(expect.arrayContaining(['actor', 'resource', 'resourceOf', 'can', 'isAllowed', 'filter']))
    for (const name of names) {
      const read = async (): Promise<unknown> => {
        const value: unknown = Reflect.get(authorization, name)
        return typeof value === 'function' ? value(...(parameters[name] ?? ['read'])) : value
      }
      await expect(read(), name).rejects.toBe(kept)
    }
  })
})

describe('request-level rules', () => {
  it('run only if the policy has some', async () => {
    const request: Row = { allowed: 'visible' }
    expect(await enforcement({ request }).one.arm()).toBeUndefined()
    expect(await enforcement({ request, requestRules: true }).one.arm()).toMatchObject({ error: { status: 403 } })
    expect(await enforcement({ request, requestRules: true, ...nobody }).one.arm()).toMatchObject({
      error: { status: 401 },
    })
  })

  it('do not count as a decision for the guard', async () => {
    const { one } = enforcement({ requestRules: true })
    await one.arm()
    expect(one.hold(200)).toMatchObject({ status: 500 })
  })
})

describe('a blocked response', () => {
  it('is logged', async () => {
    const { one, events } = enforcement()
    await one.arm()
    const error = one.hold(200)
    expect(events).toMatchObject([{ kind: 'undecided', error }])
  })

  it('is blocked also if the log fails', async () => {
    const { one } = enforcement({
      onDecision: () => {
        throw new Error('the disk is full')
      },
    })
    await one.arm()
    expect(one.hold(200)).toMatchObject({ code: 'undecided' })
  })
})

describe('the checks of a handler', () => {
  it('are about the resource of the route unless another is given', async () => {
    const { one } = enforcement()
    await one.enforce('read', row('yes'))
    expect(one.authorization.can('edit')).toBe(true)
    expect(one.authorization.can('edit', { allowed: 'visible' })).toBe(false)
    expect(await one.authorization.isAllowed('edit')).toBe(true)
    expect(await one.authorization.authorizedActions()).toEqual(new Set(['read']))
    await expect(one.authorization.authorize('edit', { allowed: 'visible' })).rejects.toMatchObject({ status: 403 })
    await expect(one.authorization.authorizeField('edit', { allowed: 'visible' }, 'title')).rejects.toMatchObject({
      status: 403,
    })
  })

  it('never replace an undefined row by the row of the route', async () => {
    const { one } = enforcement()
    await one.enforce('read', row('yes'))
    expect(() => one.authorization.can('edit', undefined)).toThrow()
  })

  it('have no resource if none was loaded', () => {
    expect(() => enforcement().one.authorization.can('edit')).toThrow('No resource was loaded')
  })
})

describe('options that all objects inherit', () => {
  it.each([
    ['patch', () => ({})],
    ['model', 'Secret'],
    ['admit', false],
    ['route', {}],
  ])('are none of a route: %s', async (name, value) => {
    Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true })
    try {
      const { one } = enforcement()
      const loader = row('yes')
      expect(() => assertRoute(authority(false), 'edit', loader)).not.toThrow()
      expect(await one.enforce('edit', loader)).toBeUndefined()
      expect(one.authorization.resource).toEqual({ allowed: 'yes' })
    } finally {
      Reflect.deleteProperty(Object.prototype, name)
    }
  })
})
