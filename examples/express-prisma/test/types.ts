/** What `src/arcturus.d.ts` tells the compiler about rows of Prisma. Nothing runs. */
import { defineTests } from '@arcturus/cli'
import { explain } from '@arcturus/explain'
import type { GitClub } from '../src/authorization.js'
import type { Person } from '../src/people.js'

declare const club: GitClub
declare const person: Person | null

export async function uses(): Promise<void> {
  const { authorizer, authorize, authorizedFilter, authorizedActors, prisma } = club
  const where = { id: 1 }
  const issue = await prisma.issue.findUnique({ where, include: { repository: true } })
  const repository = await prisma.repository.findUniqueOrThrow({ where })
  const titled = await prisma.issue.findUniqueOrThrow({ where, select: { id: true, title: true } })
  authorizer.can(person, 'close', issue)
  authorizer.can(person, 'close', titled)
  authorizer.can(person, 'publish', repository)
  authorize('close', () => issue)
  await prisma.issue.findMany(authorizedFilter(person, { action: 'close', take: 3 }))
  await prisma.issue.findMany(authorizedFilter(person, { action: 'close', where: { closed: false, AND: [{ id: 1 }] } }))
  await prisma.repository.findMany(authorizedFilter(person, { action: 'publish', where: { isPublic: true } }))
  await prisma.user.findMany(authorizedActors('close', issue))
  explain(authorizer, person, 'close', issue)
  defineTests({ actors: { ada: 'user:1' }, resources: { bug: 'issue:1' }, allowed: { ada: { bug: ['close'] } } })
  // @ts-expect-error an action of repositories
  authorizer.can(person, 'publish', issue)
  // @ts-expect-error an action of repositories
  explain(authorizer, person, 'publish', issue)
  defineTests({
    actors: { ada: 'user:1' },
    resources: { bug: 'issue:1' },
    // @ts-expect-error a misspelt action
    allowed: { ada: { bug: ['clsoe'] } },
  })
  // @ts-expect-error an action of repositories, on a part of an issue
  authorizer.can(person, 'publish', titled)
  // @ts-expect-error an action of issues
  authorizer.can(person, 'close', repository)
  // @ts-expect-error a repository is no actor
  authorizer.can(repository, 'read', issue)
  // @ts-expect-error an action of repositories
  authorize('publish', () => issue)
  // @ts-expect-error a misspelt action
  authorizedFilter(person, { action: 'clsoe' })
  // @ts-expect-error an action of issues
  await prisma.repository.findMany(authorizedFilter(person, { action: 'close' }))
  // @ts-expect-error an action of repositories
  await prisma.issue.findMany({ ...authorizedFilter(person, { action: 'publish', where }), take: 3 })
  await prisma.repository.findMany({ include: { issues: authorizedFilter(person, { action: 'close', where }) } })
  // @ts-expect-error a repository is no actor
  authorizedFilter(repository)
  // @ts-expect-error an action of repositories
  authorizedActors('publish', issue)
}
