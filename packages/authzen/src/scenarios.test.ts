import { Authorizer } from '@arcturus/core'
import { describe, expect, test } from 'vitest'
import { at, serve } from './testing/serve.js'

const text = { type: 'string', nullable: false } as const

/** The people, records and answers of the search scenario: https://authzen-interop.net/docs/scenarios/search/. */
describe('the search scenario', async () => {
  const actions = ['view', 'edit', 'delete']
  const users = [
    ['alice', 'manager', 'Sales'],
    ['bob', 'employee', 'Legal'],
    ['carol', 'contractor', 'Legal'],
    ['dan', 'manager', 'Finance'],
    ['erin', 'employee', 'Finance'],
    ['felix', 'contractor', 'Accounting'],
  ].map(([id, role, department]) => ({ id: id!, role, department }))
  // Each user owns every sixth record.
  const departments = 'LLLALASLASALSAFLLALA'
  const names: Readonly<Record<string, string>> = { L: 'Legal', A: 'Accounting', S: 'Sales', F: 'Finance' }
  const records = [...departments].map((letter, index) => ({
    id: String(101 + index),
    department: names[letter]!,
    owner: users[index % 6]!.id,
  }))
  const all = records.map(({ id }) => Number(id))
  const expected: Readonly<Record<string, readonly [view: number[], edit: number[], remove: number[]]>> = {
    alice: [all, [101, 107, 110, 113, 119], [101, 107, 113, 119]],
    bob: [
      [101, 102, 103, 105, 108, 112, 114, 116, 117, 119, 120],
      [102, 108, 114, 120],
      [102, 108, 114, 120],
    ],
    carol: [
      [101, 102, 103, 105, 108, 109, 112, 115, 116, 117, 119],
      [103, 109, 115],
      [103, 109, 115],
    ],
    dan: [all, [104, 110, 115, 116], [104, 110, 116]],
    erin: [
      [105, 111, 115, 117],
      [105, 111, 117],
      [105, 111, 117],
    ],
    felix: [
      [104, 106, 109, 111, 112, 114, 118, 120],
      [106, 112, 118],
      [106, 112, 118],
    ],
  }
  const isExpected = (user: string, action: string, record: string): boolean =>
    expected[user]![actions.indexOf(action)]!.includes(Number(record))

  const authorizer = new Authorizer({ actions }).registerModels([
    { name: 'User', key: 'id', fields: { id: text, role: text, department: text } },
    { name: 'Record', key: 'id', fields: { id: text, department: text, owner: text } },
  ])
  await authorizer.load(`
    allow(user: User, action, record: Record) if action in ["view", "edit", "delete"] and record.owner = user.id;
    allow(user: User, "view", record: Record) if record.department = user.department;
    allow(user: User, "view", _: Record) if user.role = "manager";
    allow(user: User, "edit", record: Record) if user.role = "manager" and record.department = user.department;`)
  const of = (model: string, rows: readonly { readonly id: string }[]) => ({
    model,
    find: (id: string) => rows.find((row) => row.id === id),
    list: ({ after = '', limit }: { readonly after: string | undefined; readonly limit: number }) =>
      rows.filter(({ id }) => id > after).slice(0, limit),
  })
  const ask = await serve(authorizer, {
    subjects: { user: of('User', users) },
    resources: { record: of('Record', records) },
  })
  const pairs = users.flatMap(({ id: user }) => records.map(({ id: record }) => ({ user, record })))
  /** Searches one side, and returns the ids or names. */
  const found = async (
    side: string,
    user: string | undefined,
    action: string | undefined,
    record: string | undefined,
  ) => {
    const body = {
      subject: { type: 'user', ...(user && { id: user }) },
      ...(action && { action: { name: action } }),
      resource: { type: 'record', ...(record && { id: record }) },
    }
    const { status, body: answer } = await ask(at(`search/${side}`), body)
    expect(status).toBe(200)
    return answer.results.map(({ id, name }: { id?: string; name?: string }) => id ?? name)
  }

  test.each(actions)('finds who may %s each record', async (action) => {
    for (const { id } of records) {
      const permitted = users.filter((user) => isExpected(user.id, action, id))
      expect(await found('subject', undefined, action, id)).toEqual(permitted.map((user) => user.id))
    }
  })

  test.each(actions)('finds which records each user may %s', async (action) => {
    for (const { id } of users) {
      const permitted = records.filter((record) => isExpected(id, action, record.id))
      expect(await found('resource', id, action, undefined)).toEqual(permitted.map((record) => record.id))
    }
  })

  test('finds what each user may do with each record, and evaluates the same', async () => {
    for (const { user, record } of pairs) {
      const permitted = actions.filter((action) => isExpected(user, action, record))
      expect((await found('action', user, undefined, record)).sort()).toEqual(permitted.sort())
      const evaluations = actions.map((name) => ({ action: { name } }))
      const body = { subject: { type: 'user', id: user }, resource: { type: 'record', id: record }, evaluations }
      const { body: answer } = await ask(at('evaluations'), body)
      expect(answer.evaluations).toEqual(actions.map((name) => ({ decision: isExpected(user, name, record) })))
    }
  })

  test.each([
    ['an unknown record', 'subject', undefined, 'view', '999'],
    ['an unknown action of a record', 'subject', undefined, 'archive', '101'],
    ['an unknown user', 'resource', 'zoe', 'view', undefined],
    ['an unknown action of a user', 'resource', 'alice', 'archive', undefined],
    ['the actions of an unknown user', 'action', 'zoe', undefined, '101'],
  ])('finds nothing for %s', async (_, side, user, action, record) => {
    expect(await found(side, user, action, record)).toEqual([])
  })
})

