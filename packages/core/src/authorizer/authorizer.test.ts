import { beforeEach, describe, expect, test } from 'vitest'
import {
  ArgumentError,
  ForbiddenError,
  NotFoundError,
  PolicyError,
  QueryError,
  UnauthenticatedError,
} from '../errors.js'
import { Authorizer } from './authorizer.js'

class User {
  constructor(
    readonly id: number,
    readonly roles: readonly Role[] = [],
  ) {}
}
class Role {
  constructor(
    readonly name: string,
    readonly repo: Repo,
  ) {}
}
class Repo {
  constructor(
    readonly id: number,
    readonly isPublic = false,
    readonly owner: User | null = null,
  ) {}
}
class Issue {
  constructor(
    readonly id: number,
    readonly repo: Repo,
    readonly secret: unknown = 'no',
  ) {}
}

const text = `
  actor User {}
  resource Repo {
    roles = ["reader", "maintainer"];
    permissions = ["read", "push"];
    "read" if "reader"; "push" if "maintainer"; "reader" if "maintainer";
  }
  resource Issue {
    permissions = ["read", "close"]; relations = { parent: Repo };
    "read" if "reader" on "parent"; "close" if "maintainer" on "parent";
  }
  allow(actor, action, resource) if has_permission(actor, action, resource);
  allow(_, "read", repo: Repo) if repo.isPublic;
  has_role(user: User, name: String, repo: Repo) if role in user.roles and role.name = name and role.repo = repo;
  has_role(user: User, "maintainer", repo: Repo) if repo.owner = user;
  has_relation(repo: Repo, "parent", issue: Issue) if repo = issue.repo;
  allow_field(user: User, "edit", repo: Repo, field) if repo.owner = user and field in ["id", "isPublic"];
  allow_request(_: User, _);
`

let authorizer: Authorizer
const owner = new User(1)
const [open, closed] = [new Repo(1, true), new Repo(2, false, owner)]
const reader = new User(2, [new Role('reader', closed)])
const stranger = new User(3)
const issue = new Issue(1, closed)

beforeEach(() => {
  authorizer = new Authorizer()
    .registerClass(User, { key: 'id', fields: { id: 'integer', roles: { many: 'Role' } } })
    .registerClass(Role, { fields: { name: String, repo: { one: 'Repo' } } })
    .registerClass(Repo, { key: 'id', fields: { id: 'integer', isPublic: Boolean, owner: { one: User } } })
    .registerClass(Issue, { key: 'id', fields: { id: 'integer', repo: { one: Repo, nullable: false } } })
  authorizer.loadSync({ text, name: 'policy.polar' })
})

describe('checks', () => {
  const cases = [
    [owner, 'push', closed, true],
    [owner, 'close', issue, true],
    [reader, 'read', issue, true],
    [reader, 'close', issue, false],
    [stranger, 'read', closed, false],
    [stranger, 'read', open, true],
    [null, 'read', open, true],
    [null, 'read', closed, false],
  ] as const
  test.each(cases)('%o may %s %o: %s', async (actor, action, resource, expected) => {
    expect(authorizer.can(actor, action, resource)).toBe(expected)
    expect(await authorizer.isAllowed(actor, action, resource)).toBe(expected)
    const machine = new Authorizer({ evaluator: 'machine' })
    for (const cls of [User, Role, Repo, Issue]) machine.registerClass(cls, { key: cls === Role ? [] : 'id' })
    machine.loadSync(text)
    expect(machine.can(actor, action, resource)).toBe(expected)
  })

  test('are answered by predicates after some repetitions', () => {
    const ask = () => cases.map(([actor, action, resource]) => authorizer.can(actor, action, resource))
    const answers = [1, 2, 3].map(ask)
    const { predicate, machine } = authorizer.statistics
    answers.push(ask())
    expect(authorizer.statistics).toEqual({ predicate: predicate + cases.length, machine, bailOuts: 0 })
    for (const found of answers) expect(found).toEqual(cases.map(([, , , expected]) => expected))
  })

  test('authorize throws what an answer over HTTP should be', async () => {
    await expect(authorizer.authorize(owner, 'push', closed)).resolves.toBeUndefined()
    await expect(authorizer.authorize(reader, 'push', closed)).rejects.toThrow(ForbiddenError)
    await expect(authorizer.authorize(stranger, 'push', closed)).rejects.toThrow(NotFoundError)
    await expect(authorizer.authorize(stranger, 'push', closed, { checkRead: false })).rejects.toThrow(ForbiddenError)
    await expect(authorizer.authorize(null, 'read', closed)).rejects.toThrow(UnauthenticatedError)
  })

  test('wait for promises, or throw if synchronous', async () => {
    const later = new Issue(2, Promise.resolve(closed) as unknown as Repo)
    expect(await authorizer.isAllowed(reader, 'read', later)).toBe(true)
    expect(() => authorizer.can(reader, 'read', later)).toThrow(expect.objectContaining({ code: 'async-value' }))
  })
})

