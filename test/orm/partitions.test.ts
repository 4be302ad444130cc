import { Authorizer } from '@arcturus/core'
import { prismaAuthorization } from '@arcturus/prisma'
import { typeOrmAuthorization } from '@arcturus/typeorm'
import { PrismaMariaDb } from '@prisma/adapter-mariadb'
import { PrismaPg } from '@prisma/adapter-pg'
import { createConnection } from 'mysql2/promise'
import { Client as PgClient } from 'pg'
import { DataSource, type DataSourceOptions } from 'typeorm'
import { afterAll, describe, expect, it } from 'vitest'
import type { PrismaSchema } from '../../packages/prisma/src/schema/schema.js'
import { noteDatabase } from '../databases.js'
import { entitiesOf } from '../typeorm/documents.js'
import { credentialsOf, mariaDbDatabase, postgresSchema } from './servers.js'

/** The policy of `pnpm bench:lists`, behind the tenant of the question. */
const policy = `
allow(actor, action, resource) if
  resource.organizationId = organizationId and
  has_permission(actor, action, resource);

actor User {}

resource Organization {
  roles = ["member", "admin"];
  "member" if "admin";
}

resource Document {
  permissions = ["read"];
  roles = ["reader"];
  relations = { organization: Organization };

  "read" if "reader";
  "reader" if "member" on "organization";
}

has_relation(organization: Organization, "organization", document: Document) if
  organization = document.organization;

has_role(user: User, name: String, organization: Organization) if
  membership in user.memberships and
  membership.organization = organization and
  membership.role = name;

has_role(user: User, "reader", document: Document) if
  share in document.shares and
  share.organizationId = organizationId and
  share.user = user and
  share.role in ["reader", "editor"];

has_role(user: User, "reader", document: Document) if document.owner = user;
has_permission(user: User, _: String, _: Document) if user.isAdmin = true;
`

/** A statement that was sent. */
interface Sent {
  readonly sql: string
  readonly values: readonly unknown[]
}

interface Server {
  readonly kind: 'postgresql' | 'mysql'
  readonly run: (sql: string, values?: readonly unknown[]) => Promise<readonly unknown[]>
  readonly adapter: object
  readonly typeOrm: DataSourceOptions
  readonly close: () => Promise<void>
}

const partitioned = ['Document', 'Share']
const tenants = [1, 2, 3, 4, 5, 6, 7, 8]
const [few, many, none, administrator] = [1, 2, 3, 4]
const tenant = 3

function tablesOf({ kind }: Server): readonly string[] {
  const quote = kind === 'mysql' ? '`' : '"'
  const sql = (text: string) => text.replaceAll(/\[(\w+)\]/g, `${quote}$1${quote}`)
  const by = (table: string) =>
    kind === 'mysql'
      ? ` PARTITION BY LIST ([organizationId]) (${tenants.map((id) => `PARTITION ${table}_${id} VALUES IN (${id})`).join(', ')})`
      : ' PARTITION BY LIST ([organizationId])'
  return [
    'CREATE TABLE [Organization] ([id] integer PRIMARY KEY)',
    'CREATE TABLE [User] ([id] integer PRIMARY KEY, [isAdmin] boolean NOT NULL)',
    `CREATE TABLE [Membership] ([userId] integer NOT NULL, [organizationId] integer NOT NULL, [role] varchar(20) NOT NULL,
      PRIMARY KEY ([userId], [organizationId]))`,
    `CREATE TABLE [Document] ([organizationId] integer NOT NULL, [id] integer NOT NULL, [ownerId] integer NOT NULL,
      PRIMARY KEY ([organizationId], [id]))${by('Document')}`,
    `CREATE TABLE [Share] ([organizationId] integer NOT NULL, [documentId] integer NOT NULL, [userId] integer NOT NULL,
      [role] varchar(20) NOT NULL, PRIMARY KEY ([organizationId], [documentId], [userId]))${by('Share')}`,
    ...(kind === 'mysql'
      ? []
      : partitioned.flatMap((table) =>
          tenants.map((id) => `CREATE TABLE [${table}_${id}] PARTITION OF [${table}] FOR VALUES IN (${id})`),
        )),
    `INSERT INTO [Organization] VALUES ${tenants.map((id) => `(${id})`)}`,
    `INSERT INTO [User] VALUES (${few}, false), (${many}, false), (${none}, false), (${administrator}, true), (5, false)`,
    `INSERT INTO [Membership] VALUES (${few}, ${tenant}, 'member'), (${few}, 7, 'admin'),
      ${tenants.filter((id) => id !== tenant).map((id) => `(${many}, ${id}, 'member')`)}, (5, 1, 'guest')`,
    ...tenants.flatMap((organization) => {
      const ids = Array.from({ length: 200 }, (_, id) => id)
      return [
        `INSERT INTO [Document] VALUES ${ids.map((id) => `(${organization}, ${id}, ${id % 50 === 0 ? few : 5})`)}`,
        `INSERT INTO [Share] VALUES ${ids.map((id) => `(${organization}, ${id}, ${id % 20 === 0 ? many : 5}, 'reader')`)}`,
      ]
    }),
    ...(kind === 'mysql' ? ['ANALYZE TABLE [Document], [Share]'] : ['ANALYZE']),
  ].map(sql)
}

