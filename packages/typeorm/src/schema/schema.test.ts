import { Authorizer } from '@arcturus/core'
import { DataSource, EntitySchema, type ObjectLiteral } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { typeOrmAuthorization } from '../authorization.js'
import { TypeOrmSchemaError } from '../errors.js'
import { modelsOf } from './models.js'
import { TypeOrmTables } from './tables.js'

class Person {
  id!: number
  get initial(): string {
    return ''
  }
}
class Address {}
class Content {}
class Photo extends Content {}
class Video extends Content {}

const address = new EntitySchema<ObjectLiteral>({
  name: 'Address',
  target: Address,
  columns: { city: { type: 'varchar', nullable: true, name: 'town' } },
})
const entities = [
  new EntitySchema<ObjectLiteral>({
    name: 'Person',
    target: Person,
    tableName: 'people',
    columns: {
      id: { type: 'int', primary: true },
      name: { type: 'varchar', name: 'full_name', nullable: true },
      tags: { type: 'simple-array' },
    },
    embeddeds: { home: { schema: address, prefix: 'home_' } },
    relations: {
      boss: { type: 'many-to-one', target: 'Person', nullable: true },
      staff: { type: 'one-to-many', target: 'Person', inverseSide: 'boss' },
      friends: { type: 'many-to-many', target: 'Person', inverseSide: 'friendOf', joinTable: { name: 'friendship' } },
      friendOf: { type: 'many-to-many', target: 'Person', inverseSide: 'friends' },
      contents: { type: 'one-to-many', target: 'Content', inverseSide: 'author' },
    },
  }),
  new EntitySchema<ObjectLiteral>({
    name: 'Folder',
    columns: { id: { type: 'int', primary: true }, gone: { type: 'datetime', deleteDate: true, nullable: true } },
  }),
  new EntitySchema<ObjectLiteral>({
    name: 'Content',
    target: Content,
    columns: {
      id: { type: 'int', primary: true },
      kind: { type: 'varchar' },
      authorId: { type: 'int', nullable: true },
      folderId: { type: 'int', nullable: true },
      looseId: { type: 'int' },
    },
    relations: {
      author: { type: 'many-to-one', target: 'Person', inverseSide: 'contents', joinColumn: { name: 'authorId' } },
      folder: { type: 'many-to-one', target: 'Folder', joinColumn: { name: 'folderId' }, nullable: true },
      loose: {
        type: 'many-to-one',
        target: 'Person',
        joinColumn: { name: 'looseId' },
        nullable: false,
        createForeignKeyConstraints: false,
      },
    },
    inheritance: { pattern: 'STI', column: 'kind' },
  }),
  new EntitySchema<ObjectLiteral>({
    name: 'Photo',
    target: Photo,
    type: 'entity-child',
    discriminatorValue: 'p',
    columns: { width: { type: 'int' } },
  }),
  new EntitySchema<ObjectLiteral>({
    name: 'Video',
    target: Video,
    type: 'entity-child',
    columns: { length: { type: 'int' } },
  }),
]
const source = new DataSource({ type: 'sqljs', entities, synchronize: true })
beforeAll(() => source.initialize())
afterAll(() => source.destroy())

describe('models', () => {
  const model = (name: string) => modelsOf(source).find((one) => one.name === name)!
  const fields = (name: string) => [...model(name).fields.keys()].sort()

  it('are entities and embedded classes, but not join tables', () => {
    expect(modelsOf(source).map(({ name, class: cls }) => [name, cls])).toEqual([
      ['Person', Person],
      ['Person.home', undefined],
      ['Folder', undefined],
      ['Content', Content],
      ['Photo', Photo],
      ['Video', Video],
    ])
    expect(model('Person').key).toEqual(['id'])
    expect(model('Person.home').key).toBe(undefined)
  })

  it('have columns, relations and getters by their property names', () => {
    expect(fields('Person')).toEqual(
      ['boss', 'contents', 'friendOf', 'friends', 'home', 'id', 'initial', 'name', 'staff', 'tags'].sort(),
    )
    expect(model('Person').fields.get('name')).toEqual({
      kind: 'scalar',
      name: 'name',
      type: 'string',
      nullable: true,
      list: false,
      keeps: expect.any(Function) as unknown,
    })
    expect(model('Person').fields.get('tags')).toMatchObject({ type: 'string', list: true })
    expect(fields('Person.home')).toEqual(['city'])
  })

  it('of classes have the columns of their own class and of those above it', () => {
    expect(fields('Content')).not.toContain('width')
    expect(fields('Photo')).toEqual(expect.arrayContaining(['id', 'width', 'author']))
    expect(fields('Photo')).not.toContain('length')
  })

  it.each([
    ['a reference that the database keeps', 'author', { nullable: true, from: ['authorId'], to: ['id'] }],
    ['a reference to rows that can be deleted softly', 'folder', { nullable: true, from: [], to: [] }],
    [
      'a reference that the database does not keep',
      'loose',
      { nullable: true, kept: false, from: ['looseId'], to: ['id'] },
    ],
  ])('determine by %s whether there is a row', (_, name, expected) => {
    expect(model('Content').fields.get(name)).toMatchObject(expected)
  })

  it('warn of a misspelt field, but not of a getter', () => {
    const authorizer = new Authorizer()
    typeOrmAuthorization(authorizer, source)
    const policy = authorizer.loadSync(
      'allow(_, "read", person: Person) if person.nmae = "x" and person.home.ctiy = "y" and person.initial = "z";',
    )
    const warnings = policy.warnings.filter(({ code }) => code === 'unknown-field')
    expect(warnings.map(({ hint }) => hint)).toEqual(['did you mean "name"?', 'did you mean "city"?'])
  })
})

