import type * as typeorm from 'typeorm'
import type { DataSource, ObjectLiteral } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authorizedRows } from './authorizedRows.js'
import { type Database, openDatabases } from './databases.js'
import { authorizationFor } from './people.js'
import { zooOf } from './zoo.js'

/** A policy for the action "read", and the rows that it leaves for the first member. */
const cases: readonly [string, keyof ReturnType<typeof zooOf>, string, readonly number[]][] = [
  ['embedded columns', 'Member', 'member.address.city = "Rome"', [1]],
  ['embedded columns that are nil', 'Member', 'member.address.city = nil', [2]],
  ['embedded columns of a name of their own', 'Member', 'member.work.city = "Oslo"', [2]],
  ['embedded columns in others', 'Member', 'member.address.place.latitude > 40', [1, 3]],
  ['embedded columns of both sides', 'Member', 'member.address.city != actor.address.city', [2, 3]],
  ['a column that is not selected', 'Member', 'member.name = "bo"', [2]],
  ['a relation whose references have no properties', 'Member', 'member.organization = actor.organization', [1, 3]],
  ['a relation without a row', 'Member', 'member.organization = nil', [2]],
  [
    'a column of a row with a composite key',
    'Member',
    'member.organization != nil and member.organization.name = "one"',
    [1, 3],
  ],
  [
    'the other side of a composite key',
    'Member',
    'organization = member.organization and organization != nil and other in organization.members and other.name = "cy"',
    [1, 3],
  ],
  ['a relation to one, from the other side', 'Member', 'member.badge != nil and member.badge.valid = true', [1]],
  ['a relation to one that is not there, from the other side', 'Member', 'member.badge = nil', [3]],
  ['rows of its own table, linked by another', 'Member', 'other in member.following and other = actor', [2]],
  ['rows of its own table, from the other side', 'Member', 'other in member.followers and other.name = "bo"', [1, 3]],
  ['the owner of a reference', 'Badge', 'badge.member = actor', [1]],
  ['a row that was deleted softly', 'Content', 'content.folder = nil', [2, 3]],
  ['rows but those that were deleted softly', 'Content', 'content.folder != nil and content.folder.name = "open"', [1]],
  ['a parent that was deleted softly', 'Content', 'content.folder != nil and content.folder.parent != nil', [4]],
  ['children that were deleted softly', 'Folder', 'child in folder.children and child.name = "gone"', []],
  ['children', 'Folder', 'child in folder.children and child.name = "inner"', [1]],
  ['a lazy relation', 'Content', 'content.author != nil and content.author.name = "ann"', [1]],
  ['a lazy relation by its reference', 'Content', 'content.authorId = actor.id', [1]],
  ['a subclass', 'Content', 'content matches Video', [3, 4]],
  ['a subclass with columns of its own', 'Content', 'content matches Photo and content.width > 5', [2]],
  ['no instance of a subclass', 'Content', 'not content matches Video', [1, 2]],
  ['the rows of a class', 'Photo', 'photo.width > 0', [2]],
  ['the rows of a class, subclasses too', 'Video', 'video.length > 0', [3, 4]],
  ['the rows of a class below', 'Clip', 'clip.part = 1', [4]],
  ['what the class inherits', 'Clip', 'clip.title = "clip"', [4]],
  ['a relation of a class to another', 'Video', 'video.cover != nil and video.cover.width = 10', [3]],
]

