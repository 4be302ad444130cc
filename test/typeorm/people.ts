import { Authorizer } from '@arcturus/core'
import { type TypeOrmAuthorization, typeOrmAuthorization } from '@arcturus/typeorm'
import type { DataSource } from 'typeorm'
import { Document, Tag, User } from './entities.js'

/** Owners read and edit their documents; what carries the tag `pub` everybody reads. */
export const policy = `
  allow(user: User, "read", document: Document) if document.owner = user;
  allow(_, "read", document: Document) if tag in document.tags and tag.name = "pub";
  allow(user: User, "edit", document: Document) if document.owner = user;
  allow(user: User, "read", other: User) if user = other or other.manager = user;
  allow(_, "read", _: Tag);
`

export function authorizationFor(
  dataSource: DataSource,
  text = policy,
): TypeOrmAuthorization & { authorizer: Authorizer } {
  const authorizer = new Authorizer()
  const authorization = typeOrmAuthorization(authorizer, dataSource, { unscoped: 'allow' })
  authorizer.loadSync(text)
  return { authorizer, ...authorization }
}

/** Two users; documents 1 and 2 are Ann's, 3 and 4 are Bo's, 4 is public, 5 is nobody's. */
export async function addPeople({ manager }: DataSource): Promise<void> {
  await manager.save(Object.assign(new User(), { id: 1, name: 'ann', managerId: null }))
  await manager.save(Object.assign(new User(), { id: 2, name: 'bo', managerId: 1 }))
  const pub = await manager.save(Object.assign(new Tag(), { name: 'pub' }))
  for (const id of [1, 2, 3, 4, 5]) {
    await manager.save(
      Object.assign(new Document(), {
        id,
        title: `document ${id}`,
        views: id,
        archived: false,
        ownerId: [null, 1, 1, 2, 2, null][id] ?? null,
        tags: id === 4 ? [pub] : [],
      }),
    )
  }
}
