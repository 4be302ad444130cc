import { Authorizer } from '@arcturus/core'
import { typeOrmAuthorization } from '@arcturus/typeorm'
import {
  Brackets,
  type DataSource,
  Equal,
  type FindOptionsWhere,
  In,
  IsNull,
  Not,
  Or,
  type SelectQueryBuilder,
} from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases } from '../typeorm/databases.js'
import { Document, entities, Tag, User } from '../typeorm/entities.js'

// What TypeORM really does with a condition that is not what it seems, and this project's filter beside it. README.md is the
// table. Both versions are asked: they differ where the first line says so.

const databases = await openDatabases('traps')

/** The actor. */
class Reader {
  readonly missing = undefined
  readonly none: readonly number[] = []
}

type Where = FindOptionsWhere<Document> | FindOptionsWhere<Document>[]
type Rows = readonly number[] | 'throws'
type ByVersion = Readonly<Record<'1' | '0.3', Rows>>
const isByVersion = (rows: Rows | ByVersion): rows is ByVersion => typeof rows === 'object' && '0.3' in rows

interface Line {
  readonly line: string
  readonly traps: readonly (readonly [name: string, where: Where, rows: Rows | ByVersion])[]
  readonly rules: readonly (readonly [condition: string, rows: readonly number[] | string])[]
}

const all = [1, 2, 3, 4]
// TypeORM's types allow neither undefined nor null; at run time they come.
const absent = (views: unknown): Where => ({ views }) as Where

const lines: readonly Line[] = [
  {
    line: 'undefined and null are no condition, or an error',
    traps: [
      ['undefined', absent(undefined), { '1': 'throws', '0.3': all }],
      ['null', absent(null), { '1': 'throws', '0.3': all }],
      ['undefined beside a condition', { id: 1, views: undefined } as unknown as Where, { '1': 'throws', '0.3': [1] }],
    ],
    rules: [
      ['document.views = reader.missing', 'missing-attribute'],
      ['document.views = nil', [3]],
      ['not document.views = nil', [1, 2, 4]],
    ],
  },
  {
    line: 'nothing, an empty list and an empty relation are every row',
    traps: [
      ['{}', {}, all],
      ['[]', [], all],
      ['[{}]', [{}], all],
      ['a relation of {}', { owner: {} }, all],
    ],
    rules: [
      ['document.views in reader.none', []],
      ['document.owner.id in reader.none', []],
    ],
  },
  {
    line: 'a branch that is always true vanishes',
    traps: [['[{ id: 1 }, {}]', [{ id: 1 }, {}], [1]]],
    rules: [['document.id = 1 or not document.views in reader.none', all]],
  },
  {
    line: 'In of nothing is none, and its Not is all',
    traps: [
      ['In', { id: In([]) }, []],
      ['Not In', { id: Not(In([])) }, all],
    ],
    rules: [
      ['document.views in reader.none or document.id = 1', [1]],
      ['not document.views in reader.none', all],
    ],
  },
  {
    line: 'Equal, In and Not meet no NULL',
    traps: [
      ['Equal', { views: Equal(null as unknown as number) }, []],
      ['In', { views: In([5, null]) }, [2]],
      ['Not', { views: Not(5) }, [1, 4]],
      ['Or IsNull', { views: Or(IsNull(), Not(5)) }, [1, 3, 4]],
    ],
    rules: [
      ['document.views in [5, nil]', [2, 3]],
      ['document.views != 5', [1, 3, 4]],
      ['not document.views in [5]', [1, 3, 4]],
    ],
  },
  {
    line: 'a condition on a relation is some, and there is no every',
    traps: [['tags', { tags: { name: 'pub' } }, [1, 2]]],
    rules: [
      ['tag in document.tags and tag.name = "pub"', [1, 2]],
      ['forall(tag in document.tags, tag.name = "pub")', [1, 4]],
      ['not (tag in document.tags and tag.name = "pub")', [3, 4]],
    ],
  },
]

