import { diffDatabase } from '@arcturus/testing/diff'
import { Column, type DataSource, Entity, PrimaryColumn } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RowFilter } from '../../packages/testing/src/diff/differenceFilter.js'
import { mutatedSources, policyMutants } from '../../packages/testing/src/mutation/mutants.js'
import { randomKinds } from '../databases.js'
import { decisionChanges } from '../orm/decisionChanges.js'
import { openDatabases } from './databases.js'
import { Document, entities, User } from './entities.js'
import { addPeople, authorizationFor } from './people.js'

const databases = await openDatabases('difference', randomKinds)

class Place {
  @Column({ type: 'varchar' }) city!: string
}

@Entity()
class Shop {
  @PrimaryColumn({ type: 'int' }) id!: number
  @Column(() => Place) place!: Place
}

describe.each(databases)('the difference of two policies on $name', (database) => {
  let source: DataSource
  let authorization: ReturnType<typeof authorizationFor>
  beforeAll(async () => {
    source = await database.open(entities)
    await addPeople(source)
    authorization = authorizationFor(source)
  })
  afterAll(async () => {
    await source?.destroy()
  })

  it('is exactly the rows whose decision changes, for each mutant of a policy', async () => {
    const { authorizer, filterArguments } = authorization
    const actors = [null, ...(await source.getRepository(User).find({ order: { id: 'ASC' } }))]
    const rows = {
      User: await source.getRepository(User).find({ order: { id: 'ASC' } }),
      Document: await source.getRepository(Document).find({ order: { id: 'ASC' } }),
    }
    const keyOf = ({ model }: RowFilter, order: string) =>
      Object.fromEntries((authorizer.schema.key(model) ?? []).map((name) => [name, order]))
    const of = (filter: RowFilter) => source.getRepository(filter.model)
    const queries = {
      find: (filter: RowFilter, page: { skip: number; take: number }) =>
        of(filter).find({ ...filterArguments(filter, filter.model), ...page, order: keyOf(filter, 'ASC') }),
      count: (filter: RowFilter) => of(filter).count(filterArguments(filter, filter.model)),
    }
    await decisionChanges(authorizer, policyMutants, mutatedSources, { actors, rows }, (before, after) =>
      diffDatabase(authorizer, before, after, queries, { actors, samples: 100 }),
    )
    expect(() => filterArguments({ model: 'User', definite: () => ({ kind: 'true' }) }, Document)).toThrow(
      'The filter selects rows of User, not of Document.',
    )
  })
})

it('asks for no list of embedded columns', async () => {
  const source = await databases[0]!.open([Shop])
  const { authorizer, filterArguments } = authorizationFor(source, '')
  const asked = new Set<string>()
  const queries = {
    find: (filter: RowFilter) => {
      asked.add(filter.model)
      return source.getRepository(filter.model).find(filterArguments(filter, filter.model))
    },
    count: (filter: RowFilter) => source.getRepository(filter.model).count(filterArguments(filter, filter.model)),
  }
  await source.getRepository(Shop).save({ id: 1, place: { city: 'Oslo' } })
  const [before, after] = ['allow("nobody", "read", _);', 'allow(_, "read", _);'] as const
  const { changes, uncompared } = await diffDatabase(authorizer, before, after, queries, { actors: [null] })
  await source.destroy()
  expect({ asked: [...asked], uncompared }).toEqual({ asked: ['Shop'], uncompared: [] })
  expect(changes).toMatchObject([{ action: 'read', model: 'Shop', direction: 'gained', count: 1 }])
})
