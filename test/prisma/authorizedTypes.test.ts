import { Authorizer } from '@arcturus/core'
import { prismaAuthorization } from '@arcturus/prisma'
import { expect, test } from 'vitest'
import type { PrismaClient } from './generated/documents-sqlite/client/client.js'

type Equal<One, Other> = (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false
function assertType<_Holds extends true>(): void {}

/** Never called: its types are what is tested. */
async function _queries(plain: PrismaClient, user: unknown) {
  const { prisma, authorizedClient } = prismaAuthorization(new Authorizer(), plain)
  const client = authorizedClient(user)
  const rows = await client.document.findMany({ select: { id: true, owner: { select: { email: true } } } })
  assertType<Equal<(typeof rows)[number], { id: number; owner: { email: string } | null }>>()
  const own = await prisma.folder.findMany({ where: { id: 1 }, orderBy: { id: 'asc' } })
  const same = await client.folder.findMany({ where: { id: 1 }, orderBy: { id: 'asc' } })
  assertType<Equal<typeof own, typeof same>>()
  const withRequired = await client.document.findFirst({ select: { reviewer: { select: { id: true } } } })
  assertType<Equal<typeof withRequired, { reviewer: { id: number } | null } | null>>()
  const profile = await client.user.findUnique({ where: { id: 1 } }).profile({ select: { bio: true } })
  assertType<Equal<typeof profile, { bio: string | null } | null>>()
  const [documents, count] = await client.$transaction([client.document.findMany(), client.user.count()])
  assertType<Equal<typeof count, number>>()
  documents[0]?.title?.length
  await client.$transaction(async (tx) => tx.document.findMany({ where: { title: 'a' } }))
  // @ts-expect-error an unknown field
  await client.document.findMany({ where: { titel: 'a' } })
  // @ts-expect-error no raw queries
  await client.$queryRaw`SELECT 1`
  // @ts-expect-error a row of a required relation can be hidden
  withRequired?.reviewer.id
  await prisma.$transaction(async (tx) => authorizedClient(null, { prisma: tx }).document.findMany())
}

test('an authorized client has the types of its Prisma client', () => {
  expect(_queries).toBeInstanceOf(Function)
})
