import { UnsupportedFilterError } from '@arcturus/core'
import { type Definite, matches } from '@arcturus/core/filters'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { KnownRow, Root } from '../../packages/core/src/condition/condition.js'
import { sqlTablesOf } from '../../packages/prisma/src/filter/sqlTables.js'
import { Conditions, knownRow, resourceOf } from '../orm/conditions.js'
import { plainRows, type Row, readGraph } from '../orm/graph.js'
import { randomCases } from '../orm/randomCases.js'
import { fill, foldedTagNames } from '../orm/rows.js'
import { openDatabases } from '../prisma/databases.js'
import { type Client, known, openDocuments, schemas } from '../prisma/documents.js'
import { plainDatabase } from '../prisma/plainDatabase.js'
import { Computed } from './computed.js'
import { castDocuments, idsOf, printQuery, type Query } from './query.js'
import { Reaches } from './reaches.js'

const seed = Number(process.env['ARCTURUS_SEED'] ?? 20_261_127)
const cases = randomCases(200, 50)
// MariaDB with its usual collation, which ignores case, accents and trailing blanks.
const databases = await openDatabases('sql', ['sqlite', 'postgresql', 'mysql'])

describe.each(databases)('A condition printed as SQL on $name', (database) => {
  const dialect = known(database.provider)
  const schema = schemas[dialect]
  const tables = sqlTablesOf(schema, { facts: plainDatabase(schema) })
  const resource = resourceOf('Document')
  let prisma: Client
  let documents: readonly Row[]
  let knownRows: readonly (readonly [Root, Row | null])[]
  beforeAll(async () => {
    prisma = await openDocuments(database)
    await fill(prisma, seed, dialect === 'mysql' ? foldedTagNames : undefined)
    // As databases do by themselves: PostgreSQL takes a new table for a large one, and compiles queries of it to machine code.
    if (dialect === 'postgresql') await database.execute(['ANALYZE'])
    const graph = await readGraph(prisma)
    documents = graph.documents
    knownRows = keyed.map((root) => [root, graph.find(root.model, root.key)])
  }, 60_000)
  afterAll(async () => {
    await prisma?.$disconnect()
    await database.close()
  }, 60_000)

  const conditions = new Conditions(schema)
  const keyed: readonly KnownRow[] = [
    knownRow('User', { id: 1 }),
    knownRow('User', { id: 3 }),
    // Nobody.
    knownRow('User', { id: 99 }),
    knownRow('Organization', { region: 'eu', code: 2 }),
    knownRow('Tag', { name: 'b' }),
    knownRow('Tag', { name: 'B' }),
  ]
  const ofKnown = fc
    .constantFrom(...keyed)
    .chain((row) => fc.oneof(conditions.of(row, [resource, resource]), conditions.of(resource, [row, row])))
  it.each([
    ['for just the rows for which it is meant to', conditions.of(resource), cases],
    ['where it goes from row to row', new Reaches(conditions).of(resource), Math.ceil(cases / 2)],
    ['by rows that are known by their keys', ofKnown, cases],
    ['for what it computes of them', new Computed(resource).of(), cases],
  ])(
    `holds %s (seed ${seed})`,
    async (name, some, runs) => {
      const counts = { asked: 0, some: 0, joined: 0 }
      const refused: Record<string, number> = {}
      const print = (condition: Definite, options = {}): Query | undefined => {
        try {
          return printQuery(condition, dialect, tables, castDocuments, options)
        } catch (error) {
          if (!(error instanceof UnsupportedFilterError)) throw error
          const reason = String(error.data?.['reason'])
          refused[reason] = (refused[reason] ?? 0) + 1
          return undefined
        }
      }
      await fc.assert(
        fc.asyncProperty(some, async (condition) => {
          const query = print(condition)
          if (!query) return
          const expected = documents
            .filter((row) => matches(condition, row, { ...plainRows, known: new Map(knownRows) }))
            .map((row) => row['id'])
          counts.asked++
          if (expected.length > 0 && expected.length < documents.length) counts.some++
          const forms = [query]
          if (query.recursive) forms.push(print(condition, { ahead: true })!)
          if (dialect === 'postgresql') forms.push(print(condition, { joins: true })!)
          if (forms.at(-1)!.joins !== '') counts.joined++
          for (const one of forms) {
            const ids = await idsOf(prisma, dialect, 'docs', one).catch((error: unknown) => {
              throw new Error(`${one.with}${one.joins}${one.sql}\n${String(one.values)}`, { cause: error })
            })
            expect(ids, `${one.with}${one.joins}${one.sql}\n${String(one.values)}`).toEqual(expected)
          }
        }),
        { seed, numRuns: runs },
      )
      console.log(database.name, name, { ...counts, refused })
      expect(counts.asked).toBeGreaterThan(runs / 3)
      expect(counts.some).toBeGreaterThan(counts.asked / 10)
      if (dialect === 'postgresql') expect(counts.joined).toBeGreaterThan(counts.asked / 10)
    },
    120_000,
  )
})
