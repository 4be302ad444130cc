import { Authorizer } from '@arcturus/core'
import { type TypeOrmAuthorization, typeOrmAuthorization } from '@arcturus/typeorm'
import { type DataSource, EntitySchema, type EntityTarget } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { typeOrmKinds } from '../databases.js'
import { openDatabases } from './databases.js'
import { Document, entities, User } from './entities.js'

type Note = { id: number; author: User }
const noteEntity = new EntitySchema<Note>({
  name: 'Note',
  columns: { id: { type: 'int', primary: true } },
  relations: { author: { type: 'many-to-one', target: 'User', joinColumn: true, nullable: true } },
})

describe.each(typeOrmKinds)('A database of each tenant on %s', async (kind) => {
  const databases = [(await openDatabases('acme', [kind]))[0]!, (await openDatabases('bolt', [kind]))[0]!]
  const authorizer = new Authorizer({ log: () => {} })
  const tenants: TypeOrmAuthorization[] = []
  const sources: DataSource[] = []

  // The rows have equal keys. The user manages the owner at the first tenant alone.
  beforeAll(async () => {
    for (const [at, database] of databases.entries()) {
      const source = await database.open([...entities, noteEntity])
      sources.push(source)
      await source.getRepository(User).insert({ id: 1, name: 'ann' })
      await source.getRepository(User).insert({ id: 2, name: 'bo', managerId: at === 0 ? 1 : null })
      await source.getRepository(Document).insert({ id: 1, title: 'plan', archived: false, ownerId: 2 })
      await source.getRepository(noteEntity).insert({ id: 1, author: { id: 2 } })
      tenants.push(typeOrmAuthorization(authorizer, source, { unscoped: 'allow' }))
      await authorizer.load(`
        allow(user: User, "read", document: Document) if document.owner.manager = user;
        allow(user: User, "read", note: Note) if note.author.manager = user;`)
    }
  })
  afterAll(async () => {
    for (const database of databases) await database.close()
  })

  it.each([
    ['a class', Document],
    ['no class', noteEntity],
  ])('loads the relations of each row of %s from its own', async (_, target: EntityTarget<{ id: number }>) => {
    const rows = await Promise.all(tenants.map((each) => each.rows.findOneByOrFail(target, { id: 1 })))
    const users = await Promise.all(tenants.map((each) => each.rows.findOneByOrFail(User, { id: 1 })))
    for (const [at, tenant] of [...tenants.entries(), ...tenants.entries()]) {
      expect(await authorizer.isAllowed(users[at], 'read', rows[at])).toBe(at === 0)
      const found = await sources[at]!.manager.count(target, tenant.authorizedFilter(users[at], target as never))
      expect(found).toBe(at === 0 ? 1 : 0)
      expect(await tenant.authorizedManager(users[at]).count(target)).toBe(found)
    }
    expect(await authorizer.isAllowedMany(users[0], 'read', [rows[0], rows[1], rows[0]])).toEqual([true, false, true])
    const asked = Array.from({ length: 20 }, (_, at) => at % 2)
    const answers = await Promise.all(asked.map((at) => authorizer.isAllowed(users[at], 'read', rows[at])))
    expect(answers).toEqual(asked.map((at) => at === 0))
  })

  it('knows the rows that it has saved', async () => {
    for (const [at, source] of sources.entries()) {
      const saved = await source.manager.save(
        Object.assign(new Document(), { id: 9, title: '', archived: false, ownerId: 2 }),
      )
      const user = await tenants[at]!.rows.findOneByOrFail(User, { id: 1 })
      expect(await authorizer.isAllowed(user, 'read', saved)).toBe(at === 0)
      await source.manager.delete(Document, { id: 9 })
    }
  })

  it('decides about no row that none of them returned', async () => {
    const user = await tenants[0]!.rows.findOneByOrFail(User, { id: 1 })
    const row = Object.assign(new Document(), { id: 1, ownerId: 2 })
    await expect(authorizer.isAllowed(user, 'read', row)).rejects.toThrow('none returned the row')
  })
})
