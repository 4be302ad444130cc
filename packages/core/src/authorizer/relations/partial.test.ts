import { expect, it } from 'vitest'
import { RelationNotLoadedError } from '../../errors.js'
import { markPartial } from '../../schema/partial.js'
import { Authorizer } from '../authorizer.js'
import type { EvaluatorName } from '../options.js'

class Person {
  readonly name: string = 'ann'
}
class Note {
  readonly readers: readonly Person[]
  constructor(readers: readonly Person[]) {
    this.readers = readers
  }
}
class Shelf {
  readonly notes: readonly Note[]
  constructor(notes: readonly Note[]) {
    this.notes = notes
  }
}

it.each<EvaluatorName>(['machine', 'closures', 'source'])(
  'treats a relation loaded in part as not loaded, also for class instances (%s)',
  (evaluator) => {
    const authorizer = new Authorizer({ evaluator })
      .registerClass(Person, { key: 'name' })
      .registerClass(Note, { fields: { readers: { many: Person } } })
      .registerClass(Shelf, { fields: { notes: { many: Note } } })
    authorizer.loadSync(`
      allow(person: Person, "skip", note: Note) if not person in note.readers;
      allow(_: Person, "count", note: Note) if note.readers.length = 0;
      allow(_: Person, "compare", note: Note) if note.readers = [];
      allow(_: Person, "name", note: Note) if readers = note.readers and readers.length = 0;
      allow(person: Person, "shelve", shelf: Shelf) if note in shelf.notes and not (reader in note.readers and reader.name = person.name);
    `)
    const ann = new Person()
    // The class is known by its first row, whose fields can be read as they are.
    expect(authorizer.can(ann, 'skip', new Note([ann]))).toBe(false)
    const part = new Note([])
    markPartial(part, 'readers')
    expect(() => authorizer.can(ann, 'skip', part)).toThrow(RelationNotLoadedError)
    // A copy holds the same list, whatever it is of.
    const copy = new Note(part.readers)
    expect(() => authorizer.can(ann, 'skip', copy)).toThrow(RelationNotLoadedError)
    expect(() => authorizer.canMany(ann, 'skip', [new Note([ann]), copy])).toThrow(RelationNotLoadedError)
    expect(() => authorizer.filter(ann, 'skip', 'Note').matches(copy)).toThrow(RelationNotLoadedError)
    for (const action of ['count', 'compare', 'name']) {
      expect(() => authorizer.can(ann, action, copy)).toThrow(RelationNotLoadedError)
      expect(authorizer.can(ann, action, new Note([]))).toBe(true)
      expect(authorizer.can(ann, action, new Note([ann]))).toBe(false)
    }
    expect(() => authorizer.can(ann, 'shelve', new Shelf([copy]))).toThrow(RelationNotLoadedError)
    expect(authorizer.can(ann, 'shelve', new Shelf([new Note([ann])]))).toBe(false)
  },
)

it('treats a reference loaded in part as not loaded, on either side of a filter', () => {
  class Desk {
    readonly owner: Person | null = null
  }
  const authorizer = new Authorizer({ log() {} })
    .registerClass(Person, { key: 'name' })
    .registerClass(Desk, { fields: { owner: { one: Person } } })
  authorizer.loadSync(`
    allow(_: Person, "nil", desk: Desk) if desk.owner = nil;
    allow(person: Person, "not", desk: Desk) if not desk.owner = person;
    allow(desk: Desk, "nil", _: Person) if desk.owner = nil;
    allow(desk: Desk, "not", person: Person) if not desk.owner = person;
  `)
  const ann = new Person()
  const desk = new Desk()
  for (const action of ['nil', 'not']) {
    expect(authorizer.filter(ann, action, 'Desk').matches(desk)).toBe(true)
    expect(authorizer.filter(desk, action, 'Person').matches(ann)).toBe(true)
  }
  markPartial(desk, 'owner')
  for (const action of ['nil', 'not']) {
    expect(() => authorizer.can(ann, action, desk)).toThrow(RelationNotLoadedError)
    expect(() => authorizer.filter(ann, action, 'Desk').matches(desk)).toThrow(RelationNotLoadedError)
    expect(() => authorizer.can(desk, action, ann)).toThrow(RelationNotLoadedError)
    expect(() => authorizer.filter(desk, action, 'Person').matches(ann)).toThrow(RelationNotLoadedError)
  }
})

