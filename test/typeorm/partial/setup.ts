import type { DataSource } from 'typeorm'
import { type Database, openDatabases } from '../databases.js'
import { Document, entities, Tag, User } from '../entities.js'
import { authorizationFor } from '../people.js'

/** Grants access if no tag is "secret", so a partial list of tags would grant too much. */
export const policy = `
  allow(_: User, "read", document: Document) if not (tag in document.tags and tag.name = "secret");
  allow(_: User, "read", user: User) if not (document in user.documents and tag in document.tags and tag.name = "secret");
`

export const databasesOf = (name: string) => openDatabases(`partial_${name}`, ['sqlite'])

/** A document of Ann with the tags "secret" and "dull". */
export interface SecretDocument {
  readonly source: DataSource
  readonly authorizer: ReturnType<typeof authorizationFor>['authorizer']
  readonly ann: User
}

export async function secretDocument(database: Database): Promise<SecretDocument> {
  const source = await database.open(entities)
  const { authorizer } = authorizationFor(source, policy)
  const ann = Object.assign(new User(), { id: 1, name: 'ann', managerId: null })
  await source.manager.save(ann)
  const tags = await source.manager.save(['secret', 'dull'].map((name) => Object.assign(new Tag(), { name })))
  const document = { id: 1, title: 'one', views: 1, archived: false, ownerId: 1, tags }
  await source.manager.save(Object.assign(new Document(), document))
  return { source, authorizer, ann }
}