describe('tables', () => {
  const tables = () => new TypeOrmTables(source)
  const relation = (model: string, name: string) => {
    const field = tables().field(model, name)
    if (field?.kind !== 'relation') throw new Error(`${name} is no relation`)
    return field.relation
  }

  it('have names, keys and columns as the database has them', () => {
    expect(tables().table('Person')).toMatchObject({ path: ['people'], key: [{ name: 'id' }], restrictions: [] })
    expect(tables().field('Person', 'name')).toMatchObject({ column: { name: 'full_name', nullable: true } })
    expect(tables().field('Person', 'home')).toEqual({ kind: 'embedded', model: 'Person.home' })
    expect(tables().field('Person.home', 'city')).toMatchObject({ column: { name: 'home_Town' } })
    expect(tables().field('Person', 'initial')).toBe(undefined)
    expect(tables().table('Nobody')).toBe(undefined)
  })

  it('leave out soft-deleted rows and rows of other classes', () => {
    expect(tables().table('Folder')?.restrictions).toMatchObject([{ kind: 'null', column: { name: 'gone' } }])
    expect(tables().table('Photo')?.restrictions).toMatchObject([{ kind: 'among', values: ['p'] }])
    expect(tables().table('Content')?.restrictions).toEqual([])
  })

  it('are linked by references, from both sides, and by tables of links', () => {
    expect(relation('Person', 'boss')).toMatchObject({
      many: false,
      kept: true,
      link: { kind: 'columns', pairs: [{ from: { name: 'bossId' }, to: { name: 'id' } }] },
    })
    expect(relation('Person', 'staff')).toMatchObject({
      many: true,
      kept: false,
      link: { kind: 'columns', pairs: [{ from: { name: 'id' }, to: { name: 'bossId' } }] },
    })
    const link = (name: string) => {
      const { link } = relation('Person', name)
      return link.kind === 'table' ? [link.path, link.own[0]?.to.name, link.other[0]?.from.name] : undefined
    }
    expect(link('friends')).toEqual([['friendship'], 'peopleId_1', 'peopleId_2'])
    expect(link('friendOf')).toEqual([['friendship'], 'peopleId_2', 'peopleId_1'])
  })

  it.each([
    ['Content', 'Content', false, 'all'],
    ['Content', 'Photo', false, { kind: 'among', values: ['p'] }],
    ['Content', 'Content', true, { kind: 'among', values: ['Content'] }],
    ['Photo', 'Content', false, 'all'],
    ['Photo', 'Video', false, 'none'],
    ['Photo', 'Content', true, 'none'],
    ['Folder', 'Person', false, 'none'],
  ])('define which rows of %s are a %s (only of that class: %s)', (model, of, exact, expected) => {
    const found = tables().instances(model, of, exact)
    if (typeof expected === 'string') expect(found).toBe(expected)
    else expect(found).toMatchObject(expected)
  })
})

describe('an unusable data source', () => {
  it.each([
    ['is not initialized', () => new DataSource({ type: 'sqljs', entities }), /initialize/],
    ['is of a database that nobody knows', () => ({ options: { type: 'sap' } }) as DataSource, /"sap"/],
    ['is none', () => undefined as unknown as DataSource, /must be a data source/],
    ['is what makes one', () => ({ type: 'sqljs', entities }) as unknown as DataSource, /new DataSource/],
  ])('is an error: it %s', (_, make, message) => {
    expect(() => typeOrmAuthorization(new Authorizer(), make())).toThrow(TypeOrmSchemaError)
    expect(() => typeOrmAuthorization(new Authorizer(), make())).toThrow(message)
  })
})

it('an enum column tells a policy that compares it with another text', async () => {
  class Issue {}
  const issue = new EntitySchema<ObjectLiteral>({
    name: 'Issue',
    target: Issue,
    columns: { id: { type: 'int', primary: true }, status: { type: 'simple-enum', enum: ['open', 'closed'] } },
  })
  const tracker = await new DataSource({ type: 'sqljs', entities: [issue], synchronize: true }).initialize()
  const authorizer = new Authorizer({ log: () => {} })
  typeOrmAuthorization(authorizer, tracker)
  const { warnings } = authorizer.loadSync('allow(_, "read", i: Issue) if i.status = "opne" or i.status = "open";')
  expect(warnings).toMatchObject([{ code: 'unknown-value', hint: 'did you mean "open"?' }])
  await tracker.destroy()
})
