import { fileURLToPath } from 'node:url'
import * as core from '@arcturus/core'
import * as prisma from '@arcturus/prisma'
import * as typeorm from '@arcturus/typeorm'
import { EntitySchema } from 'typeorm'
import { afterAll, describe, expect, it } from 'vitest'
import { openDatabases } from '../prisma/databases.js'
import { createTables } from '../prisma/ddl.js'
import { openDatabases as openForTypeOrm } from '../typeorm/databases.js'
import { isFiltering, readCases } from './lib/judge.mjs'
import { openPrisma } from './lib/prisma.mjs'
import { openTypeOrm } from './lib/typeorm.mjs'
import { Ways } from './lib/ways.mjs'

const cases = readCases(fileURLToPath(new URL('filtering.jsonl', import.meta.url))).filter(isFiltering)
const isLong = process.env['ARCTURUS_TESTS'] === 'all'
const groups = [...new Set(cases.map(({ group }) => group))]

describe('Filters of an Authorizer, in memory and through ORMs', async () => {
  // Each database through one of the ORMs, and in `npm run test:all` through both.
  const openForPrisma: typeof openDatabases = (name, kinds, collation) =>
    openDatabases(name, isLong ? kinds : ['sqlite', 'postgresql'], collation)
  const openOthers: typeof openForTypeOrm = (name, kinds, versions) =>
    openForTypeOrm(name, isLong ? kinds : ['mysql'], versions)
  const orms = [
    ...(await openPrisma({ core, prisma, openDatabases: openForPrisma, createTables })),
    ...(await openTypeOrm({ core, typeorm, openDatabases: openOthers, EntitySchema })),
  ]
  const ways = new Ways(core, orms)
  afterAll(() => ways.close(), 60_000)

  it.each(groups)(
    '%s selects exactly the allowed rows, or is rejected for a named reason',
    async (group) => {
      const wrong: unknown[] = []
      for (const one of cases) {
        if (one.group !== group) continue
        const { passed, wanted, got } = await ways.judge(one)
        if (!passed) wrong.push({ id: one.id, wanted, got })
      }
      expect(wrong).toEqual([])
    },
    60_000,
  )

  it('are answered in nearly all cases', () => {
    const { 'in memory': memory, ...throughOrms } = ways.shares.answered
    expect(memory).toBeGreaterThanOrEqual(0.98)
    for (const [name, share] of Object.entries(throughOrms)) expect(share, name).toBeGreaterThanOrEqual(0.95)
  })

  it('rest on checks of which the predicate answers at least 90 %', () => {
    expect(ways.shares.byPredicate).toBeGreaterThanOrEqual(0.95)
  })
})
