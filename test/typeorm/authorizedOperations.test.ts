import { Authorizer, UnsupportedOperationError } from '@arcturus/core'
import { typeOrmAuthorization } from '@arcturus/typeorm'
import {
  BaseEntity,
  type DataSource,
  DeleteQueryBuilder,
  EntityManager,
  EntitySchema,
  InsertQueryBuilder,
  QueryBuilder,
  RelationQueryBuilder,
  Repository,
  SelectQueryBuilder,
  TreeRepository,
  UpdateQueryBuilder,
} from 'typeorm'
import { SoftDeleteQueryBuilder } from 'typeorm/query-builder/SoftDeleteQueryBuilder.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases, ownVersion } from './databases.js'

const [database] = await openDatabases('authorized_operations', ['sqlite'], ownVersion)

class Someone {}

class Folder {
  id!: number
  name!: string
  size!: number
  deletedAt!: Date | null
  parent!: Folder | null
  children!: Folder[]
  notes!: Promise<object[]>
}

const FolderSchema = new EntitySchema<Folder>({
  name: 'Folder',
  target: Folder,
  columns: {
    id: { type: 'int', primary: true },
    name: { type: 'varchar' },
    size: { type: 'int', default: 1 },
    deletedAt: { type: Date, deleteDate: true, nullable: true },
  },
  trees: [{ type: 'closure-table' }],
  relations: {
    parent: { type: 'many-to-one', target: 'Folder', treeParent: true, nullable: true, inverseSide: 'children' },
    children: { type: 'one-to-many', target: 'Folder', treeChildren: true, inverseSide: 'parent' },
    notes: { type: 'one-to-many', target: 'Remark', inverseSide: 'folder', lazy: true },
  },
} as never)
const Remark = new EntitySchema<{ id: number; text: string; folder: unknown }>({
  name: 'Remark',
  columns: { id: { type: 'int', primary: true }, text: { type: 'varchar' } },
  relations: { folder: { type: 'many-to-one', target: 'Folder', inverseSide: 'notes' } },
} as never)

type Case = readonly [args: readonly unknown[], outcome: unknown]
const where = { id: 2 }

/** An operation on the hidden folder 2, and what becomes of it: the value that it returns, or an error's name. */
const operations: Readonly<Record<string, Case>> = {
  find: [[Folder, { where }], []],
  findBy: [[Folder, where], []],
  findAndCount: [
    [Folder, { where }],
    [[], 0],
  ],
  findAndCountBy: [
    [Folder, where],
    [[], 0],
  ],
  findOne: [[Folder, { where }], null],
  findOneBy: [[Folder, where], null],
  findOneOrFail: [[Folder, { where }], 'EntityNotFoundError'],
  findOneByOrFail: [[Folder, where], 'EntityNotFoundError'],
  count: [[Folder, { where }], 0],
  countBy: [[Folder, where], 0],
  exists: [[Folder, { where }], false],
  // TypeORM 0.3 has more names for these.
  exist: [[Folder, { where }], false],
  findByIds: [[Folder, [2]], []],
  findOneById: [[Folder, 2], null],
  existsBy: [[Folder, where], false],
  sum: [[Folder, 'size', where], null],
  average: [[Folder, 'size', where], null],
  minimum: [[Folder, 'size', where], null],
  maximum: [[Folder, 'size', where], null],
  callAggregateFun: [[Folder, 'SUM', 'size', where], null],
  preload: [[Folder, { id: 2, name: 'x' }], undefined],
  save: [[Folder, { id: 2, name: 'x' }], 'ForbiddenError'],
  remove: [[Folder, Object.assign(new Folder(), { id: 2 })], 'NotFoundError'],
  softRemove: [[Folder, Object.assign(new Folder(), { id: 2 })], undefined],
  recover: [[Folder, Object.assign(new Folder(), { id: 2 })], undefined],
  insert: [[Folder, { id: 2, name: 'x' }], 'ForbiddenError'],
  upsert: [[Folder, { id: 2, name: 'x' }, ['id']], 'ForbiddenError'],
  update: [[Folder, 2, { name: 'x' }], 'NotFoundError'],
  updateAll: [[Remark, { text: 'x' }], { affected: 0 }],
  delete: [[Folder, 2], 'NotFoundError'],
  deleteAll: [[Remark], { affected: 0 }],
  softDelete: [[Folder, 2], 'NotFoundError'],
  restore: [[Folder, 2], 'NotFoundError'],
  increment: [[Folder, where, 'size', 1], 'NotFoundError'],
  decrement: [[Folder, where, 'size', 1], 'NotFoundError'],
  incrementOrDecrementBy: [['increment', Folder, where, 'size', 1], 'NotFoundError'],
  query: [['SELECT 1'], UnsupportedOperationError.name],
  sql: [[['SELECT 1']], UnsupportedOperationError.name],
  clear: [[Folder], UnsupportedOperationError.name],
  getMongoRepository: [[Folder], UnsupportedOperationError.name],
  release: [[], UnsupportedOperationError.name],
}

