import { readFileSync } from 'node:fs'
import { Authorizer } from '@arcturus/core'
import { expressAuthorization } from '@arcturus/express'
import { prismaAuthorization } from '@arcturus/prisma'
import { schema } from '../generated/arcturus/schema.js'
import type { Database } from './database.js'
import { handleIn, type Person, withRoles } from './people.js'

declare module '@arcturus/express' {
  interface Register {
    actor: Person
  }
}

/** One policy for all that GitClub decides: the checks of its routes and the filters of its lists. */
export function createAuthorization(database: Database) {
  const authorizer = new Authorizer()
  // The models of the policy are the tables of the Prisma schema.
  const { extension, authorizedFilter, authorizedActors, filterArguments } = prismaAuthorization(authorizer, schema)
  const file = new URL('../policy.polar', import.meta.url)
  authorizer.loadSync({ text: readFileSync(file, 'utf8'), name: 'policy.polar' })

  const prisma = database.$extends(extension)
  const { authorize, unguarded } = expressAuthorization(authorizer, {
    actor: (req) => {
      const handle = handleIn(req.get('authorization'))
      return handle === undefined ? null : prisma.user.findUnique({ where: { handle }, include: withRoles })
    },
    challenge: 'Bearer realm="GitClub"',
  })
  return { authorizer, prisma, authorize, unguarded, authorizedFilter, authorizedActors, filterArguments }
}

export type GitClub = ReturnType<typeof createAuthorization>
