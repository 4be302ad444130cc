import type { MatchOptions } from '../../packages/core/src/filter/matches.js'
import type { Client } from '../prisma/documents.js'

/** A row with its relations: objects and lists of objects. */
export type Row = { [field: string]: unknown }

export interface Graph {
  readonly documents: readonly Row[]
  /** The row with a key. */
  find(model: string, key: readonly { readonly field: string; readonly value: unknown }[]): Row | null
}

/** All rows of the schema `documents`, linked with each other; read from the database, so that values are as checks see them. */
export async function readGraph(client: Client): Promise<Graph> {
  const [users, profiles, organizations, memberships, folders, tags, documents]: Row[][] = await Promise.all([
    client.user.findMany(),
    client.profile.findMany(),
    client.organization.findMany(),
    client.membership.findMany(),
    client.folder.findMany(),
    client.tag.findMany(),
    client.document.findMany({ include: { tags: true, related: true, relatedBy: true }, orderBy: { id: 'asc' } }),
  ])
  const one = (rows: readonly Row[], key: string, value: unknown): Row | null =>
    rows.find((row) => row[key] === value) ?? null
  const many = (rows: readonly Row[], key: string, value: unknown): Row[] => rows.filter((row) => row[key] === value)
  const place = (row: Row): Row | null =>
    organizations!.find((other) => other['region'] === row['orgRegion'] && other['code'] === row['orgCode']) ?? null
  for (const user of users!) {
    user['manager'] = one(users!, 'id', user['managerId'])
    user['reports'] = many(users!, 'managerId', user['id'])
    user['memberships'] = many(memberships!, 'userId', user['id'])
    user['owned'] = many(documents!, 'ownerId', user['id'])
    user['reviewed'] = many(documents!, 'reviewerId', user['id'])
    user['profile'] = one(profiles!, 'userId', user['id'])
  }
  for (const profile of profiles!) profile['user'] = one(users!, 'id', profile['userId'])
  for (const organization of organizations!) {
    organization['members'] = memberships!.filter((row) => place(row) === organization)
    organization['documents'] = documents!.filter((row) => place(row) === organization)
  }
  for (const membership of memberships!) {
    membership['user'] = one(users!, 'id', membership['userId'])
    membership['organization'] = place(membership)
  }
  for (const folder of folders!) {
    folder['parent'] = one(folders!, 'id', folder['parentId'])
    folder['children'] = many(folders!, 'parentId', folder['id'])
    folder['documents'] = many(documents!, 'folderId', folder['id'])
  }
  for (const document of documents!) {
    document['owner'] = one(users!, 'id', document['ownerId'])
    document['reviewer'] = one(users!, 'id', document['reviewerId'])
    document['folder'] = one(folders!, 'id', document['folderId'])
    document['organization'] = place(document)
    for (const [list, rows, key] of [
      ['tags', tags!, 'name'],
      ['related', documents!, 'id'],
      ['relatedBy', documents!, 'id'],
    ] as const) {
      document[list] = (document[list] as Row[]).map((row) => one(rows, key, row[key]))
    }
  }
  for (const tag of tags!) tag['documents'] = documents!.filter((row) => (row['tags'] as Row[]).includes(tag))
  const tables: Readonly<Record<string, readonly Row[]>> = {
    User: users!,
    Organization: organizations!,
    Folder: folders!,
    Tag: tags!,
    Document: documents!,
  }
  const find: Graph['find'] = (model, key) =>
    tables[model]?.find((row) => key.every(({ field, value }) => row[field] === value)) ?? null
  return { documents: documents!, find }
}

/** The schema has no subclasses: a row is of the model that the path says. */
export const plainRows: MatchOptions = { isInstance: () => true }
