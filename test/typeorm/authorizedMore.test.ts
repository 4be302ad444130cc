import type { EntityManager, EntitySubscriberInterface, InsertEvent, UpdateEvent } from 'typeorm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { typeOrmKinds } from '../databases.js'
import { policy } from '../orm/workspace.js'
import { openDatabases, ownVersion } from './databases.js'
import { addRows, clear, openWorkspace, tablesOf } from './workspace.js'

const databases = await openDatabases('authorized_more', typeOrmKinds, ownVersion)

type World = Awaited<ReturnType<typeof openWorkspace>>
interface Row {
  readonly [name: string]: unknown
}

describe.each(databases)('An authorized manager on $name', (database) => {
  let world: World
  const reopen = async (...args: Parameters<typeof openWorkspace> extends [unknown, ...infer Rest] ? Rest : never) => {
    if (world?.source.isInitialized) await world.source.destroy()
    world = await openWorkspace(database, ...args)
    await clear(world.source)
    await addRows(world.source)
  }
  afterAll(() => database.close())
  const nameOf = async (run: () => Promise<unknown>): Promise<string> => {
    try {
      await run()
      return 'done'
    } catch (error) {
      return (error as Error).name
    }
  }

  describe('with fields that every readable row shows', () => {
    beforeAll(() =>
      reopen(`
        allow(_: User, "read", board: Board) if board.locked = false;
        allow(_: User, "update", board: Board) if board.spaceId = 1;
        allow_field(user: User, "read", board: Board, field) if field in ["id", "title"] and allow(user, "read", board);
        allow_field(_: User, "update", _: Board, "title");
      `),
    )

    it('decides by them, and by those of no other row', async () => {
      const user = world.as(1)
      expect(await user.findOneBy<Row>('Board', { id: 1 })).toMatchObject({ id: 1, title: 'one' })
      const ordered = await user.find<Row>('Board', { order: { id: 'DESC' } } as object)
      expect(ordered.map(({ id }) => id)).toEqual([2, 1])
      expect(await nameOf(() => user.update('Board', { id: 1 }, { title: 'one' }))).toBe('done')
      expect(await nameOf(() => user.save('Board', { id: 1, title: 'one' }))).toBe('done')
      expect(await nameOf(() => user.update('Board', 3, { title: 'x' }))).toBe('NotFoundError')
      expect(await user.update('Board', { title: 'locked' }, { title: 'x' })).toMatchObject({ affected: 0 })
    })
  })

  describe('with rules about fields', () => {
    beforeAll(() =>
      reopen(`${policy}
        allow_field(_: User, "read", _: Note, field) if field in ["id", "body", "itemId", "item"];
        allow_field(user: User, "read", note: Note, "secret") if note.item.assigneeId = user.id;
        allow_field(_: User, "update", _: Note, field) if field in ["body"];
        allow_field(_: User, "create", _: Note, field) if field in ["body", "item", "itemId"];
        allow_field(_: User, "read", _: Item, field) if field in ["id", "text", "board"];
        allow_field(_: User, "update", _: Item, field) if field in ["text", "updatedAt"];
      `),
    )

    it('shows fields of rows that allow it', async () => {
      const [own] = await world.as(2).find<Row>('Note')
      expect(own).toMatchObject({ id: 1, secret: '' })
      const [other] = await world.as(1).find<Row>('Note', { where: { id: 1 } } as object)
      expect(other).toMatchObject({ id: 1 })
      expect('secret' in other!).toBe(false)
      expect(await world.as(1).countBy('Note', { secret: '' } as object)).toBe(0)
      expect(await world.as(2).countBy('Note', { secret: '' } as object)).toBe(1)
      const raw = await world.as(1).createQueryBuilder('Note', 'n').select('n.secret', 's').getRawMany()
      expect(raw).toEqual([{ s: null }])
    })

    it('joins by a hidden column to no row', async () => {
      const query = world.as(2).createQueryBuilder<Row>('Item', 'i').leftJoinAndSelect('i.board', 'b').orderBy('i.id')
      expect((await query.getMany()).map(({ id, board }) => [id, board ?? null])).toEqual([
        [1, null],
        [3, null],
      ])
      expect(await world.as(2).countBy('Item', { boardId: 1 } as object)).toBe(0)
    })

    it('writes no forbidden field', async () => {
      const before = await tablesOf(world.source)
      for (const run of [
        () => world.as(2).update('Note', 1, { secret: 'x' }),
        () => world.as(2).save('Note', { id: 1, secret: 'x' }),
        () => world.as(2).save('Note', { id: 1, item: { id: 3 } }),
        () => world.as(2).insert('Note', { body: 'b', secret: 'x' }),
      ])
        expect(await nameOf(run)).toBe('ForbiddenError')
      expect(await tablesOf(world.source)).toEqual(before)
      expect(await nameOf(() => world.as(2).save('Note', { id: 1, body: 'x' }))).toBe('done')
    })

    it('copies no hidden column by the SQL of a value', async () => {
      await world.source.manager.update('Note', 1, { secret: 'abc' })
      const before = await tablesOf(world.source)
      const quoted = database.kind === 'mysql' ? '`secret`' : '"secret"'
      for (const sql of [
        ...['secret', 'upper( secret )', quoted, 'note.secret', 'Note.Secret', "CASE WHEN secret = 'abc' THEN 'a' END"],
        ...['concat(body, secret)', 'note', 'to_json(note)', 'note.*', 'U&"secre\\0074"', 'body /**/ || secret'],
        ...['(SELECT name FROM space LIMIT 1)', 'body, secret = body'],
      ]) {
        const body = () => sql
        for (const run of [
          () => world.as(1).createQueryBuilder().update('Note').set({ body }).where('id = 1').execute(),
          () => world.as(1).update('Note', 1, { body } as object),
          () => world.as(1).save('Note', { id: 1, body }),
          () => world.as(1).save('Note', { body, item: { id: 1 } }),
          () => world.as(1).upsert('Note', { id: 1, body } as object, ['id']),
          () => world.as(1).insert('Note', { body, itemId: 3 } as object),
        ])
          expect([sql, String(run), await nameOf(run)]).toEqual([sql, String(run), 'UnsupportedOperationError'])
      }
      expect(await tablesOf(world.source)).toEqual(before)
      for (const sql of ['upper(body)', "concat(note.body, 'x')", "CASE WHEN id > 0 THEN 'plain' ELSE body END"])
        expect([sql, await nameOf(() => world.as(1).update('Note', 1, { body: () => sql } as object))]).toEqual([
          sql,
          'done',
        ])
    })

    it('saves a reference that stays as it is, if its column is hidden and its relation is not', async () => {
      const itemOf = async (id: number) => (await tablesOf(world.source))['Item']![id - 1]!
      const board = await world.source.manager.findOneByOrFail<Row>('Board', { id: 1 } as object)
      for (const [at, reference] of [
        { board },
        { board: { id: 1 } },
        { boardId: 1 },
        { board, boardId: 1 },
        // TypeORM reads the row rather than the column.
        { board, boardId: 3 },
      ].entries()) {
        expect(await nameOf(() => world.as(2).save('Item', { id: 1, text: `kept ${at}`, ...reference }))).toBe('done')
        expect(await itemOf(1)).toMatchObject({ text: `kept ${at}`, boardId: 1 })
        expect(await nameOf(() => world.as(2).save('Item', { id: 1, ...reference }))).toBe('done')
      }
      const before = await tablesOf(world.source)
      for (const data of [
        { id: 1, text: 'moved', board: { id: 3 } },
        { id: 1, text: 'moved', boardId: 3 },
        { id: 1, text: 'moved', board: { id: 3 }, boardId: 1 },
        { id: 1, board: null },
        // The relation is hidden, too, so that whether it changes would tell it.
        { id: 1, text: 'guess', assignee: { id: 2 } },
        { id: 1, text: 'guess', assigneeId: 2 },
        { id: 1, text: 'guess', assignee: null },
      ])
        expect([data, await nameOf(() => world.as(2).save('Item', structuredClone(data)))]).toEqual([
          data,
          'ForbiddenError',
        ])
      // Nothing tells whether the item of another space is in a board.
      for (const id of [1, 2])
        expect(await nameOf(() => world.as(2).save('Item', { id: 2, text: 'guess', board: { id } }))).toBe(
          'NotFoundError',
        )
      expect(await tablesOf(world.source)).toEqual(before)
    })

    it('hears of no change of a reference that stays as it is', async () => {
      const heard: string[][] = []
      const subscriber: EntitySubscriberInterface<Row> = {
        beforeUpdate: ({ updatedColumns, updatedRelations }) =>
          void heard.push([...updatedColumns, ...updatedRelations].map(({ propertyName }) => propertyName)),
      }
      world.source.subscribers.push(subscriber)
      expect(await nameOf(() => world.as(2).save('Item', { id: 1, text: 'heard', board: { id: 1 } }))).toBe('done')
      world.source.subscribers.pop()
      expect(heard).toEqual([['text']])
    })
  })

  it('saves a reference to a row that may not be read as it is, and no other', async () => {
    await reopen('allow(_: User, action, _: Board) if action in ["read", "update"];')
    const save = (space: object) => nameOf(() => world.as(2).save('Board', { id: 1, title: 'kept', space }))
    expect(await save({ id: 1 })).toBe('done')
    const before = await tablesOf(world.source)
    expect(before['Board']![0]).toMatchObject({ title: 'kept', spaceId: 1 })
    for (const other of [{ id: 2 }, { id: 9 }, { id: 1, name: 'new' }])
      expect([other, await save(other)]).toEqual([other, 'NotFoundError'])
    expect(await tablesOf(world.source)).toEqual(before)
  })

  describe('with options', () => {
    const logged: string[] = []
    const open = (unscoped: 'allow' | 'warn' | 'refuse') =>
      reopen(policy, { unscoped, scope: { Space: { name: 'space 1' } }, log: (message) => void logged.push(message) })

    it('stays within the scope', async () => {
      await open('allow')
      expect(await world.as(3).count('Space')).toBe(0)
      expect(await nameOf(() => world.as(1).update('Space', 1, { name: 'other' }))).toBe('ForbiddenError')
      expect(await nameOf(() => world.as(1).update('Space', 1, { slug: 'other' }))).toBe('done')
    })

    it('asks for the actions that one manager names', async () => {
      await open('allow')
      const change = (manager: EntityManager) => nameOf(() => manager.update('Board', 1, { title: 'new' }))
      for (const operations of [{ update: 'read' }, { models: { Board: { update: 'read' } } }])
        expect(await change(world.authorizedManager(world.user(2), { operations }))).toBe('done')
      expect(await change(world.as(2))).toBe('ForbiddenError')
    })

    it('warns of and refuses queries of the data source', async () => {
      const clearing = nameOf(() => open('refuse'))
      expect(await clearing).toBe('UnsupportedOperationError')
      for (const run of [
        () => world.source.manager.find('Item'),
        () => world.source.manager.save('Item', { text: 'x', boardId: 1 }),
        () => world.source.manager.update('Item', 1, { text: 'x' }),
        () => world.source.manager.delete('Item', 1),
      ])
        expect(await nameOf(run)).toBe('UnsupportedOperationError')
      const plain = world.as(1).unguarded('rows of the test')
      expect(await nameOf(() => plain.find('Item'))).toBe('done')
      expect(await nameOf(() => plain.save('Tag', { id: 7, name: 'seven' }))).toBe('done')
      expect(await nameOf(() => plain.delete('Tag', 7))).toBe('done')
      expect(await nameOf(() => world.as(1).find('Item'))).toBe('done')
      const filter = world.authorizedFilter(world.user(1), 'Item')
      expect(await nameOf(() => world.source.manager.find('Item', filter))).toBe('done')
      for (const relations of [{ board: true }, { tags: true }])
        for (const relationLoadStrategy of ['join', 'query'] as const) {
          const related = { ...filter, relations, relationLoadStrategy }
          expect(await nameOf(() => world.source.manager.find('Item', related))).toBe('UnsupportedOperationError')
        }
      const ids = { ...filter, loadRelationIds: true }
      expect(await nameOf(() => world.source.manager.find('Item', ids))).toBe('UnsupportedOperationError')
      expect(logged.at(-1)).toContain('rows of the test')
    })
  })

  describe('with subscribers', () => {
    const log: string[] = []
    class Moving implements EntitySubscriberInterface<Row> {
      beforeInsert({ entity }: InsertEvent<Row>): void {
        if (entity?.['text'] === 'moved') Object.assign(entity, { boardId: 2 })
      }
      beforeUpdate({ entity }: UpdateEvent<Row>): void {
        if (entity?.['text'] === 'moved') Object.assign(entity, { boardId: 2 })
      }
      async afterInsert({ entity, manager }: InsertEvent<Row>): Promise<void> {
        log.push(String(entity?.['text']))
        if (entity?.['text'] === 'writes') await manager.update('Item', 2, { text: 'stolen' })
        if (entity?.['text'] === 'builds')
          await manager.createQueryBuilder().delete().from('Item').where('id = 2').execute()
      }
    }
    beforeAll(async () => {
      await reopen(policy)
      world.source.subscribers.push(new Moving())
    })
    let before: unknown
    beforeEach(async () => {
      before = await tablesOf(world.source)
    })
    afterEach(async () => expect(await tablesOf(world.source)).toEqual(before))

    it.each([
      ['insert', (w: World) => w.as(2).insert('Item', { text: 'moved', boardId: 1 })],
      ['save', (w: World) => w.as(2).save('Item', { text: 'moved', boardId: 1 })],
      ['save of a change', (w: World) => w.as(2).save('Item', { id: 1, text: 'moved' })],
      ['update', (w: World) => w.as(2).update('Item', 1, { text: 'moved' })],
      ['insert, then an update', (w: World) => w.as(2).insert('Item', { text: 'writes', boardId: 1 })],
      ['save, then an update', (w: World) => w.as(2).save('Item', { text: 'writes', boardId: 1 })],
    ])('judges what they change: %s', async (_, run) => {
      expect(['ForbiddenError', 'NotFoundError']).toContain(await nameOf(() => run(world)))
    })

    it('lets them delete only what the actor may', async () => {
      expect(await nameOf(() => world.as(2).save('Item', { text: 'builds', boardId: 1 }))).toBe('done')
      expect(log).toContain('builds')
      await world.source.manager.delete('Item', { text: 'builds' } as object)
    })
  })

  it('lets rules allow links to rows that may not be updated', async () => {
    await reopen(`${policy}
      allow_link(user: User, item: Item, "tags", tag: Tag) if tag.name = "official" and item.assigneeId = user.id;
      allow_link(user: User, board: Board, "items", item: Item) if
        is_member(user, board.space) and item.text = "c" and is_member(user, item.board.space);
    `)
    expect(await nameOf(() => world.as(2).save('Item', { id: 1, tags: [{ id: 2 }] }))).toBe('done')
    expect(await nameOf(() => world.as(2).createQueryBuilder().relation('Item', 'tags').of(1).remove(2))).toBe('done')
    expect(await nameOf(() => world.as(2).createQueryBuilder().relation('Tag', 'items').of(2).add(1))).toBe(
      'ForbiddenError',
    )
    // Item 3 is in a locked board, so that members may not update it.
    const items = (board: number) => world.as(2).createQueryBuilder().relation('Board', 'items').of(board)
    expect(await nameOf(() => world.as(2).update('Item', 3, { boardId: 1 }))).toBe('ForbiddenError')
    expect(await nameOf(() => items(2).add(3))).toBe('NotFoundError')
    expect(await nameOf(() => items(1).add(2))).toBe('NotFoundError')
    expect(await nameOf(() => items(1).add(3))).toBe('done')
    expect((await tablesOf(world.source))['Item']![2]).toMatchObject({ id: 3, boardId: 1 })
    await world.source.manager.update('Item', 3, { boardId: 3 })
    const kept = { id: 1, items: [{ id: 1 }, { id: 3 }] }
    expect(await nameOf(() => world.as(1).save('Board', { id: 1, items: [{ id: 1 }, { id: 3, text: 'x' }] }))).toBe(
      'ForbiddenError',
    )
    expect(await nameOf(() => world.as(1).save('Board', kept))).toBe('done')
    expect((await tablesOf(world.source))['Item']![2]).toMatchObject({ id: 3, boardId: 1, text: 'c' })
  })

  it.runIf(database.kind === 'sqlite')('judges new rows of entities with triggers as they are stored', async () => {
    const rule = 'allow(_: User, "create", tag: Tag) if tag.name != "reserved";'
    await reopen(policy + rule, { triggers: ['Tag'] })
    await world.source.query(
      'CREATE TRIGGER lower AFTER INSERT ON tag BEGIN UPDATE tag SET name = lower(name) WHERE id = NEW.id; END',
    )
    const tag = { id: 8, name: 'RESERVED' }
    for (const run of [() => world.as(1).insert('Tag', tag), () => world.as(1).save('Tag', { ...tag })])
      expect(await nameOf(run)).toBe('ForbiddenError')
    expect(await nameOf(() => world.as(1).insert('Tag', { id: 9, name: 'Other' }))).toBe('done')
    expect((await tablesOf(world.source))['Tag']!.map(({ name }) => name)).toEqual(['red', 'official', 'other'])
  })

  it('takes no row from a relation that may not be updated', async () => {
    await reopen(policy)
    await world.source.manager.update('Item', [1, 3], { assigneeId: 3, parentId: 2 })
    const before = await tablesOf(world.source)
    const relation = (name: string, entity = 'Item') => world.as(2).createQueryBuilder().relation(entity, name)
    for (const run of [
      () => relation('items', 'User').of(3).remove(3),
      () => relation('items', 'User').of(3).remove([1, 3]),
      () =>
        relation('items', 'User')
          .of([3, 2])
          .remove([{ id: 3 }]),
      () => relation('items', 'User').of({ id: 3 }).addAndRemove([], 3),
    ])
      expect([String(run), await nameOf(run)]).toEqual([String(run), 'ForbiddenError'])
    expect(await tablesOf(world.source)).toEqual(before)
    expect(await nameOf(() => relation('items', 'User').of(3).remove(1))).toBe('done')
    // There is no such link.
    expect(await nameOf(() => relation('items', 'User').of(2).remove(3))).toBe('done')
    expect((await tablesOf(world.source))['Item']!.map(({ assigneeId }) => assigneeId)).toEqual([null, null, 3])
  })

  it('runs the function before a write once for each write of a relation', async () => {
    let times = 0
    await reopen(policy, { beforeWrite: async () => void times++ })
    await world.as(2).createQueryBuilder().relation('Item', 'tags').of(1).add([1])
    await world.as(2).createQueryBuilder().relation('Item', 'assignee').of(1).set(1)
    expect(times).toBe(2)
  })

  it('lets rules compare a row before and after its update', async () => {
    await reopen(`${policy}
      allow_update(user: User, before: Item, after: Item) if
        before.done = false and before.board = after.board and is_member(user, after.board.space);
    `)
    const before = await tablesOf(world.source)
    for (const data of [{ boardId: 3 }, { board: { id: 3 } }, { text: 'x', boardId: 2 }])
      expect(await nameOf(() => world.as(2).save('Item', { id: 1, ...data }))).toMatch(/ForbiddenError|NotFoundError/)
    expect(await nameOf(() => world.as(2).update('Item', 1, { boardId: 3 }))).toBe('ForbiddenError')
    expect(await nameOf(() => world.as(2).update('Item', { text: 'a' }, { boardId: 3 }))).toBe('ForbiddenError')
    expect(await tablesOf(world.source)).toEqual(before)
    expect(await nameOf(() => world.as(2).save('Item', { id: 1, text: 'x' }))).toBe('done')
    expect(await nameOf(() => world.as(2).createQueryBuilder().relation('Item', 'tags').of(1).add(1))).toBe('done')
    expect(await nameOf(() => world.as(2).upsert('Item', { id: 1, text: 'y', boardId: 1 }, ['id']))).toBe('done')
    expect(await nameOf(() => world.as(2).update('Item', 1, { done: true }))).toBe('done')
    expect(await nameOf(() => world.as(2).update('Item', 1, { text: 'z' }))).toBe('ForbiddenError')
  })

  it('sends few statements', async () => {
    await reopen(
      policy.replace(
        'allow(user: User, action, note',
        'allow(_: User, "create", _: Tag); allow(user: User, action, note',
      ),
    )
    const manager = () => world.as(2)
    const sent = async (run: () => Promise<unknown>) => (await world.statements(run)).length
    expect(await sent(() => manager().find('Item'))).toBe(1)
    expect(await sent(() => manager().insert('Tag', { id: 5, name: 'five' }))).toBe(1)
    const many = Array.from({ length: 50 }, (_, at) => ({ id: 100 + at, name: `tag ${at}` }))
    expect(await sent(() => manager().insert('Tag', many))).toBe(1)
    // More than the statements of the same write without a policy.
    const more = async (run: (own: EntityManager) => Promise<unknown>) =>
      (await sent(() => run(manager()))) - (await sent(() => run(world.source.manager)))
    const items = [1, 2, 3].map((at) => ({ text: `t${at}`, boardId: 1 }))
    // SQLite does not return the keys that it generates, so it gets one statement for each row.
    if (database.kind !== 'sqlite') expect(await more((own) => own.insert('Item', structuredClone(items)))).toBe(1)
    expect(await more((own) => own.save('Item', structuredClone(items)))).toBeLessThanOrEqual(1)
    expect(await more((own) => own.update('Item', 1, { text: 'x' }))).toBe(1)
    expect(await more((own) => own.update('Item', { text: 'x' }, { text: 'x' }))).toBe(2)
    expect(await more((own) => own.delete('Tag', 100))).toBe(0)
    expect(await more((own) => own.delete('Tag', { name: 'none' } as object))).toBe(1)
    const saved = () => ({ id: 1, text: String(Math.random()).slice(0, 20) })
    expect(await more((own) => own.save('Item', saved()))).toBe(2)
    const tags = [1, 3, 4].map((at) => ({ id: at, name: `tag ${at}` }))
    expect(await more((own) => own.upsert('Tag', tags, ['id']))).toBeLessThanOrEqual(3)
    const linked = (own: EntityManager) => own.createQueryBuilder().relation('Item', 'tags').of(1)
    const keys = many.slice(1).map(({ id }) => id)
    expect(await sent(() => linked(manager()).add(keys))).toBeLessThanOrEqual(7)
    expect(await sent(() => linked(manager()).remove(keys))).toBeLessThanOrEqual(8)
  })

  it('knows the entity of the rows that it inserts, and of those that an upsert finds', async () => {
    const rows = [
      { id: 1, name: 'red' },
      { id: 900, name: 'new' },
    ]
    await world.as(2).upsert('Tag', rows, ['id'])
    const inserted = { id: 901, name: 'newer' }
    await world.as(2).insert('Tag', inserted)
    expect([...rows, inserted].map((row) => world.authorizer.modelOf(row))).toEqual(['Tag', 'Tag', 'Tag'])
  })

  it('works in a transaction of the application', async () => {
    const before = await tablesOf(world.source)
    await world.source
      .transaction(async (manager) => {
        const own = world.authorizedManager(world.user(2), { manager })
        await own.save('Item', { id: 1, text: 'within' })
        expect(await nameOf(() => own.save('Item', { id: 2, text: 'within' }))).toBe('NotFoundError')
        expect(await own.countBy('Item', { text: 'within' } as object)).toBe(1)
        throw new Error('the application gives up')
      })
      .catch(() => {})
    expect(await tablesOf(world.source)).toEqual(before)
  })
})
