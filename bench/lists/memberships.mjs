// `pnpm bench:lists --memberships`: lists for users with many memberships, which are loaded or stay in the database.
import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { Authorizer } from '@arcturus/core'
import '@arcturus/core/sync'
import { prismaAuthorization } from '@arcturus/prisma'
import { typeOrmAuthorization } from '@arcturus/typeorm'
import { PrismaLibSql } from '@prisma/adapter-libsql'
import { PrismaMariaDb } from '@prisma/adapter-mariadb'
import { PrismaPg } from '@prisma/adapter-pg'
import { createConnection } from 'mysql2/promise'
import pg from 'pg'
import { DataSource, EntitySchema } from 'typeorm'
import { duration, table } from '../report.mjs'
import { generateClient } from './prisma.mjs'

const sizes = [10, 100, 1_000, 10_000]
const organizations = 20_000

const models = `
model User {
  id          Int          @id
  memberships Membership[]
}
model Organization {
  id          Int          @id
  memberships Membership[]
  documents   Document[]
}
model Membership {
  userId         Int
  organizationId Int
  level          Int
  user           User         @relation(fields: [userId], references: [id])
  organization   Organization @relation(fields: [organizationId], references: [id])
  @@id([userId, organizationId])
}
model Document {
  id             Int          @id
  organizationId Int
  organization   Organization @relation(fields: [organizationId], references: [id])
}`

const policy = `allow(user: User, "read", document: Document) if
  membership in user.memberships and membership.organization = document.organization and membership.level > 0;`

/** The tables, in the words that all three databases have. */
function filling(quote, documents) {
  const sql = (text) => text.replaceAll(/\[(\w+)\]/g, (_, name) => quote + name + quote)
  const statements = [
    'CREATE TABLE [User] ([id] integer PRIMARY KEY)',
    'CREATE TABLE [Organization] ([id] integer PRIMARY KEY)',
    `CREATE TABLE [Membership] ([userId] integer NOT NULL, [organizationId] integer NOT NULL, [level] integer NOT NULL,
      PRIMARY KEY ([userId], [organizationId]))`,
    'CREATE TABLE [Document] ([id] integer PRIMARY KEY, [organizationId] integer NOT NULL)',
    'CREATE INDEX [byOrganization] ON [Membership] ([organizationId])',
    'CREATE INDEX [ofOrganization] ON [Document] ([organizationId])',
  ]
  const insert = (name, rows) => {
    for (let at = 0; at < rows.length; at += 5_000)
      statements.push(`INSERT INTO [${name}] VALUES ${rows.slice(at, at + 5_000).join(', ')}`)
  }
  const numbers = (count) => Array.from({ length: count }, (_, at) => at + 1)
  insert(
    'User',
    sizes.map((size) => `(${size})`),
  )
  insert(
    'Organization',
    numbers(organizations).map((id) => `(${id})`),
  )
  for (const size of sizes)
    insert(
      'Membership',
      numbers(size).map((at) => `(${size}, ${(at * organizations) / size}, 1)`),
    )
  // The factor has no divisor in common with their number, so that the documents are spread over all of them.
  insert(
    'Document',
    numbers(documents).map((id) => `(${id}, ${1 + ((id * 7_919) % organizations)})`),
  )
  return [...statements.map(sql)]
}

async function fillServer(run, name, quote, documents, analyze) {
  await run(undefined, [`DROP DATABASE IF EXISTS ${name}`, `CREATE DATABASE ${name}`])
  await run(name, [...filling(quote, documents), ...analyze])
}

const databases = {
  async SQLite(documents) {
    const path = `${tmpdir()}/arcturus-${randomUUID()}.db`
    const adapter = new PrismaLibSql({ url: `file:${path}` })
    const connection = await adapter.connect()
    for (const sql of [...filling('"', documents), 'ANALYZE'])
      await connection.executeRaw({ sql, args: [], argTypes: [] })
    await connection.dispose()
    return { provider: 'sqlite', adapter, close: () => rmSync(path) }
  },
  async PostgreSQL(documents) {
    const server = process.env.PG_URL ?? 'postgresql://postgres@127.0.0.1:5432/postgres'
    const name = 'arcturus_bench_memberships'
    const urlOf = (database) => Object.assign(new URL(server), database && { pathname: `/${database}` }).href
    const run = async (database, statements) => {
      const client = new pg.Client({ connectionString: urlOf(database) })
      await client.connect()
      for (const sql of statements) await client.query(sql)
      await client.end()
    }
    await fillServer(run, name, '"', documents, ['VACUUM ANALYZE'])
    const url = urlOf(name)
    return {
      provider: 'postgresql',
      adapter: new PrismaPg({ connectionString: url }),
      typeOrm: { type: 'postgres', url },
      close: () => run(undefined, [`DROP DATABASE ${name}`]),
    }
  },
  async MariaDB(documents) {
    const server = new URL(process.env.MYSQL_URL ?? 'mysql://root@127.0.0.1:3306/')
    const name = 'arcturus_bench_memberships'
    const { hostname: host, port, username: user, password } = server
    const at = { host, port: Number(port || 3306), user, password }
    const run = async (database, statements) => {
      const connection = await createConnection({ ...at, database })
      for (const sql of statements) await connection.query(sql)
      await connection.end()
    }
    const tables = ['User', 'Organization', 'Membership', 'Document'].map((one) => `\`${one}\``)
    await fillServer(run, name, '`', documents, [`ANALYZE TABLE ${tables.join(', ')}`])
    return {
      provider: 'mysql',
      adapter: new PrismaMariaDb({ ...at, database: name, connectTimeout: 10_000 }),
      typeOrm: { type: 'mysql', ...at, username: user, database: name },
      close: () => run(undefined, [`DROP DATABASE ${name}`]),
    }
  },
}

