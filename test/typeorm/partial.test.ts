import { QueryError, RelationNotLoadedError } from '@arcturus/core'
import { type DataSource, EntitySchema, type SelectQueryBuilder, type TreeRepository } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'
import { Document, entities, Tag, User } from './entities.js'
import { authorizationFor } from './people.js'

/** Grants because of what is not there. */
const policy = `
  allow(_: User, "read", document: Document) if not (tag in document.tags and tag.name = "secret");
  allow(_: User, "read", user: User) if not (document in user.documents and tag in document.tags and tag.name = "secret");
`

const databases = await openDatabases('partial', ['sqlite'])

describe.each(databases)('A relation that was loaded in part on $name', (database) => {
  let source: DataSource
  let authorizer: ReturnType<typeof authorizationFor>['authorizer']
  const ann = Object.assign(new User(), { id: 1, name: 'ann', managerId: null })
  beforeAll(async () => {
    source = await database.open(entities)
    authorizer = authorizationFor(source, policy).authorizer
    await source.manager.save(ann)
    const tags = await source.manager.save(['secret', 'dull'].map((name) => Object.assign(new Tag(), { name })))
    const document = { id: 1, title: 'one', views: 1, archived: false, ownerId: 1, tags }
    await source.manager.save(Object.assign(new Document(), document))
  })
  afterAll(() => database.close(), 60_000)

  type Query = SelectQueryBuilder<Document>
  const documents = (say: (query: Query) => Query) => async () =>
    say(source.getRepository(Document).createQueryBuilder('d')).getOne()
  const dull = { name: 'dull' }

  it.each<[string, () => Promise<unknown>]>([
    ['a condition of the join', documents((query) => query.leftJoinAndSelect('d.tags', 't', 't.name = :name', dull))],
    [
      'a condition of the query',
      documents((query) => query.leftJoinAndSelect('d.tags', 't').where('t.name = :name', dull)),
    ],
    [
      'a condition that names no alias',
      documents((query) => query.leftJoinAndSelect('d.tags', 't').where('NAME = :name', dull)),
    ],
    [
      'a condition of the table of links',
      documents((query) => query.leftJoinAndSelect('d.tags', 't').where('d_t.tagName = :name', dull)),
    ],
    [
      'a condition of the table of links that names no alias',
      documents((query) => query.leftJoinAndSelect('d.tags', 't').where('"tagName" = :name', dull)),
    ],
    [
      'a condition of the table of links, from the other side',
      async () =>
        (await source
          .getRepository(Tag)
          .createQueryBuilder('o')
          .leftJoinAndSelect('o.documents', 'd')
          .leftJoinAndSelect('d.tags', 't')
          .where('d_t.tagName = :name', dull)
          .andWhere('o.name = :name')
          .getOne())!.documents![0],
    ],
    [
      'a join that leaves rows out by the table of links',
      documents((query) =>
        query.leftJoinAndSelect('d.tags', 't').innerJoin(Tag, 'o', "o.name = d_t.tagName AND o.name = 'dull'"),
      ),
    ],
    [
      'a condition in the names of the database',
      documents((query) => query.leftJoinAndSelect('d.tags', 't').where('T . "name" = :name', dull)),
    ],
    [
      'a condition as an object',
      () => source.getRepository(Document).findOne({ relations: { tags: true }, where: { tags: dull } }),
    ],
    [
      'a condition of a clone',
      documents((query) => query.leftJoinAndSelect('d.tags', 't').clone().andWhere('t.name = :name', dull)),
    ],
    [
      'a condition of a page',
      documents((query) => query.leftJoinAndSelect('d.tags', 't').where('t.name = :name', dull).take(1)),
    ],
    ['a limit of rows', documents((query) => query.leftJoinAndSelect('d.tags', 't').orderBy('t.name').limit(1))],
    ['one row of a group', documents((query) => query.leftJoinAndSelect('d.tags', 't').groupBy('d.id'))],
    [
      'rows that are found by keys which are not selected',
      () =>
        source.getRepository(User).findOne({
          where: { id: 1 },
          relations: { documents: true },
          relationLoadStrategy: 'query',
          select: { id: true, documents: { title: true } },
        }),
    ],
    [
      'a join that leaves rows out',
      documents((query) =>
        query.leftJoinAndSelect('d.tags', 't').innerJoin('t.documents', 'o', 't.name = :name', dull),
      ),
    ],
    [
      'a transaction',
      () =>
        source.transaction((manager) =>
          manager.findOne(Document, { relations: { tags: true }, where: { tags: dull } }),
        ),
    ],
    [
      'a condition of another entity that is joined',
      documents((query) =>
        query.leftJoinAndSelect('d.tags', 't').innerJoin(Tag, 'o', 'o.name = t.name AND o.name = :name', dull),
      ),
    ],
    [
      'rows of an entity that are put in its place',
      documents((query) => query.leftJoinAndMapMany('d.tags', Tag, 't', 't.name = :name', dull)),
    ],
    [
      'rows of another row that are put in its place',
      () =>
        source
          .getRepository(User)
          .createQueryBuilder('u')
          .leftJoin('u.manager', 'm')
          .leftJoinAndMapMany('u.documents', 'm.documents', 'd')
          .getOne(),
    ],
    [
      'the keys of some rows',
      documents((query) => query.loadRelationIdAndMap('d.tags', 'd.tags', 't', (tags) => tags.where('1 = 0'))),
    ],
    [
      'a condition below what is put under another name',
      async () => {
        const query = source.getRepository(User).createQueryBuilder('u')
        const user = await query
          .leftJoinAndMapMany('u.papers', 'u.documents', 'd')
          .leftJoinAndSelect('d.tags', 't', 't.name = :name', dull)
          .getOne()
        return (user as unknown as { papers: Document[] }).papers[0]
      },
    ],
    [
      'a condition of the list that it is in',
      () =>
        source
          .getRepository(User)
          .findOne({ relations: { documents: { tags: true } }, where: { documents: { tags: dull } } }),
    ],
  ])('is partial: %s', async (_, load) => {
    const row = (await load()) as Document | User
    expect(row).not.toBe(null)
    expect(() => authorizer.can(ann, 'read', row)).toThrow(RelationNotLoadedError)
    expect(await authorizer.isAllowed(ann, 'read', row)).toBe(false)
  })

  type Copy = (row: Document) => Document
  const copies: Readonly<Record<string, Copy>> = {
    'an instance': (row) => Object.assign(new Document(), row),
    'a plain object': (row) => authorizer.as('Document', { ...row }),
    'of create': (row) => source.getRepository(Document).create(row),
    'of merge': (row) => source.manager.merge(Document, new Document(), row),
    'of a copy': (row) => source.manager.create(Document, Object.assign(new Document(), row)),
    "of a transaction's manager": (row) => source.createQueryRunner().manager.create(Document, row),
  }
  it.each(Object.keys(copies))('is partial in a copy: %s', async (kind) => {
    const part = await source
      .getRepository(Document)
      .findOneOrFail({ relations: { tags: true }, where: { tags: dull } })
    const whole = await source.getRepository(Document).findOneOrFail({ relations: { tags: true }, where: { id: 1 } })
    // More than the machine answers itself of a kind.
    for (let asked = 0; asked < 6; asked++) expect(authorizer.can(ann, 'read', copies[kind]!(whole))).toBe(false)
    const copy = copies[kind]!(part)
    expect(copy.tags).toHaveLength(1)
    expect(() => authorizer.can(ann, 'read', copy)).toThrow(RelationNotLoadedError)
    expect(() => authorizer.canMany(ann, 'read', [whole, copy].map(copies[kind]!))).toThrow(RelationNotLoadedError)
    expect(await authorizer.isAllowed(ann, 'read', copy)).toBe(false)
    expect(authorizer.filter(ann, 'read', 'Document').matches(copies['an instance']!(whole))).toBe(false)
    expect(() => authorizer.filter(ann, 'read', 'Document').matches(copy)).toThrow(RelationNotLoadedError)
  })

  it.each<[string, (user: User) => User]>([
    ['of its list', (user) => Object.assign(new User(), { ...user, documents: [...user.documents!] })],
    ['of the row that holds it', (user) => Object.assign(new User(), user)],
    [
      'of both',
      (user) =>
        Object.assign(new User(), {
          ...user,
          documents: user.documents!.map((document) => Object.assign(new Document(), document)),
        }),
    ],
    ['of create', (user) => source.getRepository(User).create(user)],
  ])('is partial below a copy %s', async (_, copied) => {
    const load = async (say: (query: SelectQueryBuilder<User>) => SelectQueryBuilder<User>) =>
      copied(
        await say(
          source.getRepository(User).createQueryBuilder('u').leftJoinAndSelect('u.documents', 'd'),
        ).getOneOrFail(),
      )
    const whole = await load((query) => query.leftJoinAndSelect('d.tags', 't'))
    for (let asked = 0; asked < 6; asked++) expect(authorizer.can(ann, 'read', whole)).toBe(false)
    const copy = await load((query) => query.leftJoinAndSelect('d.tags', 't', 't.name = :name', dull))
    expect(() => authorizer.can(ann, 'read', copy)).toThrow(RelationNotLoadedError)
    expect(await authorizer.isAllowed(ann, 'read', copy)).toBe(false)
  })

  // TypeORM 0.3 fails for them.
  it.runIf(database.version === '1')('is partial for rows whose keys are not selected', async () => {
    const user = await source.getRepository(User).findOne({
      where: { id: 1 },
      relations: { documents: true },
      relationLoadStrategy: 'query',
      select: { name: true },
    })
    expect(() => authorizer.can(ann, 'read', user)).toThrow(RelationNotLoadedError)
  })

  it.each<[string, () => Promise<unknown>]>([
    ['nothing', documents((query) => query.leftJoinAndSelect('d.tags', 't'))],
    [
      'a condition of the rows themselves',
      () => source.getRepository(Document).findOne({ relations: { tags: true }, where: { id: 1 } }),
    ],
    [
      'a condition of another join',
      documents((query) =>
        query.leftJoinAndSelect('d.tags', 't').innerJoin('d.tags', 'other').where('other.name = :name', dull),
      ),
    ],
    [
      'a row that it belongs to',
      () =>
        source
          .getRepository(Document)
          .findOne({ relations: { tags: true, owner: true }, where: { owner: { name: 'ann' } } }),
    ],
    ['a page', documents((query) => query.leftJoinAndSelect('d.tags', 't').take(1))],
  ])('is whole if the query has no condition on it: %s', async (_, load) => {
    expect(authorizer.can(ann, 'read', await load())).toBe(false)
  })
})