async function openServer(kind: Server['kind']): Promise<Server> {
  const name = `arcturus_partitions_${process.pid}`
  if (kind === 'postgresql') {
    const database = (await postgresSchema(name))!
    noteDatabase(database.name)
    const client = new PgClient({ connectionString: database.url.href })
    await client.connect()
    return {
      kind,
      run: async (sql, values = []) => (await client.query(sql, [...values])).rows,
      adapter: new PrismaPg({ connectionString: database.url.href }, { schema: database.schema }),
      typeOrm: { type: 'postgres', url: database.url.href, extra: { options: database.options } },
      close: async () => {
        await client.end()
        await database.drop()
      },
    }
  }
  const database = (await mariaDbDatabase(name))!
  noteDatabase(database.name)
  const { user, ...credentials } = credentialsOf(database.url)
  const connection = await createConnection({ ...credentials, user })
  return {
    kind,
    run: async (sql, values = []) => (await connection.query(sql, [...values]))[0] as unknown as readonly unknown[],
    adapter: new PrismaMariaDb({ ...credentials, user, acquireTimeout: 30_000, connectTimeout: 30_000 }),
    typeOrm: { type: 'mariadb', ...credentials, username: user },
    close: async () => {
      await connection.end()
      await database.drop()
    },
  }
}

/** Returns the partitions of `partitioned` that a statement reads, by its plan. */
async function partitionsOf({ kind, run }: Server, { sql, values }: Sent): Promise<readonly string[]> {
  if (kind === 'mysql') {
    const rows = (await run(`EXPLAIN PARTITIONS ${sql}`, values)) as readonly { readonly partitions: string | null }[]
    return rows.flatMap(({ partitions }) => partitions?.split(',') ?? [])
  }
  // A part of a plan that never runs reads nothing: a subquery can name its partition by that of its row.
  const [plan] = (await run(`EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`, values)) as readonly object[]
  const found: string[] = []
  JSON.stringify(plan, (_, value) => {
    if (value?.['Actual Loops'] > 0 && value['Relation Name']) found.push(value['Relation Name'])
    return value
  })
  return found.filter((name) => partitioned.some((table) => name.startsWith(`${table}_`)))
}

interface Lists {
  readonly sent: Sent[]
  /** Each form of a list by its name. */
  readonly forms: Readonly<Record<string, () => Promise<unknown>>>
}

const closers: (() => Promise<void>)[] = []
const context = { organizationId: tenant }

function authorizerOf(): Authorizer {
  return new Authorizer({ log: () => {} }).registerContext({ organizationId: 'integer' })
}

async function prismaLists(server: Server, id: number): Promise<Lists> {
  const generated = `../prisma/generated/partitions-${server.kind}-js`
  const { PrismaClient } = await import(`${generated}/client/index.js`)
  const { schema } = await import(`${generated}/arcturus/schema.mjs`)
  const client = new PrismaClient({ adapter: server.adapter, log: [{ emit: 'event', level: 'query' }] })
  closers.push(() => client.$disconnect())
  const sent: Sent[] = []
  client.$on('query', ({ query, params }: { query: string; params: string }) =>
    sent.push({
      sql: query,
      values: JSON.parse(params).map((value: unknown) => (/^\d+$/.test(String(value)) ? Number(value) : value)),
    }),
  )
  const authorizer = authorizerOf()
  const authorization = prismaAuthorization(authorizer, client, { schema, acceptCollation: true })
  const prisma = authorization.prisma as Record<string, Record<string, (args: object) => Promise<unknown>>>
  authorizer.loadSync(policy)
  const rows = authorization.rows as unknown as Record<string, { findUniqueOrThrow(args: object): Promise<object> }>
  const forms: Record<string, () => Promise<unknown>> = {}
  for (const actorRelations of ['auto', 'database', 'load'] as const) {
    const user = await rows['user']!.findUniqueOrThrow({ where: { id } })
    const filter = (more: object = {}) =>
      authorization.authorizedFilter(user as never, { context, actorRelations, ...more })
    forms[`page, ${actorRelations}`] = () =>
      prisma['document']!['findMany']!({ ...filter(), orderBy: { id: 'desc' }, take: 50 })
    forms[`count, ${actorRelations}`] = () => prisma['document']!['count']!(filter())
    forms[`caller's condition, ${actorRelations}`] = () =>
      prisma['document']!['findMany']!(filter({ where: { OR: [{ ownerId: 5 }, { id: { lt: 9 } }] } }))
  }
  const user = await rows['user']!.findUniqueOrThrow({ where: { id }, include: { memberships: true } })
  forms['page, loaded'] = () =>
    prisma['document']!['findMany']!(authorization.authorizedFilter(user as never, { context }))
  const own = authorization.authorizedClient(user as never, { context }) as unknown as typeof prisma
  forms['page of the guarded client'] = () => own['document']!['findMany']!({ orderBy: { id: 'desc' }, take: 50 })
  forms['count of the guarded client'] = () => own['document']!['count']!({})
  return { sent, forms }
}

