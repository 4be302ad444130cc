import { readFileSync } from 'node:fs'
import { Authorizer } from '@arcturus/core'
import '@arcturus/core/sync'
import { expressAuthorization } from '@arcturus/express'
import { type AuthorizedClient, type PrismaAuthorizationOptions, prismaAuthorization } from '@arcturus/prisma'
import { schema } from '../generated/arcturus/schema.js'
import type { Database } from './database.js'
import { handleIn, type Person, withRoles } from './people.js'

declare module '@arcturus/core' {
  interface Register {
    actor: Person
    client: AuthorizedClient<Database>
  }
}

/**
 * One policy for all that GitClub decides: the checks of its routes and the filters of its lists.
 *
 * @param options - Other options of `prismaAuthorization`.
 */
export function createAuthorization(database: Database, options: PrismaAuthorizationOptions = {}) {
  const authorizer = new Authorizer()
  // The models of the policy are the tables of the Prisma schema.
  const { prisma, rows, authorizedClient, ...lists } = prismaAuthorization(authorizer, database, {
    schema,
    // To move an issue takes what deleting it takes, in the repository that it leaves and in the one that it enters.
    operations: { models: { Issue: { update: 'delete' }, Repository: { update: 'describe' } } },
    ...options,
  })
  const file = new URL('../policy.polar', import.meta.url)
  authorizer.loadSync({ text: readFileSync(file, 'utf8'), name: 'policy.polar' })

  const { authorize, unguarded } = expressAuthorization(authorizer, {
    actor: (req) => {
      const handle = handleIn(req.get('authorization'))
      return handle === undefined ? null : rows.user.findUnique({ where: { handle }, include: withRoles })
    },
    client: (person) => authorizedClient(person),
    challenge: 'Bearer realm="GitClub"',
  })
  const unchecked = authorizedClient(null).unguarded('writes that their routes have checked')
  return { authorizer, prisma, rows, unchecked, authorizedClient, authorize, unguarded, ...lists }
}

export type GitClub = ReturnType<typeof createAuthorization>
