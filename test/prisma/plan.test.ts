import { Authorizer, UnsupportedFilterError } from '@arcturus/core'
import { type Definite, matches, type Path } from '@arcturus/core/filters'
import { printSql } from '@arcturus/sql'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { KnownRow, Root } from '../../packages/core/src/condition/condition.js'
import { Source } from '../../packages/core/src/language/source.js'
import { modelsOf } from '../../packages/prisma/src/database/models.js'
import { sendBy } from '../../packages/prisma/src/database/send.js'
import { moved } from '../../packages/prisma/src/filter/formula.js'
import type { Where } from '../../packages/prisma/src/filter/printed.js'
import { WherePrinter } from '../../packages/prisma/src/filter/printer.js'
import { sqlTablesOf } from '../../packages/prisma/src/filter/sqlTables.js'
import { IdQueries } from '../../packages/prisma/src/filter/subquery/idQuery.js'
import { Keys } from '../../packages/prisma/src/filter/subquery/keys.js'
import { Planner, type Strategy } from '../../packages/prisma/src/filter/subquery/plan.js'
import { Tables } from '../../packages/prisma/src/schema/tables.js'
import { Conditions, knownRow, resourceOf, value, variableOf } from '../orm/conditions.js'
import { plainRows, type Row, readGraph } from '../orm/graph.js'
import { randomCases } from '../orm/randomCases.js'
import { fill, foldedTagNames } from '../orm/rows.js'
import { Computed } from '../sql/computed.js'
import { Reaches } from '../sql/reaches.js'
import { openDatabases } from './databases.js'
import { type Client, known, openDocuments, schemas } from './documents.js'
import { plainDatabase } from './plainDatabase.js'

const seed = Number(process.env['ARCTURUS_SEED'] ?? 20_261_127)
const cases = randomCases(150)
// MariaDB with its usual collation, which ignores case, accents and trailing blanks.
const nowhere = { source: new Source(''), start: 0, end: 0 }
const databases = await openDatabases('plan', ['sqlite', 'postgresql', 'mysql'])