describe.each(databases)('A data source whose methods were replaced before on $name', (database) => {
  it('is still observed, and only once', async () => {
    const source = await database.open(entities)
    const { createQueryBuilder, createEntityManager } = source
    // As libraries do that keep transactions.
    Object.assign(source, {
      createQueryBuilder: (...args: unknown[]) => Reflect.apply(createQueryBuilder, source, args),
      createEntityManager: (...args: unknown[]) => Reflect.apply(createEntityManager, source, args),
    })
    const { authorizer } = authorizationFor(source, policy)
    const watched = source.createQueryBuilder
    authorizationFor(source, policy)
    expect(source.createQueryBuilder).toBe(watched)
    const ann = await source.manager.save(Object.assign(new User(), { id: 1, name: 'ann', managerId: null }))
    const tags = await source.manager.save(['secret', 'dull'].map((name) => Object.assign(new Tag(), { name })))
    await source.manager.save(Object.assign(new Document(), { id: 1, title: 'one', archived: false, tags }))
    await source.transaction(async (manager) => {
      const part = await manager.findOneOrFail(Document, {
        relations: { tags: true },
        where: { tags: { name: 'dull' } },
      })
      for (const row of [part, manager.create(Document, part)])
        expect(() => authorizer.can(ann, 'read', row)).toThrow(RelationNotLoadedError)
    })
    await database.close()
  })
})

