import { Source } from '@arcturus/core/internal/oso'
import { describe, expect, test } from 'vitest'
import { CheckPlans } from './checkPlans.js'
import { Engine } from './engine.js'
import { Oso } from './oso.js'
import type { ClassParams, Options } from './types.js'

class User {
  [field: string]: unknown
  constructor(fields: object = {}) {
    Object.assign(this, fields)
  }
}
class Admin extends User {}
class Guest extends User {}
class Doc {
  [field: string]: unknown
  constructor(fields: object = {}) {
    Object.assign(this, fields)
  }
}
class Draft extends Doc {}
class Team {
  readonly id: number
  constructor(id: number) {
    this.id = id
  }
}

async function load(policy: string, options: Options = {}, params: ClassParams = {}): Promise<Oso> {
  const oso = new Oso(options)
  for (const cls of [User, Admin, Doc, Draft, Team]) oso.registerClass(cls, params)
  await oso.loadStr(policy)
  return oso
}

type Answer = boolean | string

const answer = (oso: Oso, actor: unknown, resource: unknown, action = 'read'): Promise<Answer> =>
  oso.isAllowed(actor, action, resource).catch((error: Error) => error.message)

/** Returns the answers of the machine, which decides the first checks, and those after them. */
async function answers(oso: Oso, actor: unknown, resource: unknown, action?: string): Promise<[Answer, Answer]> {
  const first = await answer(oso, actor, resource, action)
  for (let times = 0; times < 4; times++) await answer(oso, actor, resource, action)
  return [first, await answer(oso, actor, resource, action)]
}

const allow = 'allow(user: User, "read", doc: Doc)'
const byDoc = 'allow(_: User, "read", doc: Doc)'
const byUser = 'allow(user: User, "read", _: Doc)'

describe('the checks after the first few', () => {
  test.each<[title: string, policy: string, actor: object, resource: unknown, expected: boolean | RegExp]>([
    ['fields', `${allow} if user.name = doc.owner;`, new User({ name: 'Ann' }), new Doc({ owner: 'Ann' }), true],
    ['denials', `${allow} if user.name = doc.owner;`, new User({ name: 'Ann' }), new Doc({ owner: 'Bob' }), false],
    [
      'objects that are equal by content',
      `${allow} if team in user.teams and team = doc.team;`,
      new User({ teams: [new Team(1), new Team(2)] }),
      new Doc({ team: new Team(2) }),
      true,
    ],
    ['orderings', `${allow} if user.level >= doc.level;`, new User({ level: 3 }), new Doc({ level: 3 }), true],
    [
      'orderings of dates',
      `${allow} if user.since < doc.since;`,
      new User({ since: new Date(1) }),
      new Doc({ since: new Date(2) }),
      true,
    ],
    [
      'texts by code point',
      `${allow} if user.a < doc.a;`,
      new User({ a: '\uffff' }),
      new Doc({ a: '\u{1f600}' }),
      true,
    ],
    [
      'a present undefined',
      `${allow} if user.name = doc.owner;`,
      new User({ name: undefined }),
      new Doc({ owner: undefined }),
      true,
    ],
    ['nil', `${byDoc} if doc.owner = nil;`, new User(), new Doc({ owner: null }), true],
    [
      'promises',
      `${allow} if doc.owner = user.name;`,
      new User({ name: 'Ann' }),
      new Doc({ owner: later('Ann') }),
      true,
    ],
    ['iterators', `${allow} if x in user.names and x = doc.owner;`, new User({ names: new Set(['Ann']) }), ann(), true],
    [
      'lists',
      `${allow} if user.tags = doc.tags;`,
      new User({ tags: ['a', ['b']] }),
      new Doc({ tags: ['a', ['b']] }),
      true,
    ],
    ['subclasses', `${byDoc} if doc.owner = "Ann";`, new Admin(), new Draft({ owner: 'Ann' }), true],
    ['classes without registration', `${byDoc} if doc.owner = "Ann";`, new Guest(), ann(), true],
    ['negations', `${byUser} if not user.isBanned;`, new User({ isBanned: true }), ann(), false],
    [
      'an error that comes before a proof',
      `allow(admin: Admin, _, doc: Doc) if admin.missing = doc.owner; ${byDoc} if doc.owner = "Ann";`,
      new Admin(),
      ann(),
      true,
    ],
    [
      'a proof that comes before an error',
      `allow(_: Admin, _, doc: Doc) if doc.owner = "Ann"; ${byUser} if user.missing = 1;`,
      new Admin(),
      ann(),
      true,
    ],
    ['a field of nil', `${byDoc} if doc.team.id = 1;`, new User(), new Doc({ team: null }), /id/],
  ])('answer as the machine does: %s', async (_, policy, actor, resource, expected) => {
    const [first, later] = await answers(await load(policy), actor, resource)
    if (typeof expected === 'boolean') expect(first).toBe(expected)
    else expect(first).toMatch(expected)
    expect(later).toBe(first)
  })

  test('are decided by a predicate', async () => {
    const engine = new Engine({})
    engine.host.registerClass(User)
    engine.host.registerClass(Doc)
    await engine.load([new Source(`${allow} if user.name = doc.owner;`)])
    const plans = CheckPlans.of(engine.policy, engine.host.schema, engine.machineHost)!
    const ask = (resource: unknown) => plans.holds(new User({ name: 'Ann' }), 'read', resource)
    expect([ask(ann()), ask(ann()), ask(ann()), ask(ann()), ask(new Doc({ owner: 'Bob' }))]).toEqual([
      ...[undefined, undefined, undefined],
      ...[true, false],
    ])
    // The machine throws the error.
    expect(ask(new Doc())).toBeUndefined()
  })

  test('call the equality of the application', async () => {
    const oso = await load(`${allow} if user.team = doc.team;`, { equalityFn: () => true })
    expect(await answers(oso, new User({ team: new Team(1) }), new Doc({ team: new Team(2) }))).toEqual([true, true])
  })

  test('call the class check of the application', async () => {
    const oso = await load(`${byDoc} if doc.team matches Team;`, {}, { isaCheck: (value) => 'id' in Object(value) })
    expect(await answers(oso, new User({ id: 1 }), new Doc({ id: 2, team: { id: 3 } }))).toEqual([true, true])
  })

  test('see classes and policies that come later', async () => {
    const oso = await load(`${byDoc} if doc.owner = "Ann";`)
    expect(await answers(oso, new User(), ann())).toEqual([true, true])
    class Other {}
    oso.registerClass(Other)
    expect(await answers(oso, new User(), ann())).toEqual([true, true])
    oso.clearRules()
    await oso.loadStr(`${byDoc} if doc.owner = "Bob";`)
    expect(await answers(oso, new User(), ann())).toEqual([false, false])
  })

  test('accept actions that the policy does not name', async () => {
    const oso = await load('allow(_: User, action, doc: Doc) if action in doc.actions;')
    expect(await answers(oso, new User(), new Doc({ actions: ['zap'] }), 'zap')).toEqual([true, true])
  })
})

function later(value: unknown): Promise<unknown> {
  return Promise.resolve(value)
}

function ann(): Doc {
  return new Doc({ owner: 'Ann' })
}