async function typeOrmLists(server: Server, id: number): Promise<Lists> {
  const { schema } = (await import(`../prisma/generated/partitions-${server.kind}-js/arcturus/schema.mjs`)) as {
    schema: PrismaSchema
  }
  const sent: Sent[] = []
  const ignored = { logQueryError() {}, logQuerySlow() {}, logSchemaBuild() {}, logMigration() {}, log() {} }
  const logger = { ...ignored, logQuery: (sql: string, values: unknown[] = []) => void sent.push({ sql, values }) }
  const source = new DataSource({
    ...server.typeOrm,
    logger,
    entities: entitiesOf(schema, server.kind),
  })
  await source.initialize()
  closers.push(() => source.destroy())
  const authorizer = authorizerOf()
  const { rows, authorizedFilter, authorizedQuery, authorizedManager } = typeOrmAuthorization(authorizer, source)
  authorizer.loadSync(policy)
  const documents = source.getRepository('Document')
  const forms: Record<string, () => Promise<unknown>> = {}
  for (const isLoaded of [false, true]) {
    const relations = (isLoaded ? { memberships: true } : {}) as object
    const user = await rows.findOneOrFail('User', { where: { id }, relations })
    const what = isLoaded ? 'loaded' : 'database'
    const query = () => authorizedQuery(user, 'read', 'Document', { alias: 'd', context })
    forms[`find, ${what}`] = () =>
      documents.find(authorizedFilter(user, 'Document', { context, order: { id: 'DESC' }, take: 50 }))
    forms[`page, ${what}`] = () => query().orderBy('d.id', 'DESC').limit(50).getMany()
    forms[`count, ${what}`] = () => query().getCount()
    forms[`caller's condition, ${what}`] = () => query().andWhere('(d.ownerId = 5 OR d.id < 9)').getMany()
    forms[`page of the guarded manager, ${what}`] = () =>
      authorizedManager(user, { context }).find('Document', { order: { id: 'DESC' }, take: 50 })
  }
  return { sent, forms }
}

describe.each(['postgresql', 'mysql'] as const)(
  'Lists of a table that is partitioned by tenant on %s',
  async (kind) => {
    const server = await openServer(kind)
    for (const sql of tablesOf(server)) await server.run(sql)
    afterAll(async () => {
      for (const close of closers.splice(0)) await close()
      await server.close()
    })

    it.each([
      ['Prisma', prismaLists],
      ['TypeORM', typeOrmLists],
    ])('of %s read the partition of the tenant alone', async (_, open) => {
      const read: Record<string, readonly string[]> = {}
      for (const [person, id] of Object.entries({ few, many, none, administrator })) {
        const { sent, forms } = await open(server, id)
        for (const [name, list] of Object.entries(forms)) {
          sent.length = 0
          await list()
          // The event of a query comes behind its answer.
          await new Promise((resolve) => setTimeout(resolve, 20))
          const statements = sent.filter(({ sql }) => /^SELECT.*Document/is.test(sql))
          const found = await Promise.all(statements.map((each) => partitionsOf(server, each)))
          read[`${person}: ${name}`] = [...new Set(found.flat())].sort()
        }
      }
      const others = Object.entries(read).filter(([, names]) => names.some((name) => !name.endsWith(`_${tenant}`)))
      expect(others).toEqual([])
      expect(read['administrator: count, database']).toEqual([`Document_${tenant}`])
      expect(Object.values(read).flat()).toContain(`Share_${tenant}`)
    })
  },
)
