import { RelationNotLoadedError } from '@arcturus/core'
import { describe, expect, it } from 'vitest'
import { Document, entities, Tag, User } from '../entities.js'
import { authorizationFor } from '../people.js'
import { databasesOf, policy } from './setup.js'

describe.each(await databasesOf('data_source'))(
  'A data source whose methods another library replaced first, on $name',
  (database) => {
    it('is still observed for partial relations, and only once', async () => {
      const source = await database.open(entities)
      const { createQueryBuilder, createEntityManager } = source
      // As libraries do that keep transactions.
      Object.assign(source, {
        createQueryBuilder: (...args: unknown[]) => Reflect.apply(createQueryBuilder, source, args),
        createEntityManager: (...args: unknown[]) => Reflect.apply(createEntityManager, source, args),
      })
      const { authorizer } = authorizationFor(source, policy)
      const watched = source.createQueryBuilder
      authorizationFor(source, policy)
      expect(source.createQueryBuilder).toBe(watched)
      const ann = await source.manager.save(Object.assign(new User(), { id: 1, name: 'ann', managerId: null }))
      const tags = await source.manager.save(['secret', 'dull'].map((name) => Object.assign(new Tag(), { name })))
      await source.manager.save(Object.assign(new Document(), { id: 1, title: 'one', archived: false, tags }))
      await source.transaction(async (manager) => {
        const part = await manager.findOneOrFail(Document, {
          relations: { tags: true },
          where: { tags: { name: 'dull' } },
        })
        for (const row of [part, manager.create(Document, part)])
          expect(() => authorizer.can(ann, 'read', row)).toThrow(RelationNotLoadedError)
      })
      await database.close()
    })
  },
)
