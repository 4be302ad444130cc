import { Authorizer } from '@arcturus/core'
import { typeOrmAuthorization } from '@arcturus/typeorm'
import { DataSource, type DataSourceOptions } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { credentialsOf, mariaDbDatabase } from '../orm/servers.js'
import { Document, entities, User } from './entities.js'

const databases = await Promise.all(
  ['primary', 'replica'].map((name) => mariaDbDatabase(`arcturus_${name}_${process.pid}`)),
)
const nodes = databases.map((database) => {
  const { user, ...credentials } = credentialsOf(database!.url)
  return { ...credentials, username: user }
})
const open = (options: object) =>
  new DataSource({ type: 'mariadb', entities: [...entities], ...options } as DataSourceOptions).initialize()

describe('Read replicas of MariaDB', () => {
  const closers: (() => Promise<void>)[] = []
  beforeAll(async () => {
    for (const [at, node] of nodes.entries()) {
      const source = await open({ ...node, synchronize: true })
      await source.getRepository(User).insert({ id: 1, name: 'ann' })
      // A revocation that the replica does not have yet.
      await source.getRepository(User).insert({ id: 2, name: 'bo', managerId: at === 0 ? null : 1 })
      await source.getRepository(Document).insert({ id: 1, title: 'plan', archived: false, ownerId: 2 })
      await source.destroy()
    }
  })
  afterAll(async () => {
    for (const close of closers) await close()
    for (const database of databases) await database!.drop()
  })
  const guarded = async (defaultMode?: 'master' | 'slave') => {
    const [master, ...slaves] = nodes
    const source = await open({ replication: { master, slaves, ...(defaultMode && { defaultMode }) } })
    closers.push(() => source.destroy())
    const authorizer = new Authorizer({ log: () => {} })
    const authorization = typeOrmAuthorization(authorizer, source)
    await authorizer.load('allow(user: User, _, document: Document) if document.owner.manager = user;')
    const ann = await authorization.rows.findOneByOrFail(User, { id: 1 })
    const { dataSource, authorizedFilter, authorizedQuery, authorizedManager } = authorization
    const lists = () => [
      dataSource.getRepository(Document).find(authorizedFilter(ann, Document)),
      authorizedQuery(ann, 'read', Document).getMany(),
      authorizedManager(ann).find(Document),
    ]
    const found = async () => (await Promise.all(lists())).map(({ length }) => length)
    return { authorizer, ...authorization, ann, found }
  }

  it.each([undefined, 'master'] as const)('answer nothing by default: %s', async (mode) => {
    const { authorizer, rows, ann, found } = await guarded(mode)
    expect(await found()).toEqual([0, 0, 0])
    expect(await authorizer.isAllowed(ann, 'read', await rows.findOneByOrFail(Document, { id: 1 }))).toBe(false)
  })

  it('answer lists of a data source that chooses them, and neither checks nor writes', async () => {
    const { authorizer, rows, dataSource, ann, found, authorizedFilter, authorizedManager } = await guarded('slave')
    expect(await found()).toEqual([1, 1, 1])
    const [listed] = await dataSource.getRepository(Document).find(authorizedFilter(ann, Document))
    expect(await authorizer.isAllowed(ann, 'read', listed)).toBe(false)
    expect((await rows.findOneOrFail(User, { where: { id: 2 }, relations: { manager: true } })).manager).toBeNull()
    const update = authorizedManager(ann).update(Document, { id: 1 }, { title: 'new' })
    await expect(update).rejects.toMatchObject({ status: 404 })
  })

  it('answer no list within a transaction', async () => {
    const { dataSource, ann, authorizedFilter, authorizedManager } = await guarded('slave')
    const current = await dataSource.transaction((manager) => manager.find(Document, authorizedFilter(ann, Document)))
    expect(current).toEqual([])
    expect(await authorizedManager(ann).transaction((manager) => manager.find(Document))).toEqual([])
  })
})