/** What a list leaves is what the check allows, for entities that are declared with the decorators of a version of TypeORM. */
export async function proveOneTruth(version: Database['version'], decorators: typeof typeorm): Promise<void> {
  const databases = await openDatabases('truth', undefined, [version])
  const zoo = zooOf(decorators)
  const { Organization, Member, Badge, Folder, Content, Photo, Video, Clip } = zoo
  describe.each(databases)('One policy, one truth on $name', (database) => {
    let source: DataSource
    beforeAll(async () => {
      source = await database.open(Object.values(zoo))
      const { manager } = source
      const make = async <Row extends object>(cls: new () => Row, values: object): Promise<Row> =>
        manager.save(Object.assign(new cls(), values))
      const one = await make(Organization, { region: 'eu', code: 1, name: 'one' })
      await make(Organization, { region: 'eu', code: 2, name: null })
      const address = (city: string | null, latitude: number | null) => ({ city, place: { latitude } })
      const [ann, bo, cy] = [
        await make(Member, {
          id: 1,
          name: 'ann',
          code: 'a1',
          organization: one,
          address: address('Rome', 41.9),
          work: address(null, null),
        }),
        await make(Member, {
          id: 2,
          name: 'bo',
          code: null,
          organization: null,
          address: address(null, null),
          work: address('Oslo', 59.9),
        }),
        await make(Member, {
          id: 3,
          name: 'cy',
          code: 'c1',
          organization: one,
          address: address('rome', 50),
          work: address('Rome', null),
        }),
      ]
      await make(Member, Object.assign(bo, { following: [ann, cy] }))
      await make(Badge, { id: 1, valid: true, memberId: 1 })
      await make(Badge, { id: 2, valid: false, memberId: 2 })
      const open = await make(Folder, { id: 1, name: 'open', parent: null })
      const gone = await make(Folder, { id: 2, name: 'gone', parent: open })
      const inner = await make(Folder, { id: 3, name: 'inner', parent: open })
      await make(Folder, { id: 4, name: 'orphan', parent: gone })
      await make(Content, { id: 1, title: 'text', authorId: 1, folderId: 1 })
      const photo = await make(Photo, { id: 2, title: 'photo', authorId: 2, folderId: 2, width: 10 })
      await make(Video, { id: 3, title: null, authorId: null, folderId: null, length: 5, cover: photo })
      await make(Clip, { id: 4, title: 'clip', authorId: cy.id, folderId: inner.id, length: 1, part: 1, cover: null })
      await manager.update(Folder, { id: 3 }, { name: 'open' })
      await manager.update(Folder, { id: 3 }, { name: 'inner' })
      await manager.update(Content, { id: 4 }, { folderId: inner.id })
      await manager.softDelete(Folder, { id: gone.id })
    }, 60_000)
    afterAll(() => database.close(), 60_000)

    it.each(cases)('a list has just the rows that the check allows: %s', async (_, model, body, expected) => {
      const entity: new () => ObjectLiteral = zoo[model]
      const name = model.toLowerCase()
      const actor = body.includes('actor') ? 'actor' : '_'
      const authorization = authorizationFor(source, `allow(${actor}: Member, "read", ${name}: ${model}) if ${body};`)
      const { authorizer, authorizedQuery } = authorization
      const ann = await source.getRepository(Member).findOneByOrFail({ id: 1 })
      const rows = await source.getRepository(entity).find({ order: { id: 'ASC' } })
      const checked: number[] = []
      for (const row of rows)
        if (await authorizer.isAllowed(ann, 'read', row).catch(() => false)) checked.push(row['id'])
      const listed = (await authorizedRows(authorization, ann, 'read', entity)).map((row) => row['id']).sort()
      expect({ checked, listed }, authorizedQuery(ann, 'read', entity).getQuery()).toEqual({
        checked: expected,
        listed: expected,
      })
    })

    it('a filter of a class selects only its rows in a query of the parent class', async () => {
      const { authorizedFilter } = authorizationFor(
        source,
        'allow(_, "read", _: Photo); allow(_, "read", _: Video); allow(_, "edit", content: Photo) if content.folder != nil;',
      )
      const contents = source.getRepository<ObjectLiteral>(Content)
      const ids = (rows: readonly ObjectLiteral[]): number[] => rows.map((row) => row['id']).sort()
      const filterOf = (entity: new () => ObjectLiteral, where = {}) => authorizedFilter(null, entity, { where }).where
      const found = (where: object) => contents.createQueryBuilder('c').where(where).getMany()
      expect(ids(await found(filterOf(Photo)))).toEqual([2])
      expect(ids(await found(filterOf(Video)))).toEqual([3, 4])
      expect(ids(await found(authorizedFilter(null, Photo, { action: 'edit' }).where))).toEqual([])
      const members = source.getRepository<ObjectLiteral>(Member)
      expect(ids(await members.find({ where: { contents: filterOf(Photo) } }))).toEqual([2])
      await contents.update(filterOf(Photo), { authorId: 1 })
      expect(ids(await contents.find({ where: { authorId: 1 } }))).toEqual([1, 2])
      await contents.update({ id: 2 }, { authorId: 2 })
      await contents.delete(filterOf(Photo, { id: 1 }))
      expect(await contents.count()).toBe(4)
    })
  })
}
