import { UnsupportedFilterError } from '@arcturus/core'
import { type Definite, matches } from '@arcturus/core/filters'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Where } from '../../packages/prisma/src/filter/printed.js'
import { WherePrinter } from '../../packages/prisma/src/filter/printer.js'
import { Conditions, resourceOf } from '../orm/conditions.js'
import { plainRows, type Row, readGraph } from '../orm/graph.js'
import { randomCases } from '../orm/randomCases.js'
import { fill } from '../orm/rows.js'
import { openDatabases } from './databases.js'
import { type Client, known, openDocuments, schemas } from './documents.js'
import { plainDatabase } from './plainDatabase.js'

const seed = Number(process.env['ARCTURUS_SEED'] ?? 20_261_127)
const cases = randomCases(200)
const databases = await openDatabases('printer', ['sqlite', 'postgresql', 'mysql'], 'utf8mb4_nopad_bin')

describe.each(databases)('A printed where on $name', (database) => {
  const schema = schemas[known(database.provider)]
  const resource = resourceOf('Document')
  let prisma: Client
  let documents: readonly Row[]
  beforeAll(async () => {
    prisma = await openDocuments(database)
    await fill(prisma, seed)
    documents = (await readGraph(prisma)).documents
  }, 60_000)
  afterAll(async () => {
    await prisma?.$disconnect()
    await database.close()
  })

  const expected = (condition: Definite): unknown[] =>
    documents.filter((row) => matches(condition, row, plainRows)).map((row) => row['id'])
  const found = async (where: object): Promise<unknown[]> =>
    (await prisma.document.findMany({ where, select: { id: true }, orderBy: { id: 'asc' } })).map((row) => row.id)

  /** Prints conditions and counts by reason those that are refused; they are undefined then. */
  function printing(acceptCollation: boolean) {
    const printer = new WherePrinter(schema, { acceptCollation, facts: plainDatabase(schema) }, (model, field) =>
      Reflect.get(Reflect.get(prisma, model.charAt(0).toLowerCase() + model.slice(1)).fields, field),
    )
    const refused: Record<string, number> = {}
    const print = (condition: Definite): Where | undefined => {
      try {
        return printer.print(condition, 'Document')
      } catch (error) {
        if (!(error instanceof UnsupportedFilterError)) throw error
        const reason = String(error.data?.['reason'])
        refused[reason] = (refused[reason] ?? 0) + 1
        return undefined
      }
    }
    return { print, refused }
  }

  it.each(database.provider === 'sqlite' ? [false] : [false, true])(
    `finds the rows for which it is true (acceptCollation: %s, seed ${seed})`,
    async (acceptCollation) => {
      const { print, refused } = printing(acceptCollation)
      const counts = { asked: 0, some: 0 }
      await fc.assert(
        fc.asyncProperty(new Conditions(schema).of(resource), async (condition) => {
          const where = print(condition)
          if (where === undefined) return
          const ids = await found(where)
          counts.asked++
          if (ids.length > 0 && ids.length < documents.length) counts.some++
          expect(ids, `printed as ${JSON.stringify(where, bigintsToo)}`).toEqual(expected(condition))
        }),
        { seed, numRuns: cases },
      )
      console.log(database.name, { acceptCollation, ...counts, refused })
      // Otherwise the test would say little: nearly all refused, or nearly all true of every row or of none.
      expect(counts.asked).toBeGreaterThan(cases / 5)
      expect(counts.some).toBeGreaterThan(counts.asked / 10)
    },
    120_000,
  )

  const faults: Record<string, (name: string, part: unknown) => [string, unknown] | undefined> = {
    'the null beside a negation': (name, part) => (name === 'OR' ? [name, without(part, isNull)] : undefined),
    'an arm of an or': (name, part) => (name === 'OR' ? [name, without(part, (_, at) => at > 0)] : undefined),
    'an arm of an and': (name, part) => (name === 'AND' ? [name, without(part, (_, at) => at > 0)] : undefined),
    'none for some': (name, part) => (name === 'none' ? ['some', part] : undefined),
    'a value of a list': (name, part) => (name === 'in' ? [name, without(part, (_, at) => at > 0)] : undefined),
    'the edge of an order': (name, part) => (name === 'lt' ? ['lte', part] : name === 'gte' ? ['gt', part] : undefined),
    'a row that must be there': (name, part) => (name === 'isNot' ? ['is', part] : undefined),
  }
  function* drawn(): Generator<Definite> {
    const conditions = new Conditions(schema).of(resource)
    for (let at = 0; at < 30; at++) yield* fc.sample(conditions, { seed: seed + at, numRuns: 100 })
  }
  it.skipIf(database.provider !== 'sqlite').each(Object.keys(faults))(
    `is told from one with a mistake: %s (seed ${seed})`,
    async (name) => {
      const { print } = printing(false)
      for (const condition of drawn()) {
        const where = print(condition)
        const mistaken = where && spoil(where, faults[name]!)
        if (!mistaken || JSON.stringify(mistaken, bigintsToo) === JSON.stringify(where, bigintsToo)) continue
        const ids = await found(mistaken).catch(() => undefined)
        if (ids && String(ids) !== String(expected(condition))) return
      }
      expect.fail('none of the conditions shows this mistake')
    },
    60_000,
  )
})

/** The where with all parts of a kind changed. */
function spoil(where: object, fault: (name: string, part: unknown) => [string, unknown] | undefined): object {
  return Object.fromEntries(
    Object.entries(where).map(([name, part]) => {
      const [changed, inner] = fault(name, part) ?? [name, part]
      if (Array.isArray(inner)) return [changed, inner.map((one) => (isPlain(one) ? spoil(one, fault) : one))]
      return [changed, isPlain(inner) ? spoil(inner, fault) : inner]
    }),
  )
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

/** A list without some of its elements; one of them stays. */
function without(list: unknown, drop: (one: unknown, at: number) => boolean): unknown {
  const kept = (list as unknown[]).filter((one, at) => !drop(one, at))
  return kept.length > 0 ? kept : list
}

function isNull(part: unknown): boolean {
  return isPlain(part) && Object.values(part).includes(null)
}

function bigintsToo(_key: string, one: unknown): unknown {
  return typeof one === 'bigint' ? `${one}n` : one
}
