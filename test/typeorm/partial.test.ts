import { RelationNotLoadedError } from '@arcturus/core'
import type { DataSource, SelectQueryBuilder } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'
import { Document, entities, Tag, User } from './entities.js'
import { authorizationFor } from './people.js'

/** Grants because of what is not there. */
const policy = `
  allow(_: User, "read", document: Document) if not (tag in document.tags and tag.name = "secret");
  allow(_: User, "read", user: User) if not (document in user.documents and tag in document.tags and tag.name = "secret");
`

const databases = await openDatabases('partial', ['sqlite'])

describe.each(databases)('A relation that was loaded in part on $name', (database) => {
  let source: DataSource
  let authorizer: ReturnType<typeof authorizationFor>['authorizer']
  const ann = Object.assign(new User(), { id: 1, name: 'ann', managerId: null })
  beforeAll(async () => {
    source = await database.open(entities)
    authorizer = authorizationFor(source, policy).authorizer
    await source.manager.save(ann)
    const tags = await source.manager.save(['secret', 'dull'].map((name) => Object.assign(new Tag(), { name })))
    const document = { id: 1, title: 'one', views: 1, archived: false, ownerId: 1, tags }
    await source.manager.save(Object.assign(new Document(), document))
  })
  afterAll(() => database.close(), 60_000)

  type Query = SelectQueryBuilder<Document>
  const documents = (say: (query: Query) => Query) => async () =>
    say(source.getRepository(Document).createQueryBuilder('d')).getOne()
  const dull = { name: 'dull' }

  it.each<[string, () => Promise<unknown>]>([
    ['a condition of the join', documents((query) => query.leftJoinAndSelect('d.tags', 't', 't.name = :name', dull))],
    [
      'a condition of the query',
      documents((query) => query.leftJoinAndSelect('d.tags', 't').where('t.name = :name', dull)),
    ],
    [
      'a condition as an object',
      () => source.getRepository(Document).findOne({ relations: { tags: true }, where: { tags: dull } }),
    ],
    [
      'a condition of a clone',
      documents((query) => query.leftJoinAndSelect('d.tags', 't').clone().andWhere('t.name = :name', dull)),
    ],
    [
      'a condition of a page',
      documents((query) => query.leftJoinAndSelect('d.tags', 't').where('t.name = :name', dull).take(1)),
    ],
    ['a limit of rows', documents((query) => query.leftJoinAndSelect('d.tags', 't').orderBy('t.name').limit(1))],
    [
      'a join that leaves rows out',
      documents((query) =>
        query.leftJoinAndSelect('d.tags', 't').innerJoin('t.documents', 'o', 't.name = :name', dull),
      ),
    ],
    [
      'a transaction',
      () =>
        source.transaction((manager) =>
          manager.findOne(Document, { relations: { tags: true }, where: { tags: dull } }),
        ),
    ],
    [
      'a condition of the list that it is in',
      () =>
        source
          .getRepository(User)
          .findOne({ relations: { documents: { tags: true } }, where: { documents: { tags: dull } } }),
    ],
  ])('is not taken for whole: %s', async (_, load) => {
    const row = (await load()) as Document | User
    expect(row).not.toBe(null)
    expect(() => authorizer.can(ann, 'read', row)).toThrow(RelationNotLoadedError)
    expect(await authorizer.isAllowed(ann, 'read', row)).toBe(false)
  })

  it.each<[string, () => Promise<unknown>]>([
    ['nothing', documents((query) => query.leftJoinAndSelect('d.tags', 't'))],
    [
      'a condition of the rows themselves',
      () => source.getRepository(Document).findOne({ relations: { tags: true }, where: { id: 1 } }),
    ],
    [
      'a condition of another join',
      documents((query) =>
        query.leftJoinAndSelect('d.tags', 't').innerJoin('d.tags', 'other').where('other.name = :name', dull),
      ),
    ],
    [
      'a row that it belongs to',
      () =>
        source
          .getRepository(Document)
          .findOne({ relations: { tags: true, owner: true }, where: { owner: { name: 'ann' } } }),
    ],
    ['a page', documents((query) => query.leftJoinAndSelect('d.tags', 't').take(1))],
  ])('is whole where the query says no more of it: %s', async (_, load) => {
    expect(authorizer.can(ann, 'read', await load())).toBe(false)
  })
})
