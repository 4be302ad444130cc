import { Authorizer } from '@arcturus/core'
import { type TypeOrmAuthorization, typeOrmAuthorization } from '@arcturus/typeorm'
import { type DataSource, EntitySchema } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'

class Person {
  id!: number
}
class Item {
  id!: number
  shelf?: Shelf
}
class Photo extends Item {
  author?: Person | null
  secret?: string | null
}
class Video extends Item {
  length?: number | null
}
class Shelf {
  id!: number
  items?: Item[]
  videos?: Video[]
}
const id = { type: 'int', primary: true } as const
const shelf = { type: 'many-to-one', target: 'Shelf', nullable: true } as const
const entities = [
  new EntitySchema<Person>({ name: 'Person', target: Person, columns: { id } }),
  new EntitySchema<Shelf>({
    name: 'Shelf',
    target: Shelf,
    columns: { id },
    relations: { items: { type: 'one-to-many', target: 'Item', inverseSide: 'shelf' } },
  }),
  new EntitySchema<Item>({
    name: 'Item',
    target: Item,
    inheritance: { pattern: 'STI', column: { name: 'sort', type: 'varchar' } },
    columns: { id },
    relations: { shelf },
  }),
  new EntitySchema<Photo>({
    name: 'Photo',
    target: Photo,
    type: 'entity-child',
    discriminatorValue: 'photo',
    columns: { id, secret: { type: 'varchar', nullable: true, select: false, name: 'photo_secret' } },
    relations: {
      shelf,
      author: { type: 'many-to-one', target: 'Person', nullable: true, joinColumn: { name: 'author' } },
    },
  }),
  new EntitySchema<Video>({
    name: 'Video',
    target: Video,
    type: 'entity-child',
    discriminatorValue: 'video',
    columns: { id, length: { type: 'int', nullable: true } },
    relations: { shelf },
  }),
]
const policy = `
  allow(_: Person, "read", video: Video) if video.id > 1 and video.length = 9;
  allow(person: Person, "read", photo: Photo) if photo.author = person;
  allow(_: Person, "read", item: Item) if item.shelf matches Shelf and item.shelf.id = 1;
  allow(_: Person, "clear", shelf: Shelf) if forall(item in shelf.items, not item matches Video);
`
const databases = await openDatabases('siblings')

describe.each(databases)('Classes of one table, of which each has relations of its own, on $name', (database) => {
  let source: DataSource
  let authorizer: Authorizer
  let authorization: TypeOrmAuthorization
  const person = Object.assign(new Person(), { id: 1 })
  beforeAll(async () => {
    source = await database.open(entities)
    authorizer = new Authorizer()
    authorization = typeOrmAuthorization(authorizer, source, { unscoped: 'allow' })
    authorizer.loadSync(policy)
    await source.manager.save(person)
    await source.manager.save([1, 2].map((one) => Object.assign(new Shelf(), { id: one })))
    const videos = [1, 2, 3].map((one) =>
      Object.assign(new Video(), { id: one, length: one === 3 ? 1 : 9, shelf: { id: 2 } }),
    )
    const photos = [4, 5].map((one) => Object.assign(new Photo(), { id: one, author: one === 4 ? person : null }))
    await source.manager.save([...videos, ...photos])
  }, 60_000)
  afterAll(() => database.close(), 60_000)
  const ids = (rows: readonly Item[]): number[] => rows.map((row) => row.id).sort()

  it.each<[string, new () => Item, readonly number[]]>([
    ['a class without the relation', Video, [2]],
    ['a class with the relation', Photo, [4]],
  ])('filter %s', async (_, entity, expected) => {
    const rows = source.getRepository(entity)
    const filter = () => authorization.authorizedFilter(person, entity)
    expect(ids(await rows.find(filter()))).toEqual(expected)
    expect(ids(await rows.findBy(filter().where))).toEqual(expected)
    expect(await rows.countBy(filter().where)).toBe(1)
    expect(ids(await rows.createQueryBuilder('x').where(filter().where).getMany())).toEqual(expected)
    expect(ids(await authorization.authorizedQuery(person, 'read', entity, { alias: 'x' }).getMany())).toEqual(expected)
    const all = await rows.find({ order: { id: 'ASC' }, relations: { shelf: true } })
    const checks = await Promise.all(all.map((row) => authorizer.isAllowed(person, 'read', row)))
    expect(ids(all.filter((_, at) => checks[at]))).toEqual(expected)
  })

  it('filter writes of a class without the relation', async () => {
    const videos = source.getRepository(Video)
    const { where } = authorization.authorizedFilter(person, Video)
    await videos.update(where, { length: 10 })
    expect(await videos.countBy({ length: 10 })).toBe(1)
    await videos.update({ length: 10 }, { length: 9 })
    await videos.delete(authorization.authorizedFilter(person, Video, { where: { id: 3 } }).where)
    expect(await videos.count()).toBe(3)
  })

  it('are loaded for a check, whatever columns of siblings are not selected', async () => {
    const shelf = await source.getRepository(Shelf).findOneByOrFail({ id: 2 })
    expect(await authorizer.isAllowed(person, 'clear', shelf)).toBe(false)
    const video = Object.assign(new Video(), { id: 2 })
    expect(await authorizer.isAllowed(person, 'read', Object.assign(video, { length: 1 }))).toBe(false)
  })
})