describe('allowed actions, fields and requests', () => {
  test('actions', async () => {
    expect(await authorizer.authorizedActions(owner, closed)).toEqual(new Set(['read', 'push']))
    expect(await authorizer.authorizedActions(reader, issue)).toEqual(new Set(['read']))
    expect(await authorizer.authorizedActions(null, closed)).toEqual(new Set())
  })
  test('an open action covers all actions of the class', async () => {
    authorizer.loadSync(`${text} allow(user: User, _, _: Issue) if user.id = 3;`)
    expect(await authorizer.authorizedActions(stranger, issue)).toEqual(new Set(['read', 'close']))
  })
  test('an open action does not hide those that data names', async () => {
    authorizer.loadSync(`${text} allow(user: User, _, _: Issue) if user.id = 3;
      allow(_: User, action, _: Issue) if action in ["export", "print"];`)
    expect(await authorizer.authorizedActions(stranger, issue)).toEqual(new Set(['read', 'close', 'export', 'print']))
  })
  test('fields', async () => {
    expect(await authorizer.authorizedFields(owner, 'edit', closed)).toEqual(new Set(['id', 'isPublic']))
    await expect(authorizer.authorizeField(owner, 'edit', closed, 'owner')).rejects.toThrow(ForbiddenError)
    await expect(authorizer.authorizeField(owner, 'edit', closed, 'id')).resolves.toBeUndefined()
  })
  test('requests', async () => {
    await expect(authorizer.authorizeRequest(owner, {})).resolves.toBeUndefined()
    await expect(authorizer.authorizeRequest(null, {})).rejects.toThrow(UnauthenticatedError)
  })
})

describe('filters', () => {
  const repos = [open, closed, new Repo(3)]
  test('hold just the rows that the check allows', () => {
    for (const actor of [owner, reader, stranger, null]) {
      for (const action of ['read', 'push']) {
        const filter = authorizer.filter(actor, action, 'Repo')
        for (const repo of repos) expect(filter.matches(repo)).toBe(authorizer.can(actor, action, repo))
      }
    }
  })
  test('are texts to read', () => {
    expect(authorizer.filter(null, 'push', 'Repo').kind).toBe('none')
    expect(String(authorizer.filter(null, 'read', 'Repo'))).toBe('resource.isPublic')
  })
  test('distinguish rows by their keys', () => {
    class Account {
      constructor(readonly id: number) {}
    }
    class Note {}
    const notes = new Authorizer()
      .registerClass(Account, { key: ['id'] })
      .registerClass(Note, { fields: { owner: { one: 'Account', from: 'ownerId' } } })
    notes.loadSync('allow(account: Account, "read", note: Note) if note.owner = account;')
    expect(String(notes.filter(new Account(7), 'read', 'Note'))).toBe('resource.owner = Account{id: 7}')
  })
})

