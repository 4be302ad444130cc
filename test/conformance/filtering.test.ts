import { fileURLToPath } from 'node:url'
import * as core from '@arcturus/core'
import * as prisma from '@arcturus/prisma'
import { afterAll, describe, expect, it } from 'vitest'
import { noteDatabase } from '../databases.js'
import { isFiltering, readCases } from './lib/judge.mjs'
import { Ways } from './lib/ways.mjs'

const cases = readCases(fileURLToPath(new URL('filtering.jsonl', import.meta.url))).filter(isFiltering)
const groups = [...new Set(cases.map(({ group }) => group))]

describe('Filters of an Authorizer, in memory and through Prisma on SQLite', () => {
  const ways = new Ways({ core, prisma })
  noteDatabase('SQLite (libsql)')
  afterAll(() => ways.close())

  it.each(groups)('%s selects the rows that the check allows, or is refused by a typed error', async (group) => {
    const wrong: unknown[] = []
    for (const one of cases) {
      if (one.group !== group) continue
      const { passed, wanted, got } = await ways.judge(one)
      if (!passed) wrong.push({ id: one.id, wanted, got })
    }
    expect(wrong).toEqual([])
  })

  it('are answered in at least 90 % of the cases in memory, and 75 % through Prisma', () => {
    expect(ways.shares.memory).toBeGreaterThanOrEqual(0.9)
    expect(ways.shares.prisma).toBeGreaterThanOrEqual(0.75)
  })

  it('rest on checks of which the predicate answers at least 80 %', () => {
    expect(ways.shares.predicate).toBeGreaterThanOrEqual(0.8)
  })
})
