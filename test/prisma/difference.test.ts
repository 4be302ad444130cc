import { diffDatabase } from '@arcturus/testing/diff'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RowFilter } from '../../packages/testing/src/diff/differenceFilter.js'
import { mutatedSources, policyMutants } from '../../packages/testing/src/mutation/mutants.js'
import { randomKinds } from '../databases.js'
import { decisionChanges } from '../orm/decisionChanges.js'
import { openDatabases } from './databases.js'
import { type Client, clientOf, createDocuments } from './documents.js'
import { addPeople, authorizationFor } from './people.js'

const databases = await openDatabases('difference', randomKinds)

describe.each(databases)('the difference of two policies on $name', (database) => {
  const bare = clientOf(database)
  const { authorizer, prisma: client, filterArguments } = authorizationFor(bare)
  beforeAll(async () => {
    await createDocuments(database)
    await addPeople(bare)
  })
  afterAll(async () => {
    await client?.$disconnect()
    await database.close()
  })

  it('is exactly the rows whose decision changes, for each mutant of a policy', async () => {
    const actors = [null, ...(await client.user.findMany({ orderBy: { id: 'asc' } }))]
    const rows = {
      User: await client.user.findMany({ orderBy: { id: 'asc' } }),
      Document: await client.document.findMany({ orderBy: { id: 'asc' } }),
    }
    const keyOf = ({ model }: RowFilter) =>
      (authorizer.schema.key(model) ?? []).map((name) => ({ [name]: 'asc' })) as { id: 'asc' }[]
    // The delegates of all models take these arguments.
    const delegateOf = ({ model }: RowFilter) =>
      (client as unknown as Record<string, Client['user']>)[model[0]!.toLowerCase() + model.slice(1)]!
    const queries = {
      find: (filter: RowFilter, page: { skip: number; take: number }) =>
        delegateOf(filter).findMany({ ...filterArguments(filter), ...page, orderBy: keyOf(filter) }),
      count: (filter: RowFilter) => delegateOf(filter).count(filterArguments(filter)),
    }
    await decisionChanges(authorizer, policyMutants, mutatedSources, { actors, rows }, (before, after) =>
      diffDatabase(authorizer, before, after, queries, { actors, samples: 100 }),
    )
    await expect(
      client.document.findMany(filterArguments({ model: 'User', definite: () => ({ kind: 'true' }) })),
    ).rejects.toThrow('The filter selects rows of User, not of Document.')
  })
})
