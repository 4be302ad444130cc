import { Authorizer, UnsupportedFilterError } from '@arcturus/core'
import { prismaAuthorization } from '@arcturus/prisma'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'
import { clientOf, createDocuments } from './documents.js'

const databases = await openDatabases('nested', ['sqlite', 'postgresql', 'mysql'])

/** What a rule asks of collections in each other, so many of them: with what SQL has for it. */
const shapes: Readonly<Record<string, (depth: number) => string>> = {
  some: (depth) => nested(depth, (of, at) => `v${at} in ${of}.children and `),
  conjunctions: (depth) => nested(depth, (of, at) => `v${at} in ${of}.children and v${at}.name != nil and `),
  'many to many': (depth) => nested(depth, (of, at) => `v${at} in ${of}.related and `, 'document'),
  negations: (depth) => nested(depth, (of, at) => `not (v${at} in ${of}.children and `, undefined, ')'),
  alternatives: (depth) => nested(depth, (of, at) => `v${at} in ${of}.children and (v${at}.id = 7 or `, undefined, ')'),
}

function nested(depth: number, level: (of: string, at: number) => string, root = 'folder', end = ''): string {
  const levels = Array.from({ length: depth }, (_, at) => level(at === 0 ? root : `v${at - 1}`, at))
  return `${levels.join('')}v${depth - 1}.id != 3${end.repeat(depth)}`
}

const depths = [2, 4, 5, 6, 7, 8, 9, 10, 12]

describe.each(databases)('Collections in each other on $name', (database) => {
  const authorizer = new Authorizer()
  const bare = clientOf(database)
  const { prisma, authorizedFilter } = prismaAuthorization(authorizer, bare, { unscoped: 'allow' })
  const rules = Object.entries(shapes).flatMap(([shape, rule]) =>
    depths.map((depth) => {
      const resource = shape === 'many to many' ? 'document: Document' : 'folder: Folder'
      return `allow(_, "${shape} ${depth}", ${resource}) if ${rule(depth)};`
    }),
  )
  // Recursions that have nothing to do with each other, in one filter.
  const recursions = Array.from({ length: 20 }, (_, at) => at + 1)
  const recursive = recursions.flatMap((at) => [
    `under_${at}(folder: Folder) if folder.id = ${at};`,
    `under_${at}(folder: Folder) if folder.parent != nil and under_${at}(folder.parent);`,
    `allow(_, "recursions", document: Document) if document.folder != nil and under_${at}(document.folder);`,
  ])
  authorizer.loadSync([...rules, ...recursive].join('\n'))
  beforeAll(async () => {
    await createDocuments(database)
    await bare.user.create({ data: { id: 1, email: 'a' } })
    await bare.folder.createMany({ data: [7, 21, 22].map((id) => ({ id, parentId: id === 21 ? 7 : null })) })
    for (const id of [7, 21, 22]) {
      await bare.document.create({ data: { id, body: '', archived: false, reviewerId: 1, folderId: id } })
    }
  }, 60_000)
  afterAll(async () => {
    await prisma?.$disconnect()
    await database.close()
  })

  it('keep within limits of the database with many recursions in one filter', async () => {
    const found = await prisma.document.findMany(authorizedFilter(null, { action: 'recursions' }))
    expect(found.map(({ id }) => id)).toEqual([7, 21])
  })

  describe.each(['where', 'subquery'] as const)('are detected in a %s', (strategy) => {
    it.each(Object.keys(shapes))('or rejected with a type (%s)', async (shape) => {
      for (const depth of depths) {
        const filter = authorizedFilter(null, { action: `${shape} ${depth}`, strategy })
        const asked = shape === 'many to many' ? prisma.document.findMany(filter) : prisma.folder.findMany(filter)
        const answer: unknown = await asked.catch((error: unknown) => error)
        if (database.provider === 'sqlite' && depth > 4 && answer instanceof UnsupportedFilterError) {
          expect(answer.data).toMatchObject({ reason: 'too-large' })
        } else expect(answer).toBeInstanceOf(Array)
      }
    })
  })
})
