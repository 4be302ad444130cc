import { RelationNotLoadedError } from '@arcturus/core'
import type { SelectQueryBuilder } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Document, User } from '../entities.js'
import { databasesOf, type SecretDocument, secretDocument } from './setup.js'

describe.each(await databasesOf('copies'))('A partial relation on $name', (database) => {
  let setup: SecretDocument
  beforeAll(async () => {
    setup = await secretDocument(database)
  })
  afterAll(() => database.close(), 60_000)
  const dull = { name: 'dull' }

  type Copy = (row: Document) => Document
  const copies: Readonly<Record<string, Copy>> = {
    'a new instance': (row) => Object.assign(new Document(), row),
    'a plain object': (row) => setup.authorizer.as('Document', { ...row }),
    '`create`': (row) => setup.source.getRepository(Document).create(row),
    '`merge`': (row) => setup.source.manager.merge(Document, new Document(), row),
    '`create` from another copy': (row) => setup.source.manager.create(Document, Object.assign(new Document(), row)),
    "`create` of a transaction's manager": (row) => setup.source.createQueryRunner().manager.create(Document, row),
  }
  it.each(Object.keys(copies))('stays partial in a copy by %s', async (kind) => {
    const { authorizer, ann } = setup
    const part = await setup.source
      .getRepository(Document)
      .findOneOrFail({ relations: { tags: true }, where: { tags: dull } })
    const whole = await setup.source
      .getRepository(Document)
      .findOneOrFail({ relations: { tags: true }, where: { id: 1 } })
    // More than the machine answers itself of a kind.
    for (let asked = 0; asked < 6; asked++) expect(authorizer.can(ann, 'read', copies[kind]!(whole))).toBe(false)
    const copy = copies[kind]!(part)
    expect(copy.tags).toHaveLength(1)
    expect(() => authorizer.can(ann, 'read', copy)).toThrow(RelationNotLoadedError)
    expect(() => authorizer.canMany(ann, 'read', [whole, copy].map(copies[kind]!))).toThrow(RelationNotLoadedError)
    expect(await authorizer.isAllowed(ann, 'read', copy)).toBe(false)
    expect(authorizer.filter(ann, 'read', 'Document').matches(copies['a new instance']!(whole))).toBe(false)
    expect(() => authorizer.filter(ann, 'read', 'Document').matches(copy)).toThrow(RelationNotLoadedError)
  })

  it.each<[string, (user: User) => User]>([
    ['of the list', (user) => Object.assign(new User(), { ...user, documents: [...user.documents!] })],
    ['of the row that has the list', (user) => Object.assign(new User(), user)],
    [
      'of both',
      (user) =>
        Object.assign(new User(), {
          ...user,
          documents: user.documents!.map((document) => Object.assign(new Document(), document)),
        }),
    ],
    ['by `create`', (user) => setup.source.getRepository(User).create(user)],
  ])('stays partial below a copy %s', async (_, copied) => {
    const { authorizer, ann } = setup
    const load = async (change: (query: SelectQueryBuilder<User>) => SelectQueryBuilder<User>) =>
      copied(
        await change(
          setup.source.getRepository(User).createQueryBuilder('u').leftJoinAndSelect('u.documents', 'd'),
        ).getOneOrFail(),
      )
    const whole = await load((query) => query.leftJoinAndSelect('d.tags', 't'))
    for (let asked = 0; asked < 6; asked++) expect(authorizer.can(ann, 'read', whole)).toBe(false)
    const copy = await load((query) => query.leftJoinAndSelect('d.tags', 't', 't.name = :name', dull))
    expect(() => authorizer.can(ann, 'read', copy)).toThrow(RelationNotLoadedError)
    expect(await authorizer.isAllowed(ann, 'read', copy)).toBe(false)
  })
})
