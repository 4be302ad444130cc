import { Authorizer } from '@arcturus/core'
import { describe, expect, test } from 'vitest'
import type { Listing as ListingOf } from './entities.js'
import { authzen } from './index.js'
import { type Ask, at, serve, url } from './testing/serve.js'
import todo from './testing/todoDecisions.json' with { type: 'json' }

type Listing = ListingOf<unknown>

class User {
  role = 'none'
  roles: string[] = []
  email = ''
  constructor(
    readonly id: string,
    given: object = {},
  ) {
    Object.assign(this, given)
  }
}
class Item {
  status = 'active'
  ownerID: string | undefined
  constructor(
    readonly id: string,
    given: object = {},
  ) {
    Object.assign(this, given)
  }
}

/** What the certification asks for. */
async function certified(): Promise<Ask> {
  const authorizer = new Authorizer({ actions: ['read', 'write', 'delete'] })
    .registerClass(User)
    .registerClass(Item)
    .registerContext({ soft: 'boolean' })
  await authorizer.load(`
    allow(_: User, "read", _: Item);
    allow(user: User, "write", item: Item) if user.id = "alice" and item.status = "active";
    allow(user: User, "write", item: Item) if user.role = "admin" and item.status = "archived";
    allow(user: User, "delete", _: Item) if user.id = "alice" and soft = true;`)
  const users = [new User('alice'), new User('bob', { role: 'admin' })]
  const items = [new Item('record-1'), new Item('record-2', { status: 'archived' })]
  const of = (rows: readonly (User | Item)[], open: string[]) => ({
    find: (id: string) => rows.find((row) => row.id === id),
    list: ({ after, limit }: { after: string | undefined; limit: number }) =>
      rows.filter(({ id }) => after === undefined || id > after).slice(0, limit),
    open,
  })
  return serve(authorizer, {
    subjects: { user: of(users, ['role']) },
    resources: { record: of(items, ['status']) },
    context: ({ action }) => ({ soft: action?.properties['soft'] === true }),
  })
}

const alice = { type: 'user', id: 'alice' }
const bob = { type: 'user', id: 'bob' }
const admin = { ...bob, properties: { role: 'admin' } }
const first = { type: 'record', id: 'record-1' }
const second = { type: 'record', id: 'record-2' }
const archived = { ...second, properties: { status: 'archived' } }
const active = { ...first, properties: { status: 'active' } }
const [read, write] = [{ name: 'read' }, { name: 'write' }]
const asked = { subject: alice, action: read, resource: first }

