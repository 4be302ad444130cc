import type { RequestAuthorization } from '@arcturus/express'
import type { Prisma, User } from '../generated/prisma/client.js'
import type { Person } from './people.js'

type Asking = RequestAuthorization<unknown, Person>

/** What is loaded with an issue. */
export const withRepository = { creator: true, repository: { include: { organization: true } } } as const

type Loaded = Prisma.IssueGetPayload<{ include: typeof withRepository }>

/**
 * Returns what a person sees of an issue that they may read, and the actions that they may perform on it.
 *
 * A check is about one row, not about the rows beside it. Whoever opened an issue may read it, also if its repository
 * became private since: then they see nothing of the repository.
 */
export async function shownTo(authorization: Asking, row: Loaded) {
  const [mayRead, actions] = await Promise.all([
    authorization.isAllowed('read', row.repository),
    authorization.authorizedActions(row),
  ])
  const hidden = { repositoryId: null, repository: null }
  return { ...row, ...(mayRead ? {} : hidden), creator: nameOf(row.creator), actions: [...actions] }
}

/** Who opened an issue is no secret among those who read it. */
function nameOf({ id, handle, name }: User): Pick<User, 'id' | 'handle' | 'name'> {
  return { id, handle, name }
}
