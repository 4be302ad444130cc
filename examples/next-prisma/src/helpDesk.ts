import { Authorizer } from '@arcturus/core'
import '@arcturus/core/sync'
import { type AuthorizedClient, type PrismaAuthorizationOptions, prismaAuthorization } from '@arcturus/prisma'
import { type ModelName, schema } from '../generated/arcturus/schema'
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
 * @param options - By default, queries without a filter are refused.
 * @throws {ArcturusError} The policy has a mistake, with its place.
 */
export function createHelpDesk(
  database: PrismaClient,
  policy: string,
  options: PrismaAuthorizationOptions = { unscoped: 'refuse' },
) {
  const authorizer = new Authorizer()
  // The models of the policy are the tables of the Prisma schema.
  const { extension, authorizedClient, ...others } = prismaAuthorization<ModelName, PrismaClient>(authorizer, schema, {
    actions: { models: { Ticket: { update: 'edit' } } },
    ...options,
  })
  authorizer.loadSync({ text: policy, name: 'policy.polar' })
  const prisma = database.$extends(extension)
  // All rows, for what decides about them itself.
  const rows = authorizedClient(null).unguarded('the current user, and the rows of actions and pages that authorize')
  return { authorizer, prisma, rows, clientOf: (user: Person | null) => authorizedClient(user), ...others }
}
