import { ArgumentError, UnresolvedFilterError } from '@arcturus/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'
import { clientOf, createDocuments, watchSql } from './documents.js'
import { addPeople, authorizationFor } from './people.js'

const databases = await openDatabases('misuse', ['sqlite'])

describe.each(databases)('Forgotten calls on $name', (database) => {
  const bare = clientOf(database)
  const { authorizer, prisma, authorizedFilter, authorizedWhere } = authorizationFor(bare)
  let sql: string[]

  beforeAll(async () => {
    await createDocuments(database)
    await addPeople(bare)
    sql = watchSql(bare)
  }, 60_000)
  afterAll(async () => {
    await bare?.$disconnect()
    await database.close()
  })
  const user = (): object => authorizer.as('User', { id: 1, email: 'ann', name: null, active: null, managerId: null })

  describe('the await before authorizedWhere', () => {
    const uses: Record<string, (where: PromiseLike<object>) => object> = {
      'as a where': (where) => ({ where }),
      'spread into a where': (where) => ({ where: { ...where, archived: false } }),
      'in AND': (where) => ({ where: { AND: [where] } }),
      'in OR': (where) => ({ where: { OR: [where] } }),
      'under a relation': (where) => ({ where: { related: { some: where } } }),
    }

    it.each(Object.keys(uses))('on a client that is not extended sends nothing: %s', async (use) => {
      sql.length = 0
      const args = uses[use]!(authorizedWhere(user(), 'read', 'Document'))
      await expect(bare.document.findMany(args)).rejects.toThrow(UnresolvedFilterError)
      await expect(bare.document.deleteMany(args)).rejects.toThrow(/await/)
      // The `where` itself reads how texts are compared.
      expect(sql.filter((one) => !/sqlite_master|char\(0\)/.test(one))).toEqual([])
    })

    it.each(['as a where', 'spread into a where', 'in AND'])(
      'on the guarded client filters all the same: %s',
      async (use) => {
        const rows = await prisma.document.findMany(uses[use]!(authorizedWhere(user(), 'read', 'Document')))
        expect(rows.map(({ id }) => id).sort()).toEqual([1, 2, 4])
      },
    )

    it('returns a where of its own each time', async () => {
      const where = async () => (await authorizedWhere(user(), 'read', 'Document')) as { AND: object[] }
      const [first, text] = [await where(), JSON.stringify(await where())]
      first.AND.forEach((one) => {
        for (const name of Object.keys(one)) Reflect.deleteProperty(one, name)
      })
      expect(JSON.stringify(await where())).toBe(text)
    })

    it.each(['in OR', 'under a relation'])('on the guarded client sends nothing: %s', async (use) => {
      sql.length = 0
      const args = uses[use]!(authorizedWhere(user(), 'read', 'Document'))
      await expect(prisma.document.findMany(args)).rejects.toThrow(UnresolvedFilterError)
      expect(sql).toEqual([])
    })

    it('rejects as it did where nobody looks', async () => {
      await expect(authorizedWhere(undefined, 'read', 'Document')).rejects.toThrow(ArgumentError)
    })
  })

  describe('that a spread replaces what has the same name', () => {
    it('a denial stays one', async () => {
      const where = await authorizedWhere(null, 'edit', 'Document')
      expect(await bare.document.findMany({ where: { ...where, id: 3 } })).toEqual([])
      expect(await bare.document.findMany({ where: { id: 3, ...where } })).toEqual([])
    })

    it('the filter stays whole', async () => {
      const where = await authorizedWhere(user(), 'edit', 'Document')
      expect(await bare.document.findMany({ where: { ...where, ownerId: 2 } })).toEqual([])
      expect(await bare.document.findMany({ where: { ...where, OR: [{ id: 3 }, { id: 4 }] } })).toEqual([])
    })
  })

  it.each([
    ['an action that is undefined', () => authorizedFilter(user(), { action: undefined as unknown as string })],
    ['a user who was not awaited', () => authorizedFilter(Promise.resolve(user()))],
    ['arguments that are no object', () => authorizedFilter(user(), 'edit' as unknown as object)],
    ['arguments that are null', () => authorizedFilter(user(), null as unknown as object)],
  ])('throws at once for %s', (_, call) => {
    expect(call).toThrow(ArgumentError)
  })

  it.each(['bare', 'extended'])('a filter that went through JSON is refused by the %s client', async (which) => {
    sql.length = 0
    const copy = JSON.parse(JSON.stringify(authorizedFilter(user())))
    await expect((which === 'bare' ? bare : prisma).document.findMany(copy)).rejects.toThrow(/authorizedFilter/)
    expect(sql).toEqual([])
  })
})
