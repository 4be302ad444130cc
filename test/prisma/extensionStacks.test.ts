import { Authorizer } from '@arcturus/core'
import { prismaAuthorization } from '@arcturus/prisma'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomCases } from '../orm/randomCases.js'
import { openDatabases } from './databases.js'
import { type Client, clientOf, createDocuments, schemas } from './documents.js'
import { addPeople, policy } from './people.js'

const seed = Number(process.env['ARCTURUS_SEED'] ?? 20_261_129)
const cases = randomCases(400)

type Args = Readonly<Record<string, unknown>>
interface Query {
  /** Undefined for raw SQL. */
  readonly model?: string
  readonly args: Args
  query(args: Args): Promise<unknown>
}

/** What an extension does with the arguments of a query. */
interface Change {
  readonly apply: (args: Args) => Args
  /** Which of the rows it leaves. Undefined: it loses the filter, or changes what it means. */
  readonly leaves?: (row: { readonly id: number; readonly archived: boolean }) => boolean
  /** Whether no trace of a filter is left. */
  readonly isSilent?: boolean
}

const where = (change: (where: Args) => unknown): ((args: Args) => Args) => {
  return (args) => ({ ...args, where: change((args['where'] ?? {}) as Args) })
}
const all = (): boolean => true
const kept = (row: { readonly archived: boolean }): boolean => !row.archived
const isFirst = (row: { readonly id: number }): boolean => row.id < 3

function cloned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(cloned)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, cloned(one)]))
}

const changes: Readonly<Record<string, Change>> = {
  nothing: { apply: (args) => args, leaves: all },
  'a copy': { apply: (args) => ({ ...args }), leaves: all },
  'a deep copy': { apply: (args) => cloned(args) as Args, leaves: all },
  'an order': { apply: (args) => ('data' in args ? args : { ...args, orderBy: { id: 'desc' } }), leaves: all },
  'a condition beside': { apply: where((own) => ({ ...own, archived: false })), leaves: kept },
  'a condition of the key beside': { apply: where((own) => ({ ...own, id: { lt: 3 } })), leaves: isFirst },
  'a condition of a relation beside': {
    apply: where((own) => ({ ...own, tags: { none: { name: '' } } })),
    leaves: all,
  },
  'a NOT beside': { apply: where((own) => ({ ...own, NOT: { archived: true } })), leaves: kept },
  'an OR beside': { apply: where((own) => ({ ...own, OR: [{ archived: false }, { id: 99 }] })), leaves: kept },
  'an AND around': { apply: where((own) => ({ AND: [own, { archived: false }] })), leaves: kept },
  'an AND of one around': { apply: where((own) => ({ AND: own })), leaves: all },
  'an AND that goes on': {
    apply: where((own) => ({ ...own, AND: [...[own['AND'] ?? []].flat(), { archived: false }] })),
    leaves: kept,
  },
  'an AND beside': { apply: where((own) => ({ ...own, AND: [{ archived: false }] })) },
  'an AND of some': { apply: where((own) => ({ ...own, AND: [own['AND'] ?? []].flat().slice(1) })) },
  'an OR around': { apply: where((own) => ({ OR: [own, { archived: false }] })) },
  'a NOT around': { apply: where((own) => ({ NOT: own })) },
  'a where of its own': { apply: where(() => ({ archived: false })) },
  'no where': { apply: ({ where: _, ...args }) => args },
  'an undefined where': { apply: where(() => undefined) },
  'a relation of its own': { apply: (args) => ('include' in args ? { ...args, include: { related: true } } : args) },
  'a copy as JSON': { apply: (args) => JSON.parse(JSON.stringify(args)) as Args },
  'nothing of the arguments': { apply: () => ({}), isSilent: true },
}

/** The ways to extend the queries of documents. */
const ways: Readonly<Record<string, (around: (query: Query) => unknown) => unknown>> = {
  'all operations of all models': (around) => ({ query: { $allModels: { $allOperations: around } } }),
  'all operations': (around) => ({ query: { $allOperations: around } }),
  'operations of all models': (around) => ({
    query: { $allModels: { findMany: around, count: around, updateMany: around } },
  }),
  'operations of one model': (around) => ({
    query: { document: { findMany: around, count: around, updateMany: around } },
  }),
  'a function': (around) => (client: { $extends(one: unknown): unknown }) =>
    client.$extends({ query: { document: { $allOperations: around } } }),
}

