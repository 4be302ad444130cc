import { type Definite, UnsupportedFilterError } from '@arcturus/core'
import { type FieldReference, type Where, WherePrinter } from '@arcturus/prisma'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Conditions, resourceOf } from './conditions.js'
import { openDatabases } from './databases.js'
import { type Client, known, openDocuments, schemas } from './documents.js'
import { holds, readGraph } from './evaluate.js'
import { fill } from './rows.js'

const seed = Number(process.env['ARCTURUS_SEED'] ?? Date.now() % 2 ** 31)
const databases = await openDatabases('printer', ['sqlite', 'postgresql', 'mysql'], 'utf8mb4_nopad_bin')

describe.each(databases)('A printed where on $name', (database) => {
  const schema = schemas[known(database.provider)]
  const resource = resourceOf('Document')
  let prisma: Client
  beforeAll(async () => {
    prisma = await openDocuments(database)
    await fill(prisma, seed)
  }, 60_000)
  afterAll(async () => {
    await prisma?.$disconnect()
    await database.close()
  })

  it.each([false, true])(
    `finds just the rows for which the condition holds (acceptCollation: %s, seed ${seed})`,
    async (acceptCollation) => {
      const { documents } = await readGraph(prisma)
      const reference: FieldReference = (model, field) => {
        const delegate = Reflect.get(prisma, model.charAt(0).toLowerCase() + model.slice(1))
        return Reflect.get(delegate.fields, field)
      }
      const printer = new WherePrinter(schema, { acceptCollation }, reference)
      const refused = new Map<string, number>()
      const counts = { asked: 0, some: 0 }
      const print = (condition: Definite): Where | undefined => {
        try {
          return printer.print(condition, 'Document')
        } catch (error) {
          if (!(error instanceof UnsupportedFilterError)) throw error
          const reason = String(error.data?.['reason'])
          refused.set(reason, (refused.get(reason) ?? 0) + 1)
          return undefined
        }
      }
      const conditions = new Conditions(schema)
      await fc.assert(
        fc.asyncProperty(conditions.of(resource), async (condition) => {
          const where = print(condition)
          if (where === undefined) return
          const expected = documents
            .filter((row) => holds(condition, new Map([[resource, row]])))
            .map((row) => row['id'])
          const found = await prisma.document.findMany({ where, select: { id: true }, orderBy: { id: 'asc' } })
          counts.asked++
          if (found.length > 0 && found.length < documents.length) counts.some++
          expect(
            found.map((row) => row.id),
            `printed as ${JSON.stringify(where, bigintsToo)}`,
          ).toEqual(expected)
        }),
        { seed, numRuns: Number(process.env['ARCTURUS_CASES'] ?? 300) },
      )
      console.log(database.name, { acceptCollation, ...counts, refused: Object.fromEntries(refused) })
      // Otherwise the test would say little: nearly all refused, or nearly all true of every row or of none.
      expect(counts.asked).toBeGreaterThan(database.provider === 'mysql' && !acceptCollation ? 30 : 100)
      expect(counts.some / counts.asked).toBeGreaterThan(0.2)
    },
    120_000,
  )
})

function bigintsToo(_key: string, one: unknown): unknown {
  return typeof one === 'bigint' ? `${one}n` : one
}
