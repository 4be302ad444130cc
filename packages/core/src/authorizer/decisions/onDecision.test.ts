import { createHash } from 'node:crypto'
import { describe, expect, test, vi } from 'vitest'
import { type ExplanationNode, explain } from '../../../../explain/src/index.js'
import type { Diagnostic } from '../../language/diagnostic.js'
import { Authorizer } from '../authorizer.js'
import type { MadeDecision } from './decision.js'
import { watchDecisions } from './engine.js'
import { Decision } from './event.js'

class User {
  constructor(
    readonly id: number,
    readonly email = 'ada@example.org',
    readonly secret = 'secret',
  ) {}
}
class Doc {
  constructor(
    readonly id: number,
    readonly owner: User,
    readonly isPublic = false,
    readonly secret = 'secret',
  ) {}
  get later(): Promise<boolean> {
    return Promise.resolve(true)
  }
}
class Entry {
  readonly org = 3
  readonly day = new Date(0)
  readonly secret = 'secret'
}

const text = `
  allow(user: User, "read", doc: Doc) if owns(user, doc);
  allow(_, "read", doc: Doc) if doc.isPublic = true;
  allow(_: User, "wait", doc: Doc) if doc.later = true;
  allow(_: User, "list", _: Entry);
  allow_field(_: User, "read", _: Doc, "id");
  allow_request(_: User, _);
  owns(user: User, doc: Doc) if doc.owner = user;
`

function made(log: (warning: Diagnostic) => void = () => {}) {
  const authorizer = new Authorizer({ log })
    .registerClass(User, { key: 'id', fields: { id: 'integer', email: 'string' } })
    .registerClass(Doc, { key: 'id' })
    .registerClass(Entry, { key: ['org', 'day'] })
  authorizer.loadSync({ text, name: 'main.polar' })
  return authorizer
}

/** An authorizer of plain rows, whose relations are loaded when a question waits. */
function withRelations(evaluator: 'machine' | 'closures' | 'source') {
  const authorizer = new Authorizer({ evaluator, log: () => {} }).registerModels(
    [
      { name: 'Org', key: 'id', fields: { id: 'integer', level: 'integer' } },
      {
        name: 'User',
        key: 'id',
        fields: { id: 'integer', isAdmin: 'boolean', orgId: 'integer', org: { one: 'Org', from: 'orgId', to: 'id' } },
      },
      {
        name: 'Page',
        key: 'id',
        fields: { id: 'integer', owner: { one: 'User' }, readers: { many: 'User' }, state: 'string' },
      },
    ],
    async ({ object, name }) => {
      if (name === 'org') return { id: 7, level: 3 }
      return Reflect.get(object, 'id') === 2 ? [{ id: 1 }] : []
    },
  )
  authorizer.loadSync(`
    allow(user: User, "read", _: Page) if user.isAdmin = true;
    allow(user: User, "read", page: Page) if reads(user, page);
    allow(user: User, "read", page: Page) if page.id = 1 and user.org.level > 2;
    reads(user: User, page: Page) if page.owner = user;
    reads(user: User, page: Page) if reader in page.readers and same(reader, user);
    same(one: User, other: User) if one = other;
    allow(user: User, "audit", page: Page) if not reads(user, page);
    allow(_: User, "print", page: Page) if page.state = "final";
    allow_field(_: User, "print", page: Page, _) if page.state = "final";
  `)
  return authorizer
}

const [ada, eve] = [new User(1), new User(2)]
const [mine, open] = [new Doc(5, ada), new Doc(6, ada, true)]

/** Returns the decisions of an authorizer, with their rules. */
function recorded(authorizer: Authorizer, ...options: [Parameters<Authorizer['onDecision']>[1]] | []) {
  const events: (Decision & { readonly lines: readonly number[] | undefined })[] = []
  authorizer.onDecision(
    (event) => {
      const lines = event.rules?.map(({ line }) => line)
      events.push(Object.assign(event, { lines }))
    },
    ...options,
  )
  return events
}