/** @param isLast - whether no trace of the filter has to be left */
const layer = (isLast: boolean) => {
  const [keeping, losing] = [true, false].map((keeps) =>
    Object.keys(changes).filter((name) => !changes[name]!.leaves !== keeps && (isLast || !changes[name]!.isSilent)),
  )
  return fc.record({
    change: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...keeping!) }, fc.constantFrom(...losing!)),
    way: fc.constantFrom(...Object.keys(ways)),
    isTwice: fc.boolean(),
  })
}
type Layer = fc.RandomType extends never
  ? never
  : ReturnType<typeof layer> extends fc.Arbitrary<infer One>
    ? One
    : never

// Ann may read 1, 2 and 4.
describe.each(await openDatabases('stacks', ['sqlite']))('Client extensions around this one on $name', (database) => {
  const bare = clientOf(database)
  const authorizer = new Authorizer()
  let rows: readonly { readonly id: number; readonly archived: boolean; readonly related: readonly { id: number }[] }[]
  const may = new Set([1, 2, 4])

  beforeAll(async () => {
    await createDocuments(database)
    await addPeople(bare)
    prismaAuthorization(authorizer, bare)
    authorizer.loadSync(policy)
    await bare.document.update({ where: { id: 1 }, data: { related: { connect: [{ id: 2 }, { id: 3 }, { id: 4 }] } } })
    await bare.document.updateMany({ where: { id: { in: [2, 3] } }, data: { archived: true } })
    rows = await bare.document.findMany({ include: { related: true }, orderBy: { id: 'asc' } })
  }, 60_000)
  afterAll(async () => {
    await bare?.$disconnect()
    await database.close()
  })
  const ann = (): object => authorizer.as('User', { id: 1, email: '1', name: null, active: null, managerId: null })

  const extended = (layers: readonly Layer[], client: Client): Client =>
    layers.reduce((one, { change, way, isTwice }) => {
      const around = async ({ model, args, query }: Query): Promise<unknown> => {
        if (model !== 'Document') return query(args)
        const changed = changes[change]!.apply(args)
        if (isTwice) await query(changed)
        return query(changed)
      }
      return one.$extends(ways[way]!(around) as object) as unknown as Client
    }, client)

  it(`list no row that the check denies, and all others unless they narrow them (seed ${seed})`, async () => {
    const counts = { exact: 0, narrow: 0, refused: 0 }
    await fc.assert(
      fc.asyncProperty(
        fc.array(layer(false), { maxLength: 2 }),
        fc.array(layer(true), { maxLength: 3 }),
        fc.constantFrom('findMany', 'count', 'include', 'updateMany'),
        fc.constantFrom('where', 'subquery'),
        async (before, behind, operation, strategy) => {
          const { prisma, authorizedFilter } = prismaAuthorization(authorizer, extended(before, bare), {
            acceptCollation: true,
            schema: schemas.sqlite,
          })
          const client = extended(behind, prisma)
          const used = [...before, ...behind].map(({ change }) => changes[change]!)
          const left = used.every(({ leaves }) => leaves)
            ? rows.filter((row) => may.has(row.id) && used.every(({ leaves }) => leaves!(row))).map(({ id }) => id)
            : undefined
          const args = { strategy } as const
          let found: readonly number[]
          try {
            if (operation === 'count') {
              const count = await client.document.count(authorizedFilter(ann(), args))
              expect(count).toBeLessThanOrEqual(may.size)
              if (left) expect(count).toBe(left.length)
              return
            }
            if (operation === 'updateMany') {
              await client.document.updateMany({ ...authorizedFilter(ann(), args), data: { body: 'new' } })
              found = (await bare.document.findMany({ where: { body: 'new' } })).map(({ id }) => id)
            } else if (operation === 'include') {
              const documents = await client.document.findMany(
                authorizedFilter(ann(), { ...args, include: { related: true } }),
              )
              found = documents.flatMap(({ id, related }) => [id, ...(related ?? []).map((one) => one.id)])
              expect(found.filter((id) => !may.has(id))).toEqual([])
              found = documents.map(({ id }) => id)
            } else found = (await client.document.findMany(authorizedFilter(ann(), args))).map(({ id }) => id)
          } catch (error) {
            if (!(error instanceof Error) || left) throw error
            const names = ['UnresolvedFilterError', 'UnsupportedOperationError', 'PrismaClientValidationError']
            if (!names.includes(error.name)) throw error
            counts.refused++
            return
          } finally {
            if (operation === 'updateMany') await bare.document.updateMany({ data: { body: '' } })
          }
          expect(found.filter((id) => !may.has(id))).toEqual([])
          if (left) expect([...found].sort()).toEqual(left)
          counts[left ? 'exact' : 'narrow']++
        },
      ),
      { seed, numRuns: cases },
    )
    console.log(counts)
    expect(counts.exact).toBeGreaterThan(cases / 5)
    expect(counts.refused).toBeGreaterThan(cases / 10)
  }, 120_000)
})
