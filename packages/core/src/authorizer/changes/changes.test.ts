import { describe, expect, it } from 'vitest'
import { ForbiddenError, NotFoundError } from '../../errors.js'
import { Authorizer } from '../authorizer.js'

class User {
  constructor(
    readonly id: number,
    readonly isAdmin = false,
  ) {}
}

class Space {
  members: Member[] = []
  constructor(readonly id: number) {}
}

class Member {
  constructor(
    readonly id: number,
    public space: Space,
    public user: User,
    public role: string,
    public spaceId = space.id,
    public userId = user.id,
  ) {
    space.members.push(this)
  }
}

class Note {
  constructor(
    readonly id: number,
    public space: Space,
    public title = 'a',
    public spaceId = space.id,
  ) {}

  get isFarAway(): boolean {
    return this.space?.id === 2
  }

  isNear(): boolean {
    return this.space?.id !== 2
  }
}

const [ada, eve] = [new User(1), new User(2)]
const policy = `
  allow(user: User, "update", note: Note) if is_member(user, note.space);
  allow(user: User, "read", note: Note) if is_member(user, note.space);
  allow(_: User, "read", _: Member);
  allow(user: User, action, member: Member) if action in ["update", "create"] and is_admin(user, member.space);
  is_member(user: User, space: Space) if m in space.members and m.user = user;
  is_admin(user: User, space: Space) if m in space.members and m.user = user and m.role = "admin";
`

function world(text = policy) {
  const [one, two] = [new Space(1), new Space(2)]
  const spaces = new Map([one, two].map((space) => [space.id, space]))
  const load = async ({ object, name }: { object: object; name: string }): Promise<unknown> => {
    if (name === 'favorite') return spaces.get((object as { readonly favoriteId: number }).favoriteId) ?? null
    if (name === 'members') return spaces.get((object as Space).id)?.members
    if (name === 'space') return spaces.get((object as Note).spaceId) ?? null
    return name === 'user' ? ([ada, eve].find((user) => user.id === (object as Member).userId) ?? null) : undefined
  }
  const authorizer = new Authorizer({ log: () => {} })
  const model = (cls: unknown, fields: object) =>
    authorizer.registerClass(cls, { key: 'id', fields: { id: 'integer', ...fields } as never, closed: true })
  model(User, { isAdmin: 'boolean', favoriteId: 'integer', favorite: { one: 'Space', from: 'favoriteId' } })
  model(Space, { favorite: { one: User }, isOpen: 'boolean', members: { many: 'Member', from: 'id', to: 'spaceId' } })
  model(Member, {
    role: 'string',
    space: { one: Space, from: 'spaceId' },
    spaceId: 'integer',
    user: { one: User, from: 'userId' },
    userId: 'integer',
  })
  model(Note, {
    title: 'string',
    space: { one: Space, from: 'spaceId' },
    spaceId: { type: 'integer', nullable: false },
  })
  for (const name of ['Note', 'Member', 'Space', 'User'])
    authorizer.registerModels([authorizer.schema.models.get(name)!], load)
  authorizer.loadSync(text)
  const admin = new Member(1, one, ada, 'admin')
  return { authorizer, one, two, admin, note: new Note(5, one), guest: new Member(2, one, eve, 'guest') }
}

