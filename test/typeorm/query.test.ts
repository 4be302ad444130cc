import { ArgumentError, UnsupportedFilterError, UnsupportedOperationError } from '@arcturus/core'
import { TypeOrmSchemaError } from '@arcturus/typeorm'
import { Brackets, type DataSource, Not, Raw, type SelectQueryBuilder } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authorizedRows } from './authorizedRows.js'
import { openDatabases } from './databases.js'
import { Document, entities, Tag, User } from './entities.js'
import { addPeople, authorizationFor } from './people.js'

const databases = await openDatabases('query')
type Query = SelectQueryBuilder<Document>

describe.each(databases)('An authorized query on $name', (database) => {
  let source: DataSource
  let authorization: ReturnType<typeof authorizationFor>
  beforeAll(async () => {
    source = await database.open(entities)
    await addPeople(source)
    authorization = authorizationFor(source)
  }, 60_000)
  afterAll(() => database.close(), 60_000)
  const ann = (): User => Object.assign(new User(), { id: 1, name: 'ann', managerId: null })
  const documents = (): Query => source.createQueryBuilder(Document, 'd')
  const ids = (rows: readonly Document[]): number[] => rows.map(({ id }) => id).sort()

  /** What callers say of a query, and the rows that would be left without a filter. */
  const sayings: readonly [string, (query: Query) => Query, readonly number[]][] = [
    ['nothing', (query) => query, [1, 2, 3, 4, 5]],
    ['a condition', (query) => query.andWhere('d.views > 1'), [2, 3, 4, 5]],
    ['orWhere', (query) => query.where('d.id = 1').orWhere('1 = 1'), [1, 2, 3, 4, 5]],
    ['orWhere alone', (query) => query.orWhere('1 = 1'), [1, 2, 3, 4, 5]],
    ['a second where', (query) => query.where('d.id = 1').where('1 = 1'), [1, 2, 3, 4, 5]],
    [
      'a where in brackets',
      (query) => query.orWhere(new Brackets((one) => one.where('1 = 1').orWhere('1 = 1'))),
      [1, 2, 3, 4, 5],
    ],
    ['empty brackets', (query) => query.where(new Brackets(() => {})), [1, 2, 3, 4, 5]],
    ['conditions as objects', (query) => query.where([{ id: 3 }, { id: 4 }]), [3, 4]],
    ['whereInIds', (query) => query.whereInIds([1, 3, 5]), [1, 3, 5]],
    ['find options', (query) => query.setFindOptions({ where: [{ id: 3 }, { id: 4 }, { id: 5 }] }), [3, 4, 5]],
    ['empty find options', (query) => query.setFindOptions({ where: [] }), [1, 2, 3, 4, 5]],
    [
      'conditions that are taken away',
      (query) => Object.assign(query, { expressionMap: Object.assign(query.expressionMap, { wheres: [] }) }),
      [1, 2, 3, 4, 5],
    ],
    ['a clone', (query) => query.clone().orWhere('1 = 1'), [1, 2, 3, 4, 5]],
    ['a clone of a clone', (query) => query.clone().clone().where('1 = 1'), [1, 2, 3, 4, 5]],
    [
      'joins and a page',
      (query) => query.leftJoinAndSelect('d.tags', 'tag').orWhere('1 = 1').orderBy('d.id').take(10),
      [1, 2, 3, 4, 5],
    ],
    ['a join that is a condition', (query) => query.innerJoin('d.owner', 'owner').orWhere('1 = 1'), [1, 2, 3, 4]],
    ['a limit', (query) => query.orderBy('d.id').limit(10).offset(0), [1, 2, 3, 4, 5]],
    [
      'an order by an expression',
      (query) => query.addSelect('d.views + 1', 'more').orderBy('more').limit(10),
      [1, 2, 3, 4, 5],
    ],
    ['withDeleted', (query) => query.withDeleted().orWhere('1 = 1'), [1, 2, 3, 4, 5]],
    ['parameters of its own', (query) => query.setParameters({ a: 1 }).orWhere('1 = :a'), [1, 2, 3, 4, 5]],
    ['a selection', (query) => query.select(['d.id']).orWhere('1 = 1'), [1, 2, 3, 4, 5]],
  ]
  const allowed = [1, 2, 4]

  it.each(sayings)('keeps its filter with an earlier call: %s', async (_, say, found) => {
    const query = authorization.authorizedQuery(ann(), 'read', Document, { alias: 'd' })
    expect(ids(await say(query).getMany())).toEqual(found.filter((id) => allowed.includes(id)))
  })

  it.each(sayings)('keeps its filter with a later call: %s', async (_, say, found) => {
    const query = authorization.authorizedQuery(ann(), 'read', say(source.createQueryBuilder(Document, 'd')))
    expect(ids(await query.getMany())).toEqual(found.filter((id) => allowed.includes(id)))
  })

  const readings: readonly [string, (query: Query) => Promise<unknown>, unknown][] = [
    ['getCount', (query) => query.getCount(), 3],
    ['getExists', (query) => query.andWhere('d.id = 3').getExists(), false],
    ['getOne', (query) => query.where('d.id = 3').getOne(), null],
    ['getManyAndCount', async (query) => (await query.take(1).orderBy('d.id').getManyAndCount())[1], 3],
    [
      'getManyAndCount with joins',
      async (query) => (await query.leftJoin('d.tags', 't').take(1).getManyAndCount())[1],
      3,
    ],
    ['getRawMany', async (query) => (await query.getRawMany()).length, 3],
    ['getRawAndEntities', async (query) => (await query.getRawAndEntities()).entities.length, 3],
    ['a sum', async (query) => Number((await query.select('SUM(d.views)', 'sum').getRawOne()).sum), 7],
    ['groups', async (query) => (await query.select('d.ownerId', 'o').groupBy('d.ownerId').getRawMany()).length, 2],
    [
      'a subquery',
      async (query) => {
        const inner = query.select('d.ownerId')
        const outer = source
          .createQueryBuilder(User, 'u')
          .where(`u.id NOT IN (${inner.getQuery()})`)
          .setParameters(inner.getParameters())
        return outer.getCount()
      },
      0,
    ],
  ]
  it.each(readings)('counts for %s', async (_, read, expected) => {
    expect(await read(authorization.authorizedQuery(ann(), 'read', Document, { alias: 'd' }).orWhere('1 = 1'))).toEqual(
      expected,
    )
  })

  it.each(['insert', 'update', 'delete', 'softDelete', 'restore', 'relation'] as const)(
    'cannot become a query of %s, nor can its clones',
    (write) => {
      const query = authorization.authorizedQuery(ann(), 'edit', Document, { alias: 'd' })
      const refused = expect.objectContaining({ code: 'unguarded-operation' })
      for (const one of [query, query.clone(), query.clone().clone()]) {
        const become = (): unknown => (one[write] as () => unknown)()
        expect(become).toThrow(UnsupportedOperationError)
        expect(become).toThrow(refused)
      }
    },
  )

  it('is not cached under a name that users share', async () => {
    const keeping = await database.open(entities, { cache: true, synchronize: true })
    const { authorizedFilter, authorizedQuery } = authorizationFor(keeping)
    const query = (user: User | null): Query => authorizedQuery(user, 'read', Document, { alias: 'd' })
    const documents = (): Query => keeping.createQueryBuilder(Document, 'd').cache('documents', 60_000)
    for (const one of [query(ann()).cache('documents', 60_000), query(ann()).clone().cache('documents')])
      await expect(one.getMany()).rejects.toThrow(UnsupportedOperationError)
    const cache = { id: 'documents', milliseconds: 60_000 }
    expect(() => authorizedFilter(ann(), Document, { cache })).toThrow(UnsupportedOperationError)
    expect(() => authorizedQuery(ann(), 'read', documents())).toThrow(UnsupportedOperationError)
    if (database.kind !== 'sqlite') {
      expect(ids(await query(ann()).cache(60_000).getMany())).toEqual(allowed)
      expect(ids(await query(null).cache(60_000).getMany())).toEqual([4])
    }
  })

  it('cannot be inside brackets, but can be a subquery', async () => {
    const query = source.createQueryBuilder(Document, 'd')
    // Sound: the builder that brackets are made with is one of selects.
    const within = new Brackets((one) => authorization.authorizedQuery(ann(), 'read', one as Query))
    expect(() => query.where(within)).toThrow(UnsupportedOperationError)
    const users = source.createQueryBuilder(User, 'u')
    users.where((one) => {
      const inner = one.subQuery().select('d.ownerId').from(Document, 'd') as Query
      return `u.id IN ${authorization.authorizedQuery(null, 'read', inner).getQuery()}`
    })
    expect(await users.getMany()).toMatchObject([{ id: 2 }])
  })

  it('takes several filters, also of one kind', async () => {
    const query = authorization.authorizedQuery(ann(), 'read', Document, { alias: 'd' })
    const both = authorization.authorizedQuery(ann(), 'edit', query)
    expect(ids(await both.orWhere('1 = 1').getMany())).toEqual([1, 2])
    const another = authorizationFor(source)
    expect(ids(await another.authorizedQuery(null, 'read', both).getMany())).toEqual([])
  })

  /** SQL that leads out of its place. Without the filter, each of these is an error of some databases, and all rows on others. */
  const escapes: readonly [string, (query: Query) => Query][] = [
    ['closes the brackets of a condition', (query) => query.where('1=1) OR (1=1')],
    ['begins a comment in a condition', (query) => query.where('1=1) -- ')],
    ['begins a comment that nothing ends', (query) => query.where('1=1) /* ')],
    ['begins another statement', (query) => query.where('1=1); --')],
    ['opens a quote', (query) => query.where("1=1 OR d.title = 'x")],
    ['closes brackets of an alternative', (query) => query.where('d.id = 1').orWhere('1=1) OR (1=1')],
    ['closes brackets within brackets', (query) => query.where(new Brackets((one) => one.where('1=1)) OR ((1=1')))],
    [
      'closes brackets in find options',
      (query) => query.setFindOptions({ where: { title: Raw(() => '1=1) OR (1=1') } }),
    ],
    [
      'closes brackets in a negated find option',
      (query) => query.setFindOptions({ where: { title: Not(Raw(() => '1=1)) OR ((1=1')) } }),
    ],
    ['adds a query to a join', (query) => query.leftJoin(Tag, 't', '1=1 UNION SELECT * FROM document')],
    ['adds a condition to a join', (query) => query.leftJoin(Tag, 't', '1=1 WHERE 1=1 UNION SELECT 1')],
    ['closes brackets of a join', (query) => query.leftJoin('d.tags', 't', '1=1) WHERE (1=1')],
    ['adds a query to a group', (query) => query.groupBy('d.id UNION SELECT * FROM document')],
    [
      'adds a query to a condition of groups',
      (query) => query.groupBy('d.id').having('1=1 UNION SELECT * FROM document'),
    ],
    ['adds a query to an order', (query) => query.orderBy('d.id LIMIT 5 -- ')],
    ['adds a table to a selection', (query) => query.addSelect('1 FROM document d -- ')],
    ['ends a comment', (query) => query.comment('*/ */ SELECT * FROM document --')],
    [
      'hides a table',
      (query) => {
        query.expressionMap.commonTableExpressions.push({
          queryBuilder: 'SELECT 1',
          alias: source.getMetadata(User).tableName,
          options: {},
        })
        return query
      },
    ],
  ]
  it.each(escapes)('throws for SQL that %s', async (_, say) => {
    const before = (): Query => authorization.authorizedQuery(ann(), 'read', say(documents()))
    const after = (): Query => say(authorization.authorizedQuery(ann(), 'read', Document, { alias: 'd' }))
    const clone = (): Query =>
      say(authorization.authorizedQuery(ann(), 'read', Document, { alias: 'd' }).clone()).clone()
    for (const make of [before, after, clone])
      for (const run of [
        (query: Query) => query.getMany(),
        (query: Query) => query.getRawMany(),
        (query: Query) => query.getRawAndEntities(),
      ])
        await expect((async () => run(make()))()).rejects.toThrow(UnsupportedOperationError)
  })

  it('has no common table expression that hides a table', async () => {
    const hiding = `SELECT ${[1, 2, 3, 4, 5].map((id) => `${id} AS documentId`).join(' UNION SELECT ')}`
    const query = authorization.authorizedQuery(ann(), 'read', Document, { alias: 'd' })
    const { tableName } = source.getMetadata(Document).relations.find((one) => one.propertyName === 'tags')!
      .junctionEntityMetadata!
    const before = source.createQueryBuilder(Document, 'd').addCommonTableExpression(hiding, 'people')
    for (const one of [
      query.clone().addCommonTableExpression(hiding, tableName.toUpperCase()),
      query.clone().addCommonTableExpression(hiding, tableName.toUpperCase()).clone(),
      authorization.authorizedQuery(ann(), 'read', before),
    ])
      await expect(one.getMany()).rejects.toThrow(UnsupportedOperationError)
    const chosen = query
      .addCommonTableExpression('SELECT 1 AS id', 'chosen')
      .andWhere('d.id IN (SELECT id FROM chosen)')
    expect(ids(await chosen.getMany())).toEqual([1])
  })

  it('returns no rows if its parameters are missing', async () => {
    const others = authorizationFor(
      source,
      'allow(user: User, "read", document: Document) if document.ownerId != user.id;',
    )
    const inner = others.authorizedQuery(ann(), 'read', Document, { alias: 'd' }).select('d.id').getQuery()
    const documents = source.createQueryBuilder(Document, 'x').where(`x.id IN (${inner})`)
    expect(await documents.getMany().catch(() => [])).toEqual([])
  })

  it('lists resources', async () => {
    expect(ids(await authorizedRows(authorization, ann(), 'read', Document))).toEqual(allowed)
    expect(ids(await authorizedRows(authorization, null, 'read', Document))).toEqual([4])
    expect(await authorizedRows(authorization, ann(), 'read', Tag)).toHaveLength(1)
  })

  it.each<[string, () => unknown, unknown]>([
    [
      'a builder of a write',
      () => authorization.authorizedQuery(ann(), 'edit', source.createQueryBuilder().update(Document) as never),
      UnsupportedOperationError,
    ],
    [
      'a query of no entity',
      () =>
        authorization.authorizedQuery(
          ann(),
          'read',
          source.createQueryBuilder().select('1').from('(SELECT 1)', 'x') as never,
        ),
      ArgumentError,
    ],
    ['what is no entity', () => authorization.authorizedQuery(ann(), 'read', {} as never), TypeOrmSchemaError],
    ['an undefined actor', () => authorization.authorizedQuery(undefined, 'read', Document), ArgumentError],
    ['an action that nobody knows', () => authorization.authorizedQuery(ann(), 'raed', Document), ArgumentError],
    [
      'an alias that is no text',
      () => authorization.authorizedQuery(ann(), 'read', Document, { alias: 5 as never }),
      ArgumentError,
    ],
    [
      'an alias that is one within filters',
      () => authorization.authorizedQuery(ann(), 'read', Document, { alias: 'ARC_1' }),
      ArgumentError,
    ],
    [
      'a query with an alias that is one within filters',
      () => authorization.authorizedQuery(ann(), 'read', source.createQueryBuilder(Document, 'arc_1')),
      ArgumentError,
    ],
    [
      'a where for an alias that is one within filters',
      () => source.createQueryBuilder(Document, 'arc_1').where(authorization.authorizedFilter(ann(), Document).where),
      ArgumentError,
    ],
    [
      'a class that is no entity',
      () => authorization.authorizedQuery(ann(), 'read', class Other {}),
      TypeOrmSchemaError,
    ],
  ])('throws at once for %s', (_, call, error) => {
    expect(call).toThrow(error as typeof ArgumentError)
  })

  it('throws the error of the policy', async () => {
    const strict = authorizationFor(
      source,
      'allow(_, "read", document: Document) if document.id = 1 and print(document);',
    )
    expect(() => strict.authorizedQuery(ann(), 'read', Document)).toThrow(UnsupportedFilterError)
    await expect(authorizedRows(strict, ann(), 'read', Document)).rejects.toThrow(UnsupportedFilterError)
  })
})
