import { Authorizer, RelationNotLoadedError } from '@arcturus/core'
import { as } from '@arcturus/core/runtime'
import { typeOrmAuthorization } from '@arcturus/typeorm'
import { type DataSource, EntitySchema } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RelationMemory } from '../../packages/core/src/authorizer/relations/relations.js'
import { authorizedRows } from './authorizedRows.js'
import { openDatabases } from './databases.js'
import { Document, entities, User } from './entities.js'
import { addPeople, authorizationFor } from './people.js'
import { SentQueries } from './queries.js'

/** The compared columns are one or two relations away. */
const policy = `
  allow(user: User, "read", document: Document) if document in user.documents;
  allow(_, "read", document: Document) if tag in document.tags and tag.name = "pub";
  allow(user: User, "edit", document: Document) if document.owner.manager = user;
  allow(user: User, "hide", document: Document) if user.id > 0 and not (_tag in document.tags);
  allow(user: User, "share", document: Document) if document.owner = user;
  allow(user: User, "open", locker: Locker) if locker.owner = user;
  allow(user: User, "read", locker: Locker) if key in locker.keys and key.holder = user;
`

/** Rows that are plain objects, of entities that have no class; the owner's reference has no property. */
const lockerEntity = new EntitySchema<{ id: number; owner?: User | null; keys?: object[] }>({
  name: 'Locker',
  columns: { id: { type: 'int', primary: true } },
  relations: {
    owner: { type: 'many-to-one', target: 'User', nullable: true },
    keys: { type: 'one-to-many', target: 'Key', inverseSide: 'locker' },
  },
})
const keyEntity = new EntitySchema<{ region: string; number: number; locker?: object; holder?: User }>({
  name: 'Key',
  columns: { region: { type: 'varchar', length: 10, primary: true }, number: { type: 'int', primary: true } },
  relations: {
    locker: { type: 'many-to-one', target: 'Locker', inverseSide: 'keys' },
    holder: { type: 'many-to-one', target: 'User' },
  },
})

const databases = await openDatabases('loading')

