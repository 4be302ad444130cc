import { Authorizer } from '@arcturus/core'
import { type PrismaAuthorization, prismaAuthorization } from '@arcturus/prisma'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, openCaller } from './caller.js'
import { openDatabases } from './databases.js'
import { known } from './documents.js'

/** How many values Prisma sends in one statement. */
const limits = { sqlite: 999, postgresql: 32_766, mysql: 65_535 }

const databases = await openDatabases('division', ['sqlite', 'postgresql', 'mysql'])

/** The hidden rows, by the form of their filter. */
const rules: Readonly<Record<string, string>> = {
  none: 'not (tag in doc.tags and tag.id in me.hidden)',
  'none of many to many': 'not (label in doc.labels and label.id in me.hidden)',
  every: 'forall(tag in doc.tags, not (tag.id in me.hidden))',
  is: 'not (doc.owner.id in me.hiddenUsers)',
  notIn: 'not (doc.id in me.hiddenDocs)',
  'or of them':
    'doc.title = "open" or (not (doc.id in me.hiddenDocs) and not (tag in doc.tags and tag.id in me.hidden))',
}

describe.each(databases)('A query with too many values on $name', (database) => {
  const provider = known(database.provider)
  const limit = limits[provider]
  /** Few enough to be conditions of their own, and more than half of what a statement takes. */
  const [few, many] = [600, Math.floor(limit * 0.55)]
  const cases: readonly (readonly [rule: string, hidden: number])[] =
    provider === 'sqlite'
      ? Object.keys(rules).map((rule) => [rule, few])
      : [
          ['none', few],
          ['none', many],
          ['is', few],
          ['notIn', many],
        ]
  let bare: Client
  let authorization: (
    rule: string,
    hidden: number,
  ) => { client: Client } & Pick<PrismaAuthorization, 'authorizedFilter' | 'authorizedWhere'> & { me: object }

  beforeAll(async () => {
    bare = (await openCaller(database)).client
    authorization = (rule, hidden) => {
      const numbers = (from: number) => Array.from({ length: hidden }, (_, at) => from + at)
      // The rows 1 and 2 are hidden by the first and by the last value of each list.
      class Me {
        hidden = numbers(1)
        hiddenUsers = [11, ...numbers(1_000_000).slice(2), 12]
        hiddenDocs = [1, ...numbers(1_000_000).slice(2), 2]
      }
      const authorizer = new Authorizer({ actions: ['edit'] }).registerClass(Me)
      // The client refuses queries without a filter, and some of these have one for the rows that they include alone.
      const { prisma, authorizedFilter, authorizedWhere } = prismaAuthorization(authorizer, bare, { unscoped: 'allow' })
      authorizer.loadSync(`
        allow(me: Me, _, doc: Doc) if ${rule};
        allow(_: Me, _, _: User);
        allow(_: Me, _, _: Tag);
      `)
      return { client: prisma, authorizedFilter, authorizedWhere, me: new Me() }
    }
  }, 60_000)
  afterAll(async () => {
    await bare?.$disconnect()
    await database.close()
  })

  async function fill(hidden: number): Promise<void> {
    await bare.tag.deleteMany()
    await bare.doc.deleteMany()
    await bare.label.deleteMany()
    await bare.user.deleteMany()
    await bare.user.createMany({ data: [11, 12, 13].map((id) => ({ id, name: '' })) })
    for (const [id, title] of [
      [1, 'SECRET'],
      [2, 'SECRET'],
      [3, 'open'],
    ] as const) {
      const mark = [1, hidden, hidden + 5][id - 1]!
      await bare.doc.create({
        data: {
          id,
          slug: `${id}`,
          title,
          count: 0,
          ownerId: 10 + id,
          tags: { create: { id: mark } },
          labels: { create: { id: mark } },
        },
      })
    }
  }

  /** Settles what is asked: rows, or that it was refused. */
  async function settled(asked: PromiseLike<unknown>): Promise<string> {
    try {
      return JSON.stringify(await asked)
    } catch (error) {
      // The second one is Prisma's own, of a client that is not extended.
      expect(['unsupported-filter', 'P2029']).toContain((error as { code?: unknown }).code)
      return 'refused'
    }
  }

  describe.each(cases)('beside a filter by `%s` of %s values', (name, hidden) => {
    it('reads no hidden row', async () => {
      await fill(hidden)
      const { client, authorizedFilter, authorizedWhere, me } = authorization(rules[name]!, hidden)
      const alone = await client.doc.findMany(authorizedFilter(me))
      expect(alone.map(({ id }) => id)).toEqual([3])
      const where = await authorizedWhere(me, 'read', 'Doc').catch(() => undefined)
      for (const given of provider === 'sqlite'
        ? [limit - hidden - 5, limit - hidden, limit - hidden + 5]
        : [limit - hidden + 5]) {
        const ids = Array.from({ length: given }, (_, at) => at + 1)
        const own = { id: { in: ids } }
        const asked: PromiseLike<unknown>[] = [
          client.doc.findMany({ ...authorizedFilter(me), where: own }),
          client.doc.findMany({ ...authorizedFilter(me), where: { OR: [own, { id: 3 }] } }),
          client.doc.findMany({ ...authorizedFilter(me), where: { NOT: { id: { notIn: ids } } } }),
          client.doc.findFirst({ ...authorizedFilter(me), where: own }),
          client.doc.findUnique({ where: { id: 1, AND: [own], ...authorizedFilter(me).where } }),
          client.doc.groupBy({ by: ['title'], where: { ...own, ...authorizedFilter(me).where } }),
          client.user.findMany({ where: { id: { in: ids } }, include: { docs: authorizedFilter(me) } }),
          client.user.findMany(authorizedFilter(me, { where: { id: { in: ids } }, include: { docs: true } })),
          ...(where
            ? [
                bare.doc.findMany({ where: { AND: [where, own] } }),
                bare.tag.findMany({ where: { doc: { is: where }, docId: { in: ids } }, include: { doc: true } }),
              ]
            : []),
        ]
        for (const one of asked) expect(await settled(one)).not.toContain('SECRET')
        const counted = await settled(
          client.user.findMany(authorizedFilter(me, { where: { id: { in: ids } }, select: { _count: true } })),
        )
        expect(counted).not.toContain('"docs":2')
        if (counted !== 'refused')
          expect(
            JSON.parse(counted).filter((one: { _count: { docs: number } }) => one._count.docs > 0).length,
          ).toBeLessThan(2)
      }
    }, 120_000)

    it('changes no hidden row', async () => {
      await fill(hidden)
      const { client, authorizedFilter, me } = authorization(rules[name]!, hidden)
      const { where } = authorizedFilter(me, { action: 'edit' })
      const ids = Array.from({ length: limit - hidden + 5 }, (_, at) => at + 1)
      const own = { id: { in: ids } }
      const data = { count: { increment: 1 } }
      await settled(client.doc.updateMany({ where: { ...own, ...where }, data }))
      await settled(client.doc.updateMany({ where: { ...own, ...where }, data, limit: 5 }))
      for (const id of [1, 2]) {
        await expect(client.doc.update({ where: { id, AND: [own], ...where }, data })).rejects.toThrow()
        await expect(client.doc.delete({ where: { id, AND: [own], ...where } })).rejects.toThrow()
        await expect(
          client.doc.upsert({
            where: { id, AND: [own], ...where },
            update: data,
            create: { id, slug: '', title: '', count: 0, ownerId: 11 },
          }),
        ).rejects.toThrow()
      }
      await bare.tag.deleteMany({ where: { docId: 3 } })
      await settled(client.doc.deleteMany({ where: { ...own, ...where } }))
      const left = await bare.doc.findMany({ where: { title: 'SECRET' } })
      expect(left.map(({ id, count }) => [id, count]).sort()).toEqual([
        [1, 0],
        [2, 0],
      ])
    }, 120_000)
  })

  const forms: readonly (readonly [form: string, excluding: (ids: number[]) => object])[] = [
    ['NOT', (ids) => ({ NOT: { id: { in: ids } } })],
    ['not', (ids) => ({ id: { not: { in: ids } } })],
    ['none', (ids) => ({ tags: { none: { docId: { in: ids } } } })],
    ['every', (ids) => ({ tags: { every: { docId: { notIn: ids } } } })],
    ['notIn', (ids) => ({ OR: [{ id: { notIn: ids } }, { slug: '' }] })],
  ]
  it.each(forms)(
    'beside a filter writes no row that the caller excludes by %s',
    async (_, excluding) => {
      await fill(3)
      const { client, authorizedFilter, me } = authorization('me != nil and doc.title = "SECRET"', 0)
      const { where } = authorizedFilter(me, { action: 'edit' })
      const many = Array.from({ length: limit + 10 }, (_, at) => 1_000_000 + at)
      const own = excluding([1, ...many, 2])
      const data = { count: { increment: 1 } }
      expect(await settled(client.doc.updateMany({ where: { ...own, ...where }, data }))).toBe('refused')
      expect(await settled(client.doc.deleteMany({ where: { ...own, ...where } }))).toBe('refused')
      expect(await settled(client.doc.findMany({ ...authorizedFilter(me), where: own }))).toBe('refused')
      for (const id of [1, 2]) {
        await expect(client.doc.update({ where: { id, AND: [own], ...where }, data })).rejects.toThrow()
        await expect(client.doc.delete({ where: { id, AND: [own], ...where } })).rejects.toThrow()
      }
      expect(await client.doc.updateMany({ where: { ...excluding([1, 1_000_000]), ...where }, data })).toEqual({
        count: 1,
      })
      const left = await bare.doc.findMany({ where: { title: 'SECRET' }, orderBy: { id: 'asc' } })
      expect(left.map(({ count }) => count)).toEqual([0, 1])
    },
    120_000,
  )
})