describe.each(databases)('TypeORM on $name', (database) => {
  let source: DataSource
  beforeAll(async () => {
    source = await database.open(entities)
    const { manager } = source
    for (const id of [1, 2]) await manager.save(Object.assign(new User(), { id, name: `user ${id}`, managerId: null }))
    const [pub, other] = await manager.save(['pub', 'other'].map((name) => Object.assign(new Tag(), { name })))
    const rows = [
      { id: 1, title: 'b', views: 1, ownerId: 1, tags: [pub] },
      { id: 2, title: 'a', views: 5, ownerId: 2, tags: [pub, other] },
      { id: 3, title: 'd', views: null, ownerId: null, tags: [other] },
      { id: 4, title: 'c', views: 2, ownerId: 1, tags: [] },
    ]
    for (const row of rows) await manager.save(Object.assign(new Document(), { archived: false, ...row }))
  }, 60_000)
  afterAll(() => database.close())

  const ids = (rows: readonly Document[]): number[] => rows.map(({ id }) => id).sort()
  const query = (): SelectQueryBuilder<Document> => source.getRepository(Document).createQueryBuilder('d')
  function authorization(condition: string) {
    const authorizer = new Authorizer().registerClass(Reader)
    const made = typeOrmAuthorization(authorizer, source, { unscoped: 'allow' })
    const name = condition.includes('reader') ? 'reader' : '_'
    authorizer.loadSync(`allow(${name}: Reader, "read", document: Document) if ${condition};`)
    return made
  }

  describe.each(lines)('$line', ({ traps, rules }) => {
    it.each(traps)('TypeORM: %s', async (_, where, expected) => {
      const rows = async () => source.getRepository(Document).find({ where })
      const wanted = isByVersion(expected) ? expected[database.version] : expected
      if (wanted === 'throws') await expect(rows()).rejects.toThrow()
      else expect(ids(await rows())).toEqual(wanted)
    })

    it.each(rules)('this project: %s', async (condition, expected) => {
      const rows = async () =>
        source.getRepository(Document).find(authorization(condition).authorizedFilter(new Reader(), Document))
      if (typeof expected === 'string') await expect(rows()).rejects.toMatchObject({ code: expected })
      else expect(ids(await rows())).toEqual(expected)
    })
  })

  describe.each<
    [string, (auth: (query: SelectQueryBuilder<Document>) => SelectQueryBuilder<Document>) => unknown, number[]]
  >([
    ['a later orWhere', (auth) => auth(query()).andWhere('d.id > 0').orWhere('1=1'), all],
    ['a second where', (auth) => auth(query()).where('d.id > 0'), all],
    [
      'one name for two parameters',
      (auth) => auth(query()).andWhere('d.id <= :views', { views: 4 }).setParameter('views', 4),
      [],
    ],
    ['brackets with nothing in them', (auth) => auth(query()).orWhere(new Brackets(() => {})), all],
  ])('%s', (_, ask, trapped) => {
    const run = (made: unknown): Promise<Document[]> => (made as SelectQueryBuilder<Document>).getMany()

    it('TypeORM: drops earlier conditions', async () => {
      expect(ids(await run(ask((made) => made.where('d.views = :views', { views: 5 }))))).toEqual(trapped)
    })

    it('this project: drops no condition', async () => {
      const { authorizedQuery } = authorization('document.views = 5')
      expect(ids(await run(ask((made) => authorizedQuery(new Reader(), 'read', made))))).toEqual([2])
    })
  })

  describe('brackets with nothing in them are every row', () => {
    it('TypeORM', async () => {
      expect(
        ids(
          await query()
            .where(new Brackets(() => {}))
            .getMany(),
        ),
      ).toEqual(all)
    })

    it('this project: none is none', async () => {
      const { authorizedQuery } = authorization('document.views in reader.none')
      expect(await authorizedQuery(new Reader(), 'read', Document).getMany()).toEqual([])
    })
  })

  describe('a page of joined rows', () => {
    it('TypeORM: is short if ordered by joined rows', async () => {
      const joined = query().innerJoinAndSelect('d.tags', 'tag')
      expect(
        ids(await joined.clone().where('tag.name = :pub', { pub: 'pub' }).orderBy('d.id').take(2).getMany()),
      ).toEqual([1, 2])
      const ordered = await joined.clone().orderBy('tag.name', 'DESC').addOrderBy('d.id').take(3).getMany()
      expect(ids(ordered)).toEqual([1, 2])
    })

    it('this project: no row is joined', async () => {
      const { authorizedQuery } = authorization('tag in document.tags and tag.name in ["pub", "other"]')
      const page = await authorizedQuery(new Reader(), 'read', Document, { alias: 'd' })
        .orderBy('d.title')
        .take(2)
        .getManyAndCount()
      expect([page[0].map(({ id }) => id), page[1]]).toEqual([[2, 1], 3])
    })
  })
})