class Team {
  id!: number
  leader?: Member | null
  members?: Promise<Member[]>
}
class Member {
  id!: number
  name!: string
  team?: Team
  deletedAt?: Date | null
}
const teams = [
  new EntitySchema<Team>({
    name: 'Team',
    target: Team,
    columns: { id: { type: 'int', primary: true } },
    relations: {
      leader: { type: 'many-to-one', target: 'Member', nullable: true },
      members: { type: 'one-to-many', target: 'Member', inverseSide: 'team', lazy: true },
    },
  }),
  new EntitySchema<Member>({
    name: 'Member',
    target: Member,
    columns: {
      id: { type: 'int', primary: true },
      name: { type: 'varchar', length: 100 },
      deletedAt: { type: 'datetime', nullable: true, deleteDate: true },
    },
    relations: { team: { type: 'many-to-one', target: 'Team', inverseSide: 'members' } },
  }),
]

describe.each(databases)('A relation of rows that can be deleted softly on $name', (database) => {
  let source: DataSource
  let authorizer: ReturnType<typeof authorizationFor>['authorizer']
  const ann = Object.assign(new Member(), { id: 1, name: 'ann' })
  beforeAll(async () => {
    source = await database.open(teams)
    authorizer = authorizationFor(
      source,
      `
      allow(_: Member, "follow", team: Team) if team.leader matches Member;
      allow(_: Member, "leave", team: Team) if not (member in team.members and member.name = "ann");
    `,
    ).authorizer
    const bo = Object.assign(new Member(), { id: 2, name: 'bo' })
    await source.manager.save([ann, bo])
    for (const leader of [ann, bo]) {
      const team = await source.manager.save(Object.assign(new Team(), { id: leader.id, leader }))
      await source.manager.save(Object.assign(new Member(), { id: 10 + leader.id, name: 'ann', team }))
      await source.manager.save(Object.assign(new Member(), { id: 20 + leader.id, name: 'bo', team }))
    }
    await source.getRepository(Member).softDelete({ id: 1 })
  })
  afterAll(() => database.close(), 60_000)

  it.each(['join', 'query'] as const)('is partial if withDeleted loads it by a %s', async (way) => {
    const team = await source.getRepository(Team).findOne({
      where: { id: 1 },
      relations: { leader: true },
      withDeleted: true,
      relationLoadStrategy: way,
    })
    expect(team?.leader?.id).toBe(1)
    expect(() => authorizer.can(ann, 'follow', team)).toThrow(RelationNotLoadedError)
    expect(await authorizer.isAllowed(ann, 'follow', team)).toBe(false)
  })

  it('is whole if deleted rows are left out', async () => {
    const rows = await source.getRepository(Team).find({ relations: { leader: true }, order: { id: 'ASC' } })
    expect(rows.map((team) => authorizer.can(ann, 'follow', team))).toEqual([false, true])
  })

  it('is partial if a condition left rows out, although it is lazy', async () => {
    const query = source
      .getRepository(Team)
      .createQueryBuilder('t')
      .leftJoinAndSelect('t.members', 'm', "m.name = 'bo'")
    expect(await authorizer.isAllowed(ann, 'leave', await query.getOne())).toBe(false)
  })
})

