import { isDeepStrictEqual } from 'node:util'
import { UnresolvedFilterError, UnsupportedOperationError } from '@arcturus/core'
import { Brackets, type DataSource, type ObjectLiteral, type Repository, type SelectQueryBuilder } from 'typeorm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'
import { Document, entities, User } from './entities.js'
import { addPeople, authorizationFor } from './people.js'
import { SentQueries } from './queries.js'

const databases = await openDatabases('kept')
// Callers without types.
const unsaid: object = { where: undefined }
const ann = (): User => Object.assign(new User(), { id: 1, name: 'ann', managerId: null })

describe.each(databases)('A filter on $name', (database) => {
  let source: DataSource
  let authorization: ReturnType<typeof authorizationFor>
  let documents: Repository<Document>
  beforeAll(async () => {
    source = await database.open(entities)
    authorization = authorizationFor(source)
    documents = source.getRepository(Document)
  }, 60_000)
  beforeEach(async () => {
    await documents.createQueryBuilder().delete().execute()
    await addPeople(source)
  })
  afterAll(() => database.close(), 60_000)

  /** May be read by everybody but Ann, except for the first two and the fourth. */
  const rows = (): Promise<Document[]> => documents.find({ order: { id: 'ASC' } })
  const filter = (where: object = {}) => authorization.authorizedFilter(ann(), Document, { where })
  const query = (): SelectQueryBuilder<Document> => documents.createQueryBuilder('d')
  const misplaced = expect.objectContaining({ code: 'misplaced-filter' })
  const refused = expect.objectContaining({ code: 'unguarded-operation' })

  const reads: readonly [string, () => Promise<unknown>][] = [
    ['`where` replaces that of its arguments', () => documents.find({ ...filter(), where: { archived: false } })],
    ['`where` of undefined replaces that of its arguments', () => documents.find({ ...filter(), ...unsaid })],
    ['`where` replaces that of arguments of findOne', () => documents.findOne({ ...filter(), where: { id: 3 } })],
    ['`where` replaces that of arguments of count', () => documents.count({ ...filter(), where: { id: 3 } })],
    ['filter replaces that of other arguments', () => documents.find({ ...filter(), ...filter() })],
    [
      'filter stands in the place of keys',
      () =>
        query()
          .whereInIds([filter({ id: 3 }).where])
          .getMany(),
    ],
  ]
  it.each(reads)('is an error when a %s', async (_, read) => {
    await expect(Promise.resolve().then(read)).rejects.toThrow(UnresolvedFilterError)
    await expect(Promise.resolve().then(read)).rejects.toThrow(misplaced)
  })

  const keeps: readonly [string, () => Promise<Document[]>][] = [
    ['later find options have none', () => query().setFindOptions(filter()).setFindOptions({ where: {} }).getMany()],
    ['alternative is beside it', () => query().where(filter().where).orWhere('1 = 1').getMany()],
    ['alternative is before it', () => query().where({ id: 3 }).orWhere(filter().where).getMany()],
    ['alternative is among conditions', () => query().where(filter().where).andWhere('1=1').orWhere('1=1').getMany()],
    [
      'alternative is within brackets',
      () =>
        query()
          .where(new Brackets((one) => one.where(filter().where).orWhere('1 = 1')))
          .getMany(),
    ],
    ['second `where` replaces it', () => query().where(filter().where).where('1 = 1').getMany()],
    ['second `where` replaces it in a clone', () => query().where(filter().where).clone().where('1 = 1').getMany()],
  ]
  it.each(keeps)('holds when a %s', async (_, read) => {
    expect((await read()).map(({ id }) => id).sort()).toEqual([1, 2, 4])
  })

  const writes: readonly [string, () => Promise<unknown>][] = [
    [
      'delete takes it as keys',
      () =>
        query()
          .delete()
          .whereInIds(filter({ id: 3 }).where)
          .execute(),
    ],
    [
      'relation takes it as a row',
      async () =>
        query()
          .relation('owner')
          .of(filter({ id: 3 }).where)
          .set(1),
    ],
    ['row is removed by it', () => documents.remove(filter({ id: 3 }).where as Document)],
    ['row is removed by a list with it', () => source.manager.remove(Document, [filter({ id: 3 }).where as Document])],
    ['row is saved by it', () => documents.save({ ...filter({ id: 3 }).where, views: 0 } as Document)],
  ]
  const update = () => query().update({ views: 0 }).where(filter().where)
  it.each(writes)('is an error when a %s, and nothing is written', async (_, write) => {
    const before = await rows()
    await expect(Promise.resolve().then(write)).rejects.toThrow(misplaced)
    expect(await rows()).toEqual(before)
  })

  it.each<[string, () => Promise<unknown>, readonly number[]]>([
    ['delete has an alternative', () => query().delete().where(filter().where).orWhere('1 = 1').execute(), [1, 2, 4]],
    ['update has an alternative', () => update().orWhere('1 = 1').execute(), [1, 2, 4]],
    ['update has another `where`', () => update().where('1 = 1').execute(), [1, 2, 4]],
    [
      'update has a row of its own',
      () =>
        update()
          .whereEntity(Object.assign(new Document(), { id: 3 }))
          .execute(),
      [],
    ],
  ])('holds when a %s', async (_, write, changed) => {
    const before = await rows()
    await write()
    const after = await rows()
    const same = before.filter((one) => after.some((other) => isDeepStrictEqual(one, other)))
    expect(same.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5].filter((id) => !changed.includes(id)))
  })

  const changes: readonly [string, string][] = [
    ['begins a comment', "'all' -- "],
    ['begins a comment that nothing ends', "'all' /* "],
    ['has a condition', "'all' WHERE 1=1 OR 1=1"],
    ['begins another statement', "'all'; "],
    ['closes brackets', "'all') WHERE (1=1"],
  ]
  it.each(changes)('rejects SQL of an update that %s', async (_, sql) => {
    const before = await rows()
    const write = (): Promise<unknown> => documents.update(filter().where, { title: () => sql })
    await expect(write()).rejects.toThrow(UnsupportedOperationError)
    await expect(write()).rejects.toThrow(refused)
    expect(await rows()).toEqual(before)
  })

  it('accepts SQL in the values of an update, and alternatives with a filter each', async () => {
    await documents.update(filter({ id: 1 }).where, { views: () => '(SELECT 7) + 1' })
    await documents.update(filter({ id: 3 }).where, { views: () => '(SELECT 7) + 1' })
    expect((await rows()).map(({ views }) => views)).toEqual([8, 2, 3, 4, 5])
    const both = query()
      .where(filter({ id: 1 }).where)
      .orWhere(filter({ id: 3 }).where)
      .orWhere(new Brackets((one) => one.where('1 = 1').andWhere(filter({ id: 2 }).where)))
    expect((await both.orderBy('d.id').getMany()).map(({ id }) => id)).toEqual([1, 2])
    expect((await both.clone().getManyAndCount())[1]).toBe(2)
  })

  it('rejects a result cached by a name', async () => {
    const cache = { id: 'documents', milliseconds: 60_000 }
    await expect(documents.find({ ...filter(), cache })).rejects.toThrow(refused)
    await expect(query().where(filter().where).cache('documents').getMany()).rejects.toThrow(refused)
  })

  it('rejects a query that returns rows of another table', async () => {
    const authorized = (): SelectQueryBuilder<Document> =>
      authorization.authorizedQuery(ann(), 'read', Document, { alias: 'd' })
    const other = (of: SelectQueryBuilder<ObjectLiteral>) => of.select('e').from(Document, 'e')
    await expect(other(authorized()).getMany()).rejects.toThrow(refused)
    await expect(other(authorized().clone()).getRawMany()).rejects.toThrow(refused)
    await expect(other(authorized()).take(1).leftJoin('e.tags', 't').getMany()).rejects.toThrow(refused)
  })
})

