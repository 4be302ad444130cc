import { ArgumentError, Authorizer, PolicyError, UnresolvedFilterError } from '@arcturus/core'
import { type PrismaAuthorizationOptions, PrismaSchemaError, prismaAuthorization } from '@arcturus/prisma'
import { type TypeOrmAuthorizationOptions, typeOrmAuthorization } from '@arcturus/typeorm'
import type { DataSource } from 'typeorm'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { openDatabases as openPrisma } from '../prisma/databases.js'
import { clientOf, openDocuments, watchSql } from '../prisma/documents.js'
import { addPeople as addPrismaPeople, policy } from '../prisma/people.js'
import { openDatabases as openTypeOrm } from '../typeorm/databases.js'
import { Document, entities, User } from '../typeorm/entities.js'
import { addPeople as addTypeOrmPeople } from '../typeorm/people.js'
import { SentQueries } from '../typeorm/queries.js'

const [prismaDatabase] = await openPrisma('door', ['sqlite'])
const plain = await openDocuments(prismaDatabase!)
await addPrismaPeople(plain)
const second = clientOf(prismaDatabase!)
const sentByPrisma = [watchSql(plain), watchSql(second)]

const [typeOrmDatabase] = await openTypeOrm('door', ['sqlite'], ['1'])
const sent = new SentQueries()
let source: DataSource

afterAll(async () => {
  await plain.$disconnect()
  await second.$disconnect()
  await prismaDatabase!.close()
  await typeOrmDatabase!.close()
})
beforeEach(async () => {
  for (const one of sentByPrisma) one.length = 0
  source = await typeOrmDatabase!.open(entities, { logging: true, logger: sent })
  await addTypeOrmPeople(source)
  sent.reset()
})

const withPrisma = async (client = plain, options: PrismaAuthorizationOptions = {}, text = policy) => {
  const authorizer = new Authorizer()
  const authorization = prismaAuthorization(authorizer, client, { acceptCollation: true, ...options })
  await authorizer.load(text)
  return { authorizer, ...authorization }
}
const withTypeOrm = async (options: TypeOrmAuthorizationOptions = {}, text = policy) => {
  const authorizer = new Authorizer()
  const authorization = typeOrmAuthorization(authorizer, source, { log: () => {}, ...options })
  await authorizer.load(text)
  return { authorizer, ...authorization }
}

/** How an application makes a mistake, and the error that it gets, with the line to write instead. */
interface Mistake {
  readonly make: () => Promise<unknown>
  readonly error: new (...parameters: never[]) => Error
  readonly names: RegExp
}
const listPolicy = 'allow(user: User, "read", _: List);'
const plainActor = { error: ArgumentError, names: /read it by `rows`: const \{ rows \}/ }
const ambiguous = { error: PolicyError, names: /`names: \{ List: 'ListRow' \}`/ }

const prismaMistakes: Readonly<Record<string, Mistake>> = {
  'a plain actor': {
    ...plainActor,
    async make() {
      const { prisma, authorizedFilter } = await withPrisma()
      const { id, name } = { id: 1, name: 'Ann' }
      await prisma.document.findMany(authorizedFilter({ id, name }))
    },
  },
  'a forgotten extension': {
    error: UnresolvedFilterError,
    names: /prismaAuthorization\(authorizer, new PrismaClient\(…\)\) returns as `prisma`/,
    async make() {
      const { authorizedFilter } = await withPrisma()
      await plain.document.findMany(authorizedFilter(null))
    },
  },
  'an extension that is not last': {
    error: UnresolvedFilterError,
    names: /client\.\$extends/,
    async make() {
      const { prisma, authorizedFilter } = await withPrisma()
      const later = prisma.$extends({
        query: { $allModels: { findMany: ({ query }) => query({ where: { archived: false } }) } },
      })
      await later.document.findMany(authorizedFilter(null))
    },
  },
  'two clients: a filter of another one': {
    error: UnresolvedFilterError,
    names: /authorizedFilter/,
    async make() {
      const [one, other] = [await withPrisma(), await withPrisma(second)]
      await other.prisma.document.findMany(one.authorizedFilter(null))
    },
  },
  'two clients: a guarded one is guarded again': {
    error: PrismaSchemaError,
    names: /pass the plain client, once/,
    make: async () => withPrisma((await withPrisma()).prisma),
  },
  'a model List': { ...ambiguous, make: () => withPrisma(plain, { names: { Document: 'List' } }, listPolicy) },
}

const typeOrmMistakes: Readonly<Record<string, Mistake>> = {
  'a plain actor': {
    ...plainActor,
    async make() {
      const { dataSource, authorizedFilter } = await withTypeOrm()
      await dataSource.manager.find(Document, authorizedFilter({ id: 1 }, Document))
    },
  },
  'an entity List': { ...ambiguous, make: () => withTypeOrm({ names: { Document: 'List' } }, listPolicy) },
}

describe('A mistake of a new user is told before any SQL, with the line to change', () => {
  it.each(Object.entries(prismaMistakes))('Prisma: %s', async (_, { make, error, names }) => {
    const told = await make().catch((one: unknown) => one)
    expect(told).toBeInstanceOf(error)
    expect(String(told)).toMatch(names)
    // How the database compares texts is read once.
    expect(sentByPrisma.flat().filter((sql) => !/sqlite_master|char\(0\)/.test(sql))).toEqual([])
  })

  it.each(Object.entries(typeOrmMistakes))('TypeORM: %s', async (_, { make, error, names }) => {
    const told = await make().catch((one: unknown) => one)
    expect(told).toBeInstanceOf(error)
    expect(String(told)).toMatch(names)
    expect(sent.statements).toEqual([])
  })
})

describe('The call that guards leaves no room for mistakes', () => {
  it('returns a reader whose rows are actors', async () => {
    const { authorizer, rows } = await withPrisma()
    expect(authorizer.modelOf(await rows.user.findFirst({ where: { id: 1 } }))).toBe('User')
    const typeOrm = await withTypeOrm()
    expect(typeOrm.authorizer.modelOf(await typeOrm.rows.findOneBy(User, { id: 1 }))).toBe('User')
  })

  it('guards the data source of TypeORM itself, so that there is none without a guard', async () => {
    const { dataSource } = await withTypeOrm()
    expect(dataSource).toBe(source)
    await expect(source.manager.find(Document)).rejects.toMatchObject({ code: 'unsupported-operation' })
    expect(sent.statements).toEqual([])
  })
})