/** What makes managers, repositories, builders and objects, and sends nothing. */
const making = [
  'constructor',
  'connection',
  'transaction',
  'createQueryBuilder',
  'getRepository',
  'getTreeRepository',
  'getCustomRepository',
  'withRepository',
  'create',
  'merge',
  'hasId',
  'getId',
  'normalizeAndValidateWhereCriteria',
]

const treeOperations: Readonly<Record<string, Case>> = {
  findTrees: [[], [{ id: 1 }]],
  findRoots: [[], [{ id: 1 }]],
  findDescendants: [[{ id: 1 }], [{ id: 1 }, { id: 3 }]],
  findDescendantsTree: [[{ id: 1 }], { id: 1, children: [] }],
  countDescendants: [[{ id: 1 }], 2],
  findAncestors: [[{ id: 2 }], []],
  findAncestorsTree: [[{ id: 3 }], 'any'],
  countAncestors: [[{ id: 2 }], 0],
}
const treeMaking = ['constructor', 'createDescendantsQueryBuilder', 'createAncestorsQueryBuilder']

/** The methods of builders that send a query; all others add to it. */
const terminals: Readonly<Record<string, readonly string[]>> = {
  select: [
    'getRawOne',
    'getRawMany',
    'getRawAndEntities',
    'getOne',
    'getOneOrFail',
    'getMany',
    'getCount',
    'getExists',
    'getManyAndCount',
    'stream',
    'execute',
  ],
  insert: ['execute'],
  update: ['execute'],
  delete: ['execute'],
  softDelete: ['execute'],
  relation: ['set', 'add', 'remove', 'addAndRemove', 'loadOne', 'loadMany', 'execute'],
}
const builderClasses = {
  select: SelectQueryBuilder,
  insert: InsertQueryBuilder,
  update: UpdateQueryBuilder,
  delete: DeleteQueryBuilder,
  softDelete: SoftDeleteQueryBuilder,
  relation: RelationQueryBuilder,
}

afterAll(() => database!.close())

const namesOf = (prototype: object) => Object.getOwnPropertyNames(prototype)

