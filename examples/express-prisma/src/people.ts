import type { Prisma } from '../generated/prisma/client.js'

/** The roles of a user are loaded with them, since most decisions ask for them. */
export const withRoles = {
  organizationRoles: { include: { organization: true } },
  repositoryRoles: { include: { repository: true } },
} as const

export type Person = Prisma.UserGetPayload<{ include: typeof withRoles }>

/**
 * Whom a request comes from: `Authorization: Bearer ines` is Ines. GitClub takes everybody's word for it; an application
 * verifies a token or a session here.
 */
export function handleIn(header: string | undefined): string | undefined {
  return header?.match(/^Bearer (\w+)$/)?.[1]
}
