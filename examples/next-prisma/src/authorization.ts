import { nextAuthorization } from '@arcturus/next'
import policy from '../policy.polar'
import { databaseUrl, openDatabase } from './database'
import { createHelpDesk, withMemberships } from './helpDesk'
import { personCookie } from './session'

// Saving a file in development loads this module anew; the connection stays.
const kept = globalThis as { helpDeskDatabase?: ReturnType<typeof openDatabase> }
kept.helpDeskDatabase ??= openDatabase(databaseUrl())

export const { authorizer, authorizedFilter, clientOf, prisma, rows, unchecked } = createHelpDesk(
  kept.helpDeskDatabase,
  policy,
)

export const { withAuthorization, serverAction, authorize, Can, authorizedActions, authorization, unguarded } =
  nextAuthorization(authorizer, {
    actor: ({ cookies }) => {
      const handle = cookies.get(personCookie)?.value
      return handle === undefined ? null : rows.user.findUnique({ where: { handle }, include: withMemberships })
    },
    client: clientOf,
  })