describe('the scenario of the certification', async () => {
  const ask = await certified()

  test.each([
    ['a permitted one', asked, true],
    ['a denied one', { subject: bob, action: write, resource: first }, false],
    ['a context that no rule reads', { ...asked, context: { time: '2025-06-27T18:03-07:00' } }, true],
    ['the property of a resource', { subject: alice, action: write, resource: archived }, false],
    ['the property of a subject', { subject: admin, action: write, resource: archived }, true],
    ['the property of an action', { ...asked, action: { name: 'delete', properties: { soft: true } } }, true],
    ['another property of an action', { ...asked, action: { name: 'delete', properties: { soft: false } } }, false],
    [
      'properties that are not open',
      { ...asked, subject: { ...bob, properties: { id: 'alice' } }, action: write },
      false,
    ],
    ['unknown fields', { ...asked, foo: 'bar', future: { nested: true } }, true],
    ['an unknown subject', { ...asked, subject: { ...alice, id: 'nobody' } }, false],
    ['an unknown type', { ...asked, resource: { type: 'constructor', id: '1' } }, false],
    ['an unknown action', { ...asked, action: { name: 'fly' } }, false],
  ])('evaluates %s', async (_, body, decision) => {
    expect(await ask(at('evaluation'), body)).toMatchObject({ status: 200, body: { decision } })
    expect(await ask(at('evaluations'), body)).toMatchObject({ status: 200, body: { decision } })
    expect(await ask(at('evaluations'), { ...body, evaluations: [] })).toMatchObject({
      status: 200,
      body: { decision },
    })
  })

  test.each([
    ['a missing subject', { action: read, resource: first }, '"subject" is missing.'],
    ['a missing action', { subject: alice, resource: first }, '"action" is missing.'],
    ['a missing resource', { subject: alice, action: read }, '"resource" is missing.'],
    ['a missing type', { ...asked, subject: { id: 'alice' } }, '"subject.type" is missing.'],
    ['a missing id', { ...asked, resource: { type: 'record' } }, '"resource.id" is missing.'],
    ['a missing name', { ...asked, action: {} }, '"action.name" is missing.'],
    ['a text as subject', { ...asked, subject: 'alice' }, '"subject" must be an object.'],
    ['a number as name', { ...asked, action: { name: 123 } }, '"action.name" must be a string.'],
    [
      'a list of properties',
      { ...asked, subject: { ...alice, properties: [] } },
      '"subject.properties" must be an object.',
    ],
    ['a list as context', { ...asked, context: [] }, '"context" must be an object.'],
    ['a list as body', [], 'The body must be an object.'],
    ['broken JSON', '{"subject":', 'The body is not valid JSON.'],
    ['an empty body', '', 'The body is not valid JSON.'],
  ])('refuses %s', async (_, body, message) => {
    expect(await ask(at('evaluation'), body)).toMatchObject({ status: 400, body: message })
  })

  test('refuses what is no JSON, too large, or not authenticated', async () => {
    expect(await ask(at('evaluation'), JSON.stringify(asked), { 'content-type': 'text/plain' })).toMatchObject({
      status: 400,
    })
    expect(await ask(at('evaluation'), { ...asked, context: { x: 'x'.repeat(1_100_000) } })).toMatchObject({
      status: 413,
    })
    expect(await ask(at('evaluation'), asked, { authorization: 'Bearer other' })).toMatchObject({ status: 401 })
    expect(await ask(at('evaluation'), undefined)).toMatchObject({ status: 405 })
    expect(await ask('/access/v1/evaluation', asked)).toMatchObject({ status: 404 })
  })

  test('returns the id of the request', async () => {
    const { headers } = await ask(at('evaluation'), asked, { 'x-request-id': 'request-7' })
    expect(headers.get('x-request-id')).toBe('request-7')
  })

  test.each([
    [
      'by a common subject',
      { subject: alice, action: read, evaluations: [{ resource: first }, { resource: second }] },
      [true, true],
    ],
    [
      'in their order',
      { subject: bob, resource: first, evaluations: [{ action: read }, { action: write }] },
      [true, false],
    ],
    [
      'by the properties of each',
      { subject: alice, action: write, evaluations: [{ resource: active }, { resource: archived }] },
      [true, false],
    ],
    [
      'by each subject',
      { action: write, resource: archived, evaluations: [{ subject: alice }, { subject: admin }] },
      [false, true],
    ],
    ['without common ones', { evaluations: [asked, { subject: bob, action: write, resource: first }] }, [true, false]],
    [
      'by the common type',
      {
        subject: alice,
        action: write,
        resource: { type: 'record' },
        evaluations: [{ resource: { id: 'record-1', properties: { status: 'active' } } }, { resource: archived }],
      },
      [true, false],
    ],
    ['with an error in one', { subject: alice, action: read, evaluations: [{ resource: first }, {}] }, [true, false]],
    [
      'to the first denial',
      {
        subject: bob,
        resource: first,
        options: { evaluations_semantic: 'deny_on_first_deny' },
        evaluations: [{ action: read }, { action: write }, { action: read }],
      },
      [true, false],
    ],
    [
      'to the first permission',
      {
        subject: bob,
        resource: first,
        options: { evaluations_semantic: 'permit_on_first_permit' },
        evaluations: [{ action: write }, { action: read }, { action: read }],
      },
      [false, true],
    ],
  ])('evaluates several %s', async (_, body, decisions) => {
    const { status, body: answer } = await ask(at('evaluations'), body)
    expect([status, answer.evaluations.map(({ decision }: { decision: boolean }) => decision)]).toEqual([
      200,
      decisions,
    ])
  })

  test.each([
    { ...asked, evaluations: {} },
    { ...asked, evaluations: [{}], options: { evaluations_semantic: 'toString' } },
    { ...asked, evaluations: Array.from({ length: 101 }, () => ({})) },
  ])('refuses a batch that is none', async (body) => {
    expect((await ask(at('evaluations'), body)).status).toBe(400)
  })

  test.each([
    ['subject', { subject: { type: 'user' }, action: read, resource: first }, ['alice', 'bob']],
    ['subject', { subject: { type: 'user' }, action: write, resource: archived }, ['bob']],
    ['subject', { subject: { type: 'spaceship' }, action: read, resource: first }, []],
    ['resource', { subject: alice, action: read, resource: { type: 'record' } }, ['record-1', 'record-2']],
    ['resource', { subject: admin, action: write, resource: { type: 'record' } }, ['record-2']],
    ['resource', { subject: { ...alice, id: 'nobody' }, action: read, resource: { type: 'record' } }, []],
    ['action', { subject: alice, resource: first }, ['read', 'write']],
    ['action', { subject: admin, resource: archived }, ['read', 'write']],
    ['action', { subject: { ...alice, id: 'nobody' }, resource: first }, []],
  ])('searches a %s', async (side, body, found) => {
    const { status, body: answer } = await ask(at(`search/${side}`), body)
    expect(status).toBe(200)
    expect(answer.results.map(({ id, name }: { id?: string; name?: string }) => id ?? name)).toEqual(found)
  })

  test('returns pages, whose tokens belong to their search', async () => {
    const body = { subject: alice, action: read, resource: { type: 'record' } }
    const { body: one } = await ask(at('search/resource'), { ...body, page: { limit: 1 } })
    expect(one).toEqual({
      results: [{ type: 'record', id: 'record-1' }],
      page: { next_token: expect.stringMatching(/./), count: 1 },
    })
    const page = { token: one.page.next_token, limit: 1 }
    const { body: two } = await ask(at('search/resource'), { ...body, page })
    expect(two).toEqual({ results: [{ type: 'record', id: 'record-2' }], page: { next_token: '', count: 1 } })
    expect((await ask(at('search/resource'), { ...body, subject: bob, page })).status).toBe(400)
    expect((await ask(at('search/resource'), { ...body, page: { limit: 0 } })).status).toBe(400)
  })

  test.each(['subject', 'resource', 'action'])('refuses an incomplete search of a %s', async (side) => {
    expect((await ask(at(`search/${side}`), { subject: { type: 'user' }, resource: { type: 'record' } })).status).toBe(
      400,
    )
  })

  test('serves its configuration', async () => {
    const { status, body } = await ask('/.well-known/authzen-configuration/tenant', undefined)
    expect([status, body]).toEqual([
      200,
      {
        policy_decision_point: url,
        access_evaluation_endpoint: `${url}/access/v1/evaluation`,
        access_evaluations_endpoint: `${url}/access/v1/evaluations`,
        search_subject_endpoint: `${url}/access/v1/search/subject`,
        search_resource_endpoint: `${url}/access/v1/search/resource`,
        search_action_endpoint: `${url}/access/v1/search/action`,
      },
    ])
  })
})