describe('Every operation of an authorized manager', () => {
  const authorizer = new Authorizer({ log: () => {} })
  let source: DataSource
  let authorization: ReturnType<typeof typeOrmAuthorization>
  const logged: string[] = []
  const manager = () => authorization.authorizedManager(new Someone())
  beforeAll(async () => {
    source = await database!.open([FolderSchema, Remark])
    authorization = typeOrmAuthorization(authorizer, source, {
      unscoped: 'allow',
      log: (message) => logged.push(message),
    })
    authorizer.registerClass(Someone)
    authorizer.loadSync(`
      allow(_, action, folder: Folder) if action in ["read", "create", "update", "delete"] and folder.id != 2;
      allow(_, "read", remark: Remark) if remark.text = "open";
      allow(_, action, remark: Remark) if action in ["update", "delete"] and remark.text = "none";
    `)
    const first = await source.manager.save(Folder, { id: 1, name: 'old' })
    const second = await source.manager.save(Folder, { id: 2, name: 'old', parent: first })
    await source.manager.save(Folder, { id: 3, name: 'old', parent: second })
    await source.manager.insert('Remark', [
      { id: 1, text: 'open', folder: { id: 1 } },
      { id: 2, text: 'hidden', folder: { id: 1 } },
    ])
  })

  const tables = async () =>
    JSON.stringify([await source.manager.find(Folder, { withDeleted: true }), await source.manager.find('Remark')])
  const outcomeOf = async (run: () => unknown): Promise<unknown> => {
    try {
      return await run()
    } catch (error) {
      return (error as Error).name
    }
  }
  const assertOutcome = (found: unknown, expected: unknown, name: string): void => {
    if (expected === 'any') return
    if (typeof expected === 'object' && expected !== null) expect(found, name).toMatchObject(expected)
    else if (['softRemove', 'recover'].includes(name))
      expect(['NotFoundError', 'undefined'], name).toContain(typeof found === 'string' ? found : 'undefined')
    else expect(found, name).toEqual(expected)
  }

  it('is filtered, checked or refused', async () => {
    const before = await tables()
    for (const name of namesOf(EntityManager.prototype)) {
      if (making.includes(name)) continue
      const [args, expected] = operations[name] ?? [[], 'a new operation']
      const found = await outcomeOf(() => Reflect.apply(Reflect.get(manager(), name) as () => unknown, manager(), args))
      assertOutcome(found, expected, name)
    }
    expect(await tables()).toBe(before)
  })

  it('is so by a repository', async () => {
    const before = await tables()
    const without = ['constructor', 'metadata', 'extend', 'createQueryBuilder', 'hasId', 'getId', 'create', 'merge']
    for (const name of namesOf(Repository.prototype)) {
      if (without.includes(name)) continue
      const [args, expected] = operations[name] ?? [[], 'a new operation']
      const target = name === 'updateAll' || name === 'deleteAll' ? 'Remark' : Folder
      const own = manager().getRepository(target)
      const given = name === 'query' || name === 'sql' ? args : args.slice(1)
      assertOutcome(
        await outcomeOf(() => Reflect.apply(Reflect.get(own, name) as () => unknown, own, given)),
        expected,
        name,
      )
    }
    class Own extends Repository<Folder> {
      named = (name: string) => this.findBy({ name })
    }
    const custom = manager().withRepository(new Own(Folder, source.manager))
    expect((await custom.named('old')).map(({ id }) => id)).toEqual([1, 3])
    expect(await tables()).toBe(before)
  })

  it('is so by a tree repository', async () => {
    const tree = manager().getTreeRepository(Folder)
    for (const name of namesOf(TreeRepository.prototype)) {
      if (treeMaking.includes(name)) continue
      const [args, expected] = treeOperations[name] ?? [[], 'a new operation']
      const found = await outcomeOf(() => Reflect.apply(Reflect.get(tree, name) as () => unknown, tree, [...args]))
      assertOutcome(found, expected, name)
      expect(JSON.stringify(found), name).not.toContain('"id":2')
    }
  })

  it('is so by a builder', async () => {
    for (const [kind, { prototype }] of Object.entries(builderClasses)) {
      const sends = [...namesOf(prototype), ...namesOf(QueryBuilder.prototype)].filter((name) =>
        /^(get(Raw|One|Many|Count|Exists$)|stream|execute$|load(One|Many)|set$|add$|remove$|addAndRemove)/.test(name),
      )
      const others = kind === 'update' ? ['set'] : []
      expect([...new Set(sends)].filter((name) => !others.includes(name)).sort()).toEqual([...terminals[kind]!].sort())
    }
    expect(namesOf(Reflect.get(QueryBuilder, 'queryBuilderRegistry') as object).sort()).toEqual(
      [
        'SelectQueryBuilder',
        'InsertQueryBuilder',
        'UpdateQueryBuilder',
        'DeleteQueryBuilder',
        'SoftDeleteQueryBuilder',
        'RelationQueryBuilder',
      ].sort(),
    )
    const query = () => manager().createQueryBuilder(Folder, 'f').where('f.id = 2')
    expect(await query().getRawOne()).toBeUndefined()
    expect(await query().getRawMany()).toEqual([])
    expect(await query().getRawAndEntities()).toEqual({ entities: [], raw: [] })
    expect(await query().getOne()).toBeNull()
    expect(await outcomeOf(() => query().getOneOrFail())).toBe('EntityNotFoundError')
    expect(await query().getMany()).toEqual([])
    expect(await query().getCount()).toBe(0)
    expect(await query().getExists()).toBe(false)
    expect(await query().getManyAndCount()).toEqual([[], 0])
    expect(await outcomeOf(() => query().execute())).toEqual([])
    const relation = () => manager().createQueryBuilder().relation(Folder, 'children')
    expect(await relation().of(1).loadMany()).toEqual([])
    expect(await relation().of(1).loadOne()).toBeUndefined()
    expect(await outcomeOf(() => relation().of(1).add(2))).toBe('NotFoundError')
    expect(await outcomeOf(() => relation().of(1).remove(2))).toBe('NotFoundError')
    expect(await outcomeOf(() => relation().of(1).addAndRemove(2, 3))).toBe('NotFoundError')
    expect(await outcomeOf(() => manager().createQueryBuilder().relation(Folder, 'parent').of(2).set(1))).toBe(
      'NotFoundError',
    )
    expect(
      await outcomeOf(() => manager().createQueryBuilder().softDelete().from(Folder).whereInIds([1, 2]).execute()),
    ).toBe('NotFoundError')
  })

  it('leaves lazy relations guarded', async () => {
    const folder = await manager().findOneBy(Folder, { id: 1 })
    expect(await folder!.notes).toMatchObject([{ id: 1 }])
    expect(await folder!.notes).toHaveLength(1)
    const made = manager().create(Folder, { id: 1 }) as Folder
    expect(await made.notes).toHaveLength(1)
  })

  it('soft-deletes and restores rows that allow it', async () => {
    const before = await tables()
    await manager().softRemove(Folder, (await manager().findOneBy(Folder, { id: 3 }))!)
    expect(await manager().countBy(Folder, { id: 3 })).toBe(0)
    await manager().restore(Folder, 3)
    expect(await manager().countBy(Folder, { id: 3 })).toBe(1)
    await manager().softDelete(Folder, { id: 3 })
    await manager().recover(Folder, (await manager().findOne(Folder, { where: { id: 3 }, withDeleted: true }))!)
    expect(await tables()).toBe(before)
  })

  it('leads out by name only', async () => {
    expect(() => manager().unguarded('')).toThrow('needs a reason')
    expect(await manager().unguarded('a report').countBy(Folder, { id: 2 })).toBe(1)
    expect(logged.at(-1)).toContain('a report')
    expect(() => authorization.authorizedManager(undefined)).toThrow('The actor is undefined.')
  })
})

