import { describe, expect, test } from 'vitest'
import { Authorizer } from '../authorizer.js'
import type { EvaluatorName } from '../options.js'

/** Pseudo-random numbers, the same for each seed. */
function randomOf(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return (state >>> 8) % below
  }
}

let turns: () => number = () => 1
async function later<Value>(value: Value): Promise<Value> {
  for (let left = turns(); left > 0; left--) await undefined
  return value
}

class User {
  constructor(
    readonly id: number,
    readonly mentorIs: User | null,
  ) {}
  get mentor(): Promise<User | null> {
    return later(this.mentorIs)
  }
}

class Owned {
  constructor(
    readonly id: number,
    readonly ownerIs: User,
  ) {}
  get owner(): Promise<User> {
    return later(this.ownerIs)
  }
}
class Doc extends Owned {}
class Sheet extends Owned {}

const policy = `
  allow(u: User, "read", r) if r.owner = u.mentor;
  allow(_: User, "see", _);
  allow_field(u: User, "see", r, "salary") if r.owner = u.mentor;
  allow_request(u: User, r) if r.owner = u.mentor;`

function authorizerOf(evaluator: EvaluatorName): Authorizer {
  const key = { key: 'id', fields: { id: 'integer' } } as const
  const authorizer = new Authorizer({ evaluator })
  for (const cls of [User, Doc, Sheet]) authorizer.registerClass(cls, key)
  authorizer.loadSync(policy)
  return authorizer
}

// Everything belongs to `other`, who is nobody's mentor: no answer may be true.
const other = new User(2, null)
const me = new User(3, new User(1, null))
const rows = [new Doc(1, other), new Sheet(1, other), new Doc(2, other), new Sheet(2, other)]

const entries: Readonly<Record<string, (authorizer: Authorizer, row: object) => Promise<boolean>>> = {
  isAllowed: (authorizer, row) => authorizer.isAllowed(me, 'read', row),
  isAllowedMany: async (authorizer, row) => (await authorizer.isAllowedMany(me, 'read', [row, ...rows])).includes(true),
  authorizeField: (authorizer, row) => passes(authorizer.authorizeField(me, 'see', row, 'salary')),
  authorizedFields: async (authorizer, row) => (await authorizer.authorizedFields(me, 'see', row)).size > 0,
  authorizedActions: async (authorizer, row) => (await authorizer.authorizedActions(me, row)).has('read'),
  authorizeRequest: (authorizer, row) => passes(authorizer.authorizeRequest(me, row)),
}

function passes(question: Promise<void>): Promise<boolean> {
  return question.then(
    () => true,
    () => false,
  )
}

describe.each(['auto', 'source', 'closures', 'machine'] as const)(
  'concurrent checks with evaluator %s',
  (evaluator) => {
    test.each(Object.keys(entries))('%s for two classes get their own results', async (name) => {
      for (let round = 0; round < 25; round++) {
        const random = randomOf(round * 7919 + 1)
        turns = () => random(7)
        const authorizer = authorizerOf(evaluator)
        const asked = rows.slice(0, 2 + random(3)).sort(() => random(3) - 1)
        const answers = await Promise.all(asked.map((row) => entries[name]!(authorizer, row)))
        expect(answers, `round ${round}`).not.toContain(true)
      }
    })
  },
)

describe('a policy that is loaded while a check waits', () => {
  const lax = policy.replaceAll('if r.owner = u.mentor', 'if r.id > 0 and u.id > 0')

  test.each(Object.keys(entries))('does not decide an earlier %s', async (name) => {
    turns = () => 3
    const authorizer = authorizerOf('auto')
    const answer = entries[name]!(authorizer, rows[0]!)
    authorizer.loadSync(lax)
    expect(await answer).toBe(false)
    expect(await entries[name]!(authorizer, rows[0]!)).toBe(true)
  })

  test('does not decide between hidden and forbidden', async () => {
    const authorizer = authorizerOf('machine')
    const refused = authorizer.authorize(me, 'read', rows[0], { checkRead: true }).catch((error) => error.status)
    authorizer.loadSync(lax)
    expect(await refused).toBe(404)
  })

  test('does not apply to filters made before it', () => {
    const authorizer = new Authorizer().registerClass(User, { fields: { id: 'integer' } }).registerClass(Doc)
    authorizer.loadSync('allow(u: User, "read", d: Doc) if d.isOf(u);')
    const filter = authorizer.filter(me, 'read', 'Doc')
    const row = Object.assign(new Doc(1, other), { isOf: () => false })
    expect(filter.matches(row)).toBe(false)
    authorizer.loadSync('allow(_: User, "read", _: Doc);')
    expect(filter.matches(row)).toBe(false)
  })
})

