import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { typeOrmKinds } from '../databases.js'
import { openDatabases, ownVersion } from './databases.js'
import { addRows, openWorkspace } from './workspace.js'

const databases = await openDatabases('authorized_reads', typeOrmKinds, ownVersion)

interface Row {
  readonly [name: string]: unknown
}
const ids = (rows: readonly Row[]) => rows.map(({ id }) => id)

describe.each(databases)('Reads of an authorized manager on $name', (database) => {
  let world: Awaited<ReturnType<typeof openWorkspace>>
  const manager = (id = 2) => world.as(id)
  beforeAll(async () => {
    world = await openWorkspace(database)
    await addRows(world.source)
  }, 60_000)
  afterAll(() => database.close())

  it('find only rows that may be read', async () => {
    expect(ids(await manager().find<Row>('Item', { order: { id: 'ASC' } }))).toEqual([1, 3])
    expect(ids(await manager().getRepository<Row>('Item').findBy({ id: 2 }))).toEqual([])
    expect(await manager().findOneBy<Row>('Item', { id: 2 })).toBeNull()
    expect(await manager().count('Item')).toBe(2)
    expect(await manager().exists('Item', { where: { id: 2 } } as object)).toBe(false)
    expect(await manager().exists('Item', { where: { id: 1 } } as object)).toBe(true)
    expect(await manager().maximum('Item', 'id' as never)).toBe(3)
    expect(await manager().sum('Item', 'id' as never)).toBe(4)
    const [page, total] = await manager().findAndCount<Row>('Item', { order: { id: 'DESC' }, take: 1 })
    expect([ids(page), total]).toEqual([[3], 2])
  })

  it('load only related rows that may be read', async () => {
    await world.source.manager.update('Item', 1, { parentId: 2 })
    try {
      const find = { where: { id: 1 }, relations: { parent: true, board: { space: { members: true } } } }
      const row = await manager().findOne<Row>('Item', find)
      expect(row?.['parent']).toBeNull()
      expect(row).toMatchObject({ board: { space: { members: [{ id: 1 }, { id: 2 }] } } })
      // TypeORM 0.3 cannot query a reference to the entity itself.
      const relations = database.version === '1' ? find.relations : { board: find.relations.board }
      const queried = await manager().findOne<Row>('Item', { ...find, relations, relationLoadStrategy: 'query' })
      expect(queried?.['parent'] ?? null).toBeNull()
      expect(queried).toMatchObject({ board: { space: { members: [{ id: 1 }, { id: 2 }] } } })
      expect(await manager().count('Item', { where: { parent: { text: 'b' } } } as object)).toBe(0)
      const ordered = await manager().find<Row>('Item', { order: { parent: { text: 'DESC' }, id: 'ASC' } } as object)
      expect(ids(ordered)).toEqual([1, 3])
    } finally {
      await world.source.manager.update('Item', 1, { parentId: null })
    }
  })

  it('follow tables between rows only to rows that may be read', async () => {
    await world.source.manager.createQueryBuilder().relation('Item', 'tags').of(2).add(1)
    try {
      const tag = await manager().findOne<Row>('Tag', { where: { id: 1 }, relations: { items: true } } as object)
      expect(ids(tag!['items'] as Row[])).toEqual([3])
      const raw = await manager().createQueryBuilder('Tag', 't').leftJoin('t.items', 'i').where('t.id = 1').getRawMany()
      expect(raw).toHaveLength(1)
    } finally {
      await world.source.manager.createQueryBuilder().relation('Item', 'tags').of(2).remove(1)
    }
  })

  it('cannot be widened by conditions of a builder', async () => {
    const own = manager()
    const query = () => own.createQueryBuilder<Row>('Item', 'i').orderBy('i.id')
    expect(ids(await query().where('i.id = 2').orWhere('1 = 1').getMany())).toEqual([1, 3])
    expect(await query().select('i.id', 'id').getRawMany()).toEqual([{ id: 1 }, { id: 3 }])
    expect(await query().leftJoin('i.board', 'b').where('b.title = :title', { title: 'two' }).getCount()).toBe(0)
    expect(ids(await query().innerJoinAndSelect('i.board', 'b').take(1).skip(1).getMany())).toEqual([3])
    const sub = query().subQuery().select('b.id').from('Board', 'b').where('b.title = :title', { title: 'two' })
    expect(await query().where(`i.boardId IN ${sub.getQuery()}`).setParameters(sub.getParameters()).getCount()).toBe(0)
    expect(
      ids(
        await query()
          .where((one) => `i.boardId IN ${one.subQuery().select('b.id').from('Board', 'b').getQuery()}`)
          .getMany(),
      ),
    ).toEqual([1, 3])
    for (const clause of ['i.id IN (SELECT id FROM item)', '1 = 1) OR (1 = 1', '1 = 1; DELETE FROM item', '1 = 1 -- '])
      await expect((async () => query().where(clause).getMany())()).rejects.toThrow(/subquery|contains/)
    await expect((async () => query().select('(SELECT name FROM tag)', 'n').getRawMany())()).rejects.toThrow('subquery')
    await expect((async () => query().innerJoin('sqlite_master', 'm', '1 = 1').getMany())()).rejects.toThrow('no table')
  })

  it('refuse raw SQL', async () => {
    expect(() => manager().query('SELECT 1')).toThrow('An authorized manager has no `query`.')
    expect(() => manager().connection.query('SELECT 1')).toThrow('has no `dataSource.query`')
    expect(() => manager().getRepository('Item').query('SELECT 1')).toThrow()
    await manager().transaction(async (own) => {
      expect(() => own.queryRunner!.query('SELECT 1')).toThrow('has no `queryRunner.query`')
      expect(own.queryRunner!.manager).toBe(own)
      expect(ids(await own.find<Row>('Item', { order: { id: 'ASC' } }))).toEqual([1, 3])
    })
  })

  it('do not make a filtered relation look whole', async () => {
    const space = await manager().findOne<Row>('Space', { where: { id: 1 }, relations: { members: true } } as object)
    expect(await world.authorizer.isAllowed(world.user(2), 'read', space)).toBe(true)
    expect(await world.authorizer.isAllowed(world.user(3), 'read', space)).toBe(false)
  })
})