class Page extends BaseEntity {
  id!: number
  text!: string
}
const PageSchema = new EntitySchema<Page>({
  name: 'Page',
  target: Page,
  columns: { id: { type: 'int', primary: true }, text: { type: 'varchar' } },
})

describe('Entities that extend BaseEntity', () => {
  it.each(['refuse', 'allow'] as const)('use the data source itself: %s', async (unscoped) => {
    const source = await database!.open([PageSchema])
    const authorizer = new Authorizer({ log: () => {} })
    const { authorizedManager } = typeOrmAuthorization(authorizer, source, { unscoped, log: () => {} })
    authorizer.registerClass(Someone)
    authorizer.loadSync('allow(_: Someone, action, page: Page) if action in ["read", "update"] and page.text = "open";')
    const manager = authorizedManager(new Someone())
    const plain = manager.unguarded('rows of the test')
    await plain.insert(Page, [
      { id: 1, text: 'open' },
      { id: 2, text: 'hidden' },
    ])
    Page.useDataSource(source)
    const outcome = async (run: () => Promise<unknown>) =>
      await run().then(
        () => 'done',
        (error: Error) => error.name,
      )
    // A row of an authorized manager is an active record, too: its methods are not those of the manager.
    const row = (await manager.findOneBy(Page, { id: 1 }))!
    const runs = [
      () => Page.find(),
      () => Page.countBy({ id: 2 }),
      () => Page.createQueryBuilder('p').getMany(),
      () => Page.update(2, { text: 'mine' }),
      () => Page.upsert({ id: 2, text: 'mine' }, ['id']),
      () => Object.assign(row, { text: 'mine' }).save(),
      () => row.reload(),
      () => Page.delete(2),
      () => row.remove(),
    ]
    const before = JSON.stringify(await plain.find(Page))
    for (const run of runs)
      expect(await outcome(run), String(run)).toBe(unscoped === 'refuse' ? 'UnsupportedOperationError' : 'done')
    expect(JSON.stringify(await plain.find(Page)) === before).toBe(unscoped === 'refuse')
  })
})
