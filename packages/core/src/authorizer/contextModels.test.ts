import { describe, expect, test } from 'vitest'
import type { Context } from '../register.js'
import { Authorizer } from './authorizer.js'
import type { ContextDeclaration } from './context.js'

class User {
  constructor(
    readonly id: number,
    readonly features: readonly string[] = [],
    readonly organizations: readonly string[] = [],
  ) {}
}
class Grant {
  constructor(
    readonly userId: number,
    readonly from: Date,
    readonly until: Date,
    readonly limit = 0,
  ) {}
}
class Item {
  constructor(
    readonly id: number,
    readonly grants: readonly Grant[],
    readonly organization = 'acme',
    readonly networks: readonly string[] = [],
    readonly maxAge = 300,
  ) {}
}

const at = (hour: number) => new Date(Date.UTC(2030, 0, 31, hour))
const [ada, eve] = [new User(1, ['export'], ['acme']), new User(2, [], ['acme', 'globex'])]
const items = [
  new Item(1, [new Grant(1, at(8), at(12), 100), new Grant(2, at(8), at(9), 5)], 'acme', ['10.1.', '10.2.']),
  new Item(2, [new Grant(2, at(10), at(18), 1000)], 'globex', ['192.168.'], 60),
  new Item(3, [], 'acme'),
]

/** A condition of a relation or a tuple, as OpenFGA's public models have it, and the items that each question selects. */
interface Model {
  readonly context: Readonly<Record<string, ContextDeclaration>>
  readonly rule: string
  /** Each context with the ids of the items that Ada and Eve may read, or the code of the error. */
  readonly cases: readonly (readonly [Context, ada: readonly number[] | string, eve: readonly number[] | string])[]
}

const hasGrant = 'grant in item.grants and grant.userId = user.id'
const models: Readonly<Record<string, Model>> = {
  'a grant for a time': {
    context: { now: 'date' },
    rule: `${hasGrant} and grant.from <= now and now < grant.until`,
    cases: [
      [{ now: at(8) }, [1], [1]],
      [{ now: at(11) }, [1], [2]],
      [{ now: at(12) }, [], [2]],
      [{ now: at(7) }, [], []],
      [{}, 'missing-context', 'missing-context'],
    ],
  },
  'addresses that are listed': {
    context: { request: { fields: { ip: 'string' } } },
    rule: 'user.id > 0 and network in item.networks and request.ip.startsWith(network)',
    cases: [
      [{ request: { ip: '10.2.0.9' } }, [1], [1]],
      [{ request: { ip: '192.168.1.1' } }, [2], [2]],
      [{ request: { ip: '8.8.8.8' } }, [], []],
    ],
  },
  'a limit of the amount': {
    context: { amount: 'decimal' },
    rule: `${hasGrant} and amount > 0 and amount <= grant.limit`,
    cases: [
      [{ amount: 4.5 }, [1], [1, 2]],
      [{ amount: 100 }, [1], [2]],
      [{ amount: 1001 }, [], []],
      [{ amount: -1 }, [], []],
    ],
  },
  'a recent second factor': {
    context: { session: { fields: { factors: { type: 'string', list: true }, age: 'integer' } } },
    rule: 'user.id > 0 and "totp" in session.factors and session.age <= item.maxAge',
    cases: [
      [{ session: { factors: ['password', 'totp'], age: 30 } }, [1, 2, 3], [1, 2, 3]],
      [{ session: { factors: ['password', 'totp'], age: 200 } }, [1, 3], [1, 3]],
      [{ session: { factors: ['password'], age: 1 } }, [], []],
      [{ session: { factors: ['totp'] } }, 'missing-context', 'missing-context'],
    ],
  },
  'access for a duration': {
    context: { now: 'date', started: { type: 'date', nullable: true }, ends: { type: 'date', nullable: true } },
    rule: `${hasGrant} and started != nil and ends != nil and started <= now and now < ends and ends <= grant.until`,
    cases: [
      [{ now: at(9), started: at(9), ends: at(10) }, [1], [2]],
      [{ now: at(10), started: at(9), ends: at(10) }, [], []],
      [{ now: at(9), started: at(9), ends: at(13) }, [], [2]],
      [{ now: at(9), started: null, ends: null }, [], []],
    ],
  },
  'a feature of the plan': {
    context: { plan: { fields: { features: { type: 'string', list: true }, seats: 'integer' } } },
    rule: 'item.organization = "acme" and "export" in plan.features and plan.seats >= 2 and "export" in user.features',
    cases: [
      [{ plan: { features: ['export', 'audit'], seats: 2 } }, [1, 3], []],
      [{ plan: { features: ['audit'], seats: 9 } }, [], []],
      [{ plan: { features: ['export'], seats: 1 } }, [], []],
    ],
  },
  'the organization that is signed in to': {
    context: { organization: 'string' },
    rule: 'organization in user.organizations and item.organization = organization',
    cases: [
      [{ organization: 'acme' }, [1, 3], [1, 3]],
      [{ organization: 'globex' }, [], [2]],
      [{ organization: 'initech' }, [], []],
    ],
  },
  'claims of a token': {
    context: { token: { fields: { subject: 'integer', audience: 'string', scopes: { type: 'string', list: true } } } },
    rule: 'token.subject = user.id and token.audience = item.organization and "items:read" in token.scopes',
    cases: [
      [{ token: { subject: 1, audience: 'acme', scopes: ['items:read'] } }, [1, 3], []],
      [{ token: { subject: 2, audience: 'globex', scopes: ['items:read', 'items:write'] } }, [], [2]],
      [{ token: { subject: 2, audience: 'globex', scopes: ['items:write'] } }, [], []],
      [{ token: { subject: 1, audience: 'acme' } }, 'missing-context', []],
    ],
  },
}

