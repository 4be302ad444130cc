import { Authorizer } from '@arcturus/core'
import { typeOrmAuthorization } from '@arcturus/typeorm'
import { afterAll, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'
import { Document, entities, User } from './entities.js'
import { addPeople, policy } from './people.js'

const [database] = await openDatabases('names')
const opened = async () => {
  const source = await database!.open(entities)
  await addPeople(source)
  afterAll(() => source.destroy())
  return source
}
const ids = (rows: readonly { readonly id: number }[]): readonly number[] => rows.map(({ id }) => id).sort()

describe('An entity with another name in policies', async () => {
  const source = await opened()
  const names = { Document: 'Paper', Tag: 'Label' }
  const renamed = policy.replaceAll(': Document', ': Paper').replaceAll(': Tag', ': Label')
  const authorizer = new Authorizer()
  const { authorizedFilter, authorizedManager } = typeOrmAuthorization(authorizer, source, { unscoped: 'allow', names })

  it('is filtered, checked, read and written by that name', async () => {
    await authorizer.load(`${renamed} allow(user: User, "update", paper: Paper) if paper.owner = user;`)
    const ann = await source.manager.findOneByOrFail(User, { id: 1 })
    const paper = await source.manager.findOneByOrFail(Document, { id: 4 })
    expect(authorizer.modelOf(paper)).toBe('Paper')
    await expect(authorizer.authorize(null, 'read', paper)).resolves.toBeUndefined()
    expect(ids(await source.manager.find(Document, authorizedFilter(ann, Document)))).toEqual([1, 2, 4])
    const manager = authorizedManager(ann)
    expect(ids(await manager.find(Document, { relations: { tags: true } }))).toEqual([1, 2, 4])
    await manager.update(Document, { id: 1 }, { views: 10 })
    await expect(manager.update(Document, { id: 4 }, { views: 10 })).rejects.toMatchObject({ status: 403 })
  })

  it('must exist, have a name of its own, and one name for a data source', () => {
    const other = (chosen: Readonly<Record<string, string>>) => () =>
      typeOrmAuthorization(new Authorizer(), source, { names: chosen })
    expect(other({ Dokument: 'Paper' })).toThrow(/unknown model "Dokument"/)
    expect(other({ Document: 'User' })).toThrow(/Two models have the name "User"/)
    expect(other({})).toThrow(/"Document" is already named "Paper"/)
  })
})

describe('An entity with the name of a built-in type', async () => {
  const source = await opened()
  const authorizer = new Authorizer()
  const { authorizedFilter } = typeOrmAuthorization(authorizer, source, {
    unscoped: 'allow',
    names: { Document: 'List' },
  })

  it('is decided by rules that do not name it, and makes a policy that names it an error', async () => {
    await expect(authorizer.load('allow(_, "read", _: List);')).rejects.toMatchObject({ code: 'ambiguous-type' })
    await authorizer.load('allow(user: User, "read", row) if row.owner = user;')
    const ann = await source.manager.findOneByOrFail(User, { id: 1 })
    expect(ids(await source.manager.find(Document, authorizedFilter(ann, Document)))).toEqual([1, 2])
  })
})