describe('a decision', () => {
  test('names rows by their models and keys', () => {
    const authorizer = made()
    const events = recorded(authorizer)
    authorizer.can(ada, 'read', mine)
    authorizer.can(null, 'read', open)
    authorizer.can(ada, 'list', new Entry())
    authorizer.can(ada, 'list', Entry)
    expect(events.map(({ actor, resource }) => [actor, resource])).toEqual([
      [
        { model: 'User', key: 1 },
        { model: 'Doc', key: 5 },
      ],
      [null, { model: 'Doc', key: 6 }],
      [
        { model: 'User', key: 1 },
        { model: 'Entry', key: { org: 3, day: '1970-01-01T00:00:00.000Z' } },
      ],
      [{ model: 'User', key: 1 }, { model: 'Entry' }],
    ])
    for (const event of events) expect(JSON.stringify(event)).not.toContain('secret')
  })

  test('has the rules of one proof, and none if it is denied', () => {
    const authorizer = made()
    const events = recorded(authorizer)
    authorizer.can(ada, 'read', mine)
    authorizer.can(eve, 'read', open)
    authorizer.can(eve, 'read', mine)
    expect(events.map(({ lines, outcome, reason }) => [lines, outcome, reason])).toEqual([
      [[2, 8], 'allowed', undefined],
      [[3], 'allowed', undefined],
      [[], 'denied', 'hidden'],
    ])
    authorizer.onDecision(({ rules }) => expect(rules?.[1]).toEqual({ name: 'owns', file: 'main.polar', line: 8 }), {
      required: true,
    })
    authorizer.can(ada, 'read', mine)
  })

  test('keeps no detail that needs the rows', () => {
    const authorizer = made()
    const kept: Decision[] = []
    authorizer.onDecision((decision) => void kept.push(decision))
    authorizer.can(eve, 'read', mine)
    for (const read of [
      (one: Decision) => one.rules,
      (one: Decision) => one.explanation,
      (one: Decision) => one.loadExplanation(),
    ])
      expect(() => read(kept[0]!)).toThrow(expect.objectContaining({ code: 'decision-over' }))
    expect(JSON.parse(JSON.stringify(kept[0]))).toMatchObject({ kind: 'decision', id: kept[0]!.id, outcome: 'denied' })
  })

  test('is made by every entry', async () => {
    const authorizer = made()
    const events = recorded(authorizer)
    await authorizer.isAllowed(ada, 'wait', mine)
    authorizer.canMany(ada, 'read', [mine, open])
    await authorizer.isAllowedMany(eve, 'read', [mine])
    await authorizer.authorize(eve, 'wait', mine)
    await authorizer.authorize(eve, 'read', mine).catch(() => {})
    authorizer.filter(eve, 'read', 'Doc')
    authorizer.filter(ada, 'list', 'Entry')
    await authorizer.loadFilter(null, 'list', 'Entry')
    await authorizer.extent(ada, 'list', 'Entry')
    await authorizer.authorizedActions(ada, mine).catch(() => {})
    await authorizer.authorizeField(ada, 'read', mine, 'id')
    await authorizer.authorizeField(ada, 'read', mine, 'secret').catch(() => {})
    await authorizer.authorizeRequest(null, { path: '/' }).catch(() => {})
    const shown = events.map(({ entry, action, outcome, reason, extent, fields, lines }) =>
      [entry, action, outcome, reason, extent, fields, lines && `lines ${lines.join()}`].filter(
        (one) => one !== undefined,
      ),
    )
    expect(shown).toEqual([
      ['can', 'wait', 'allowed', 'lines 4'],
      ['can', 'read', 'allowed', 'lines 2,8'],
      ['can', 'read', 'allowed', 'lines 3'],
      ['can', 'read', 'denied', 'hidden', 'lines '],
      ['can', 'wait', 'allowed', 'lines 4'],
      ['can', 'read', 'denied', 'hidden', 'lines '],
      ['filter', 'read', 'allowed', 'condition', 'lines 2,8,3'],
      ['filter', 'list', 'allowed', 'all', 'lines 5'],
      ['filter', 'list', 'denied', 'nobody', 'none', 'lines '],
      ['extent', 'list', 'allowed', 'all', 'lines 5'],
      ['actions', 'allowed', 'lines 2,8,4'],
      ['field', 'read', 'allowed', ['id'], 'lines 6'],
      ['field', 'read', 'denied', 'forbidden', ['secret'], 'lines '],
      ['request', 'denied', 'nobody', 'lines '],
    ])
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length)
    for (const { time, duration } of events) expect([time > 1e12, duration >= 0]).toEqual([true, true])
  })

  test('has the rules of each action or field of a list', async () => {
    const authorizer = new Authorizer({ log: () => {} })
      .registerClass(User, { key: 'id' })
      .registerClass(Doc, { key: 'id', fields: { id: 'integer', title: 'string', secret: 'string' } })
    authorizer.loadSync(`
      allow(user: User, "read", doc: Doc) if owns(user, doc);
      allow(_: User, "list", _: Doc);
      allow(user: User, "edit", doc: Doc) if not owns(user, doc);
      allow(user: User, "drop", doc: Doc) if owns(user, doc) and doc.id > 100;
      owns(user: User, doc: Doc) if doc.owner = user;
      allow_field(user: User, "read", doc: Doc, "secret") if owns(user, doc);
      allow_field(_: User, "read", _: Doc, field) if field in ["id", "title"];
    `)
    const events = recorded(authorizer)
    const proof = ({ outcome, kind, rules = [], of }: ExplanationNode): readonly number[] =>
      outcome === 'true' && kind !== 'not' ? [...rules.map(({ place }) => place.line), ...of.flatMap(proof)] : []
    const proofOf = (action: string, names: Iterable<string>, user: User, isField: boolean) =>
      new Set(
        [...names].flatMap((name) => {
          const { tree } = isField
            ? explain(authorizer, user, action, mine, { field: name })
            : explain(authorizer, user, name, mine)
          return proof(tree)
        }),
      )
    for (const user of [ada, eve]) {
      const actions = await authorizer.authorizedActions(user, mine)
      expect(new Set(events.at(-1)?.lines)).toEqual(proofOf('', actions, user, false))
      const fields = await authorizer.authorizedFields(user, 'read', mine)
      expect(new Set(events.at(-1)?.lines)).toEqual(proofOf('read', fields, user, true))
      const picked = await authorizer.pickAuthorized(user, 'read', mine)
      expect(new Set(events.at(-1)?.lines)).toEqual(proofOf('read', Object.keys(picked), user, true))
      await authorizer.assertWritable(user, 'read', mine, { id: 1, title: '' })
      expect(events.at(-1)?.lines).toEqual([8])
    }
    expect(events.map(({ entry, lines }) => [entry, lines])).toEqual([
      ['actions', [2, 6, 3]],
      ['field', [7, 6, 8]],
      ['field', [8, 7, 6]],
      ['field', [8]],
      ['actions', [3, 4]],
      ['field', [8]],
      ['field', [8]],
      ['field', [8]],
    ])
  })

  test('has the rules that a filter rests on', async () => {
    const authorizer = withRelations('source')
    const events = recorded(authorizer)
    const user = (id: number, isAdmin: boolean, org?: object) =>
      authorizer.as('User', { id, isAdmin, orgId: 7, ...org })
    authorizer.filter(user(1, true), 'read', 'Page', { unloaded: 'database' })
    authorizer.filter(user(1, false, { org: { id: 7, level: 1 } }), 'read', 'Page')
    authorizer.filter(user(1, false, { org: { id: 7, level: 3 } }), 'read', 'Page')
    authorizer.filter(user(1, false), 'read', 'Page', { unloaded: 'database' })
    await authorizer.loadFilter(user(1, false), 'read', 'Page')
    authorizer.filter(user(1, false), 'audit', 'Page')
    authorizer.filter(null, 'read', 'Page')
    expect(events.map(({ extent, lines }) => [extent, lines])).toEqual([
      // One proof of all rows is enough.
      ['all', [2]],
      ['condition', [3, 5, 6, 7]],
      ['condition', [3, 5, 6, 7, 4]],
      ['condition', [3, 5, 6, 7, 4]],
      ['condition', [3, 5, 6, 7, 4]],
      // Rules that must not hold are not among them.
      ['condition', [8]],
      ['none', []],
    ])
  })

  test.each(['machine', 'closures', 'source'] as const)(
    'has the rules of what it waited for, by %s',
    async (evaluator) => {
      const authorizer = withRelations(evaluator)
      const events = recorded(authorizer)
      const [reader, other] = [1, 2].map((id) => authorizer.as('User', { id, isAdmin: false, orgId: 7 }))
      const pages = [1, 2].map((id) => authorizer.as('Page', { id, owner: other }))
      expect(await authorizer.isAllowed(reader!, 'read', pages[0]!)).toBe(true)
      expect(await authorizer.isAllowedMany(reader!, 'read', pages)).toEqual([true, true])
      await authorizer.authorize(reader!, 'read', pages[1]!)
      let reads = 0
      const later = (id: number) =>
        authorizer.as('Page', {
          id,
          get state() {
            reads++
            return Promise.resolve('final')
          },
        })
      const readsBy: number[] = []
      const stop = authorizer.onDecision((decision) => {
        const before = reads
        void decision.rules
        readsBy.push(reads - before)
      })
      expect(await authorizer.isAllowed(reader!, 'print', later(3))).toBe(true)
      await authorizer.authorizeField(reader!, 'print', later(4), 'title')
      expect(await authorizer.authorizedActions(reader!, later(5))).toEqual(new Set(['audit', 'print']))
      expect(await authorizer.authorizedActionsMany(reader!, [later(6), later(7)])).toHaveLength(2)
      expect(await authorizer.authorizedFields(reader!, 'print', later(8))).toEqual(
        new Set(['id', 'owner', 'readers', 'state']),
      )
      await authorizer.pickAuthorized(reader!, 'print', later(9))
      await authorizer.assertWritable(reader!, 'print', later(10), { title: '' })
      stop()
      // Values that arrived are not read again.
      expect(readsBy).toEqual(Array(8).fill(0))
      expect(events.map(({ entry, lines }) => [entry, lines])).toEqual([
        ['can', [4]],
        ['can', [4]],
        ['can', [3, 6, 7]],
        ['can', [3, 6, 7]],
        ['can', [9]],
        ['field', [10]],
        ['actions', [8, 9]],
        ['actions', [8, 9]],
        ['actions', [8, 9]],
        ['field', [10]],
        ['field', [10]],
        ['field', [10]],
      ])
    },
  )

  test('records nothing that it waits for if nobody reads it', async () => {
    const authorizer = withRelations('source')
    const made: unknown[] = []
    watchDecisions(authorizer, ({ arrived }) => void made.push(arrived))
    const user = authorizer.as('User', { id: 1, isAdmin: false, orgId: 7 })
    expect(await authorizer.isAllowed(user, 'read', authorizer.as('Page', { id: 1, owner: null }))).toBe(true)
    expect(made).toEqual([undefined])
  })

  test('can be an error, with its code', async () => {
    const authorizer = made()
    const events = recorded(authorizer, { allowed: 'none' })
    expect(() => authorizer.can(ada, 'raed', mine)).toThrow('raed')
    expect(() => authorizer.can(ada, 'wait', mine)).toThrow('promise')
    expect(() => authorizer.canMany(undefined, 'read', [mine])).toThrow('undefined')
    await expect(authorizer.isAllowed(ada, 'raed', mine)).rejects.toThrow('raed')
    expect(events.map(({ outcome, reason, lines }) => [outcome, reason, lines])).toEqual([
      ['error', 'unknown-action', []],
      ['error', 'async-value', []],
      ['error', 'undefined-actor', []],
      ['error', 'unknown-action', []],
    ])
  })

  test('has the version of the policy with which it began', async () => {
    const authorizer = made()
    const versions: unknown[] = []
    authorizer.onDecision(({ policyVersion }) => void versions.push(policyVersion))
    const before = authorizer.policyVersion
    const answer = authorizer.isAllowed(ada, 'wait', mine)
    authorizer.loadSync(`${text}\n# another`)
    await answer
    authorizer.can(ada, 'read', mine)
    expect(versions).toEqual([before, authorizer.policyVersion])
  })
})