describe('authorizeChange', () => {
  it('returns a copy of the data if the row before and the row after are allowed', async () => {
    const { authorizer, note } = world()
    const patch = { title: 'b' }
    const data = await authorizer.authorizeChange(ada, 'update', note, patch)
    expect(data).toEqual({ title: 'b' })
    expect(data).not.toBe(patch)
  })

  it('refuses a key that moves the row out of reach, though its old relation is loaded', async () => {
    const { authorizer, note } = world()
    await expect(authorizer.authorizeChange(ada, 'update', note, { spaceId: 2 })).rejects.toThrow(ForbiddenError)
  })

  it('allows a key that moves the row to another place of the actor', async () => {
    const { authorizer, note, two } = world()
    new Member(3, two, ada, 'guest')
    expect(await authorizer.authorizeChange(ada, 'update', note, { spaceId: 2 })).toEqual({ spaceId: 2 })
    expect(await authorizer.authorizeChange(ada, 'update', note, { space: two })).toEqual({ space: two })
    expect(note.space.id).toBe(1)
  })

  it('answers 404 for a row that may not be read', async () => {
    const { authorizer, two } = world()
    const hidden = new Note(6, two)
    for (const patch of [{ title: 'b' }, { nothing: 1 }, { spaceId: 1 }])
      await expect(authorizer.authorizeChange(ada, 'update', hidden, patch)).rejects.toThrow(NotFoundError)
  })

  it('lets no row be its own witness', async () => {
    const { authorizer, admin, guest } = world()
    // Ada is no admin of the other space, but by this row.
    await expect(authorizer.authorizeChange(ada, 'update', admin, { spaceId: 2 })).rejects.toThrow(ForbiddenError)
    await expect(authorizer.authorizeChange(eve, 'update', guest, { role: 'admin' })).rejects.toThrow(ForbiddenError)
    await expect(
      authorizer.authorizeCreate(eve, 'create', 'Member', { spaceId: 1, userId: 2, role: 'admin' }),
    ).rejects.toThrow(ForbiddenError)
    await authorizer.authorizeCreate(ada, 'create', 'Member', { spaceId: 1, userId: 2, role: 'admin' })
  })

  it('asks with the row too if its absence would allow more', async () => {
    const { authorizer, one } = world(`
      allow(_: User, "create", member: Member) if not has_admin(member.space);
      has_admin(space: Space) if m in space.members and m.role = "admin";
    `)
    one.members = []
    await authorizer.authorizeCreate(ada, 'create', 'Member', { spaceId: 1, userId: 1, role: 'guest' })
    await expect(
      authorizer.authorizeCreate(ada, 'create', 'Member', { spaceId: 1, userId: 1, role: 'admin' }),
    ).rejects.toThrow(ForbiddenError)
  })

  it('leaves a row out of the collections of its old parent, reached by keys alone', async () => {
    const { authorizer, one, two, guest } = world(`
      allow(_: User, "update", member: Member) if m in member.user.favorite.members and m.id = member.id;
    `)
    Object.assign(eve, { favoriteId: 1 })
    await authorizer.authorizeChange(ada, 'update', guest, { role: 'admin' })
    await expect(authorizer.authorizeChange(ada, 'update', guest, { spaceId: two.id })).rejects.toThrow(NotFoundError)
    expect(one.members).toContain(guest)
  })

  it('refuses a new reference to a row that may not be read, and takes one that stays as it is', async () => {
    const rules = `
      allow(user: User, action, _: Note) if action in ["read", "update", "create"] and user.id = 1;
      allow(_: User, "read", space: Space) if space.id = 3;
    `
    const { authorizer, note } = world(rules)
    expect(await authorizer.authorizeChange(ada, 'update', note, { title: 'b', spaceId: 1 })).toMatchObject({
      spaceId: 1,
    })
    const refused = { status: 403, data: { relation: 'space' } }
    await expect(authorizer.authorizeChange(ada, 'update', note, { spaceId: 2 })).rejects.toMatchObject(refused)
    await expect(authorizer.authorizeChange(ada, 'update', note, { space: { id: 2 } })).rejects.toMatchObject(refused)
    await expect(authorizer.authorizeCreate(ada, 'create', 'Note', { id: 7, spaceId: 1 })).rejects.toMatchObject(
      refused,
    )
    // A hidden column is asked, or a guess of its value would tell it.
    authorizer.loadSync(`${rules}
      allow_field(_: User, "read", _: Note, "title"); allow_field(_: User, "update", _: Note, _);
    `)
    await expect(authorizer.authorizeChange(ada, 'update', note, { spaceId: 1 })).rejects.toMatchObject(refused)
    await authorizer.authorizeChange(ada, 'update', note, { title: 'b' })
  })

  it('refuses to take a reference from a row that may not be read', async () => {
    const { authorizer, note } = world(`
      allow(user: User, action, _: Note) if action in ["read", "update"] and user.id = 1;
      allow(_: User, action, _: User) if action in ["read", "update"];
      allow(_: User, "read", space: Space) if space.id != 1;
    `)
    const user = Object.assign(new User(3), { favoriteId: 1 as number | null })
    const refused = (relation: string) => ({ status: 403, data: { relation } })
    await expect(authorizer.authorizeChange(ada, 'update', note, { spaceId: 2 })).rejects.toMatchObject(
      refused('space'),
    )
    const none = { favoriteId: null }
    await expect(authorizer.authorizeChange(ada, 'update', user, none)).rejects.toMatchObject(refused('favorite'))
    user.favoriteId = null
    expect(await authorizer.authorizeChange(ada, 'update', user, none)).toEqual(none)
    user.favoriteId = 99
    expect(await authorizer.authorizeChange(ada, 'update', user, none)).toEqual(none)
  })

  it('denies a reference to a row that does not exist, as one to a hidden row', async () => {
    const { authorizer, note } = world(`
      allow(_: User, "read", _: Note);
      allow(_: User, "update", note: Note) if m in note.space.members and m.user = note.space.favorite;
      allow(_: User, "touch", note: Note) if note.spaceId = 1 or note.space.isOpen = true;
    `)
    Object.assign(note.space, { favorite: ada })
    for (const spaceId of [2, 99])
      for (const action of ['update', 'touch'])
        await expect(authorizer.authorizeChange(ada, action, note, { spaceId })).rejects.toThrow(
          spaceId === 99 ? ForbiddenError : action === 'touch' ? /isOpen not found/ : ForbiddenError,
        )
  })

  it.each(['note.isNear() = true', 'not (note.isFarAway = true)'])(
    'gives code of the row the relations of the row after: %s',
    async (condition) => {
      const { authorizer, note } = world(`
        allow(_: User, "read", _: Note);
        allow(_: User, "update", note: Note) if ${condition};
      `)
      await authorizer.authorizeChange(ada, 'update', note, { title: 'b' })
      await expect(authorizer.authorizeChange(ada, 'update', note, { spaceId: 2 })).rejects.toThrow(ForbiddenError)
      expect(note.space.id).toBe(1)
    },
  )

  it('asks allow_update with both rows if the policy has it', async () => {
    const { authorizer, note } = world(`
      allow(_: User, "update", _: Note);
      allow_update(_: User, before: Note, after: Note) if before.spaceId = after.spaceId;
    `)
    await authorizer.authorizeChange(ada, 'update', note, { title: 'b' })
    await expect(authorizer.authorizeChange(ada, 'update', note, { spaceId: 2 })).rejects.toThrow(NotFoundError)
  })
})
