import { Authorizer } from '@arcturus/core'
import { prismaAuthorization } from '@arcturus/prisma'
import { describe, expectTypeOf, it } from 'vitest'
import { type Client, Prisma } from './documents.js'

// Nothing here runs: the compiler is the test. `tsc` reads this file with all others.
const types = (bare: Client, user: object) => {
  const { prisma, authorizedFilter, authorizedWhere } = prismaAuthorization(new Authorizer(), bare)
  it('gives the results of a query without it', () => {
    expectTypeOf(prisma.document.findMany(authorizedFilter(user))).resolves.toEqualTypeOf<
      Awaited<ReturnType<typeof bare.document.findMany<object>>>
    >()
    const plain = bare.document.findMany({ orderBy: { id: 'asc' } })
    const spread = prisma.document.findMany({ ...authorizedFilter(user), orderBy: { id: 'asc' } })
    expectTypeOf<Awaited<typeof spread>>().toEqualTypeOf<Awaited<typeof plain>>()
    const count = prisma.document.count(authorizedFilter(user))
    expectTypeOf<Awaited<typeof count>>().toEqualTypeOf<number>()
    const first = prisma.document.findFirst(authorizedFilter(user))
    expectTypeOf<Awaited<typeof first>>().toEqualTypeOf<Awaited<typeof plain>[number] | null>()
  })

  it('infers include, select and nested ones', () => {
    const plain = bare.document.findMany({
      where: { published: { lt: new Date() }, price: { gt: new Prisma.Decimal(1) } },
      include: { tags: { select: { name: true }, take: 2 }, owner: { include: { profile: true } } },
      orderBy: [{ id: 'desc' }, { title: 'asc' }],
    })
    const ours = prisma.document.findMany(
      authorizedFilter(user, {
        where: { published: { lt: new Date() }, price: { gt: new Prisma.Decimal(1) } },
        include: { tags: { select: { name: true }, take: 2 }, owner: { include: { profile: true } } },
        orderBy: [{ id: 'desc' }, { title: 'asc' }],
      }),
    )
    expectTypeOf<Awaited<typeof ours>>().toEqualTypeOf<Awaited<typeof plain>>()
    const nested = prisma.user.findMany({ select: { owned: authorizedFilter(user, { select: { id: true } }) } })
    expectTypeOf<Awaited<typeof nested>>().toEqualTypeOf<{ owned: { id: number }[] }[]>()
  })

  it('infers aggregates, groups and writes', () => {
    const groups = prisma.document.groupBy(
      authorizedFilter(user, { by: ['ownerId'], _count: true, orderBy: { ownerId: 'asc' } }),
    )
    const plain = bare.document.groupBy({ by: ['ownerId'], _count: true, orderBy: { ownerId: 'asc' } })
    expectTypeOf<Awaited<typeof groups>>().toEqualTypeOf<Awaited<typeof plain>>()
    const sum = prisma.document.aggregate(authorizedFilter(user, { _sum: { views: true } }))
    expectTypeOf<Awaited<typeof sum>>().toEqualTypeOf<{ _sum: { views: number | null } }>()
    const updated = prisma.document.update(
      authorizedFilter(user, {
        action: 'edit',
        where: { id: 1 },
        data: { body: 'x', raw: new Uint8Array() },
        select: { id: true },
      }),
    )
    expectTypeOf<Awaited<typeof updated>>().toEqualTypeOf<{ id: number }>()
    const unique = prisma.document.findUnique({
      where: { id: 1, ...authorizedFilter(user).where },
      select: { id: true },
    })
    expectTypeOf<Awaited<typeof unique>>().toEqualTypeOf<{ id: number } | null>()
  })

  it('leaves mistakes to the compiler', async () => {
    // @ts-expect-error a unique operation needs its key
    prisma.document.findUnique(authorizedFilter(user))
    // @ts-expect-error no such column
    prisma.document.findMany({ ...authorizedFilter(user), orderBy: { titel: 'asc' } })
    // @ts-expect-error no such model
    await authorizedWhere(user, 'read', 'Docment')
    // @ts-expect-error an action is a text
    authorizedFilter(user, { action: 1 })
    prisma.document.findMany({ where: { OR: [await authorizedWhere(user, 'read', 'Document')] } })
  })

  it('leaves the types of the client alone', () => {
    const row = prisma.document.findFirst({ include: { tags: true } })
    const bareRow = bare.document.findFirst({ include: { tags: true } })
    expectTypeOf<Awaited<typeof row>>().toEqualTypeOf<Awaited<typeof bareRow>>()
    const inside = prisma.$transaction((tx) => tx.document.findMany(authorizedFilter(user)))
    expectTypeOf<Awaited<typeof inside>>().toEqualTypeOf<Awaited<ReturnType<typeof bare.document.findMany<object>>>>()
  })
}

describe('The types of a filtered query', () => {
  it('are checked by the compiler', () => {
    expectTypeOf(types).toBeFunction()
  })
})