async function prismaLists({ provider, adapter }) {
  const { PrismaClient, schema } = await generateClient(`memberships-${provider}`, models, provider)
  const authorizer = new Authorizer()
  const { prisma: client, authorizedFilter } = prismaAuthorization(authorizer, new PrismaClient({ adapter }), {
    schema,
  })
  authorizer.loadSync(policy)
  const way = (actorRelations) => {
    // The user of each request is another object.
    const filter = (id) => authorizedFilter(authorizer.as('User', { id }), { actorRelations })
    return {
      page: (id) => client.document.findMany({ ...filter(id), orderBy: { id: 'desc' }, take: 50 }),
      count: (id) => client.document.count(filter(id)),
    }
  }
  return {
    name: 'Prisma',
    ways: { auto: way('auto'), database: way('database'), load: way('load') },
    close: () => client.$disconnect(),
  }
}

async function typeOrmLists({ typeOrm }) {
  const key = { type: Number, primary: true }
  const to = (target, name, inverseSide) => ({
    type: 'many-to-one',
    target,
    joinColumn: { name },
    inverseSide,
    nullable: false,
  })
  const from = (target, inverseSide) => ({ type: 'one-to-many', target, inverseSide })
  const entities = [
    { name: 'User', columns: { id: key }, relations: { memberships: from('Membership', 'user') } },
    {
      name: 'Organization',
      columns: { id: key },
      relations: { memberships: from('Membership', 'organization'), documents: from('Document', 'organization') },
    },
    {
      name: 'Membership',
      columns: { userId: key, organizationId: key, level: { type: Number } },
      relations: {
        user: to('User', 'userId', 'memberships'),
        organization: to('Organization', 'organizationId', 'memberships'),
      },
    },
    {
      name: 'Document',
      columns: { id: key, organizationId: { type: Number } },
      relations: { organization: to('Organization', 'organizationId', 'documents') },
    },
  ].map((options) => new EntitySchema({ ...options, tableName: options.name }))
  const source = await new DataSource({ ...typeOrm, entities }).initialize()
  const authorizer = new Authorizer()
  const { authorizedQuery } = typeOrmAuthorization(authorizer, source, { unscoped: 'allow' })
  authorizer.loadSync(policy)
  const users = source.getRepository('User')
  const way = (userOf) => {
    const query = async (id) => authorizedQuery(await userOf(id), 'read', 'Document', 'd')
    return {
      page: async (id) => (await query(id)).orderBy('d.id', 'DESC').limit(50).getMany(),
      count: async (id) => (await query(id)).getCount(),
    }
  }
  const database = way((id) => authorizer.as('User', { id }))
  const load = way((id) => users.findOneOrFail({ where: { id }, relations: { memberships: true } }))
  return { name: 'TypeORM', ways: { auto: database, database, load }, close: () => source.destroy() }
}

/**
 * Measures pages and counts for users with many memberships, and prints them.
 * @returns the results
 */
export async function measureMemberships({ documents, pairs, only, print }) {
  const results = []
  for (const [on, open] of Object.entries(databases)) {
    if (!only.startsWith(on) && Object.keys(databases).some((other) => only.startsWith(other))) continue
    const database = await open(documents)
    for (const openLists of database.typeOrm ? [prismaLists, typeOrmLists] : [prismaLists]) {
      const { name, ways, close } = await openLists(database)
      for (const kind of ['page', 'count']) {
        for (const size of sizes) {
          if (`${on}, ${name}, ${size}: ${kind}`.includes(only)) {
            results.push({ on, name, kind, size, ...(await measure(ways, kind, size, pairs)) })
            print(cells(results.at(-1)).join('  '))
          }
        }
      }
      await close()
    }
    await database.close()
  }
  print(`\n${table(['memberships', 'auto', 'database', 'load', 'auto / best'], results.map(cells))}`)
  return results
}

const cells = ({ on, name, size, kind, ratio, ...times }) => [
  `${on}, ${name}, ${size}: ${kind}`,
  ...['auto', 'database', 'load'].map((way) => (times[way] === undefined ? 'refused' : duration(times[way]))),
  ratio.toFixed(2),
]

/** All ways in turn, each one first as often as the others. */
async function measure(ways, kind, size, pairs) {
  const times = {}
  const answers = new Set()
  for (const [way, lists] of Object.entries(ways)) {
    try {
      for (let turn = 0; turn < 20; turn++) answers.add(JSON.stringify(await lists[kind](size)))
      times[way] = []
    } catch (error) {
      if (way !== 'load' || error.data?.reason !== 'bind-limit') throw error
    }
  }
  if (answers.size !== 1) throw new Error('The ways differ.')
  const names = Object.keys(times)
  for (let pair = 0; pair < pairs; pair++) {
    for (let at = 0; at < names.length; at++) {
      const way = names[(at + pair) % names.length]
      const start = process.hrtime.bigint()
      await ways[way][kind](size)
      times[way].push(Number(process.hrtime.bigint() - start))
    }
  }
  // The least times differ less than medians where other programs run.
  const least = Object.fromEntries(names.map((way) => [way, Math.min(...times[way])]))
  return { ...least, ratio: least.auto / Math.min(least.database, least.load ?? Number.POSITIVE_INFINITY) }
}
