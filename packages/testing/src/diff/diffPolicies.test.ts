import { Authorizer } from '@arcturus/core'
import { describe, expect, it } from 'vitest'
import { diffPolicies } from './diffPolicies.js'

class Note {
  constructor(
    readonly id: number,
    readonly ownerId: number,
    readonly isPublic: boolean,
  ) {}
}
class Secret extends Note {}

const required = (type: 'integer' | 'boolean') => ({ type, nullable: false })
const authorizer = new Authorizer()
  .registerModels([
    { name: 'User', key: 'id', fields: { id: required('integer') } },
    { name: 'Robot', key: 'id', fields: { id: required('integer') } },
  ])
  .registerClass(Note, {
    key: 'id',
    fields: { id: required('integer'), ownerId: required('integer'), isPublic: required('boolean') },
  })
  .registerClass(Secret)
const users = [1, 2].map((id) => authorizer.as('User', { id }))
const notes = [1, 2, 3, 4].map((id) => new Note(id, id % 2 === 1 ? 1 : 2, id > 2))
const before = 'allow(user: User, action, note: Note) if action in ["read", "edit"] and note.ownerId = user.id;'
const options = { actors: [...users, null], rows: { Note: notes } }
const diff = (one: string, other: string) => diffPolicies(authorizer, one, other, options)

