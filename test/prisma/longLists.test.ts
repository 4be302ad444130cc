import { Authorizer } from '@arcturus/core'
import { prismaAuthorization } from '@arcturus/prisma'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'
import { clientOf, createDocuments, known } from './documents.js'

const policy = `
  allow(_: User, "read", document: Document) if document.id in ids;
  allow(_: User, "avoid", document: Document) if not (document.id in ids);
  allow(_: User, "spell", document: Document) if document.title in titles;
  allow(_: User, "misspell", document: Document) if not (document.title in titles);
`
const many = Array.from({ length: 500 }, (_, at) => at)

const databases = await openDatabases('lists', ['sqlite', 'postgresql', 'mysql'], 'utf8mb4_nopad_bin')

describe.each(databases)('Long lists on $name', (database) => {
  const authorizer = new Authorizer()
  const provider = known(database.provider)
  const bare = clientOf(database)
  const { prisma, authorizedFilter, authorizedWhere } = prismaAuthorization(authorizer, bare, {
    unscoped: 'allow',
    acceptCollation: true,
  })
  authorizer.registerConstant([...many.map((at) => 3 * at), null], 'ids')
  authorizer.registerConstant([...many.map((at) => `title ${2 * at}`), 'a "quoted" one, \\ and 🦊', null], 'titles')
  authorizer.loadSync(policy)
  const user = authorizer.as('User', { id: 1 })

  beforeAll(async () => {
    await createDocuments(database)
    await bare.user.create({ data: { id: 1, email: 'ann', name: 'Ann' } })
    const titles = [...many.slice(1, 9).map((at) => `title ${at}`), 'a "quoted" one, \\ and 🦊', null]
    await bare.document.createMany({
      data: titles.map((title, at) => ({ id: at + 1, title, body: '', archived: false, reviewerId: 1 })),
    })
  }, 60_000)
  afterAll(async () => {
    await bare?.$disconnect()
    await database.close()
  })

  it.each<['read' | 'avoid' | 'spell' | 'misspell', number[]]>([
    ['read', [3, 6, 9]],
    ['avoid', [1, 2, 4, 5, 7, 8, 10]],
    ['spell', [2, 4, 6, 8, 9, 10]],
    ['misspell', [1, 3, 5, 7]],
  ])('select the rows that a check allows: %s', async (action, expected) => {
    const idsOf = (rows: readonly { id: number }[]) => rows.map(({ id }) => id)
    const orderBy = { id: 'asc' } as const
    const documents = await prisma.document.findMany({ orderBy })
    const allowed = await Promise.all(documents.map((document) => authorizer.isAllowed(user, action, document)))
    expect(idsOf(documents.filter((_, at) => allowed[at]))).toEqual(expected)
    expect(idsOf(await prisma.document.findMany({ ...authorizedFilter(user, { action }), orderBy }))).toEqual(expected)
    expect(await prisma.document.count(authorizedFilter(user, { action }))).toBe(expected.length)
    const where = await authorizedWhere(user, action, 'Document')
    // Another extension gets a copy of the arguments.
    const other = bare.$extends({ query: { $allModels: { $allOperations: ({ args, query }) => query(args) } } })
    for (const client of [bare, other])
      expect(idsOf(await client.document.findMany({ where: { ...where, archived: false }, orderBy }))).toEqual(expected)
    // Prisma can divide a negated list, wherever this `where` is used. libsql cuts texts at a zero character, so SQL compares them.
    const isCut = provider === 'sqlite'
    const starts = {
      read: '{"in":[0,3,6,9,',
      avoid: '{"not":0}',
      spell: isCut ? '{"in":[2,4,6,8,9,10]}' : '{"in":["title 0",',
      misspell: isCut ? '{"in":[1,3,5,7]}' : '{"not":"title 0"}',
    }
    expect(JSON.stringify(where)).toContain(starts[action])
  })
})
