import { Authorizer } from '@arcturus/core'
import { type PrismaAuthorizationOptions, type PrismaSchema, prismaAuthorization } from '@arcturus/prisma'
import { afterAll, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'
import { openDocuments, schemas, watchSql } from './documents.js'
import { addPeople, policy } from './people.js'

const [database] = await openDatabases('one step', ['sqlite'])
const plain = await openDocuments(database!)
await addPeople(plain)
const sql = watchSql(plain)
afterAll(async () => {
  await plain.$disconnect()
  await database!.close()
})

const guarded = async (options: PrismaAuthorizationOptions & { readonly schema?: PrismaSchema } = {}) => {
  const authorizer = new Authorizer()
  const authorization = prismaAuthorization(authorizer, plain, { acceptCollation: true, ...options })
  await authorizer.load(policy)
  return { authorizer, ...authorization }
}
const ids = (rows: readonly { readonly id: number }[]): readonly number[] => rows.map(({ id }) => id)

describe('prismaAuthorization of a client', () => {
  it.each([{}, { schema: schemas.sqlite }])(
    'returns the guarded client, and a reader of actors and rows',
    async (options) => {
      const { authorizer, prisma, rows, authorizedFilter, authorizedClient } = await guarded(options)
      const ann = await rows.user.findUniqueOrThrow({ where: { id: 1 }, include: { owned: true } })
      expect(authorizer.modelOf(ann)).toBe('User')
      expect(authorizer.modelOf(ann.owned[0])).toBe('Document')
      await authorizer.authorize(ann, 'read', await rows.document.findUniqueOrThrow({ where: { id: 1 } }))
      expect(ids(await prisma.document.findMany(authorizedFilter(ann)))).toEqual([1, 2, 4])
      expect(ids(await authorizedClient(ann).document.findMany())).toEqual([1, 2, 4])
      expect(await rows.document.count()).toBe(5)
    },
  )

  it('has a reader that does not write', async () => {
    const { rows } = await guarded()
    sql.length = 0
    for (const name of ['create', 'update', 'deleteMany'])
      expect(() => Reflect.get(rows.document, name)).toThrow(`\`rows.document\` has no \`${name}\``)
    for (const name of ['$queryRaw', '$transaction']) expect(() => Reflect.get(rows, name)).toThrow(/only reads/)
    expect(sql).toEqual([])
  })
})

describe('A query without a filter', () => {
  it('is refused before any SQL', async () => {
    const { prisma } = await guarded()
    sql.length = 0
    await expect(prisma.document.findMany()).rejects.toMatchObject({ code: 'unsupported-operation' })
    await expect(prisma.tag.create({ data: { name: 'new' } })).rejects.toMatchObject({ code: 'unsupported-operation' })
    expect(sql).toEqual([])
  })

  it.each([
    ['refused models leave the others alone', { Document: 'refuse' }, ['Document']],
    ['allowed models leave the others refused', { Tag: 'allow' }, ['Document', 'User']],
    ['one choice for all', 'allow', []],
  ] as const)('is refused model by model: %s', async (_, unscoped, refused) => {
    const { prisma } = await guarded({ unscoped })
    const counts = { Document: prisma.document, User: prisma.user, Tag: prisma.tag }
    const found: string[] = []
    for (const [name, delegate] of Object.entries(counts))
      await (delegate as typeof prisma.tag).count().catch(() => found.push(name))
    expect(found).toEqual(refused)
  })

  it('has a choice that exists', async () => {
    await expect(guarded({ unscoped: { Document: 'deny' as 'refuse' } })).rejects.toThrow(/`unscoped` must be one of/)
  })
})
