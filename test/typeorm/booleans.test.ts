import type { DataSource } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authorizedRows } from './authorizedRows.js'
import { openDatabases } from './databases.js'
import { Document, entities } from './entities.js'
import { authorizationFor } from './people.js'

/** PostgreSQL has nothing but booleans in them. */
const databases = await openDatabases('booleans', ['sqlite', 'mysql'])

describe.each(databases)('Columns of booleans that hold another number on $name', (database) => {
  let source: DataSource
  let authorization: ReturnType<typeof authorizationFor>
  beforeAll(async () => {
    source = await database.open(entities)
    authorization = authorizationFor(
      source,
      `
      allow(_, "read", document: Document) if not document.archived = true;
      allow(_, "edit", document: Document) if not document.archived = false;
    `,
    )
    for (const id of [1, 2, 3]) {
      const document = { id, title: '', views: null, archived: id === 1, ownerId: null }
      await source.manager.save(Object.assign(new Document(), document))
    }
    await source.query('UPDATE docs SET is_archived = 2 WHERE id = 3')
  }, 60_000)
  afterAll(() => database.close(), 60_000)

  it.each(['read', 'edit'])('list no row that a check denies (%s)', async (action) => {
    const { authorizer } = authorization
    const rows = await authorizedRows(authorization, null, action, Document)
    expect(rows).not.toEqual([])
    expect(authorizer.canMany(null, action, rows)).toEqual(rows.map(() => true))
  })
})