describe('a field whose promise resolves to undefined', () => {
  class Page {
    get owner(): Promise<undefined> {
      return Promise.resolve(undefined)
    }
  }

  test.each(['auto', 'source', 'closures', 'machine'] as const)('is missing for evaluator %s', async (evaluator) => {
    const authorizer = new Authorizer({ evaluator }).registerClass(User).registerClass(Page)
    authorizer.loadSync(`
      allow(u: User, "equal", p: Page) if not p.owner = u;
      allow(_: User, "match", p: Page) if not p matches { owner: 1 };
      allow(_: User, "bound", p: Page) if owner = p.owner and not owner = 1;`)
    for (const action of ['equal', 'match', 'bound'])
      for (let trial = 0; trial < 5; trial++)
        await expect(authorizer.isAllowed(me, action, new Page())).rejects.toMatchObject({ code: 'missing-attribute' })
  })
})

describe('a check that never ends', () => {
  class Chain {
    get next(): Promise<Chain> {
      return later(new Chain())
    }
    get fresh(): Chain {
      return new Chain()
    }
    get one(): Promise<number> {
      return later(1)
    }
    async *[Symbol.asyncIterator](): AsyncGenerator<number> {
      for (;;) yield 1
    }
  }
  const authorizerFor = (text: string, evaluator: EvaluatorName = 'auto'): Authorizer => {
    const authorizer = new Authorizer({ evaluator, limits: { asyncTime: 200 } })
    authorizer.registerClass(User).registerClass(Chain, { fields: { next: { one: 'Chain' }, fresh: { one: 'Chain' } } })
    authorizer.loadSync(text)
    return authorizer
  }
  const ends = { code: expect.stringMatching(/^(time|step|frame)-limit$/) }

  test.each(['auto', 'source', 'closures', 'machine'] as const)(
    'meets its deadline with evaluator %s',
    async (evaluator) => {
      turns = () => 1
      const authorizer = authorizerFor('allow(_: User, "read", c: Chain) if 2 in c;', evaluator)
      let isTimerServed = false
      const timer = setTimeout(() => {
        isTimerServed = true
      }, 0)
      await expect(authorizer.isAllowed(me, 'read', new Chain())).rejects.toMatchObject({ code: 'time-limit' })
      clearTimeout(timer)
      expect(isTimerServed).toBe(true)
    },
  )

  test.each(['auto', 'source', 'closures', 'machine'] as const)(
    'along a chain meets a limit with evaluator %s',
    async (evaluator) => {
      const authorizer = authorizerFor(
        `allow(u: User, "read", c: Chain) if leads(c, u);
       leads(c: Chain, u) if c.next = u;
       leads(c: Chain, u) if leads(c.next, u);`,
        evaluator,
      )
      await expect(authorizer.isAllowed(me, 'read', new Chain())).rejects.toMatchObject(ends)
    },
  )

  test('in a filter meets a limit', async () => {
    const authorizer = authorizerFor('allow(c: Chain, "read", d: Doc) if d.id = c.fresh.one;')
    authorizer.registerClass(Doc, { fields: { id: 'integer' } })
    authorizer.loadSync('allow(c: Chain, "read", d: Doc) if d.id = c.fresh.one;')
    await expect(authorizer.loadFilter(new Chain(), 'read', 'Doc')).rejects.toMatchObject(ends)
  })

  test.each(['auto', 'closures', 'machine'] as const)(
    'ends if a getter makes new objects, with evaluator %s',
    async (evaluator) => {
      const authorizer = authorizerFor('allow(_: User, "read", c: Chain) if c.fresh.one = c.fresh.one;', evaluator)
      expect(await authorizer.isAllowed(me, 'read', new Chain())).toBe(true)
    },
  )
})
