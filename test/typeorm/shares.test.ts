import { type DataSource, EntitySchema } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { actions, counts, documents, folders, persons, policy, shares, teams } from '../orm/shares.js'
import { openDatabases } from './databases.js'
import { authorizationFor } from './people.js'

interface Row {
  readonly id: number
}
const id = { type: 'int', primary: true } as const
const reference = { type: 'int', nullable: true } as const
const one = (target: string, joinColumn: string, inverseSide?: string) =>
  ({
    type: 'many-to-one',
    target,
    inverseSide: inverseSide!,
    joinColumn: { name: joinColumn },
    nullable: true,
  }) as const
const many = (target: string, inverseSide: string) => ({ type: 'one-to-many', target, inverseSide }) as const

const entity = (name: string, { columns, relations }: Pick<EntitySchema<Row>['options'], 'columns' | 'relations'>) =>
  new EntitySchema<Row>({ name, columns: { id, ...columns }, relations: relations! })
const entities = {
  Person: entity('Person', {
    columns: {},
    relations: { teams: { type: 'many-to-many', target: 'Team', inverseSide: 'members', joinTable: true } },
  } as never),
  Team: entity('Team', {
    columns: { wholeId: reference },
    relations: {
      whole: one('Team', 'wholeId', 'parts'),
      parts: many('Team', 'whole'),
      members: { type: 'many-to-many', target: 'Person', inverseSide: 'teams' },
    },
  } as never),
  Folder: entity('Folder', {
    columns: { parentId: reference },
    relations: { parent: one('Folder', 'parentId'), shares: many('Share', 'folder') },
  } as never),
  Document: entity('Document', {
    columns: { folderId: reference, authorId: reference },
    relations: {
      folder: one('Folder', 'folderId'),
      author: one('Person', 'authorId'),
      shares: many('Share', 'document'),
    },
  } as never),
  Share: entity('Share', {
    columns: {
      role: { type: 'varchar', length: 10 },
      personId: reference,
      teamId: reference,
      folderId: reference,
      documentId: reference,
    },
    relations: {
      person: one('Person', 'personId'),
      team: one('Team', 'teamId'),
      folder: one('Folder', 'folderId', 'shares'),
      document: one('Document', 'documentId', 'shares'),
    },
  } as never),
}

const databases = await openDatabases('shares')

describe.each(databases)('Recursions within recursions on $name', (database) => {
  let source: DataSource
  let authorization: ReturnType<typeof authorizationFor>
  beforeAll(async () => {
    source = await database.open(Object.values(entities), { entityPrefix: 'shares_' })
    authorization = authorizationFor(source, policy)
    // Those that a row refers to are there before it, but for what is in each other.
    await source.getRepository('Person').insert(persons)
    for (const [name, rows, column] of [
      ['Team', teams, 'wholeId'],
      ['Folder', folders, 'parentId'],
    ] as const) {
      await source.getRepository(name).insert(rows.map((row) => ({ id: row.id })))
      for (const { id, ...refers } of rows)
        await source.getRepository(name).update({ id }, { [column]: Reflect.get(refers, column) })
    }
    await source.getRepository('Document').insert(documents)
    await source.getRepository('Share').insert(shares)
    for (const { id } of teams) await source.createQueryBuilder().relation('Person', 'teams').of({ id }).add({ id })
  }, 60_000)
  afterAll(() => database.close(), 60_000)

  it.each(actions)(
    'find the rows that the check finds: %s',
    async (action) => {
      const { authorizer, authorizedQuery } = authorization
      const rows = await source.getRepository(entities.Document).find({ order: { id: 'ASC' } })
      const found: number[] = []
      for (const person of await source.getRepository(entities.Person).find({ order: { id: 'ASC' } })) {
        const actor = authorizer.as('Person', person)
        const allowed = await authorizer.isAllowedMany(
          actor,
          action,
          rows.map((row) => authorizer.as('Document', row)),
        )
        const filtered = await authorizedQuery(actor, action, entities.Document, { alias: 'd' })
          .orderBy('d.id')
          .getMany()
        expect(filtered).toEqual(rows.filter((_, at) => allowed[at]))
        found.push(filtered.length)
      }
      expect(found).toEqual(counts[action])
    },
    60_000,
  )
})