describe.each(databases)('A plan on $name', (database) => {
  const provider = known(database.provider)
  const schema = schemas[provider]
  const models = new Authorizer().registerModels(modelsOf(schema)).schema
  const tables = new Tables(schema)
  const resource = resourceOf('Document')
  let prisma: Client
  let documents: readonly Row[]
  let knownRows: readonly (readonly [Root, Row | null])[]
  let planner: Planner
  beforeAll(async () => {
    prisma = await openDocuments(database)
    await fill(prisma, seed, provider === 'mysql' ? foldedTagNames : undefined)
    const graph = await readGraph(prisma)
    documents = graph.documents
    knownRows = keyed.map((root) => [root, graph.find(root.model, root.key)])
    const reference = (model: string, field: string) =>
      Reflect.get(Reflect.get(prisma, model.charAt(0).toLowerCase() + model.slice(1)).fields, field)
    const queries = new IdQueries(printSql, sqlTablesOf(schema, { facts: plainDatabase(schema) }), provider)
    planner = new Planner(new WherePrinter(schema, { facts: plainDatabase(schema) }, reference), queries, models)
  }, 60_000)
  afterAll(async () => {
    await prisma?.$disconnect()
    await database.close()
  }, 60_000)

  /** The where that a strategy makes of a condition, and how many queries it takes; undefined where it is refused. */
  async function planned(
    condition: Definite,
    strategy: Strategy,
    isOfList = false,
  ): Promise<[where: Where, queries: number] | undefined> {
    try {
      const plan = planner.plan(condition, 'Document', strategy, isOfList)
      const found = await Promise.all(plan.queries.map(sendBy(prisma)))
      const keys = found.map((rows, at) => new Keys(tables.model(plan.queries[at]!.model)!, tables).where(rows))
      return [plan.where(keys), plan.queries.length]
    } catch (error) {
      if (error instanceof UnsupportedFilterError) return undefined
      throw error
    }
  }

  const conditions = new Conditions(schema)
  const keyed: readonly KnownRow[] = [
    knownRow('User', { id: 1 }),
    knownRow('User', { id: 3 }),
    // Nobody.
    knownRow('User', { id: 99 }),
    knownRow('Organization', { region: 'eu', code: 2 }),
    knownRow('Tag', { name: 'b' }),
  ]
  const ofKnown = fc
    .constantFrom(...keyed)
    .chain((row) => fc.oneof(conditions.of(row, [resource, resource]), conditions.of(resource, [row, row])))
  const owner = resourceOf('User')
  const path = { kind: 'path', root: resource, steps: [{ name: 'owner', model: 'Document', span: nowhere }] } as const
  const hasNoParent: Definite = { kind: 'compare', operator: '=', left: path, right: value(null), span: nowhere }
  const document = variableOf('document', 'Document')
  const owned: Path = { ...path, steps: [...path.steps, { name: 'owned', model: 'User', span: nowhere }] }
  const ofOwned = (where: Definite): Definite => ({ kind: 'some', each: document, from: owned, where, span: nowhere })
  const ofParents = fc
    .tuple(
      // Sound: only the rows that it is about differ.
      fc.oneof(
        conditions.of(owner).map((one) => moved(one, owner, path) as Definite),
        conditions.of(document).map(ofOwned),
      ),
      fc.oneof(conditions.of(resource), fc.constant(hasNoParent)),
    )
    .map((of): Definite => ({ kind: 'or', of }))

  // MySQL joins too few tables for so many parents.
  it.skipIf(provider === 'mysql')('joins parents that are too many for one query only together', () => {
    const alternatives = Array.from({ length: provider === 'sqlite' ? 12 : 40 }, (_, at): Definite => {
      const id = (root: Root): Path => ({
        kind: 'path',
        root,
        steps: [{ name: 'id', model: 'Document', span: nowhere }],
      })
      const is = (root: Root): Definite => ({
        kind: 'compare',
        operator: '=',
        left: id(root),
        right: value(at),
        span: nowhere,
      })
      return { kind: 'and', of: [is(resource), ofOwned(is(document))] }
    })
    const plan = planner.plan({ kind: 'or', of: alternatives }, 'Document', 'auto', true)
    expect(plan.queries).toHaveLength(alternatives.length)
    const whereOf = (count: number): string => {
      const keys = alternatives.map(() => ({ id: { in: Array.from({ length: count }, (_, at) => at) } }))
      return JSON.stringify(plan.where(keys))
    }
    expect(whereOf(5)).not.toContain('owned')
    expect(whereOf(provider === 'sqlite' ? 100 : 1000)).toContain('owned')
  })

  it.each([
    ['anything', conditions.of(resource), cases],
    ['what the row or its parent has', ofParents, cases],
    ['what goes from row to row', new Reaches(conditions).of(resource), Math.ceil(cases / 3)],
    ['rows that are known by their keys', ofKnown, cases],
    ['what is computed', new Computed(resource).of(), Math.ceil(cases / 3)],
  ])(
    `finds just the rows for which a condition about %s holds (seed ${seed})`,
    async (name, some, runs) => {
      const counts = { where: 0, auto: 0, subquery: 0, list: 0, parents: 0, some: 0 }
      await fc.assert(
        fc.asyncProperty(some, async (condition) => {
          const expected = documents
            .filter((row) => matches(condition, row, { ...plainRows, known: new Map(knownRows) }))
            .map((row) => row['id'])
          let alone = 0
          for (const strategy of ['where', 'auto', 'subquery', 'list'] as const) {
            const plan = await (strategy === 'list' ? planned(condition, 'auto', true) : planned(condition, strategy))
            if (!plan) continue
            const [where, queries] = plan
            if (strategy === 'auto') alone = queries
            if (strategy === 'list' && queries > alone) counts.parents++
            const rows = await prisma.document.findMany({ where, select: { id: true }, orderBy: { id: 'asc' } })
            counts[strategy]++
            expect(
              rows.map(({ id }) => id),
              `${strategy}: ${JSON.stringify(where, bigintsToo)}`,
            ).toEqual(expected)
          }
          if (expected.length > 0 && expected.length < documents.length) counts.some++
        }),
        { seed, numRuns: runs },
      )
      console.log(database.name, name, { runs, ...counts })
      expect(counts.auto).toBeGreaterThanOrEqual(Math.max(counts.where, counts.subquery))
      expect(counts.auto).toBeGreaterThan(runs / 3)
      expect(counts.list).toBe(counts.auto)
      if (some === ofParents) expect(counts.parents).toBeGreaterThan(0)
    },
    240_000,
  )
})

function bigintsToo(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}
