import { Authorizer } from '@arcturus/core'
import { type PrismaAuthorizationOptions, prismaAuthorization } from '@arcturus/prisma'
import type { Client } from './documents.js'

/** Owners read and edit their documents; what carries the tag `pub` everybody reads; reviewers see users' names. */
export const policy = `
  allow(user: User, "read", document: Document) if document.owner = user;
  allow(_, "read", document: Document) if tag in document.tags and tag.name = "pub";
  allow(user: User, "edit", document: Document) if document.owner = user;
  allow(user: User, "read", other: User) if user = other or other.manager = user;
  allow(_, "read", _: Tag);
`

export function authorizationFor(bare: Client, options: PrismaAuthorizationOptions = { acceptCollation: true }) {
  const authorizer = new Authorizer()
  const authorization = prismaAuthorization(authorizer, bare, { unscoped: 'allow', ...options })
  authorizer.loadSync(policy)
  return { authorizer, ...authorization }
}

/** Two users; documents 1 and 2 are Ann's, 3 and 4 are Bo's, 4 is public, 5 is nobody's. */
export async function addPeople(client: Client): Promise<void> {
  await client.user.createMany({
    data: [
      { id: 1, email: 'ann' },
      { id: 2, email: 'bo', managerId: 1 },
    ],
  })
  await client.tag.create({ data: { name: 'pub' } })
  const document = { body: 'text', archived: false, reviewerId: 1 }
  await client.document.createMany({
    data: [1, 2, 3, 4, 5].map((id) => ({ ...document, id, views: id, ownerId: [null, 1, 1, 2, 2, null][id] ?? null })),
  })
  await client.document.update({ where: { id: 4 }, data: { tags: { connect: { name: 'pub' } } } })
}
