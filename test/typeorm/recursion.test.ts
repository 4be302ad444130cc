import { EventEmitter } from 'node:events'
import { type DataSource, EntitySchema } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authorizedRows } from './authorizedRows.js'
import { openDatabases } from './databases.js'
import { authorizationFor } from './people.js'

class Branch {
  id!: number
  ownerId!: number | null
  parentId!: number | null
}

const branchEntity = new EntitySchema<Branch & { parent?: Branch | null }>({
  name: 'Branch',
  target: Branch,
  columns: {
    id: { type: 'int', primary: true },
    ownerId: { type: 'int', nullable: true },
    parentId: { type: 'int', nullable: true },
  },
  relations: { parent: { type: 'many-to-one', target: 'Branch', joinColumn: { name: 'parentId' }, nullable: true } },
})

const policy = `
  allow(actor: Branch, "read", branch: Branch) if belongs(branch, actor);
  allow(actor: Branch, "skip", branch: Branch) if not belongs(branch, actor);
  belongs(branch: Branch, actor: Branch) if branch.ownerId = actor.id;
  belongs(branch: Branch, actor: Branch) if branch.parent != nil and belongs(branch.parent, actor);
`

/** Deeper than the 1,000 levels after which MariaDB ends a recursion, unless a setting raises the limit. */
const depth = 1_500
const databases = await openDatabases('recursion')

describe.each(databases)('A recursion along relations on $name', (database) => {
  let source: DataSource
  let authorization: ReturnType<typeof authorizationFor>
  beforeAll(async () => {
    // One connection, so that what is said to it is known.
    const single = database.kind === 'mysql' ? { extra: { connectionLimit: 1 } } : {}
    source = await database.open([branchEntity], single)
    authorization = authorizationFor(source, policy)
    const rows = Array.from({ length: depth }, (_, at) => ({
      id: at + 1,
      ownerId: at === 0 ? 1 : null,
      parentId: at === 0 ? null : at,
    }))
    for (let at = 0; at < rows.length; at += 500) await source.getRepository(Branch).insert(rows.slice(at, at + 500))
    // One that is nobody's, and two that are each other's parents.
    await source.getRepository(Branch).insert([
      { id: 10_001, ownerId: null, parentId: null },
      { id: 10_002, ownerId: null, parentId: null },
    ])
    await source.getRepository(Branch).update({ id: 10_001 }, { parentId: 10_002 })
    await source.getRepository(Branch).update({ id: 10_002 }, { parentId: 10_001 })
  }, 120_000)
  afterAll(() => database.close(), 60_000)
  const actor = (): Branch => Object.assign(new Branch(), { id: 1, ownerId: 1, parentId: null })

  it('goes as deep as there are rows, and ends on cycles', async () => {
    expect(await authorization.authorizedQuery(actor(), 'read', Branch).getCount()).toBe(depth)
    const skipped = await authorizedRows(authorization, actor(), 'skip', Branch)
    expect(skipped.map(({ id }) => id).sort()).toEqual([10_001, 10_002])
  }, 60_000)

  it('works in a continued query, in a find, and in the criteria of a write', async () => {
    const query = authorization
      .authorizedQuery(actor(), 'read', Branch, { alias: 'b' })
      .orWhere('1 = 1')
      .orderBy('b.id', 'DESC')
      .take(1)
    expect((await query.getMany()).map(({ id }) => id)).toEqual([depth])
    const branches = source.getRepository(Branch)
    const filter = authorization.authorizedFilter(actor(), Branch, { where: { id: depth } })
    expect(await branches.count(filter)).toBe(1)
    await branches.update(authorization.authorizedFilter(actor(), Branch, { where: { id: 10_001 } }).where, {
      ownerId: 9,
    })
    expect(await branches.countBy({ ownerId: 9 })).toBe(0)
    await branches.update(filter.where, { ownerId: 9 })
    expect(await branches.countBy({ ownerId: 9 })).toBe(1)
    await branches.update({ id: depth }, { ownerId: null as never })
  }, 60_000)

  it.skipIf(database.kind !== 'mysql')('is an error if the connection would end it too early', async () => {
    await source.query('SET SESSION max_recursive_iterations = 1000')
    for (const action of ['read', 'skip'])
      await expect(authorization.authorizedQuery(actor(), action, Branch).getCount()).rejects.toThrow(/more than 1 row/)
    await source.query('SET SESSION max_recursive_iterations = 4294967295')
    expect(await authorization.authorizedQuery(actor(), 'read', Branch).getCount()).toBe(depth)
  })

  it('is prepared once, by however many authorizations', () => {
    const listeners = () => {
      const pool: unknown = Reflect.get(source.driver, 'pool')
      return [source.subscribers.length, pool instanceof EventEmitter ? pool.listenerCount('acquire') : 0]
    }
    const before = listeners()
    for (let times = 0; times < 3; times++) authorizationFor(source, policy)
    expect(listeners()).toEqual(before)
    expect(before).toEqual([1, database.kind === 'mysql' ? 1 : 0])
  })

  it.skipIf(database.kind !== 'mysql')(
    'prepares new connections after the data source is initialized again',
    async () => {
      await source.destroy()
      await source.initialize()
      expect(await authorization.authorizedQuery(actor(), 'read', Branch).getCount()).toBe(depth)
    },
  )
})