it('recognizes the copies of pickAuthorized', async () => {
  const authorizer = new Authorizer().registerModels([
    { name: 'Person', key: 'name', fields: { name: String } },
    { name: 'Page', fields: { readers: { many: 'Person' } } },
  ])
  authorizer.loadSync(`
    allow(person: Person, "skip", page: Page) if not (reader in page.readers and reader.name = person.name);
    allow_field(_: Person, "skip", _: Page, "readers");
  `)
  const ann = authorizer.as('Person', { name: 'ann' })
  for (const [part, answer] of [
    [false, true],
    [true, RelationNotLoadedError],
  ] as const) {
    const page = authorizer.as('Page', { readers: [] })
    if (part) markPartial(page, 'readers')
    const copy = authorizer.as('Page', await authorizer.pickAuthorized(ann, 'skip', page))
    expect(copy.readers).toEqual([])
    if (answer === true) expect(authorizer.can(ann, 'skip', copy)).toBe(true)
    else expect(() => authorizer.can(ann, 'skip', copy)).toThrow(answer)
  }
})

it('records what copies omit of nested rows', () => {
  const authorizer = new Authorizer().registerModels([
    {
      name: 'Folder',
      key: 'id',
      fields: {
        id: Number,
        parentId: Number,
        parent: { one: 'Folder', from: 'parentId', to: 'id' },
        seal: { one: 'Seal' },
        cover: { one: 'Seal', from: 'coverId', to: 'id' },
      },
    },
    { name: 'Seal', key: 'id', fields: { id: Number, folderId: Number } },
    { name: 'File', key: 'id', fields: { id: Number, folder: { one: 'Folder' }, others: { many: 'Folder' } } },
  ])
  authorizer.loadSync(`
    allow(_, "top", file: File) if file.folder.parent = nil;
    allow(_, "unsealed", file: File) if file.folder.seal = nil;
    allow(_, "uncovered", file: File) if file.folder.cover = nil;
    allow(_, "other", file: File) if folder in file.others and folder.parent = nil;
  `)
  const top = { id: 1, parentId: null, parent: null, seal: null }
  const file = (folder: object, others: readonly object[] = []) => authorizer.as('File', { id: 1, folder, others })
  markPartial(authorizer.as('Folder', { id: 9, parentId: 8 }), 'parent')
  expect(authorizer.can(null, 'top', file({ ...top }))).toBe(true)
  // Its reference tells that there is one.
  expect(authorizer.can(null, 'top', file({ ...top, parentId: 2 }))).toBe(false)
  expect(authorizer.can(null, 'other', file({ ...top }, [{ ...top, parentId: 2 }]))).toBe(false)
  expect(authorizer.can(null, 'other', file({ ...top }, [{ ...top }]))).toBe(true)
  // Of a relation that never was loaded in part, nil is nil; else it says nothing where no reference tells.
  expect(authorizer.can(null, 'unsealed', file({ ...top }))).toBe(true)
  expect(authorizer.can(null, 'uncovered', file({ ...top, cover: null }))).toBe(true)
  for (const relation of ['seal', 'cover']) markPartial(authorizer.as('Folder', { id: 9 }), relation)
  expect(() => authorizer.can(null, 'unsealed', file({ ...top }))).toThrow(/"seal"/)
  expect(() => authorizer.can(null, 'uncovered', file({ ...top, cover: null }))).toThrow(/"cover"/)
  expect(authorizer.can(null, 'uncovered', file({ ...top, cover: null, coverId: null }))).toBe(true)
})