describe('the Todo scenario', async () => {
  const ids: Readonly<Record<string, [email: string, ...roles: string[]]>> = {
    CiRmZDA2: ['rick@the-citadel.com', 'admin', 'evil_genius'],
    CiRmZDE2: ['morty@the-citadel.com', 'editor'],
    CiRmZDI2: ['summer@the-smiths.com', 'editor'],
    CiRmZDM2: ['beth@the-smiths.com', 'viewer'],
    CiRmZDQ2: ['jerry@the-smiths.com', 'viewer'],
  }
  const users = Object.entries(ids).map(([start, [email, ...roles]]) => new User(start, { email, roles }))
  const authorizer = new Authorizer().registerClass(User).registerClass(Item)
  await authorizer.load(`
    allow(_: User, action, _) if action in ["can_read_user", "can_read_todos"];
    allow(user: User, "can_create_todo", _: Item) if role in ["admin", "editor"] and role in user.roles;
    allow(user: User, action, item: Item) if
      action in ["can_update_todo", "can_delete_todo"] and role in ["admin", "editor"] and role in user.roles and
      item.ownerID = user.email;
    allow(user: User, "can_delete_todo", _: Item) if "admin" in user.roles;
    allow(user: User, "can_update_todo", _: Item) if "evil_genius" in user.roles;`)
  const ask = await serve(authorizer, {
    subjects: { user: { find: (id) => users.find((user) => id.startsWith(user.id)) } },
    resources: {
      user: { find: (email) => users.find((user) => user.email === email) },
      todo: { find: (id) => new Item(id), open: ['ownerID'] },
    },
  })

  test.each(todo.evaluation)('decides $request.action.name of $request.resource.id', async ({ request, expected }) => {
    expect((await ask(at('evaluation'), request)).body).toEqual({ decision: expected })
  })

  test.each(todo.evaluations)('decides several $request.action.name', async ({ request, expected }) => {
    expect((await ask(at('evaluations'), request)).body).toEqual({ evaluations: expected })
  })
})

