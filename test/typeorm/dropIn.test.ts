import { fileURLToPath } from 'node:url'
import * as osoModule from '@arcturus/oso'
import { type Class, type Filter, Oso, Relation } from '@arcturus/oso'
import { typeOrmAdapter } from '@arcturus/typeorm/oso'
import { type DataSource, EntitySchema, type ObjectLiteral, type SelectQueryBuilder } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBundled } from '../conformance/lib/bundled.mjs'
import { isFiltering, readCases } from '../conformance/lib/judge.mjs'
import { type Database, openDatabases, typeOrmVersions } from './databases.js'

interface Recorded {
  readonly id: string
  readonly group: string
  readonly expect: { readonly ids?: readonly unknown[] }
  readonly truth?: readonly unknown[]
  readonly designTruth?: readonly unknown[]
}

const recorded = readCases(fileURLToPath(new URL('../conformance/filtering.jsonl', import.meta.url))).filter(
  isFiltering,
) as unknown as readonly Recorded[]
/** Those that compare a new object by its content, or read a column that is in no table. */
const ofMemory: readonly string[] = ['df-rules-39', 'df-rules-21']
const cases = recorded.filter(({ id }) => !ofMemory.includes(id))

const onSqlite = typeOrmVersions.map((version) => ['sqlite', version] as const)
const kinds: readonly (readonly [Database['kind'], Database['version']])[] = [
  ...onSqlite,
  ['postgresql', '1'],
  ['mysql', '1'],
]

describe.each(kinds)('Lists of typeOrmAdapter on %s, TypeORM %s', async (kind, version) => {
  const [first, ...others] = await Promise.all(
    ['df_gitclub', 'df_docs', 'df_shop'].map(async (name) => {
      const [database] = await openDatabases(`oso_${name}`, [kind], [version])
      return [name, database] as const
    }),
  )
  const databases = new Map([first!, ...others])
  const isThere = first![1] !== undefined

  it.skipIf(!isThere)(
    'are the rows that the check allows, and all lists that oso answered right',
    async () => {
      const openDatabase = async (name: string): Promise<Database> => databases.get(name)!
      const bundled = await openBundled({ oso: osoModule, typeOrmAdapter, openDatabase, EntitySchema })
      const wrong: unknown[] = []
      const lost: unknown[] = []
      let answered = 0
      try {
        for (const one of cases) {
          const wanted = JSON.stringify(one.designTruth ?? one.truth)
          const got = await bundled.run(one)
          if (got.ids) answered++
          if (got.ids && JSON.stringify(got.ids) !== wanted) wrong.push({ id: one.id, wanted, got })
          if (!got.ids && one.expect.ids && JSON.stringify(one.expect.ids) === wanted) lost.push({ id: one.id, got })
        }
      } finally {
        await bundled.close()
      }
      expect(wrong).toEqual([])
      // A list in JSON is searched by no SQL that is exact.
      expect(lost).toEqual(kind === 'postgresql' ? [] : lost.filter((one) => /^df-in-/.test((one as Recorded).id)))
      expect(answered / cases.length).toBeGreaterThan(0.95)
    },
    120_000,
  )
})

class Org {
  declare id: number
  declare name: string
}
class Repo {
  declare id: number
  declare name: string
  declare secret: boolean
  declare orgId: number | null
  declare ownerEmail: string | null
}
class User {
  declare id: number
  declare email: string
}
class Robot {
  declare id: number
}

const entities = [
  new EntitySchema<Org>({
    name: 'Org',
    target: Org,
    tableName: 'dropin_orgs',
    columns: { id: { type: 'int', primary: true }, name: { type: 'varchar' } },
  }),
  new EntitySchema<Repo>({
    name: 'Repo',
    target: Repo,
    tableName: 'dropin_repos',
    columns: {
      id: { type: 'int', primary: true },
      name: { type: 'varchar' },
      secret: { type: 'boolean' },
      // No foreign keys: a reference can lead to no row, or to several.
      orgId: { type: 'int', nullable: true },
      ownerEmail: { type: 'varchar', nullable: true },
    },
  }),
  new EntitySchema<User>({
    name: 'User',
    target: User,
    tableName: 'dropin_users',
    columns: { id: { type: 'int', primary: true }, email: { type: 'varchar' } },
  }),
]