describe.each(databases)('Relations that are not loaded on $name', (database) => {
  const sent = new SentQueries()
  let source: DataSource
  let authorizer: ReturnType<typeof authorizationFor>['authorizer']
  beforeAll(async () => {
    source = await database.open([...entities, lockerEntity, keyEntity], { logging: ['query'], logger: sent })
    await addPeople(source)
    authorizer = authorizationFor(source, policy).authorizer
    await source.getRepository(lockerEntity).save([{ id: 1, owner: { id: 1 } }, { id: 2 }] as never)
    await source.getRepository(keyEntity).save([
      { region: 'eu', number: 1, locker: { id: 1 }, holder: { id: 1 } },
      { region: 'eu', number: 2, locker: { id: 2 }, holder: { id: 2 } },
    ] as never)
  }, 60_000)
  afterAll(() => database.close(), 60_000)
  const user = (id: number): Promise<User> => source.getRepository(User).findOneByOrFail({ id })
  const documents = (): Promise<Document[]> => source.getRepository(Document).find({ order: { id: 'ASC' } })

  it('are not those of a row whose key is a number instead of a string', async () => {
    expect(() => authorizer.as('User', { id: '1' })).toThrow('User.id is declared as integer, but holds a string')
    // Without its schema, a tag is not checked.
    const [claimed, row] = [as('User', { id: '1' }), (await documents())[0]!]
    await expect(authorizer.isAllowed(claimed, 'read', row)).rejects.toThrow(RelationNotLoadedError)
    await expect(authorizer.isAllowed(claimed, 'read', row)).rejects.toThrow(
      'its key is a string here and a number in the database',
    )
    const made = Object.assign(new Document(), { id: 99, ownerId: '1', tags: [] })
    await expect(authorizer.isAllowed(await user(2), 'edit', made)).rejects.toThrow(RelationNotLoadedError)
  })

  it('are loaded for all rows of a page by one query each', async () => {
    const [bo, rows] = [await user(2), await documents()]
    sent.reset()
    const allowed = await Promise.all(rows.map((row) => authorizer.isAllowed(bo, 'read', row)))
    expect(allowed).toEqual([false, false, true, true, false])
    expect(sent.statements).toHaveLength(2)
  })

  it('are loaded through each other', async () => {
    const [ann, rows] = [await user(1), await documents()]
    sent.reset()
    const allowed = await Promise.all(rows.slice(0, 4).map((row) => authorizer.isAllowed(ann, 'edit', row)))
    expect(allowed).toEqual([false, false, true, true])
    // The owners; their managers are compared by the references.
    expect(sent.statements).toHaveLength(1)
  })

  it('are loaded once in a request', async () => {
    const [bo, rows] = [await user(2), await documents()]
    const memory = new RelationMemory()
    const end = authorizer.rememberIn(() => memory)
    sent.reset()
    for (const row of [...rows, ...rows]) await authorizer.isAllowed(bo, 'read', row)
    end()
    // The user's documents once, and the tags of each document that is not the user's.
    expect(sent.statements).toHaveLength(4)
  })

  it('are not loaded if the reference is enough', async () => {
    const [ann, rows] = [await user(1), await documents()]
    sent.reset()
    expect(rows.map((row) => authorizer.can(ann, 'share', row))).toEqual([true, true, false, false, false])
    expect(sent.statements).toEqual([])
  })

  it('are not loaded twice', async () => {
    const bo = await user(2)
    const rows = await source.getRepository(Document).find({ relations: { tags: true }, order: { id: 'ASC' } })
    sent.reset()
    expect(rows.map((row) => authorizer.can(bo, 'hide', row))).toEqual([true, true, true, false, true])
    expect(sent.statements).toEqual([])
  })

  it('are an error in synchronous checks', async () => {
    const [ann, [first]] = [await user(1), await documents()]
    sent.reset()
    for (const action of ['read', 'hide'])
      expect(() => authorizer.can(ann, action, first)).toThrow(RelationNotLoadedError)
    expect(() => authorizer.filter(ann, 'read', 'Document')).toThrow(RelationNotLoadedError)
    expect(sent.statements).toEqual([])
  })

  it('are left in the database for a list', async () => {
    const authorization = authorizationFor(source, policy)
    const bo = await user(2)
    sent.reset()
    expect((await authorizedRows(authorization, bo, 'read', Document)).map(({ id }) => id).sort()).toEqual([3, 4])
    expect(sent.statements).toHaveLength(1)
  })

  it('do not count as loaded if only their keys were loaded', async () => {
    const ann = await user(1)
    const rows = await source.getRepository(Document).find({ loadRelationIds: true, order: { id: 'ASC' } })
    expect(rows[3]!.tags).toEqual(['pub'])
    expect(() => authorizer.can(ann, 'hide', rows[3])).toThrow(RelationNotLoadedError)
    expect(await authorizer.isAllowed(ann, 'hide', rows[3])).toBe(false)
    expect(await authorizer.isAllowed(ann, 'edit', rows[3])).toBe(true)
  })

  it('are loaded for an unsaved row by its references', async () => {
    const row = Object.assign(new Document(), { ownerId: 2 })
    const ann = await user(1)
    expect(await authorizer.isAllowed(ann, 'edit', row)).toBe(true)
    await expect(authorizer.isAllowed(ann, 'hide', row)).rejects.toThrow(RelationNotLoadedError)
    await expect(authorizer.isAllowed(ann, 'hide', Object.assign(new Document(), { id: 99 }))).rejects.toThrow(
      RelationNotLoadedError,
    )
  })

  it('are loaded for rows without a class, by their entity', async () => {
    const [ann, bo] = [await user(1), await user(2)]
    const lockers = await source.getRepository(lockerEntity).find({ order: { id: 'ASC' } })
    expect(lockers.map((row) => authorizer.modelOf(row))).toEqual(['Locker', 'Locker'])
    sent.reset()
    expect(await Promise.all(lockers.map((row) => authorizer.isAllowed(ann, 'open', row)))).toEqual([true, false])
    expect(await Promise.all(lockers.map((row) => authorizer.isAllowed(bo, 'read', row)))).toEqual([false, true])
    expect(sent.statements).toHaveLength(3)
    const saved = await source.getRepository(lockerEntity).save({ id: 3 } as never)
    expect(authorizer.modelOf(saved)).toBe('Locker')
    await source.getRepository(lockerEntity).delete({ id: 3 })
  })

  it('are not guessed if a part of the row was omitted', async () => {
    const ann = await user(1)
    const [row] = await source.getRepository(Document).find({ select: { title: true }, take: 1 })
    await expect(authorizer.isAllowed(ann, 'hide', row)).rejects.toThrow()
    expect(() => authorizer.can(ann, 'share', row)).toThrow()
  })

  it('are loaded for a row of no data source after the first data source is closed', async () => {
    const other = await database.open([...entities, lockerEntity, keyEntity])
    const anew = new Authorizer()
    typeOrmAuthorization(anew, other, { unscoped: 'allow' })
    await other.destroy()
    typeOrmAuthorization(anew, source, { unscoped: 'allow' })
    await anew.load('allow(user: User, "read", document: Document) if document.owner = user;')
    const document = Object.assign(new Document(), { id: 1 })
    expect(await anew.isAllowed(await user(1), 'read', document)).toBe(true)
  })
})