describe('plain rows', async () => {
  const authorizer = new Authorizer({ actions: ['read'] }).registerModels([
    { name: 'Person', key: 'id', fields: { id: 'integer', team: 'string' } },
    { name: 'Note', key: 'id', fields: { id: 'integer', team: 'string' } },
  ])
  await authorizer.load('allow(person: Person, "read", note: Note) if note.team = person.team;')
  const people = [
    { id: 1, team: 'red' },
    { id: 2, team: 'blue' },
  ]
  const notes = Array.from({ length: 250 }, (_, id) => ({ id, team: ['red', 'blue', 'green'][id % 3] }))
  const ask = await serve(authorizer, {
    subjects: {
      person: { model: 'Person', find: (id) => people.find((each) => String(each.id) === id), open: ['team'] },
    },
    resources: {
      note: {
        model: 'Note',
        find: (id) => notes.find((each) => String(each.id) === id),
        list: ({ after, limit }) => notes.filter(({ id }) => id > Number(after ?? -1)).slice(0, limit),
      },
      broken: { model: 'Note', find: () => Promise.reject(new Error('password=1234')) },
      stuck: { model: 'Note', find: () => undefined, list: ({ limit }) => notes.slice(0, limit) },
      partial: { model: 'Note', find: (id) => ({ id: Number(id) }) },
    },
  })

  test('are found page by page, exactly those that a check permits', async () => {
    for (const limit of [1, 7, 100, 1_000]) {
      const found: string[] = []
      let token = ''
      do {
        const page = { token, limit }
        const { body } = await ask(at('search/resource'), {
          subject: { type: 'person', id: '1' },
          action: read,
          resource: { type: 'note' },
          page,
        })
        expect(body.results.length).toBeLessThanOrEqual(limit)
        found.push(...body.results.map(({ id }: { id: string }) => id))
        token = body.page.next_token
      } while (token !== '')
      expect(found).toEqual(notes.filter(({ team }) => team === 'red').map(({ id }) => String(id)))
    }
  })

  test('are an error where a list returns the same page again', async () => {
    const page = { limit: 1 }
    const body = { subject: { type: 'person', id: '1' }, action: read, resource: { type: 'stuck' } }
    const { body: first } = await ask(at('search/resource'), { ...body, page })
    const next = { ...body, page: { ...page, token: first.page.next_token } }
    expect(await ask(at('search/resource'), next)).toMatchObject({ status: 500 })
  })

  test('keep their model where a caller states a field', async () => {
    const subject = { type: 'person', id: '1', properties: { team: 'blue' } }
    const resource = { type: 'note', id: '1' }
    expect((await ask(at('evaluation'), { subject, action: read, resource })).body).toEqual({ decision: true })
    expect(people[0]).toEqual({ id: 1, team: 'red' })
  })

  test.each(['broken', 'partial'])('tell callers nothing of a failure: %s', async (type) => {
    const body = { subject: { type: 'person', id: '1' }, action: read, resource: { type, id: '1' } }
    expect(await ask(at('evaluation'), body)).toMatchObject({ status: 500, body: 'The decision failed.' })
    expect(await ask(at('evaluations'), { evaluations: [body] })).toMatchObject({
      status: 200,
      body: {
        evaluations: [{ decision: false, context: { error: { status: 500, message: 'The decision failed.' } } }],
      },
    })
  })
})