describe('diffPolicies', () => {
  it('returns exactly the rows whose decision changed', async () => {
    const after = `${before} allow(_, "read", note: Note) if note.isPublic = true;`
    const { changes, same, compared } = await diff(before, after)
    expect({ same, compared }).toEqual({ same: false, compared: { actors: 3, rows: 4 } })
    expect(
      changes.map(({ actor, action, resource }) => [
        (actor as { id: number } | null)?.id,
        action,
        (resource as { id: number }).id,
      ]),
    ).toEqual([
      [1, 'read', 4],
      [2, 'read', 3],
      [undefined, 'read', 3],
      [undefined, 'read', 4],
    ])
    expect(changes.every((change) => change.before === 'denied' && change.after === 'allowed')).toBe(true)
  })

  it('summarizes the rows that each actor gains and loses', async () => {
    const after = 'allow(user: User, "read", note: Note) if note.ownerId = user.id;'
    expect(String(await diff(before, after))).toBe('- edit Note: User { id: 1 } 2, User { id: 2 } 2')
    expect(String(await diff(after, before))).toBe('+ edit Note: User { id: 1 } 2, User { id: 2 } 2')
  })

  it.each([
    ['names of variables', 'allow(u: User, a, n: Note) if a in ["read", "edit"] and n.ownerId = u.id;'],
    [
      'the order of goals',
      'allow(user: User, action, note: Note) if user.id = note.ownerId and action in ["read", "edit"];',
    ],
    [
      'rules in place of a list',
      'allow(u: User, "edit", n: Note) if n.ownerId = u.id; allow(u: User, "read", n: Note) if n.ownerId = u.id;',
    ],
    [
      'shorthand',
      `allow(a, b, c) if has_permission(a, b, c);
       actor User {}
       resource Note { permissions = ["read", "edit"]; roles = ["owner"]; "read" if "owner"; "edit" if "owner"; }
       has_role(user: User, "owner", note: Note) if note.ownerId = user.id;`,
    ],
  ])('proves without rows that nothing changes by %s', async (_, after) => {
    const { same, changes } = await diffPolicies(authorizer, before, after, { actors: [], rows: {} })
    expect(changes).toEqual([])
    expect(same).toBe(true)
  })

  it('compares rules that only the query machine can evaluate', async () => {
    const first = 'allow(user: User, "read", note: Note) if note.ownerId = user.id and cut;'
    const { same, changes } = await diff(first, first.replace('=', '!='))
    expect(same).toBe(false)
    expect(changes).toHaveLength(8)
    expect((await diff(first, first)).same).toBe(true)
  })

  it('compares the rows of subclasses, and actors whose class only a body names', async () => {
    class Person {
      readonly id = 1
    }
    class Guest extends Person {}
    class Page {
      readonly id = 1
    }
    class Draft extends Page {}
    const own = new Authorizer()
    for (const one of [Person, Guest, Page, Draft]) own.registerClass(one, { key: ['id'] })
    const always = 'allow(_: Person, "read", _: Page);'
    const compare = (after: string) =>
      diffPolicies(own, always, `${always} ${after}`, {
        actors: [new Person(), new Guest()],
        rows: { Page: [new Page(), new Draft()] },
      })
    const ofDrafts = await compare('allow(_: Person, "edit", page: Page) if page matches Draft;')
    expect(ofDrafts.changes.map(({ resource }) => resource?.constructor)).toEqual([Draft, Draft])
    const ofGuests = await compare('allow(person: Person, "edit", _: Page) if person matches Guest;')
    expect(ofGuests.changes.map(({ actor }) => actor?.constructor)).toEqual([Guest, Guest])
    expect([ofDrafts.same, ofGuests.same]).toEqual([false, false])
  })

  it.each([
    ['an actor of a class without a block', 'ok(_: Robot); allow(who, "read", _: Note) if ok(who);'],
    ['an actor that is no row', 'allow("root", "read", _: Note);'],
    ['an action that a call names', 'allow(_: User, action, _: Note) if ok(action); ok("burn");'],
    ['every other action', 'allow(_: User, _, _: Note);'],
    ['a subclass', 'ok(_: Secret); allow(_: User, "read", note: Note) if ok(note);'],
    ['a rule that only the machine evaluates', 'allow(_: User, "burn", note: Note) if p(note.id); p(x) if print(x);'],
    ['a resource that is a class', 'allow(_: User, "create", Note);'],
    ['a resource that is a string', 'allow(_: User, "read", "settings");'],
    ['a resource that is nil', 'allow(_: User, "read", nil);'],
    ['a field', 'allow_field(_: User, "read", _: Note, "text");'],
    ['a request', 'allow_request(_: User, _: Note);'],
  ])('never proves that nothing changes if a rule is about %s', async (_, rules) => {
    const both = `${before} ${rules}`
    const [gained, lost] = [await diff(before, both), await diff(both, before)]
    expect([gained.same, lost.same]).toEqual([false, false])
    expect((await diff(both, `${before} # a comment\n ${rules}`)).same).toBe(true)
  })

  it('compares the rules that the machine calls', async () => {
    const machine = (most: number) => `allow(_: User, "read", note: Note) if p(note.id, x) and x = 3;
      p(id, x) if x = id; p(id, x) if id < ${most} and p(id + 1, x);`
    const { same } = await diff(machine(2), machine(3))
    expect(same).toBe(false)
    expect((await diff(machine(2), machine(2))).same).toBe(true)
  })

  it('compares strings as actors, rows of subclasses, and other actions', async () => {
    const secret = new Secret(9, 1, false)
    const after = `${before} allow("root", _, note: Note) if ok(note); ok(_: Secret);`
    const { changes } = await diffPolicies(authorizer, before, after, {
      actors: ['root', users[1]],
      rows: { Note: [...notes, secret] },
    })
    expect(changes.map(({ actor, action, model }) => [actor, action, model])).toEqual([
      ['root', 'read', 'Note'],
      ['root', 'edit', 'Note'],
      ['root', 'any other action', 'Note'],
    ])
  })

  it('names the decisions that it does not compare', async () => {
    const after = `${before} allow_field(_: User, "read", _: Note, "text"); allow(_: User, "create", Note);`
    const found = await diff(before, after)
    expect(found.unexamined).toEqual(['resources', 'fields'])
    expect(String(found)).toMatch(/^No compared decision changes\.\n\? Checks of resources .*\n\? Decisions on fields /)
    const widened = await diff(before, `${before} allow(_: User, "read", note: Note) if note.isPublic = true;`)
    expect(widened.unexamined).toEqual([])
    const changes = await diff(
      before,
      `${before} allow_update(_: User, old: Note, new_row: Note) if old.id = new_row.id;`,
    )
    expect([changes.same, changes.unexamined]).toEqual([false, ['changes']])
    const links = await diff(before, `${before} allow_link(_: User, _: Note, "owner", _: User);`)
    expect([links.same, links.unexamined]).toEqual([false, ['links']])
  })

  it('passes the models whose rows have to be compared as actors', async () => {
    const modelsFor = async (rules: string): Promise<readonly string[]> => {
      let models: readonly string[] = []
      await diffPolicies(authorizer, before, `${before} ${rules}`, {
        actors: (names) => {
          models = names
          return []
        },
        rows: {},
      })
      return models
    }
    expect(await modelsFor('allow(_: Robot, "read", _: Note);')).toEqual(['Robot'])
    expect(await modelsFor('allow(user, "read", note: Note) if user = note.ownerId;')).toEqual([])
    // Nobody stands for all of them.
    expect(await modelsFor('allow(_, "read", note: Note) if note.isPublic = true;')).toEqual(['User'])
  })

  it('reports a check that becomes an error', async () => {
    const after = 'allow(user: User, action, note: Note) if action in ["read", "edit"] and note.ownerId.name = user.id;'
    const { changes } = await diff(before, after)
    expect(changes.length).toBeGreaterThan(0)
    expect(changes.every((change) => typeof change.after === 'object')).toBe(true)
    expect(String(await diff(before, after))).toMatch(/^! read Note: /)
  })

  it('keeps the policy of the authorizer, and throws for an invalid one', async () => {
    authorizer.loadSync(before)
    const { policy } = authorizer
    await diff(before, 'allow(_, "read", _: Note);')
    expect(authorizer.policy).toBe(policy)
    await expect(diff(before, 'allow(')).rejects.toMatchObject({ code: 'unexpected-end' })
    await expect(diffPolicies(authorizer, before, before, { actors: [], rows: { Nite: [] } })).rejects.toMatchObject({
      code: 'unknown-model',
    })
  })
})