describe('loading', () => {
  test('a policy that fails to load keeps the last one active', async () => {
    const before = authorizer.policy
    expect(() => authorizer.loadSync('allow(_, "read", _: Repo')).toThrow(PolicyError)
    await expect(authorizer.load('allow(_: User, _, _);', { text: 'f(x) if g(x);', name: 'b.polar' })).rejects.toThrow(
      /b\.polar:1:/,
    )
    await expect(authorizer.load('allow(_: User, _, _); ?= 1 = 2;')).rejects.toThrow(
      expect.objectContaining({ code: 'failed-test' }),
    )
    expect(authorizer.policy).toBe(before)
    expect(authorizer.can(reader, 'read', issue)).toBe(true)
  })
  test('a policy is replaced as a whole', () => {
    authorizer.loadSync('allow(_: User, "read", _: Issue);')
    expect(authorizer.can(stranger, 'read', issue)).toBe(true)
    expect(() => authorizer.can(owner, 'push', closed)).toThrow(expect.objectContaining({ code: 'unknown-action' }))
  })
  test('classes and constants can be registered after it', () => {
    class Late {}
    authorizer.registerClass(Late).registerConstant(3, 'answer')
    expect(authorizer.can(reader, 'read', issue)).toBe(true)
  })
})

describe('invalid arguments', () => {
  const cases: readonly (readonly [string, (one: Authorizer) => unknown, string])[] = [
    ['an undefined actor', (one) => one.can(undefined, 'read', open), 'undefined-actor'],
    ['an undefined actor of a filter', (one) => one.filter(undefined, 'read', 'Repo'), 'undefined-actor'],
    ['an undefined resource', (one) => one.can(owner, 'read', undefined), 'undefined-resource'],
    ['an action that nobody knows', (one) => one.can(owner, 'raed', closed), 'unknown-action'],
    ['an action that nobody knows in a filter', (one) => one.filter(owner, 'raed', 'Repo'), 'unknown-action'],
    ['a model that nobody registered', (one) => one.filter(owner, 'read', 'Rpeo'), 'unknown-model'],
    ['a plain object', (one) => one.can(owner, 'read', { id: 1 }), 'unknown-row'],
    ['a plain object as actor', (one) => one.can({ id: 1 }, 'read', open), 'unknown-row'],
    ['an object of a class that is not registered', (one) => one.can(owner, 'read', new Map()), 'unknown-row'],
    ['something that is no class', (one) => one.registerClass({}), 'invalid-argument'],
    ['a name that is taken', (one) => one.registerClass(class Other {}, { name: 'Repo' }), 'duplicate-class-name'],
    ['a reserved name', (one) => one.registerConstant(1, 'Actor'), 'reserved-name'],
    ['a name before its value', (one) => one.registerConstant('ids', [1] as unknown as string), 'invalid-argument'],
    ['no policy', () => new Authorizer().can(null, 'read', null), 'no-policy'],
    ['a policy that is no text', (one) => one.loadSync(undefined as never), 'invalid-argument'],
  ]
  test.each(cases)('%s', (_, run, code) => {
    expect(() => run(authorizer)).toThrow(ArgumentError)
    expect(() => run(authorizer)).toThrow(
      expect.objectContaining({ code, hint: code === 'reserved-name' ? undefined : expect.any(String) }),
    )
  })
  test('a misspelt action gets a suggestion', () => {
    expect(() => authorizer.can(owner, 'raed', closed)).toThrow(/did you mean "read"/)
  })
  test('a class passed as a model name is not printed with its code', () => {
    expect(() => authorizer.filter(owner, 'read', Map as never)).toThrow(/^The name of a model must be a string\.\n/)
  })
  test('a plain object becomes a row by `as`', () => {
    const row = authorizer.as('Issue', { id: 1, repo: closed })
    expect(authorizer.can(reader, 'read', row)).toBe(true)
    expect(() => authorizer.as('Isue', {})).toThrow(/did you mean "Issue"/)
  })
})

test('a missing attribute is an error with its place, in checks and in filters', () => {
  authorizer.loadSync({ text: 'allow(user: User, "read", _: Issue) if user.typo = 1;', name: 'policy.polar' })
  expect(() => authorizer.can(owner, 'read', issue)).toThrow(QueryError)
  expect(() => authorizer.can(owner, 'read', issue)).toThrow(/policy\.polar:1:4/)
  expect(() => authorizer.filter(owner, 'read', 'Issue')).toThrow(
    expect.objectContaining({ code: 'missing-attribute' }),
  )
})