test('the version of a policy is a hash of its texts', () => {
  const authorizer = new Authorizer({ log: () => {} })
  expect(authorizer.policyVersion).toBeUndefined()
  for (let length = 0; length < 140; length++) {
    const texts = ['allow(_, _, _);\n', `# ü€😀${'x'.repeat(length)}\n`]
    authorizer.loadSync(...texts.map((each, at) => ({ text: each, name: `${at}.polar` })))
    expect(authorizer.policyVersion).toBe(createHash('sha256').update(texts.join('')).digest('hex').slice(0, 32))
  }
})

describe('a listener', () => {
  test('can leave out what is allowed, and a share of all', () => {
    const authorizer = made()
    const [denied, some] = [recorded(authorizer, { allowed: 'none' }), recorded(authorizer, { sample: 0.25 })]
    for (let count = 0; count < 1000; count++) authorizer.can(count % 2 === 0 ? ada : eve, 'read', mine)
    expect(denied).toHaveLength(500)
    expect(some.length).toBeGreaterThan(150)
    expect(some.length).toBeLessThan(350)
  })

  test('can mask keys', () => {
    const authorizer = new Authorizer().registerClass(User, { key: 'email', fields: { email: 'string' } })
    authorizer.loadSync('allow(user: User, "read", user: User);')
    const events = recorded(authorizer, { mask: ['User.email'] })
    authorizer.can(ada, 'read', ada)
    expect(events[0]).toMatchObject({ actor: { key: '(masked)' }, resource: { key: '(masked)' } })
    expect(() => authorizer.onDecision(() => {}, { mask: ['Usr.email'] })).toThrow('Usr.email')
  })

  test.each([
    [undefined, {}],
    [() => {}, { sample: 2 }],
    [() => {}, { sample: Number.NaN }],
    [() => {}, { allowed: 'some' }],
    [() => {}, { required: 1 }],
    [() => {}, { mask: ['User'] }],
  ])('is refused: %s %j', (listener, options) => {
    expect(() => made().onDecision(listener as () => void, options as object)).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    )
  })

  test('that fails changes no answer, and is reported once', async () => {
    const log = vi.fn()
    const authorizer = made(log)
    authorizer.onDecision(() => {
      throw new Error('the disk is full')
    })
    authorizer.onDecision(() => Promise.reject(new Error('the network is down')))
    for (let count = 0; count < 5; count++) {
      expect([authorizer.can(ada, 'read', mine), authorizer.can(eve, 'read', mine)]).toEqual([true, false])
      expect(await authorizer.isAllowed(ada, 'read', mine)).toBe(true)
    }
    const warnings = log.mock.calls.map(([warning]) => warning as Diagnostic)
    // On a busy machine, a call can take long, too.
    const found = warnings.filter(({ code }) => code !== 'slow-listener')
    expect(found.map(({ code }) => code)).toEqual(['failing-listener', 'failing-listener'])
    expect(found.map(({ message }) => message).join()).toMatch(/the disk is full.*the network is down/)
  })

  test('that is slow is reported once, and misses decisions while too many of its promises are pending', async () => {
    const log = vi.fn()
    const authorizer = made(log)
    let calls = 0
    const open: (() => void)[] = []
    authorizer.onDecision(() => {
      calls++
      return new Promise<void>((resolve) => open.push(resolve))
    })
    for (let count = 0; count < 3000; count++) expect(authorizer.can(ada, 'read', mine)).toBe(true)
    expect(calls).toBe(1000)
    for (const resolve of open) resolve()
    await new Promise((resolve) => setImmediate(resolve))
    authorizer.can(ada, 'read', mine)
    expect(calls).toBe(1001)
    expect(log.mock.calls.map(([{ code }]) => code)).toEqual(['slow-listener'])
  })

  test('that is required fails the check if it throws, or does not record at once', async () => {
    const authorizer = made()
    const stop = authorizer.onDecision(
      () => {
        throw new Error('the disk is full')
      },
      { required: true },
    )
    expect(() => authorizer.can(ada, 'read', mine)).toThrow('the disk is full')
    await expect(authorizer.isAllowed(ada, 'read', mine)).rejects.toThrow('the disk is full')
    await expect(authorizer.authorize(eve, 'read', mine)).rejects.toThrow('the disk is full')
    await expect(authorizer.loadFilter(eve, 'read', 'Doc')).rejects.toThrow('the disk is full')
    stop()
    authorizer.onDecision(async () => {}, { required: true })
    expect(() => authorizer.can(ada, 'read', mine)).toThrow('must not return a promise')
  })

  test('receives no decision that it causes, and hears nothing once it is removed', () => {
    const authorizer = made()
    let calls = 0
    const stop = authorizer.onDecision(() => {
      calls++
      authorizer.can(eve, 'read', mine)
    })
    authorizer.can(ada, 'read', mine)
    expect(calls).toBe(1)
    stop()
    authorizer.can(ada, 'read', mine)
    expect(calls).toBe(1)
  })
})

