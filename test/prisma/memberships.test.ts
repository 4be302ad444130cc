import { Authorizer } from '@arcturus/core'
import { prismaAuthorization } from '@arcturus/prisma'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fill } from '../orm/rows.js'
import { openDatabases } from './databases.js'
import { clientOf, createDocuments, watchSql } from './documents.js'

/** Each action reads relations of the actor that are not loaded, in another shape. */
const policies: Record<string, string> = {
  'a relation whose rows refer to the resource': 'owned in user.owned and owned = document',
  'a membership of what the resource refers to': 'm in user.memberships and m.organization = document.organization',
  'a membership with a condition of its own':
    'm in user.memberships and m.organization = document.organization and m.role = "a"',
  'a membership of whom the resource refers to':
    'document.owner != nil and m in document.owner.memberships and own in user.memberships and own.organization = m.organization',
  'rows two relations away': 'report in user.reports and document in report.owned',
  'rows two relations away, whose first has a condition':
    'report in user.reports and report.active = true and report = document.reviewer',
  'rows two relations away, whose first must be without something':
    'report in user.reports and not (report.name = "a") and document in report.reviewed',
  'rows that the reference of the actor leads to': 'user.manager != nil and document in user.manager.owned',
  'a many-to-many': 'owned in user.owned and document in owned.related',
  'a many-to-many of the other end': 'owned in user.owned and owned in document.related',
  'tags in common': 'owned in user.owned and tag in owned.tags and tag in document.tags',
}
/** Of these a part is the same for all rows: whether the actor is there, whether a row of its relation is without a reference. */
const partlyClosed: Record<string, string> = {
  'a membership under a negation':
    'not (m in user.memberships and m.organization = document.organization and m.role = "a")',
  'a row that two references lead to': 'owned in user.owned and owned.folder = document.folder',
  'one of two ways': 'owned in user.owned and (owned = document or owned.folder = document.folder)',
  'neither of two ways': 'not (owned in user.owned and (owned = document or owned.folder = document.folder))',
}
Object.assign(policies, partlyClosed)
const policy = Object.keys(policies)
  .map((name, at) => `allow(user: User, "${at}", document: Document) if ${policies[name]};`)
  .join('\n')

const databases = await openDatabases('memberships', ['sqlite', 'postgresql', 'mysql'], 'utf8mb4_nopad_bin')

describe.each(databases)('Relations of the actor that are left in the database on $name', (database) => {
  const authorizer = new Authorizer()
  const bare = clientOf(database)
  const { prisma, authorizedFilter } = prismaAuthorization(authorizer, bare, {
    unscoped: 'allow',
    acceptCollation: true,
  })
  authorizer.loadSync(policy)
  let statements: string[]

  beforeAll(async () => {
    await createDocuments(database)
    await fill(bare, 4)
    const place = { orgRegion: 'eu', orgCode: 1 }
    await bare.membership.deleteMany({ where: { userId: 1 } })
    await bare.membership.create({ data: { userId: 1, ...place, role: 'a' } })
    await bare.document.updateMany({ where: { id: { in: [3, 4, 5] } }, data: place })
    statements = watchSql(bare)
  }, 60_000)
  afterAll(async () => {
    await prisma?.$disconnect()
    await database.close()
  })

  it.each(Object.keys(policies).map((name, at) => [name, String(at)] as const))(
    'return the same rows as loaded relations: %s',
    async (name, action) => {
      const users = await prisma.user.findMany({ orderBy: { id: 'asc' } })
      const documents = await prisma.document.findMany({ orderBy: { id: 'asc' } })
      const counts: number[] = []
      for (const user of users) {
        const rows = await prisma.document.findMany({
          ...authorizedFilter(user, {
            action,
            actorRelations: 'database',
            strategy: name in partlyClosed ? 'auto' : 'where',
          }),
          orderBy: { id: 'asc' },
        })
        // Conditions that are the same for all rows read the actor's row; no keys of documents are looked up.
        expect(statements.filter((sql) => /key0.{1,8}FROM .docs/.test(sql))).toEqual([])
        const allowed = await Promise.all(documents.map((document) => authorizer.isAllowed(user, action, document)))
        expect(rows.map(({ id }) => id)).toEqual(documents.filter((_, at) => allowed[at]).map(({ id }) => id))
        counts.push(rows.length)
      }
      expect(Math.max(...counts)).toBeGreaterThan(0)
    },
    60_000,
  )
})