/** The routes and answers of the gateway scenario: https://authzen-interop.net/docs/scenarios/api-gateway/. */
describe('the gateway scenario', async () => {
  const idOf = (number: number) => `CiRmZD${'AEIMQ'[number]}2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs`
  const people = [['admin', 'evil_genius'], ['editor'], ['editor'], ['viewer'], ['viewer']].map((roles, number) => ({
    id: idOf(number),
    roles,
  }))
  const routes: readonly (readonly [method: string, path: string, isForAll: boolean])[] = [
    ['GET', '/users/{userId}', true],
    ['GET', '/todos', true],
    ['POST', '/todos', false],
    ['PUT', '/todos/{todoId}', false],
    ['DELETE', '/todos/{todoId}', false],
  ]
  const authorizer = new Authorizer().registerModels([
    { name: 'Identity', key: 'id', fields: { id: text, roles: { ...text, list: true } } },
    { name: 'Route', key: 'path', fields: { path: text } },
  ])
  await authorizer.load(`
    allow(_: Identity, "GET", route: Route) if route.path in ["/users/{userId}", "/todos"];
    allow(identity: Identity, "POST", route: Route) if
      route.path = "/todos" and role in ["admin", "editor"] and role in identity.roles;
    allow(identity: Identity, "PUT", route: Route) if
      route.path = "/todos/{todoId}" and role in ["evil_genius", "editor"] and role in identity.roles;
    allow(identity: Identity, "DELETE", route: Route) if
      route.path = "/todos/{todoId}" and role in ["admin", "editor"] and role in identity.roles;`)
  const ask = await serve(authorizer, {
    subjects: { identity: { model: 'Identity', find: (id) => people.find((one) => one.id === id) } },
    // A route is known by its path alone: there is no table.
    resources: { route: { model: 'Route', find: (path) => ({ path }) } },
  })
  const asked = (id: string, method: string, path: string) => ({
    subject: { type: 'identity', id, properties: { roles: ['admin'] } },
    action: { name: method, properties: { http: true } },
    resource: { type: 'route', id: path, properties: { uri: 'https://todo.example.com/todos', path: '/todos' } },
    context: { headers: { host: 'todo.example.com' } },
  })

  test.each(routes)('decides %s %s, whatever else gateways state', async (method, path, isForAll) => {
    for (const [number, { id }] of people.entries())
      expect((await ask(at('evaluation'), asked(id, method, path))).body).toEqual({ decision: isForAll || number < 3 })
  })

  test.each([
    ['another method', idOf(0), 'PATCH', '/todos'],
    ['the method of another route', idOf(0), 'DELETE', '/todos'],
    ['another route', idOf(0), 'GET', '/admin'],
    ['an unknown identity', 'nobody', 'GET', '/todos'],
  ])('denies %s', async (_, id, method, path) => {
    expect((await ask(at('evaluation'), asked(id, method, path))).body).toMatchObject({ decision: false })
  })
})