test('the rules of a check within another one take none of its steps', () => {
  class Nested {
    readonly id = 1
    get inner(): boolean {
      return authorizer.can(ada, 'read', mine)
    }
  }
  const authorizer: Authorizer = made().registerClass(Nested, { key: 'id' })
  authorizer.loadSync(`${text}\nallow(_: User, "read", nested: Nested) if nested.inner = true;`)
  const events = recorded(authorizer)
  expect(authorizer.can(eve, 'read', new Nested())).toBe(true)
  expect(events.map(({ lines }) => lines)).toEqual([[2, 8], [10]])
})

describe('watchDecisions', () => {
  test('passes the rows, and an error of the watcher fails the check', () => {
    const authorizer = made()
    const rows: unknown[] = []
    const stop = watchDecisions(authorizer, ({ resource }) => {
      rows.push(resource)
      throw new Error('not now')
    })
    expect(() => authorizer.can(ada, 'read', mine)).toThrow('not now')
    expect(rows).toEqual([mine])
    stop()
    expect(authorizer.can(ada, 'read', mine)).toBe(true)
  })

  test('needs an authorizer', () => {
    expect(() => watchDecisions({}, () => {})).toThrow(expect.objectContaining({ code: 'invalid-argument' }))
  })
})

test('the keys of a write are written, those of the type bigint, too', () => {
  const ada = new User(1)
  const { schema } = new Authorizer().registerClass(User, { key: 'id' })
  const settings = { schema, readAction: 'read', authorizerFor: () => ({}), mask: new Set<string>(), explanations: {} }
  const details = { rows: [ada, { __proto__: User.prototype, id: 2n ** 60n }] }
  // Sound: no other property of a decision is read.
  const write = { kind: 'change', actor: ada, action: 'update', outcome: 'allowed', details } as unknown as MadeDecision
  expect(JSON.parse(JSON.stringify(new Decision(settings, write, undefined)))).toMatchObject({
    actor: { key: 1 },
    keys: [1, '1152921504606846976'],
  })
})