class Place {
  members?: Member[]
}
class Club {
  id!: number
  place!: Place
}
const clubs = new EntitySchema<Club>({
  name: 'Club',
  target: Club,
  columns: { id: { type: 'int', primary: true } },
  embeddeds: {
    place: {
      schema: new EntitySchema<Place>({
        name: 'Place',
        target: Place,
        columns: {},
        relations: { members: { type: 'many-to-many', target: 'Member', joinTable: true } },
      }),
    },
  },
})

describe.each(databases)('A relation of embedded columns on $name', (database) => {
  it('is partial if a condition left rows out', async () => {
    const source = await database.open([clubs, ...teams])
    const { authorizer } = authorizationFor(
      source,
      'allow(_: Member, "leave", club: Club) if not (member in club.place.members and member.name = "ann");',
    )
    const [ann, bo] = await source.manager.save([
      Object.assign(new Member(), { id: 1, name: 'ann' }),
      Object.assign(new Member(), { id: 2, name: 'bo' }),
    ])
    await source.manager.save(Object.assign(new Club(), { id: 1, place: { members: [ann, bo] } }))
    const load = (condition?: string) =>
      source.createQueryBuilder(Club, 'c').leftJoinAndSelect('c.place.members', 'm', condition).getOneOrFail()
    expect(authorizer.can(ann, 'leave', await load())).toBe(false)
    const part = await load("m.name = 'bo'")
    for (const row of [part, Object.assign(new Club(), part), source.manager.create(Club, part)])
      expect(() => authorizer.can(ann, 'leave', row)).toThrow(QueryError)
    await database.close()
  })
})

