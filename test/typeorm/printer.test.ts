import { UnsupportedFilterError } from '@arcturus/core'
import { type Definite, matches } from '@arcturus/core/filters'
import fc from 'fast-check'
import type { DataSource } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ParameterNames } from '../../packages/typeorm/src/filter/parameters.js'
import { type PrintedFilter, printFilter } from '../../packages/typeorm/src/filter/printedFilter.js'
import { Recursion } from '../../packages/typeorm/src/filter/recursion.js'
import { TypeOrmTables } from '../../packages/typeorm/src/schema/tables.js'
import { Conditions, resourceOf } from '../orm/conditions.js'
import { plainRows, type Row, readGraph } from '../orm/graph.js'
import { randomCases } from '../orm/randomCases.js'
import { foldedTagNames } from '../orm/rows.js'
import { schemas } from '../prisma/documents.js'
import { Reaches } from '../sql/reaches.js'
import { openDatabases } from './databases.js'
import { entitiesOf, fillDocuments, readerOf } from './documents.js'

const seed = Number(process.env['ARCTURUS_SEED'] ?? 20_261_127)
const cases = randomCases(200)
const databases = await openDatabases('printer', undefined, ['1'])

describe.each(databases)('A condition in a query of $name', (database) => {
  const { kind } = database
  const schema = schemas[kind]
  const resource = resourceOf('Document')
  let source: DataSource
  let documents: readonly Row[]
  let print: (condition: Definite) => PrintedFilter
  beforeAll(async () => {
    source = await database.open(entitiesOf(schema, kind))
    await fillDocuments(source, seed, kind === 'mysql' ? foldedTagNames : undefined)
    documents = (await readGraph(readerOf(source))).documents
    const printing = {
      dialect: kind,
      tables: new TypeOrmTables(source),
      names: new ParameterNames(),
      recursion: new Recursion(source),
      printed: new WeakMap(),
    }
    print = (condition) => printFilter(condition, 'Document', printing)
  }, 120_000)
  afterAll(() => database.close(), 60_000)

  const conditions = new Conditions(schema)
  it.each([
    ['finds just the rows for which it holds', conditions.of(resource), cases],
    ['goes from row to row', new Reaches(conditions).of(resource), Math.ceil(cases / 4)],
  ])(
    `%s (seed ${seed})`,
    async (name, some, runs) => {
      const counts = { asked: 0, some: 0 }
      const refused: Record<string, number> = {}
      const quote = kind === 'mysql' ? '`' : '"'
      await fc.assert(
        fc.asyncProperty(some, async (condition) => {
          let filter: PrintedFilter
          try {
            filter = print(condition)
          } catch (error) {
            if (!(error instanceof UnsupportedFilterError)) throw error
            const reason = String(error.data?.['reason'])
            refused[reason] = (refused[reason] ?? 0) + 1
            return
          }
          const query = source
            .createQueryBuilder('Document', 'd')
            .select('d.id')
            .where(filter.of(`${quote}d${quote}`), filter.parameters)
            .orderBy('d.id')
          const rows = await query.getMany().catch((error: unknown) => {
            throw new Error(query.getQuery(), { cause: error })
          })
          const ids = rows.map((row) => row['id'])
          const expected = documents.filter((row) => matches(condition, row, plainRows)).map((row) => row['id'])
          counts.asked++
          if (ids.length > 0 && ids.length < documents.length) counts.some++
          expect(ids, query.getQuery()).toEqual(expected)
        }),
        { seed, numRuns: runs },
      )
      console.log(database.name, name, { ...counts, refused })
      expect(counts.asked).toBeGreaterThan(runs / 3)
      expect(counts.some).toBeGreaterThan(counts.asked / 10)
    },
    120_000,
  )
})
