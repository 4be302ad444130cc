import { Authorizer } from '@arcturus/core'
import { typeOrmAuthorization } from '@arcturus/typeorm'
import { openDatabases } from '../typeorm/databases.js'
import type { Corpus, Tables } from './corpus.js'
import { entitiesFor } from './entities.js'
import type { Orm } from './orm.js'
import { loadPolicy, User } from './policy.js'

/** Opens TypeORM, both versions, over the databases that are there, each with the rows of the corpus. */
export async function openTypeOrm(corpus: Corpus, tables: Tables): Promise<Orm[]> {
  const databases = await openDatabases('hostile')
  return Promise.all(
    databases.map(async (database): Promise<Orm> => {
      const source = await database.open(entitiesFor(database.kind))
      for (const [model, rows] of Object.entries(tables)) await source.getRepository(model).insert(rows)
      const authorizer = new Authorizer()
      const { authorizedFilter } = typeOrmAuthorization(authorizer, source, { unscoped: 'allow' })
      loadPolicy(authorizer)
      const user = new User(corpus)
      return {
        name: `TypeORM on ${database.name}`,
        ownWords: 184,
        async list(action) {
          const found = await source.getRepository('Item').find(authorizedFilter(user, 'Item', { action }))
          return { ids: found.map((row) => String(row['id'])), strategy: 'where' }
        },
        close: () => database.close(),
      }
    }),
  )
}
