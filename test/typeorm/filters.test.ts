import { ArgumentError, UnresolvedFilterError } from '@arcturus/core'
import { TypeOrmSchemaError } from '@arcturus/typeorm'
import {
  Brackets,
  type DataSource,
  EntitySchema,
  type FindOperator,
  type FindOptionsWhere,
  In,
  Not,
  NotBrackets,
  Or,
  Raw,
  type Repository,
} from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'
import { Document, entities, Tag, User } from './entities.js'
import { addPeople, authorizationFor, policy } from './people.js'

class Note {
  id!: number
  text!: string
}
/** Has all that a note has. */
class Secret {
  id!: number
  text!: string
  of?: Secret | null
}
const columns = { id: { type: 'int', primary: true }, text: { type: 'varchar', length: 10 } } as const
const notes = [
  new EntitySchema<Note>({ name: 'Note', target: Note, columns }),
  new EntitySchema<Secret>({
    name: 'Secret',
    target: Secret,
    columns,
    relations: { of: { type: 'many-to-one', target: 'Secret', nullable: true } },
  }),
]
const databases = await openDatabases('filters')

describe.each(databases)('authorizedFilter on $name', (database) => {
  let source: DataSource
  let authorization: ReturnType<typeof authorizationFor>
  let documents: Repository<Document>
  beforeAll(async () => {
    source = await database.open([...entities, ...notes])
    await addPeople(source)
    authorization = authorizationFor(
      source,
      `${policy} allow(_, "read", _: Note); allow(_, "greet", user: User) if not (user.name = "ann" and user.id = 1);`,
    )
    documents = source.getRepository(Document)
  }, 60_000)
  afterAll(() => database.close(), 60_000)
  const ann = (): User => Object.assign(new User(), { id: 1, name: 'ann', managerId: null })
  const filter = (where: FindOptionsWhere<Document> = {}): { where: object } =>
    authorization.authorizedFilter(ann(), Document, { where })
  const edit = (): { where: object } => authorization.authorizedFilter(ann(), Document, { action: 'edit' })
  /** The operator that carries a filter. */
  const carrier = (): FindOperator<never> => (filter().where as Record<'id', FindOperator<never>>).id
  const ids = (rows: readonly { id: number }[]): number[] => rows.map(({ id }) => id).sort()

  const readings: readonly [string, () => Promise<unknown>, unknown][] = [
    ['find', async () => ids(await documents.find(filter())), [1, 2, 4]],
    [
      'find with a page',
      async () => ids(await documents.find({ ...filter(), order: { id: 'DESC' }, take: 2 })),
      [2, 4],
    ],
    [
      'find with relations and a page',
      async () =>
        ids(
          await documents.find({
            ...filter(),
            relations: { tags: true, owner: true },
            order: { id: 'ASC' },
            skip: 1,
            take: 2,
          }),
        ),
      [2, 4],
    ],
    [
      'find with relations by queries of their own',
      async () => ids(await documents.find({ ...filter(), relations: { tags: true }, relationLoadStrategy: 'query' })),
      [1, 2, 4],
    ],
    ['findBy', async () => ids(await documents.findBy(filter().where)), [1, 2, 4]],
    ['findOne', () => documents.findOne(authorization.authorizedFilter(ann(), Document, { where: { id: 3 } })), null],
    [
      'findOneBy',
      async () =>
        (await documents.findOneBy(authorization.authorizedFilter(ann(), Document, { where: { id: 4 } }).where))?.id,
      4,
    ],
    [
      'findOneOrFail',
      () =>
        documents.findOneOrFail(authorization.authorizedFilter(ann(), Document, { where: { id: 3 } })).then(
          () => 'found',
          (error: Error) => error.constructor.name,
        ),
      'EntityNotFoundError',
    ],
    ['findAndCount', async () => (await documents.findAndCount({ ...filter(), take: 1 }))[1], 3],
    ['count', () => documents.count(filter()), 3],
    ['countBy', () => documents.countBy(filter().where), 3],
    ['exists', () => documents.exists(authorization.authorizedFilter(ann(), Document, { where: { id: 3 } })), false],
    ['sum', async () => Number(await documents.sum('views' as 'id', filter().where)), 7],
    ['maximum', async () => Number(await documents.maximum('id', filter().where)), 4],
    ['withDeleted', async () => ids(await documents.find({ ...filter(), withDeleted: true })), [1, 2, 4]],
    ['a selection', async () => ids(await documents.find({ ...filter(), select: { id: true } })), [1, 2, 4]],
    [
      'the where of a query builder',
      async () => ids(await documents.createQueryBuilder('d').where(filter().where).getMany()),
      [1, 2, 4],
    ],
    [
      'a relation',
      async () =>
        ids(
          await source
            .getRepository(User)
            .find({ where: { documents: authorization.authorizedFilter(null, Document).where } }),
        ),
      [2],
    ],
    [
      'a relation of a relation',
      async () =>
        (
          await source
            .getRepository(Tag)
            .find({ where: { documents: { owner: authorization.authorizedFilter(ann(), User).where } } })
        ).length,
      1,
    ],
    [
      'a relation without rows, by a filter that leaves none out',
      async () => ids(await documents.find({ where: { tags: authorization.authorizedFilter(ann(), Tag).where } })),
      [4],
    ],
    [
      'a relation without a row, by a negation',
      async () => {
        const { where } = authorization.authorizedFilter(ann(), User, { action: 'greet' })
        return ids(await source.getRepository(User).find({ where: { manager: where } }))
      },
      [],
    ],
    [
      'another action',
      async () => ids(await documents.find(authorization.authorizedFilter(ann(), Document, { action: 'edit' }))),
      [1, 2],
    ],
    ['nobody', async () => ids(await documents.find(authorization.authorizedFilter(null, Document))), [4]],
    [
      'a where of its own',
      async () =>
        ids(await documents.find(authorization.authorizedFilter(ann(), Document, { where: { id: In([2, 3]) } }))),
      [2],
    ],
    [
      'alternatives',
      async () =>
        ids(
          await documents.find(
            authorization.authorizedFilter(ann(), Document, {
              where: [{ id: 2 }, { title: 'document 3' }, { views: 4 }],
            }),
          ),
        ),
      [2, 4],
    ],
    [
      'no alternatives',
      async () => ids(await documents.find(authorization.authorizedFilter(ann(), Document, { where: [] }))),
      [1, 2, 4],
    ],
    [
      'an alternative that says nothing',
      async () =>
        ids(await documents.find(authorization.authorizedFilter(ann(), Document, { where: [{ id: 3 }, {}] }))),
      [1, 2, 4],
    ],
    [
      'a condition on a relation',
      async () =>
        ids(
          await documents.find(authorization.authorizedFilter(ann(), Document, { where: { owner: { name: 'bo' } } })),
        ),
      [4],
    ],
    [
      'a key that replaces one of its columns',
      async () => ids(await documents.find({ where: { ...filter().where, id: In([1, 2, 3, 4, 5]) } })),
      [1, 2, 4],
    ],
    [
      'conditions that replace all of its columns',
      async () =>
        ids(
          await documents.find({
            where: { ...filter().where, id: Not(0), title: Not(''), views: Not(-1), archived: Not(true), owner: {} },
          }),
        ),
      [1, 2, 4],
    ],
  ]
  it.each(readings)('filters %s', async (_, read, expected) => {
    expect(await read()).toEqual(expected)
  })

  it('filters after the data source is initialized again', async () => {
    const anew = await database.open([...entities, ...notes])
    const { authorizedFilter } = authorizationFor(anew)
    await anew.destroy()
    await anew.initialize()
    await anew.getRepository(User).save({ id: 1, name: 'ann', managerId: null })
    expect(ids(await anew.getRepository(User).find(authorizedFilter(ann(), User, { where: { id: 1 } })))).toEqual([1])
    const misplaced = authorizedFilter(ann(), Document) as never
    await expect(anew.getRepository(User).find(misplaced)).rejects.toThrow(UnresolvedFilterError)
  })

  it('guards writes', async () => {
    const edit = (where: object) => authorization.authorizedFilter(ann(), Document, { action: 'edit', where }).where
    expect((await documents.update(edit({}), { views: 9 })).affected ?? 2).toBe(2)
    expect(await documents.countBy({ views: 9 })).toBe(2)
    await documents.update(edit({ id: 3 }), { views: 9 })
    expect(await documents.countBy({ views: 9 })).toBe(2)
    await documents.increment(edit({ id: In([1, 4]) }) as never, 'views', 1)
    expect(await documents.countBy({ views: 10 })).toBe(1)
    await documents.delete(edit({ id: In([3, 4, 5]) }))
    expect(await documents.count()).toBe(5)
    await documents.save(Object.assign(new Document(), { id: 6, title: 'gone', archived: false, ownerId: 1, views: 0 }))
    await documents.delete(edit({ id: 6 }))
    expect(await documents.count()).toBe(5)
    for (const id of [1, 2]) await documents.update({ id }, { views: id })
  })

  it.each<[string, FindOptionsWhere<Document> | FindOptionsWhere<Document>[]]>([
    ['a column', { title: Raw((name) => `${name} = 'x' OR ${name} = 'document 5'`) }],
    ['the key', { id: Raw((name) => `${name} = 3 OR ${name} = 5`) }],
    ['alternatives', [{ id: 3 }, { id: Raw((name) => `${name} = 3 OR ${name} = 5`) }]],
    ['a reference', { owner: { id: Raw((name) => `${name} = 2 OR ${name} IS NULL`) } }],
    ['a value', { id: Raw('3 OR id = 5') }],
  ])('guards writes from an OR in SQL of the caller, for %s', async (_, where) => {
    const edit = (): object => authorization.authorizedFilter(ann(), Document, { action: 'edit', where }).where
    await documents.update(edit(), { views: 77 })
    await documents.increment(edit() as never, 'views', 1)
    await documents.delete(edit())
    expect(ids(await documents.find({ where: { views: In([1, 2, 3, 4, 5]) } }))).toEqual([1, 2, 3, 4, 5])
    expect(await documents.createQueryBuilder('d').where(edit()).getMany()).toEqual([])
  })

  it('accepts rows that refer to each other as conditions', async () => {
    const [one, two] = [1, 2].map((id) => Object.assign(new User(), { id }))
    Object.assign(one!, { manager: two })
    Object.assign(two!, { manager: one })
    const { where } = authorization.authorizedFilter(ann(), Document, { action: 'edit', where: { owner: two! } })
    expect((await documents.update(where, { views: 77 })).affected ?? 0).toBe(0)
  })

  describe('in a wrong place', () => {
    const rows = async (find: () => Promise<readonly unknown[]>): Promise<readonly unknown[]> => {
      try {
        return await find()
      } catch {
        return []
      }
    }
    it.each<[string, () => Promise<readonly unknown[]>]>([
      ['its column is replaced', () => documents.find({ where: { ...filter().where, id: 3 } })],
      [
        'other columns are replaced too',
        () => documents.find({ where: { ...filter().where, id: 3, title: 'document 3' } }),
      ],
      [
        'it is spread together with another filter',
        () => documents.find({ where: { ...filter().where, ...edit().where } }),
      ],
      ['it is negated', () => documents.find({ where: { id: Not(carrier()) } })],
      ['it is negated twice', () => documents.find({ where: { id: Not(Not(carrier())) } })],
      ['it is one of two operators', () => documents.find({ where: { id: Or(carrier(), Not(0)) } })],
      [
        'it is in negated brackets',
        () =>
          documents
            .createQueryBuilder('d')
            .where(new NotBrackets((one) => one.where(filter().where)))
            .getMany(),
      ],
      ['another alternative has no filter', () => documents.find({ where: [filter().where, { id: 3 }] })],
      [
        'another alternative of a query has no filter',
        () =>
          documents
            .createQueryBuilder('d')
            .where([{ id: 3 }, filter().where])
            .getMany(),
      ],
      [
        'SQL beside it closes brackets',
        () => documents.find(filter({ title: Raw((title) => `${title} = '') OR (1=1`) })),
      ],
      [
        'SQL within an operator closes brackets',
        () => documents.find(filter({ title: Not(Raw(() => '1=1)) OR ((1=1')) })),
      ],
      [
        'SQL beside it begins a comment',
        () => documents.find(filter({ title: Raw((title) => `${title} = '' OR 1=1) -- `) })),
      ],
      ['it is taken for the arguments', () => documents.find(filter().where)],
      ['it is taken for the arguments of findOne', async () => [await documents.findOne(filter().where as never)]],
      ['another entity is asked', () => source.getRepository(User).find(filter() as never)],
      [
        'another entity is asked by a query',
        () => source.createQueryBuilder(User, 'u').where(filter().where).getMany(),
      ],
      ['a relation leads to another entity', () => documents.find({ where: { owner: filter().where as never } })],
    ])('finds nothing where %s', async (_, find) => {
      expect(await rows(find)).toEqual([])
    })

    it.each<[string, () => Promise<unknown>]>([
      ['deleted', () => source.getRepository(User).delete(filter().where as never)],
      ['updated', () => source.getRepository(User).update(filter().where as never, { name: 'x' })],
      ['deleted by a replaced column', () => documents.delete({ ...filter().where, id: 3 })],
      ['deleted by a negation', () => documents.delete({ id: Not(carrier()) })],
      [
        'deleted by SQL that closes brackets',
        () => documents.delete(filter({ title: Raw(() => '1=0) OR (1=1') }).where),
      ],
      [
        'updated by SQL that closes brackets',
        () => documents.update(filter({ id: Raw(() => '1=0) OR (1=1') }).where, { views: 5 }),
      ],
    ])('changes nothing where rows are %s', async (_, write) => {
      await write().catch(() => {})
      expect(await source.getRepository(User).countBy({ name: In(['ann', 'bo']) })).toBe(2)
      expect(await documents.count()).toBe(5)
    })

    it.each<[string, (secrets: Repository<Secret>, where: object) => Promise<unknown>]>([
      ['find', (secrets, where) => secrets.find({ where })],
      ['a query', async (secrets, where) => secrets.createQueryBuilder('s').where(where).getMany()],
      [
        'a query in brackets',
        async (secrets, where) =>
          secrets
            .createQueryBuilder('s')
            .where(new Brackets((one) => one.where(where)))
            .getMany(),
      ],
      ['find of a related row', (secrets, where) => secrets.find({ where: { of: where } })],
      ['delete', (secrets, where) => secrets.delete(where)],
      ['update', (secrets, where) => secrets.update(where, { text: 'x' })],
    ])('is an error if another entity has all the columns: %s', async (_, ask) => {
      const secrets = source.getRepository(Secret)
      await source.getRepository(Note).save({ id: 1, text: 'note' })
      await secrets.save({ id: 2, text: 'secret' })
      await secrets.save({ id: 1, text: 'secret', of: { id: 2 } })
      const notes = authorization.authorizedFilter(ann(), Note)
      await expect(ask(secrets, notes.where)).rejects.toThrow()
      expect(await secrets.countBy({ text: 'secret' })).toBe(2)
      expect(await source.getRepository(Note).find(notes)).toHaveLength(1)
      expect((await source.getRepository(Note).update(notes.where, { text: 'note' })).affected ?? 1).toBe(1)
    })

    it.each<[string, () => Promise<unknown>]>([
      ['another entity is asked', () => source.getRepository(User).find(filter() as never)],
      ['it stands among the options', () => documents.find({ ...filter().where, take: 10 })],
      ['it stands among the options of a count', () => documents.count({ ...filter().where, withDeleted: true })],
      [
        'it stands among the options of findAndCount in a transaction',
        () => source.transaction((manager) => manager.findAndCount(Document, { ...filter().where, take: 10 })),
      ],
      [
        'it stands among the options of a query',
        async () => source.createQueryBuilder(Document, 'd').setFindOptions({ ...filter().where, take: 10 }),
      ],
    ])('throws if %s', async (_, find) => {
      await expect(find()).rejects.toThrow(UnresolvedFilterError)
    })
  })

  it.each<[string, () => unknown, unknown]>([
    ['an undefined actor', () => authorization.authorizedFilter(undefined, Document), ArgumentError],
    [
      'an action that is no text',
      () => authorization.authorizedFilter(ann(), Document, { action: 1 as never }),
      ArgumentError,
    ],
    ['an entity that is none', () => authorization.authorizedFilter(ann(), class Other {}), TypeOrmSchemaError],
    ['no entity', () => authorization.authorizedFilter(ann(), undefined as never), TypeOrmSchemaError],
    [
      'a where that is none',
      () => authorization.authorizedFilter(ann(), Document, { where: 'id = 1' as never }),
      ArgumentError,
    ],
    [
      'an alternative that is none',
      () => authorization.authorizedFilter(ann(), Document, { where: [null as never] }),
      ArgumentError,
    ],
    [
      'a where that leaves no column',
      () => authorization.authorizedFilter(ann(), Tag, { where: { name: 'pub' } }),
      undefined,
    ],
  ])('throws at once for %s', (_, call, error) => {
    if (error) expect(call).toThrow(error as typeof ArgumentError)
    else expect(call).toThrow(ArgumentError)
  })
})