class Region {
  country!: string
  code!: number
}
class Folder {
  id!: number
  region?: Region
  regions?: Region[]
  parent?: Folder
  children?: Folder[]
}
const folders = [
  new EntitySchema<Region>({
    name: 'Region',
    target: Region,
    columns: { country: { type: 'varchar', length: 10, primary: true }, code: { type: 'int', primary: true } },
  }),
  new EntitySchema<Folder>({
    name: 'Folder',
    target: Folder,
    trees: [{ type: 'closure-table' }],
    columns: { id: { type: 'int', primary: true } },
    relations: {
      region: { type: 'many-to-one', target: 'Region' },
      regions: { type: 'many-to-many', target: 'Region', joinTable: true },
      parent: { type: 'many-to-one', target: 'Folder', treeParent: true, inverseSide: 'children' },
      children: { type: 'one-to-many', target: 'Folder', treeChildren: true, inverseSide: 'parent' },
    },
  }),
]

describe.each(databases)('Values in place of related rows on $name', (database) => {
  let source: DataSource
  let authorizer: ReturnType<typeof authorizationFor>['authorizer']
  const region = Object.assign(new Region(), { country: 'fi', code: 1 })
  const folder = (id: number) => Object.assign(new Folder(), { id })
  beforeAll(async () => {
    source = await database.open(folders)
    authorizer = authorizationFor(
      source,
      `
      allow(region: Region, "leave", folder: Folder) if not (region in folder.regions);
      allow(region: Region, "move", folder: Folder) if not (folder.region = region);
      allow(_: Region, "delete", folder: Folder) if not (_ in folder.children);
    `,
    ).authorizer
    await source.manager.save(region)
    const trees = source.manager.getTreeRepository(Folder)
    for (const id of [1, 2, 3])
      await trees.save(
        Object.assign(folder(id), { region, regions: [region], ...(id > 1 && { parent: folder(id - 1) }) }),
      )
  })
  afterAll(() => database.close(), 60_000)

  it.each([true, { relations: ['region', 'regions'], disableMixedMap: true }])(
    'keys of several columns do not count as rows (%j)',
    async (loadRelationIds) => {
      const row = await source.getRepository(Folder).findOne({ where: { id: 1 }, loadRelationIds })
      for (const action of ['leave', 'move']) {
        expect(() => authorizer.can(region, action, row)).toThrow(RelationNotLoadedError)
        expect(await authorizer.isAllowed(region, action, row)).toBe(false)
      }
    },
  )

  it('a truncated tree does not count as complete', async () => {
    const trees = source.manager.getTreeRepository(Folder)
    const [cut] = await trees.findTrees({ depth: 1 })
    const none = await trees.findDescendantsTree(folder(1), { depth: 0 })
    const [ofExtended] = await trees.extend({}).findTrees({ depth: 0 })
    // Sound: the class of either version takes these arguments.
    const Trees = class extends (trees.constructor as typeof TreeRepository<Folder>) {}
    const [ofClass] = await new Trees(Folder, source.manager).findTrees({ depth: 0 })
    const [whole] = await trees.findTrees()
    // TypeORM finds children by a table of its own, which other writers do not keep.
    expect(whole!.children![0]!.children![0]!.children).toEqual([])
    for (const row of [
      cut!.children![0],
      whole!.children![0],
      none,
      ofExtended,
      ofClass,
      await source.transaction((manager) =>
        manager.getTreeRepository(Folder).findDescendantsTree(folder(2), { depth: 0 }),
      ),
    ]) {
      expect(() => authorizer.can(region, 'delete', row)).toThrow(RelationNotLoadedError)
      expect(await authorizer.isAllowed(region, 'delete', row)).toBe(false)
    }
    expect(await authorizer.isAllowed(region, 'delete', whole!.children![0]!.children![0])).toBe(true)
  })
})