async function newOso(source: DataSource): Promise<Oso> {
  const oso = new Oso()
  oso.registerClass(Robot)
  oso.registerClass(User, { fields: { repos: new Relation('many', 'Repo', 'email', 'ownerEmail') } })
  oso.registerClass(Org, { fields: { id: Number, repos: new Relation('many', 'Repo', 'id', 'orgId') } })
  oso.registerClass(Repo, {
    fields: {
      id: Number,
      orgId: Number,
      org: new Relation('one', 'Org', 'orgId', 'id'),
      owner: new Relation('one', 'User', 'ownerEmail', 'email'),
    },
  })
  oso.setDataFilteringAdapter(typeOrmAdapter(source))
  return oso
}

describe.each(onSqlite)('typeOrmAdapter on %s, TypeORM %s', (kind, version) => {
  let database: Database
  let source: DataSource
  let acme: Org
  let ann: User

  beforeAll(async () => {
    database = (await openDatabases('drop_in', [kind], [version]))[0]!
    source = await database.open(entities, { logging: false })
    acme = await source.getRepository(Org).save({ id: 3, name: 'acme' })
    acme = (await source.getRepository(Org).findOneBy({ id: 3 }))!
    await source.getRepository(Org).insert({ id: 4, name: 'other' })
    await source.getRepository(User).insert([
      { id: 3, email: 'ann' },
      { id: 4, email: 'twin' },
      { id: 5, email: 'twin' },
    ])
    ann = (await source.getRepository(User).findOneBy({ id: 3 }))!
    await source.getRepository(Repo).insert([
      { id: 1, name: 'in acme', secret: false, orgId: 3, ownerEmail: 'ann' },
      { id: 2, name: 'in another', secret: false, orgId: 4, ownerEmail: null },
      { id: 3, name: 'in none', secret: true, orgId: null, ownerEmail: 'ann' },
      { id: 4, name: 'in one that is gone', secret: false, orgId: 99, ownerEmail: 'nobody' },
      { id: 5, name: 'of two', secret: true, orgId: 3, ownerEmail: 'twin' },
    ])
  })
  afterAll(() => database.close())

  it.each([
    ['r.secret or r.org.name = "acme"'],
    ['r.org.name = "acme" or r.secret'],
    ['r.org.id != 3'],
    ['not r.org.id = 3'],
    ['r.org = acme'],
    ['r.org != acme'],
    ['not r.org = acme'],
    ['r.org = nil'],
    ['not r.org = nil'],
    ['r.org != nil and r.secret'],
    ['r.org in [acme]'],
    ['not r.org in [acme]'],
    ['r.org matches Org'],
    ['not r.org matches Org'],
    ['not (x in r.org.repos and x.secret)'],
    ['x in r.org.repos and x.secret'],
    ['forall(x in r.org.repos, x.owner = ann)'],
    ['r.owner = ann'],
    ['r.owner != ann'],
    ['not r.owner = ann'],
    ['r.owner.email = "twin"'],
    ['not r.owner.email = "twin"'],
    ['r.owner = nil'],
    ['r.owner != nil'],
    ['not (x in ann.repos and x.owner != r.owner)'],
    ['r.name = "in acme"'],
    ['r.owner = robot'],
    ['r.owner != robot'],
    ['not r.owner = robot'],
    ['not r.owner = robot and r.secret'],
    ['not r.owner in [robot]'],
    ['not r.owner in [robot, ann]'],
    ['not robot in [r.owner]'],
    ['not r.org = ann'],
    ['not r.org.id = 3 and not r.owner = robot'],
    ['not (r.secret and r.owner = robot)'],
    ['not (r.owner = robot and r.secret)'],
    ['r.secret or not r.owner = robot'],
    ['not (r.owner = ann and r.secret)'],
    ['not (r.owner = robot and r.org = acme)'],
    ['not (x in r.org.repos and x.owner = robot)'],
    ['x in r.org.repos and not x.owner = robot'],
    ['forall(x in r.org.repos, not x.owner = robot)'],
    ['x in r.org.repos and x.owner = ann'],
    ['r.owner = token'],
    ['not r.owner = 5'],
    ['not r.owner = "ann"'],
    ['not 5 = r.owner'],
    ['not r.owner = [acme]'],
    ['not r.owner in [5, "ann"]'],
    ['not r.owner matches Org'],
    ['not r.owner matches Robot'],
    ['not r.owner matches String'],
    ['not (r.owner matches Org and r.secret)'],
    ['not (r.secret and r.owner matches Org)'],
    ['r.secret or not r.owner = 5'],
    ['not (x in r.org.repos and x.owner = 5)'],
    ['forall(x in r.org.repos, not x.owner = 5)'],
    ['_owner = r.owner'],
    ['o = r.owner and not o = 5'],
    ['not hidden(r.owner)'],
    ['not hidden(r.org) and not hidden(r.owner)'],
  ])('lists what the check allows for %s', async (goals) => {
    const oso = await newOso(source)
    for (const [name, value] of Object.entries({
      acme,
      ann,
      robot: Object.assign(new Robot(), { id: 3 }),
      token: { id: 3 },
    }))
      oso.registerConstant(value, name)
    await oso.loadStr(`allow(_, "read", r: Repo) if ${goals}; hidden(_: Robot); hidden(5);`)
    const allowed: number[] = []
    for (const repo of await source.getRepository(Repo).find({ order: { id: 'ASC' } }))
      if (await oso.isAllowed('somebody', 'read', repo).catch(() => false)) allowed.push(repo.id)
    const listed = (await oso.authorizedResources('somebody', 'read', Repo as Class)) as Repo[]
    expect(listed.map(({ id }) => id).sort()).toEqual(allowed)
  })

  it('is the adapter of an `Oso` that names its rows and its query', async () => {
    class TypedOso<Row extends ObjectLiteral> extends Oso<
      string,
      string,
      Row,
      string,
      unknown,
      SelectQueryBuilder<Row>
    > {}
    const oso = new TypedOso<Org>()
    oso.registerClass(Org)
    oso.setDataFilteringAdapter(typeOrmAdapter(source))
    oso.setDataFilteringAdapter(typeOrmAdapter<Org>(source))
    await oso.loadStr('allow(_, "read", o: Org) if o.name = "acme";')
    const query: SelectQueryBuilder<Org> = await oso.authorizedQuery('somebody', 'read', Org)
    expect(await query.getCount()).toBe(1)
    const orgs: readonly Org[] = await oso.authorizedResources('somebody', 'read', Org)
    expect(orgs).toEqual([acme])
  })

  it('names the column that an entity lacks', async () => {
    const oso = await newOso(source)
    await oso.loadStr('allow(_, "read", r: Repo) if r.nme = "x";')
    await expect(oso.authorizedResources('somebody', 'read', Repo as Class)).rejects.toMatchObject({
      name: 'RuntimeError::DataFilteringUnsupportedOp',
      message: expect.stringContaining('"nme"'),
    })
  })

  it('returns a query that can be narrowed and joined with others', async () => {
    const oso = await newOso(source)
    await oso.loadStr('allow(_, "read", r: Repo) if r.org.name = "acme"; allow(_, "edit", r: Repo) if r.id in [1, 2];')
    const query = (await oso.authorizedQuery('somebody', 'read', 'Repo')) as SelectQueryBuilder<Repo>
    const edit = (await oso.authorizedQuery('somebody', 'edit', 'Repo')) as SelectQueryBuilder<Repo>
    expect(await query.clone().andWhere("name = 'of two'").getMany()).toMatchObject([{ id: 5 }])
    const [where] = edit.getQuery().match(/(?<=WHERE ).*/)!
    expect(await query.andWhere(where, edit.getParameters()).getMany()).toMatchObject([{ id: 1 }])
  })

  it('runs what somebody made of a filter, not what the policy said', async () => {
    const oso = await newOso(source)
    const adapter = typeOrmAdapter(source)
    const change = (filter: Filter): Filter => {
      for (const group of filter.conditions)
        group.push({ lhs: { typeName: 'Repo', fieldName: 'id' }, cmp: 'Lt', rhs: { value: 5 } })
      return filter
    }
    oso.setDataFilteringAdapter({ ...adapter, buildQuery: (filter) => adapter.buildQuery(change(filter)) })
    await oso.loadStr('allow(_, "read", r: Repo) if r.org.name = "acme";')
    expect(await oso.authorizedResources('somebody', 'read', Repo as Class)).toMatchObject([{ id: 1 }])
  })
})
