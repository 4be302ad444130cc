import { describe, expect, it } from 'vitest'
import { Authorizer } from '../authorizer.js'

class User {
  constructor(
    readonly id: number,
    readonly roles: Role[] = [],
    readonly isAdmin = false,
  ) {}
}
class Guest extends User {}
class Folder {
  constructor(
    readonly id: number,
    readonly parent: Folder | null = null,
  ) {}
}
class Role {
  constructor(
    readonly id: number,
    readonly name: string,
    readonly folder: Folder,
  ) {}
}
class Document {
  constructor(
    readonly id: number,
    readonly owner: User | null,
    readonly folder: Folder,
  ) {}
}

const policy = `
  allow(user: User, "read", document: Document) if document.owner = user or reads(user, document.folder);
  allow(user: User, "edit", document: Document) if document.owner = user and not user matches Guest;
  allow(_: User, "list", _: Document);
  allow(user: User, "purge", document: Document) if user.isAdmin and document.owner = nil;
  allow(_: User, "open", folder: Folder) if folder.parent = nil;
  allow(user: User, "create", Document) if user.isAdmin;
  reads(user: User, folder: Folder) if role in user.roles and role.name = "reader" and role.folder = folder;
  reads(user: User, folder: Folder) if folder.parent != nil and reads(user, folder.parent);
`

const authorizer = new Authorizer()
  .registerClass(Folder, { key: 'id', fields: { id: 'integer', parent: { one: Folder } } })
  .registerClass(Role, { key: 'id', fields: { id: 'integer', name: String, folder: { one: Folder, nullable: false } } })
  .registerClass(User, {
    key: 'id',
    fields: { id: 'integer', roles: { many: Role }, isAdmin: { type: 'boolean', nullable: false } },
  })
  .registerClass(Guest)
  .registerClass(Document, {
    key: 'id',
    fields: { id: 'integer', owner: { one: User }, folder: { one: Folder, nullable: false } },
  })
authorizer.loadSync(policy)

const root = new Folder(1)
const inner = new Folder(2, root)
const users = [
  new User(1),
  new User(2, [new Role(1, 'reader', root)]),
  new User(3, [new Role(2, 'reader', inner)], true),
  new Guest(4, [new Role(3, 'writer', root)]),
]
const documents = [new Document(5, users[0]!, root), new Document(6, users[3]!, inner), new Document(7, null, inner)]

describe('actorFilter', () => {
  it.each(['read', 'edit', 'list', 'purge'])('has exactly the actors who may "%s"', (action) => {
    for (const document of documents) {
      const filter = authorizer.actorFilter(action, document, 'User')
      expect(users.filter((user) => filter.matches(user))).toEqual(
        users.filter((user) => authorizer.can(user, action, document)),
      )
      expect(() => filter.definite()).not.toThrow()
    }
  })

  it('has the actors of a subclass alone if it is asked for them', () => {
    const filter = authorizer.actorFilter('read', documents[1], 'Guest')
    expect(users.filter((user) => filter.matches(user))).toEqual([users[3]])
  })

  it('folds to all and none', () => {
    const kindOf = (action: string, resource: unknown) => authorizer.actorFilter(action, resource, 'Guest').kind
    expect(kindOf('list', documents[0])).toBe('all')
    expect(kindOf('open', root)).toBe('all')
    expect(kindOf('open', inner)).toBe('none')
    expect(kindOf('purge', documents[2])).toBe('condition')
  })

  it('takes the class of a row that does not exist yet', () => {
    const filter = authorizer.actorFilter('create', Document, 'User')
    expect(users.filter((user) => filter.matches(user))).toEqual([users[2]])
  })

  it.each([
    ['an unknown action', 'raed', documents[0], 'User', 'unknown-action'],
    ['an unknown model', 'read', documents[0], 'Usr', 'unknown-model'],
    ['an undefined resource', 'read', undefined, 'User', 'undefined-resource'],
    ['a resource of an unknown class', 'read', {}, 'User', 'unknown-row'],
  ])('throws for %s', (_, action, resource, model, code) => {
    expect(() => authorizer.actorFilter(action, resource, model)).toThrow(expect.objectContaining({ code }))
  })

  it('is no decision that listeners hear of', () => {
    const told: unknown[] = []
    const stop = authorizer.onDecision((decision) => void told.push(decision))
    authorizer.actorFilter('read', documents[0], 'User')
    stop()
    expect(told).toEqual([])
  })
})

describe('loadActorFilter', () => {
  it('loads the relations of the resource', async () => {
    const loads: string[] = []
    const lazy = new Authorizer().registerModels(
      [
        { name: 'User', key: 'id', fields: { id: 'integer' } },
        { name: 'Document', key: 'id', fields: { id: 'integer', editors: { many: 'User' } } },
      ],
      async ({ name }) => {
        loads.push(name)
        return [{ id: 1 }, { id: 2 }]
      },
    )
    lazy.loadSync('allow(user: User, "edit", document: Document) if user in document.editors;')
    const document = lazy.as('Document', { id: 5 })
    expect(() => lazy.actorFilter('edit', document, 'User')).toThrow('not loaded')
    const filter = await lazy.loadActorFilter('edit', document, 'User')
    expect([1, 2, 3].map((id) => filter.matches(lazy.as('User', { id })))).toEqual([true, true, false])
    expect(loads).toEqual(['editors'])
  })
})