function authorizerOf({ context, rule }: Model, evaluator: 'machine' | 'closures' | 'source'): Authorizer {
  const whole = { type: 'integer', nullable: false } as const
  const text = { type: 'string', nullable: false } as const
  const texts = { type: 'string', list: true, nullable: false } as const
  const date = { type: 'date', nullable: false } as const
  const authorizer = new Authorizer({ evaluator, log: () => {} })
    .registerClass(User, { key: 'id', fields: { id: whole, features: texts, organizations: texts } })
    .registerClass(Grant, { fields: { userId: whole, from: date, until: date, limit: whole } })
    .registerClass(Item, {
      key: 'id',
      fields: { id: whole, grants: { many: 'Grant' }, organization: text, networks: texts, maxAge: whole },
    })
    .registerContext(context)
  authorizer.loadSync(`allow(user: User, "read", item: Item) if ${rule};`)
  return authorizer
}

function idsOf(select: () => readonly Item[]): readonly number[] | string {
  try {
    return select().map(({ id }) => id)
  } catch (error) {
    return (error as { readonly code: string }).code
  }
}

describe.each(Object.entries(models))('%s, through the context', (_, model) => {
  test.each(['machine', 'closures', 'source'] as const)('is decided alike by checks and filters of %s', (evaluator) => {
    const authorizer = authorizerOf(model, evaluator)
    for (const [context, ...expected] of model.cases) {
      const view = authorizer.with(context)
      for (const [index, user] of [ada, eve].entries()) {
        expect(idsOf(() => items.filter((item) => view.can(user, 'read', item)))).toEqual(expected[index])
        const listed = idsOf(() => {
          const filter = view.filter(user, 'read', 'Item')
          return items.filter((item) => filter.matches(item))
        })
        // A list omits the rows whose check is an error.
        expect(listed).toEqual(
          listed === 'missing-context' ? expected[index] : expected[index] === 'missing-context' ? [] : expected[index],
        )
      }
    }
  })
})
