import { describe, expect, it } from 'vitest'
import { RelationNotLoadedError } from '../../errors.js'
import { Authorizer } from '../authorizer.js'

function open(policy: string) {
  const authorizer = new Authorizer({ log() {} })
  authorizer.registerModels(
    [
      { name: 'User', key: 'id', fields: { id: 'integer', teams: { many: 'Team' } } },
      { name: 'Team', key: 'id', fields: { id: 'integer', name: 'string' } },
      {
        name: 'Folder',
        key: 'id',
        fields: {
          id: 'integer',
          team: { one: 'Team', from: 'teamId', to: 'id' },
          teamId: 'integer',
          parent: { one: 'Folder', from: 'parentId', to: 'id' },
          parentId: 'integer',
        },
      },
      {
        name: 'Note',
        key: 'id',
        fields: {
          id: 'integer',
          folder: { one: 'Folder', from: 'folderId', to: 'id', nullable: false },
          folderId: 'integer',
        },
      },
    ],
    async ({ name }) => (name === 'teams' ? [authorizer.as('Team', { id: 7, name: 'core' })] : undefined),
  )
  authorizer.loadSync(policy)
  return authorizer
}

const note = (authorizer: Authorizer, folder: object | undefined) =>
  authorizer.as('Note', { id: 2, folderId: 3, ...(folder && { folder }) })

describe('a filter whose relations were loaded', () => {
  const policy = 'allow(user: User, "read", note: Note) if team in user.teams and note.folder.team = team;'

  it('decides rows whose relations are known by their keys', async () => {
    const authorizer = open(policy)
    const filter = await authorizer.loadFilter(authorizer.as('User', { id: 1 }), 'read', 'Note')
    expect(filter.matches(note(authorizer, { id: 3, teamId: 7 }))).toBe(true)
    expect(filter.matches(note(authorizer, { id: 3, teamId: 8 }))).toBe(false)
    expect(filter.matches(note(authorizer, { id: 3, teamId: 7, team: { id: 7, name: 'core' } }))).toBe(true)
  })

  it('decides actors for a resource whose relations were loaded', async () => {
    const authorizer = open('allow(user: User, "read", other: User) if team in other.teams and user.team = team;')
    const filter = await authorizer.loadActorFilter('read', authorizer.as('User', { id: 1 }), 'User')
    const member = (id: number) => authorizer.as('User', { id: 2, team: authorizer.as('Team', { id }) })
    expect(filter.matches(member(7))).toBe(true)
    expect(filter.matches(member(8))).toBe(false)
  })

  it('throws for a relation of the row that is not loaded', async () => {
    const authorizer = open(policy)
    const filter = await authorizer.loadFilter(authorizer.as('User', { id: 1 }), 'read', 'Note')
    expect(() => filter.matches(note(authorizer, undefined))).toThrow(RelationNotLoadedError)
  })

  it('is needed for a relation of the actor that a recursion reads', async () => {
    const authorizer = open(`
      allow(user: User, "read", folder: Folder) if may_read(user, folder);
      may_read(user: User, _: Folder) if _ in user.teams;
      may_read(user: User, folder: Folder) if may_read(user, folder.parent);
    `)
    const user = authorizer.as('User', { id: 1 })
    expect(() => authorizer.filter(user, 'read', 'Folder')).toThrow(RelationNotLoadedError)
    expect((await authorizer.loadFilter(user, 'read', 'Folder')).definite().kind).toBe('true')
  })
})
