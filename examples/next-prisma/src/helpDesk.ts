import { Authorizer } from '@arcturus/core'
import '@arcturus/core/sync'
import { type AuthorizedClient, type PrismaAuthorizationOptions, prismaAuthorization } from '@arcturus/prisma'
import { schema } from '../generated/arcturus/schema'
import type { Prisma, PrismaClient } from '../generated/prisma/client'

/** Who asks: somebody, with the memberships that most decisions are about. */
export type Person = Prisma.UserGetPayload<{ include: typeof withMemberships }>
export const withMemberships = { memberships: { include: { tenant: true } } } as const

// The actions are those of `arcturus.d.ts`, which `arcturus types` wrote: a misspelt one is an error of the compiler.
declare module '@arcturus/core' {
  interface Register {
    actor: Person
    client: HelpDeskClient
  }
}

/** The client of whoever asks: it reads the rows that they may read, and checks what they write. */
export type HelpDeskClient = AuthorizedClient<PrismaClient>

/**
 * One policy for all that the help desk decides, and the database whose lists it filters.
 *
 * @param policy - The text of policy.polar.
 * @param options - Other options of `prismaAuthorization`.
 * @throws {ArcturusError} The policy has a mistake, with its place.
 */
export function createHelpDesk(database: PrismaClient, policy: string, options: PrismaAuthorizationOptions = {}) {
  const authorizer = new Authorizer()
  // The models of the policy are the tables of the Prisma schema.
  const { prisma, rows, authorizedClient, ...others } = prismaAuthorization(authorizer, database, {
    schema,
    operations: { models: { Ticket: { update: 'edit' } } },
    ...options,
  })
  authorizer.loadSync({ text: policy, name: 'policy.polar' })
  const unchecked = authorizedClient(null).unguarded('writes that their actions have checked')
  return { authorizer, prisma, rows, unchecked, clientOf: (user: Person | null) => authorizedClient(user), ...others }
}
