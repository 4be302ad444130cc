import { describe, expect, it } from 'vitest'
import { Authorizer } from '../authorizer/authorizer.js'
import { matches } from './matches.js'

class User {
  constructor(readonly id: number) {}
}
class Folder {
  parent: Folder | null = null
  readonly ownerId: number | null
  constructor(
    readonly id: number,
    readonly owner: User | null,
  ) {
    this.ownerId = owner?.id ?? null
  }
}
class Special extends Folder {}
class Note {
  constructor(
    readonly title: string | null,
    readonly size: number | bigint | null,
    readonly folder: Folder | null,
    readonly tags: readonly string[] = [],
  ) {}
}

const [ada, eve] = [new User(1), new User(2)]
const [own, foreign] = [new Folder(1, ada), new Folder(2, eve)]
const below = new Special(3, eve)
below.parent = own
const circle = new Folder(4, null)
circle.parent = circle
const notes = [
  new Note('Plan', 3, own, ['a']),
  new Note('Draft', 2n ** 60n, foreign),
  new Note(null, null, below, ['b', 'a']),
  new Note('Plan B', 0.5, circle),
  new Note('Loose', -1, null),
]

function conditionOf(body: string) {
  const authorizer = new Authorizer({ log: () => {} })
    .registerClass(User, { key: 'id', fields: { id: 'integer' } })
    .registerClass(Folder, {
      key: 'id',
      fields: {
        id: 'integer',
        owner: { one: User, from: 'ownerId' },
        parent: { one: 'Folder', from: 'parentId' },
        ownerId: 'integer',
        parentId: 'integer',
      },
    })
    .registerClass(Special)
    .registerClass(Note, {
      fields: {
        title: 'string',
        size: Number,
        folder: { one: 'Folder', from: 'folderId' },
        folderId: 'integer',
        tags: { type: 'string', list: true, nullable: false },
      },
    })
  const named = (name: string): string => (body.includes(name) ? name : `_${name}`)
  authorizer.loadSync(`
    allow(${named('user')}: User, "read", ${named('note')}: Note) if ${body};
    inside(folder: Folder, user: User) if folder.owner = user;
    inside(folder: Folder, user: User) if folder.parent != nil and inside(folder.parent, user);
  `)
  return authorizer.filter(ada, 'read', 'Note').definite()
}

describe('matches', () => {
  it.each<[body: string, found: readonly number[]]>([
    ['true', [0, 1, 2, 3, 4]],
    ['note.title = nil', [2]],
    ['note.title != nil and not note.title.startsWith("Plan")', [1, 4]],
    ['note.size != nil and note.size < 1', [3, 4]],
    ['note.size != nil and note.size + 1 = 4', [0]],
    ['note.folder.owner.id = 2', [1, 2]],
    ['note.folder = nil', [4]],
    ['"a" in note.tags', [0, 2]],
    ['note.folder matches Special', [2]],
    ['note.folder != nil and inside(note.folder, user)', [0, 2]],
  ])('selects the rows of a filter: %s', (body, found) => {
    const condition = conditionOf(body)
    expect(notes.flatMap((note, at) => (matches(condition, note) ? [at] : []))).toEqual(found)
  })

  it('reads rows as the caller says', () => {
    const condition = conditionOf('note.title = "Plan"')
    const read = (row: object, { name }: { readonly name: string }) => Reflect.get(row, name.toUpperCase())
    expect(matches(condition, { TITLE: 'Plan' }, { read })).toBe(true)
  })

  it('asks the caller for classes of other rows', () => {
    const condition = conditionOf('note.folder matches Special')
    const row = { folder: { kind: 'special' } }
    expect(matches(condition, row)).toBe(false)
    expect(matches(condition, row, { isInstance: (one) => Reflect.get(one as object, 'kind') === 'special' })).toBe(
      true,
    )
  })

  it('throws for a relation that is not a list where it needs one', () => {
    expect(() => matches(conditionOf('"a" in note.tags'), { tags: 'a' })).toThrow('needs a list')
  })
})