test('an unloaded relation never counts as empty', () => {
  const unloaded = new User(4, undefined as never)
  Object.assign(unloaded, { roles: undefined })
  expect(() => authorizer.can(unloaded, 'read', closed)).toThrow(
    expect.objectContaining({ code: 'relation-not-loaded' }),
  )
  expect(() => authorizer.filter(unloaded, 'read', 'Repo')).toThrow(
    expect.objectContaining({ code: 'relation-not-loaded' }),
  )
})

test('a relation known only by its foreign key can be compared, but not read', () => {
  const owner = { kind: 'relation', name: 'owner', model: 'Person', many: false, kept: true, nullable: true } as const
  const plain = { class: undefined, key: ['id'], closed: true, isaCheck: undefined }
  const name = { kind: 'scalar', name: 'name', type: 'string', nullable: false, list: false } as const
  const models = new Authorizer().registerModels([
    { ...plain, name: 'Person', fields: new Map([['name', name]]) },
    { ...plain, name: 'Pet', fields: new Map([['owner', { ...owner, from: ['ownerId'], to: ['id'] }]]) },
  ])
  models.loadSync(`
    allow(pet: Pet, "visit", person: Person) if pet.owner = person;
    allow(_: Pet, "meet", person: Person) if person.name = "Ann";
    allow(pet: Pet, "meet", _: Person) if pet.owner.name = "Ann";
    allow(person: Person, "meet", pet: Pet) if pet.owner.name = person.name;
  `)
  const pet = models.as('Pet', { ownerId: 1 })
  const ann = models.as('Person', { id: 1, name: 'Bo' })
  const unloaded = expect.objectContaining({
    code: 'relation-not-loaded',
    data: expect.objectContaining({ relation: 'owner' }) as unknown,
  })

  expect(models.can(pet, 'visit', ann)).toBe(true)
  expect(models.filter(pet, 'visit', 'Person').matches(ann)).toBe(true)
  expect(() => models.can(pet, 'meet', ann)).toThrow(expect.objectContaining({ code: 'relation-not-loaded' }))
  expect(() => models.filter(pet, 'meet', 'Person')).toThrow(unloaded)
  expect(() => models.filter(ann, 'meet', 'Pet').matches(pet)).toThrow(
    expect.objectContaining({ code: 'relation-not-loaded' }),
  )
})

test('queries return the values of their variables', async () => {
  const found: unknown[] = []
  for await (const solution of authorizer.query('x in [1, 2] and y = x + 1')) found.push(Object.fromEntries(solution))
  expect(found).toEqual([
    { x: 1, y: 2 },
    { x: 2, y: 3 },
  ])
  for await (const solution of authorizer.queryRule('has_role', owner, 'maintainer', closed)) found.push(solution.size)
  expect(found.length).toBeGreaterThan(2)
  expect(() => authorizer.query('x in')).toThrow(PolicyError)
})

test('a table is declared as a class is', () => {
  const declared = {
    name: 'Pet',
    key: 'id',
    fields: { owner: { one: 'Person', from: 'ownerId' }, age: Number },
  } as const
  class Pet {}
  const { schema } = new Authorizer().registerModels([declared])
  const { schema: ofClass } = new Authorizer().registerClass(Pet, declared)
  expect(schema.models.get('Pet')).toEqual({ ...ofClass.models.get('Pet'), class: undefined })
})

test.each([[undefined], [null], ['Pet'], [{}], [{ name: '' }], [{ name: 3 }]])('%o is not a model', (model) => {
  // @ts-expect-error: as from JavaScript
  expect(() => new Authorizer().registerModels([model])).toThrow(
    'A model must be an object with a non-empty string as `name`.',
  )
})

test('a model with a class whose fields are no Map is rejected', () => {
  const model = { name: 'Document', class: class Document {}, fields: { id: Number } }
  expect(() => new Authorizer().registerModels([model])).toThrow('The model Document has a class')
})
