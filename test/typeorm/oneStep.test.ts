import { Authorizer, UnresolvedFilterError } from '@arcturus/core'
import { type TypeOrmAuthorizationOptions, typeOrmAuthorization } from '@arcturus/typeorm'
import { type DataSource, EntitySchema } from 'typeorm'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'
import { Document, entities, Tag, User } from './entities.js'
import { addPeople, policy } from './people.js'
import { SentQueries } from './queries.js'

class Note {
  id!: number
  author!: Promise<User | null>
}
const noteEntity = new EntitySchema<Note>({
  name: 'Note',
  target: Note,
  columns: { id: { type: 'int', primary: true } },
  relations: { author: { type: 'many-to-one', target: 'User', lazy: true, joinColumn: true, nullable: true } },
})

const [database] = await openDatabases('oneStep', ['sqlite'], ['1'])
const sent = new SentQueries()
let source: DataSource
// Each authorizer guards its data source, so each test has one of its own.
beforeEach(async () => {
  source = await database!.open([...entities, noteEntity], { logging: true, logger: sent })
  await addPeople(source)
  await source.query('INSERT INTO note (id, "authorId") VALUES (1, 1), (2, 2)')
  sent.reset()
})
afterAll(() => database!.close())

const guarded = async (options: TypeOrmAuthorizationOptions = {}) => {
  const authorizer = new Authorizer()
  const authorization = typeOrmAuthorization(authorizer, source, { log: () => {}, ...options })
  await authorizer.load(`${policy} allow(user: User, "read", note: Note) if note.author = user;`)
  return { authorizer, ...authorization }
}
const ids = (rows: readonly { readonly id: number }[]) => rows.map(({ id }) => id).sort()

describe('typeOrmAuthorization', () => {
  it('returns the guarded data source, and a reader of actors and rows', async () => {
    const { authorizer, dataSource, rows, authorizedFilter, authorizedWhere, authorizedManager } = await guarded()
    const ann = await rows.findOneOrFail(User, { where: { id: 1 }, relations: { documents: true } })
    expect(ids(ann.documents!)).toEqual([1, 2])
    await authorizer.authorize(ann, 'read', await rows.findOneByOrFail(Document, { id: 1 }))
    const documents = dataSource.getRepository(Document)
    expect(ids(await documents.find(authorizedFilter(ann, Document)))).toEqual([1, 2, 4])
    expect(ids(await documents.findBy(await authorizedWhere(ann, 'edit', Document)))).toEqual([1, 2])
    expect(ids(await authorizedManager(ann).find(Document))).toEqual([1, 2, 4])
    expect(await rows.count(Document)).toBe(5)
  })

  it('has a reader that does not write', async () => {
    const { rows } = await guarded()
    for (const name of ['save', 'delete', 'query', 'createQueryBuilder', 'connection'])
      expect(() => Reflect.get(rows, name)).toThrow(`\`rows\` has no \`${name}\``)
    expect(JSON.stringify(await Promise.resolve(rows))).toBe('{}')
    expect(sent.statements).toEqual([])
  })

  it('reads lazy relations in checks, and refuses them to other code', async () => {
    const { authorizer, rows, dataSource, authorizedFilter } = await guarded()
    const ann = await rows.findOneByOrFail(User, { id: 1 })
    const notes = await rows.find(Note, { order: { id: 'ASC' } })
    expect(await authorizer.isAllowedMany(ann, 'read', notes)).toEqual([true, false])
    const [note] = await dataSource.getRepository(Note).find(authorizedFilter(ann, Note))
    expect(await authorizer.isAllowed(ann, 'read', note)).toBe(true)
    const [fresh] = await dataSource.getRepository(Note).find(authorizedFilter(ann, Note))
    expect(() => fresh!.author).toThrow(expect.objectContaining({ code: 'unsupported-operation' }))
  })
})

describe('A forgotten `await`', () => {
  it('is refused before any SQL, also where queries need no filter', async () => {
    const { dataSource, authorizedWhere } = await guarded({ unscoped: 'allow' })
    const documents = dataSource.getRepository(Document)
    const unawaited = () => authorizedWhere(null, 'read', Document) as never
    for (const run of [
      () => documents.find({ where: unawaited() }),
      () => documents.findBy(unawaited()),
      () => documents.createQueryBuilder('d').where(unawaited()).getMany(),
      () => documents.update(unawaited(), { title: 'new' }),
      () => documents.delete(unawaited()),
      () => documents.find({ where: authorizedWhere(null, 'unknown', Document) as never }),
    ])
      await expect((async () => await run())()).rejects.toThrow(UnresolvedFilterError)
    await documents.find({ where: unawaited() }).catch(({ hint }) => expect(hint).toContain('await authorizedWhere'))
    expect(sent.statements).toEqual([])
  })

  it('two data sources of one authorizer with other columns are refused at the start', async () => {
    const { authorizer } = await guarded()
    const id = { type: 'int', primary: true } as const
    const columns = { id, name: { type: 'int' } } as const
    const other = await database!.open([new EntitySchema<User>({ name: 'User', target: User, columns })])
    expect(() => typeOrmAuthorization(authorizer, other)).toThrow(
      'Another client has a model "User" with other fields.',
    )
  })
})

describe('A query without a filter', () => {
  it('is refused before any SQL', async () => {
    const { dataSource } = await guarded()
    const refusal = { code: 'unsupported-operation', hint: expect.stringContaining('authorizedManager(user)') }
    await expect(dataSource.getRepository(Document).find()).rejects.toMatchObject(refusal)
    await expect(dataSource.manager.save(Object.assign(new Tag(), { name: 'new' }))).rejects.toMatchObject(refusal)
    await expect(dataSource.createQueryBuilder(User, 'u').getCount()).rejects.toMatchObject(refusal)
    await expect(dataSource.getRepository(Tag).delete({ name: 'pub' })).rejects.toMatchObject(refusal)
    expect(sent.statements.filter((sql) => !/^(BEGIN|ROLLBACK|SELECT.*FROM "tag")/.test(sql))).toEqual([])
  })

  it.each<[string, TypeOrmAuthorizationOptions['unscoped'], readonly string[]]>([
    ['refused entities leave the others alone', { Document: 'refuse' }, ['Document']],
    ['allowed entities leave the others refused', { Tag: 'allow' }, ['Document', 'User']],
    ['one choice for all', 'allow', []],
  ])('is refused entity by entity: %s', async (_, unscoped, refused) => {
    const { dataSource } = await guarded({ unscoped })
    const found: string[] = []
    for (const entity of [Document, User, Tag])
      await dataSource.manager.count(entity).catch(() => found.push(entity.name))
    expect(found).toEqual(refused)
  })

  it('has a choice that exists', async () => {
    await expect(guarded({ unscoped: { Document: 'deny' as 'refuse' } })).rejects.toThrow(/`unscoped` must be one of/)
  })
})
