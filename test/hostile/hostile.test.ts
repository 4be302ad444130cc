import { ArcturusError, Authorizer } from '@arcturus/core'
import { prismaAuthorization } from '@arcturus/prisma'
import { afterAll, describe, expect, it } from 'vitest'
import { clientLike } from '../prisma/clientLike.js'
import { corpusPath, loadedItems, readCorpus, tablesOf } from './corpus.js'
import { differences } from './differences.js'
import type { Orm } from './orm.js'
import { loadPolicy, User } from './policy.js'
import { openPrisma, schemaFor } from './prisma.js'
import { openTypeOrm } from './typeorm.js'

// Conditions that were written to break filters, over rows that were. Where the file with them is, the environment says.

if (corpusPath === undefined) {
  it.skip('The hostile filters did not run: ARCTURUS_HOSTILE_FILTERS names no file', () => {})
} else {
  const corpus = readCorpus(corpusPath)
  const tables = tablesOf(corpus)
  const cases = Object.entries(corpus.actions).filter(([id]) => !(id in differences))
  const comparable = new Set(Object.keys(corpus.actions).filter((id) => corpus.actions[id]!.group === 'conformance'))

  describe.each(['machine', 'auto'] as const)('Checks of loaded rows (%s)', async (evaluator) => {
    const authorizer = new Authorizer({ evaluator })
    const schema = await schemaFor('sqlite')
    prismaAuthorization(authorizer, clientLike(schema), { schema })
    loadPolicy(authorizer)
    const user = new User(corpus)
    const items = loadedItems(tables)
    const allowed = (action: string, item: object): boolean => {
      try {
        return authorizer.can(user, action, authorizer.as('Item', item))
      } catch (error) {
        if (error instanceof ArcturusError) return false
        throw error
      }
    }

    it.each(cases)('allow what the condition %s allows', (id, { allowWhenNullIsAValue }) => {
      expect(items.filter((item) => allowed(id, item)).map((item) => item.id)).toEqual(allowWhenNullIsAValue)
    })
  })

  const orms: readonly Orm[] = [...(await openPrisma(corpus, tables)), ...(await openTypeOrm(corpus, tables))]

  describe.each(orms)('Lists of $name', (orm) => {
    const strategies: string[] = []
    afterAll(async () => {
      await orm.close()
    })

    it.each(cases)('contain the rows that the condition %s allows', async (id, { allowWhenNullIsAValue }) => {
      const { ids, strategy } = await orm.list(id)
      expect([...ids].sort()).toEqual([...allowWhenNullIsAValue].sort())
      if (comparable.has(id)) strategies.push(strategy)
    })

    it('are made of its own words in most conditions', () => {
      const count = (strategy: string): number => strategies.filter((one) => one === strategy).length
      const counts = [...new Set(strategies)].map((one) => `${count(one)} by ${one}`).join(', ')
      console.log(`${orm.name}: ${strategies.length} of ${comparable.size} conditions (${counts})`)
      expect(count('where')).toBeGreaterThanOrEqual(orm.ownWords)
    })
  })
}