describe.each(await openDatabases('pages', ['sqlite']))('A page with joins on $name', (database) => {
  afterAll(() => database.close())

  /** Takes a document away from Ann right before the query that reads the rows of the page. */
  class TakesAway extends SentQueries {
    take: (() => void) | undefined

    override logQuery(query: string): void {
      super.logQuery(query)
      if (this.statements.length === 2) this.take?.()
    }
  }

  it.each(['find', 'query'])('has no row that is hidden when it is read: %s', async (how) => {
    const logger = new TakesAway()
    const source = await database.open(entities, { logging: true, logger })
    await addPeople(source)
    const { authorizedFilter, authorizedQuery } = authorizationFor(source)
    logger.take = () =>
      Reflect.get(source.driver, 'databaseConnection').run('UPDATE docs SET owner_id = 2 WHERE id = 2')
    logger.reset()
    const found =
      how === 'find'
        ? await source
            .getRepository(Document)
            .find(authorizedFilter(ann(), Document, { take: 5, relations: { tags: true } }))
        : await authorizedQuery(ann(), 'read', Document, { alias: 'd' })
            .leftJoinAndSelect('d.tags', 't')
            .take(5)
            .getMany()
    expect(logger.statements.length).toBe(2)
    expect(found.map(({ id }) => id)).toEqual([1, 4])
  })
})
