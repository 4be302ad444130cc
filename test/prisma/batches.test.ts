import { Authorizer } from '@arcturus/core'
import { prismaAuthorization } from '@arcturus/prisma'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'
import { clientOf, createDocuments, watchSql } from './documents.js'

/** What each action reads of a document, or of its reader, is not on the row. */
const reads = {
  owner: 'document.owner.manager = user',
  place: 'document.organization.name = "north"',
  tags: 'tag in document.tags and tag.name = "pub"',
  'tags of related': 'other in document.related and tag in other.tags and tag.name = "pub"',
  memberships: 'm in user.memberships and m.organization.name = "north" and m.organization = document.organization',
}
const policy = Object.entries(reads)
  .map(
    ([action, condition]) =>
      `allow(${condition.includes('user') ? 'user' : '_'}: User, "${action}", document: Document) if ${condition};`,
  )
  .join('\n')
const rows = 40

describe.each(await openDatabases('batches', ['sqlite', 'postgresql', 'mysql'], 'utf8mb4_nopad_bin'))(
  'What checks load on $name',
  (database) => {
    const authorizer = new Authorizer()
    const bare = clientOf(database)
    const { prisma } = prismaAuthorization(authorizer, bare, { unscoped: 'allow', acceptCollation: true })
    authorizer.loadSync(policy)
    let statements: string[]

    beforeAll(async () => {
      await createDocuments(database)
      await bare.user.createMany({ data: [1, 2].map((id) => ({ id, email: `${id}`, managerId: id === 1 ? null : 1 })) })
      const places = [1, 2, 3, 4].map((orgCode) => ({ orgRegion: 'eu', orgCode }))
      await bare.organization.createMany({
        data: places.map(({ orgRegion: region, orgCode: code }) => ({ region, code, name: code > 2 ? 'north' : null })),
      })
      await bare.membership.createMany({ data: places.map((place) => ({ userId: 1, ...place })) })
      await bare.tag.createMany({ data: ['pub', 'draft'].map((name) => ({ name })) })
      for (let id = 1; id <= rows; id++) {
        await bare.document.create({
          data: {
            ...{ id, body: '', archived: false, reviewerId: 1, ownerId: (id % 2) + 1, ...places[id % 4] },
            tags: { connect: { name: id % 3 === 0 ? 'pub' : 'draft' } },
            ...(id > 1 && { related: { connect: [{ id: id - 1 }] } }),
          },
        })
      }
      statements = watchSql(bare)
    }, 60_000)
    afterAll(async () => {
      await bare?.$disconnect()
      await database.close()
    })

    /** How many statements it takes to answer for as many documents, and the answers. */
    async function asked(take: number, ask: (user: object, page: readonly object[]) => Promise<readonly boolean[]>) {
      const page = await prisma.document.findMany({ take, orderBy: { id: 'asc' } })
      const user = await prisma.user.findUniqueOrThrow({ where: { id: 1 } })
      statements.length = 0
      const allowed = await ask(user, page)
      return { allowed, count: statements.length }
    }

    describe.each(Object.keys(reads))('for a policy that reads "%s"', (action) => {
      const ways: Record<string, (user: object, page: readonly object[]) => Promise<readonly boolean[]>> = {
        'one by one, side by side': (user, page) =>
          Promise.all(page.map((row) => authorizer.isAllowed(user, action, row))),
        'all at once': (user, page) => authorizer.isAllowedMany(user, action, page),
      }
      it.each(Object.keys(ways))('takes no more queries for a page than for a few rows, asked %s', async (way) => {
        const few = await asked(4, ways[way]!)
        const page = await asked(rows, ways[way]!)
        expect(page.count).toBeLessThanOrEqual(few.count)
        expect(page.count).toBeLessThanOrEqual(12)
        expect(new Set(page.allowed)).toEqual(new Set([true, false]))
      })
    })
  },
)
