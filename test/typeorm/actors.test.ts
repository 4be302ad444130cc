import { Authorizer } from '@arcturus/core'
import { typeOrmAuthorization } from '@arcturus/typeorm'
import { type DataSource, EntitySchema } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'
import { Document, entities, User } from './entities.js'
import { addPeople, authorizationFor } from './people.js'

const databases = await openDatabases('actors')

describe.each(databases)('authorizedActors on $name', (database) => {
  let source: DataSource
  let authorization: ReturnType<typeof authorizationFor>
  beforeAll(async () => {
    source = await database.open(entities)
    await addPeople(source)
    authorization = authorizationFor(source)
  })
  afterAll(async () => {
    await source?.destroy()
  })

  it.each(['read', 'edit'])('selects exactly the users who may "%s" each document', async (action) => {
    const { authorizer, authorizedActors, filterArguments } = authorization
    const users = await source.getRepository(User).find({ order: { id: 'ASC' } })
    for (const document of await source.getRepository(Document).find()) {
      const expected: number[] = []
      for (const user of users) if (await authorizer.isAllowed(user, action, document)) expected.push(user.id)
      for (const options of [
        authorizedActors(action, document, User, { order: { id: 'ASC' } }),
        {
          ...filterArguments(await authorizer.loadActorFilter(action, document, 'User'), User),
          order: { id: 'ASC' as const },
        },
      ]) {
        const [found, count] = await source.getRepository(User).findAndCount(options)
        expect([found.map(({ id }) => id), count]).toEqual([expected, expected.length])
      }
    }
  })

  it('composes with other conditions and pages', async () => {
    const { authorizedActors } = authorization
    const open = await source.getRepository(Document).findOneByOrFail({ id: 4 })
    const own = await source.getRepository(Document).findOneByOrFail({ id: 1 })
    const users = source.getRepository(User)
    expect(await users.find(authorizedActors('read', own, User, { where: { name: 'bo' } }))).toEqual([])
    const page = await users.find(authorizedActors('read', open, User, { order: { id: 'ASC' }, skip: 1, take: 1 }))
    expect(page.map(({ id }) => id)).toEqual([2])
  })
})

const endless = expect.objectContaining({
  code: 'filter-too-large',
  summary: expect.stringContaining('calls itself along a relation that is not loaded'),
})

class Person {
  id!: number
  boss!: Person | null
}
class Folder {
  id!: number
  parent!: Folder | null
  owner!: Person | null
}
const folderEntities = [
  new EntitySchema<Person>({
    name: 'Person',
    target: Person,
    columns: { id: { type: 'int', primary: true } },
    relations: { boss: { type: 'many-to-one', target: 'Person', joinColumn: true, nullable: true } },
  }),
  new EntitySchema<Folder>({
    name: 'Folder',
    target: Folder,
    columns: { id: { type: 'int', primary: true } },
    relations: {
      parent: { type: 'many-to-one', target: 'Folder', joinColumn: true, nullable: true },
      owner: { type: 'many-to-one', target: 'Person', joinColumn: true, nullable: true },
    },
  }),
]

describe.each(databases)('Filters that load relations on $name', (database) => {
  let source: DataSource
  beforeAll(async () => {
    source = await database.open(folderEntities)
    await source.getRepository(Person).insert([
      { id: 1, boss: null },
      { id: 2, boss: { id: 1 } },
      { id: 3, boss: { id: 2 } },
    ])
    const rows = [
      { id: 1, parent: null, owner: { id: 1 } },
      { id: 2, parent: { id: 1 }, owner: null },
      { id: 3, parent: { id: 2 }, owner: { id: 3 } },
    ]
    for (const row of rows) await source.getRepository(Folder).insert(row)
  })
  afterAll(async () => {
    await source?.destroy()
  })

  it('answers a recursion along a row whose relations are not loaded', async () => {
    const authorizer = new Authorizer()
    const { filterArguments, authorizedActors } = typeOrmAuthorization(authorizer, source, { unscoped: 'allow' })
    authorizer.loadSync(`allow(person: Person, "read", folder: Folder) if owns(person, folder);
      owns(person: Person, folder: Folder) if folder.owner = person;
      owns(person: Person, folder: Folder) if folder.parent != nil and owns(person, folder.parent);`)
    const people = source.getRepository(Person)
    const expected = { 1: [1], 2: [1], 3: [1, 3] } as const
    for (const folder of await source.getRepository(Folder).find()) {
      const found = await people.find({
        ...filterArguments(await authorizer.loadActorFilter('read', folder, 'Person'), Person),
        order: { id: 'ASC' },
      })
      expect(found.map(({ id }) => id)).toEqual(expected[folder.id as 1 | 2 | 3])
      expect(() => authorizedActors('read', folder, Person)).toThrow(endless)
    }
  })

  it('answers a recursion along an actor whose relations are not loaded', async () => {
    const authorizer = new Authorizer()
    const { authorizedFilter, authorizedQuery, authorizedWhere } = typeOrmAuthorization(authorizer, source, {
      unscoped: 'allow',
    })
    authorizer.loadSync(`allow(person: Person, "read", folder: Folder) if owns(person, folder);
      owns(person: Person, folder: Folder) if folder.owner = person;
      owns(person: Person, folder: Folder) if person.boss != nil and below(person, folder);
      below(person: Person, folder: Folder) if owns(person.boss, folder);`)
    const person = await source.getRepository(Person).findOneByOrFail({ id: 3 })
    const folders = source.getRepository(Folder)
    const found = await folders.find({
      where: await authorizedWhere(person, 'read', Folder),
      order: { id: 'ASC' },
    })
    expect(found.map(({ id }) => id)).toEqual([1, 3])
    expect(() => authorizedFilter(person, Folder)).toThrow(endless)
    expect(() => authorizedQuery(person, 'read', Folder)).toThrow(endless)
  })
})