test('1,000 random searches find what filters and checks do', async () => {
  const random = (most: number) => Math.floor(Math.random() * most)
  const authorizer = new Authorizer({ log: () => {}, actions: ['read', 'edit', 'share'] }).registerModels([
    { name: 'Person', key: 'id', fields: { id: 'integer', team: 'integer', level: 'integer' } },
    { name: 'Note', key: 'id', fields: { id: 'integer', team: 'integer', ownerId: 'integer', level: 'integer' } },
  ])
  await authorizer.load(`
    allow(person: Person, "read", note: Note) if note.team = person.team;
    allow(person: Person, action, note: Note) if action in ["read", "edit", "share"] and note.ownerId = person.id;
    allow(person: Person, "edit", note: Note) if note.team = person.team and note.level < person.level;`)
  const rows = <Row extends object>(model: 'Person' | 'Note', count: number, row: () => Row) =>
    Array.from({ length: count }, (_, id) => authorizer.as(model, { id, ...row() }))
  const people = rows('Person', 40, () => ({ team: random(4), level: random(5) }))
  const notes = rows('Note', 120, () => ({ team: random(4), ownerId: random(40), level: random(5) }))
  type Row = { readonly id: number }
  /** Lists all rows, or those of the filter of the search. */
  const entities = (all: readonly Row[], permitted: (listing: Listing) => (row: Row) => boolean) => ({
    find: (id: string) => all.find((each) => String(each.id) === id),
    list: (listing: Listing) => {
      const isPermitted = random(2) ? permitted(listing) : () => true
      return all.filter((row) => row.id > Number(listing.after ?? -1) && isPermitted(row)).slice(0, listing.limit)
    },
  })
  const ask = await serve(authorizer, {
    subjects: {
      person: entities(people, ({ authorizer: by, other, action }) => {
        const filter = by.actorFilter(action.name as never, other, 'Person')
        return (row) => filter.matches(row)
      }),
    },
    resources: {
      note: entities(notes, ({ authorizer: by, other, action }) => {
        const filter = by.filter(other as never, action.name, 'Note')
        return (row) => filter.matches(row)
      }),
    },
  })
  for (let count = 0; count < 1_000; count++) {
    const [person, note] = [people[random(40)]!, notes[random(120)]!]
    const action = { name: ['read', 'edit', 'share'][random(3)]! }
    const [subject, resource] = [
      { type: 'person', id: String(person.id) },
      { type: 'note', id: String(note.id) },
    ]
    const side = (['subject', 'resource', 'action'] as const)[count % 3]!
    const asked = {
      subject,
      resource,
      action,
      ...(side !== 'action' && { [side]: { type: { subject, resource }[side].type } }),
    }
    const found: string[] = []
    let token = ''
    do {
      const page = side === 'action' ? {} : { page: { token, limit: 1 + random(60) } }
      const { status, body } = await ask(at(`search/${side}`), { ...asked, ...page })
      expect(status).toBe(200)
      found.push(...body.results.map(({ id, name }: { id?: string; name?: string }) => id ?? name))
      token = body.page?.next_token ?? ''
    } while (token !== '')
    const ids = (all: readonly Row[]) => all.map(({ id }) => String(id))
    const expected = {
      subject: () => ids(people.filter((one) => authorizer.can(one, action.name, note))),
      resource: () => ids(notes.filter((one) => authorizer.can(person, action.name, one))),
      action: () => ['read', 'edit', 'share'].filter((name) => authorizer.can(person, name, note)).sort(),
    }[side]()
    expect([side, action, found]).toEqual([side, action, expected])
  }
})

test.each(['pdp.example.com', 'http://pdp.example.com', 'https://pdp.example.com?a=1', 'https://pdp.example.com#a'])(
  'an identifier must be an address of https: %s',
  (identifier) => {
    const options = { url: identifier, authenticate: () => true, subjects: {}, resources: {} }
    expect(() => authzen(new Authorizer(), options)).toThrow('must be an https address')
  },
)
