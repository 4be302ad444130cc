import { UnsupportedFilterError } from '@arcturus/core'
import { type Definite, matches, type Operand } from '@arcturus/core/filters'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Where } from '../../packages/prisma/src/filter/printed.js'
import { WherePrinter } from '../../packages/prisma/src/filter/printer.js'
import { resourceOf, span, value, variableOf } from '../orm/conditions.js'
import { plainRows, type Row } from '../orm/graph.js'
import { createSchema, openDatabases } from './databases.js'
import { schema } from './generated/columns-postgresql/arcturus/schema.js'
import { Prisma, PrismaClient } from './generated/columns-postgresql/client/client.js'
import { plainDatabase } from './plainDatabase.js'

const [database] = await openDatabases('columns', ['postgresql'])
const resource = resourceOf('Listing')

const column = (name: string): Operand => ({ kind: 'path', root: resource, steps: [{ name, model: 'Listing', span }] })
const date = (text: string): Date => new Date(`${text}Z`)

/** Columns, and what each is compared with: values that are there, near ones, and ones of another form. */
const compared: Record<string, readonly unknown[]> = {
  title: ['a', 'A', 'a ', 'b', 'a\0', '\uD800', '', 'é', 1],
  short: ['ab', 'ab ', 'AB'],
  uuid: ['6f9619ff-8b86-d011-b42d-00c04fc964ff', '6F9619FF-8B86-D011-B42D-00C04FC964FF', 'none', ''],
  level: ['low', 'high', 'Middle', 'middle', 'LOW', 'h', 'z', 'A'],
  day: [date('2024-02-29T00:00:00'), date('2024-02-29T00:00:00.001'), date('2024-02-28T23:59:59.999')],
  precise: ['.123', '.124', '.122', '.1'].map((rest) => date(`2024-02-29T10:00:00${rest}`)),
  zoned: ['.123', '.124', '.122', '.1'].map((rest) => date(`2024-02-29T10:00:00${rest}`)),
  coarse: ['.000', '.400', '.001'].map((rest) => date(`2024-02-29T10:00:00${rest}`)),
  double: [
    0.1,
    0.1 + 0.2,
    0.3,
    -0,
    5n,
    1e300,
    new Prisma.Decimal('0.1'),
    new Prisma.Decimal('0.10000000000000000001'),
    2n ** 60n,
    Number.NaN,
  ],
  small: [1, 1.5, 40_000, -40_000, 2 ** 40, 1n, new Prisma.Decimal('1.0'), new Prisma.Decimal('0.5')],
  amount: [0.1, 12.34, new Prisma.Decimal('12.345'), new Prisma.Decimal('12.34'), 12n, 1e15, new Prisma.Decimal('NaN')],
  number: [5n, 5, 5.5, 2n ** 60n, 2n ** 60n + 1n, 2 ** 60, 10n ** 30n, -(10n ** 30n)],
}

/** Columns that PostgreSQL compares in its own way. */
const refused = ['padded', 'folded', 'address', 'time', 'single', 'cash']

describe.skipIf(!database)(`Columns of ${database?.name}`, () => {
  let prisma: PrismaClient
  let rows: Row[]
  const printer = new WherePrinter(schema, { facts: plainDatabase(schema) }, (_, field) =>
    Reflect.get(prisma.listing.fields, field),
  )
  beforeAll(async () => {
    await createSchema(database!, schema)
    await database!.execute([
      `INSERT INTO "Listing" (id, tags, scores, levels, level, uuid, padded, short, day, precise, zoned, coarse, single, double, small, amount, title, number) VALUES
        (1, '{a,b}', '{1,2}', '{low}', 'low', '6f9619ff-8b86-d011-b42d-00c04fc964ff', 'ab', 'ab', '2024-02-29', '2024-02-29 10:00:00.1234', '2024-02-29 10:00:00.123456Z', '2024-02-29 10:00:00', 0.1, 0.1, 1, 12.34, 'a', 5),
        (2, '{}', '{}', '{}', 'Middle', '6f9619ff-8b86-d011-b42d-00c04fc96500', 'x', 'AB', '2024-03-01', '2024-02-29 10:00:00.124', '2024-02-29 10:00:00.124Z', '2024-02-29 10:00:01', 0.5, 0.3, 2, 0.1, 'A', 1152921504606846976),
        (3, '{a,"a "}', '{2,2}', '{high,Middle}', 'high', NULL, NULL, 'ab ', '2024-02-28', '2024-02-29 10:00:00.1', '2024-02-29 10:00:00.1Z', NULL, NULL, -1, 0, 12, 'a ', 1152921504606846977),
        (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`,
      `INSERT INTO "Listing" (id, "limit", total, double, amount) VALUES
        (5, 'NaN', 'NaN', 'NaN', 'NaN'), (6, 'NaN', 'NaN', 5, 5), (7, 5, 5, 'NaN', 'NaN'), (8, 'NaN', 'NaN', NULL, NULL), (9, NULL, NULL, 'NaN', 'NaN'),
        (10, 1, 1, 2, 2), (11, 2, 2, 2, 2), (12, 'Infinity', 3, 'Infinity', 2), (13, 'Infinity', NULL, '-Infinity', NULL), (14, 'NaN', 0, 'Infinity', 0)`,
    ])
    prisma = new PrismaClient({ adapter: database!.adapter })
    rows = await prisma.listing.findMany({ orderBy: { id: 'asc' } })
  }, 60_000)
  afterAll(async () => {
    await prisma?.$disconnect()
    await database?.close()
  })

  async function agree(condition: Definite): Promise<boolean> {
    let where: Where
    try {
      where = printer.print(condition, 'Listing')
    } catch (error) {
      expect(error).toBeInstanceOf(UnsupportedFilterError)
      return false
    }
    const found = await prisma.listing.findMany({ where, select: { id: true }, orderBy: { id: 'asc' } })
    const expected = rows.filter((row) => matches(condition, row, plainRows))
    expect(
      found.map((row) => row.id),
      JSON.stringify(where, bigintsToo),
    ).toEqual(expected.map((row) => row['id']))
    return true
  }

  const comparisons = (name: string, values: readonly unknown[], orders: boolean): Definite[] =>
    [...values, null].flatMap((one) =>
      (orders && one !== null ? (['=', '!=', '<', '<=', '>', '>='] as const) : (['=', '!='] as const)).map(
        (operator): Definite => ({ kind: 'compare', operator, left: column(name), right: value(one), span }),
      ),
    )

  it.each(Object.entries(compared))('are compared exactly: %s', async (name, values) => {
    const list: Definite = { kind: 'in', item: column(name), list: value([...values, null]), span }
    const some: Definite = { kind: 'in', item: column(name), list: value(values.slice(0, 2)), span }
    let asked = 0
    for (const condition of [
      ...comparisons(
        name,
        values,
        values.every((one) => name !== 'title' || typeof one === 'string'),
      ),
      list,
      some,
      { kind: 'not', of: list } as const,
      { kind: 'not', of: some } as const,
    ]) {
      if (await agree(condition)) asked++
    }
    expect(asked).toBeGreaterThan(values.length * 2)
  })

  it.each([
    ['double', 'limit'],
    ['amount', 'total'],
    ['double', 'double'],
    ['amount', 'amount'],
  ])('are compared with each other as a check does, NaN included: %s and %s', async (left, right) => {
    for (const operator of ['=', '!=', '<', '<=', '>', '>='] as const) {
      const condition: Definite = { kind: 'compare', operator, left: column(left), right: column(right), span }
      expect(await agree(condition)).toBe(true)
      if (operator !== '=' && operator !== '!=') {
        expect(
          await agree({
            kind: 'and',
            of: [condition, { kind: 'compare', operator: '!=', left: column('id'), right: value(5), span }],
          }),
        ).toBe(true)
      }
    }
  })

  it.each([
    ['double', 1, [6, 10, 11, 12, 14]],
    ['amount', 4, [1, 3, 6]],
  ])('leave NaN out in every kind of query: %s', async (name, above, ids) => {
    const condition: Definite = { kind: 'compare', operator: '>', left: column(name), right: value(above), span }
    const where = printer.print(condition, 'Listing')
    const args = { where, select: { id: true }, orderBy: { id: 'asc' } } as const
    const [first, second] = await prisma.$transaction([prisma.listing.findMany(args), prisma.listing.findMany(args)])
    const inside = await prisma.$transaction((tx) => tx.listing.findMany(args))
    const one = (id: number) => prisma.listing.findUnique({ where: { id, AND: [where] }, select: { id: true } })
    const alone = (await Promise.all([1, 3, 5, 6, 7, 9, 10, 11, 12, 14].map(one))).filter((row) => row !== null)
    for (const rows of [first, second, inside, alone]) expect(rows.map((row) => row.id)).toEqual(ids)
    expect(await prisma.listing.count({ where })).toBe(ids.length)
    expect(await prisma.listing.updateMany({ where, data: { title: 'above' } })).toEqual({ count: ids.length })
    await prisma.listing.updateMany({ where: { title: 'above' }, data: { title: null } })
  })

  it.each([
    [Number.POSITIVE_INFINITY, /infinite/],
    [new Prisma.Decimal('-Infinity'), /infinite/],
    [123456789012345680000, /rounds/],
  ])('of floats are not compared with values that Prisma cannot send: %s', (one, why) => {
    for (const operator of ['=', '<', '>='] as const) {
      const condition: Definite = { kind: 'compare', operator, left: column('double'), right: value(one), span }
      expect(() => printer.print(condition, 'Listing')).toThrow(why)
    }
  })

  it.each(refused)('are rejected: %s', (name) => {
    const some = name === 'single' || name === 'cash' ? 0.1 : name === 'time' ? new Date(0) : 'ab'
    for (const operator of ['=', '!=', '<'] as const) {
      const condition: Definite = { kind: 'compare', operator, left: column(name), right: value(some), span }
      expect(() => printer.print(condition, 'Listing')).toThrow(UnsupportedFilterError)
    }
  })

  it('are ordered by the collation, so that an order of texts is refused', () => {
    const condition: Definite = { kind: 'compare', operator: '<', left: column('title'), right: value('b'), span }
    expect(() => printer.print(condition, 'Listing')).toThrow(/acceptCollation/)
  })

  const each = variableOf('each', undefined)
  const element: Operand = { kind: 'path', root: each, steps: [] }
  const holding: Record<string, readonly unknown[]> = {
    tags: ['a', 'a ', 'b', 'c', 1],
    scores: [1, 2, 3, 1.5],
    levels: ['low', 'Middle', 'x'],
  }
  // The adapter of the embedded PostgreSQL can't send a list of enum values: every query with one fails.
  const sendable = Object.entries(holding).filter(([name]) => name !== 'levels' || database?.name.includes('server'))
  it.each(sendable)('of lists are tested for their elements: %s', async (name, values) => {
    const some = (where: Definite): Definite => ({ kind: 'some', each, from: column(name), where, span })
    const equal = (one: unknown): Definite => ({
      kind: 'compare',
      operator: '=',
      left: element,
      right: value(one),
      span,
    })
    const conditions: Definite[] = [
      some({ kind: 'true' }),
      some({ kind: 'or', of: values.map(equal) }),
      some({ kind: 'in', item: element, list: value(values.slice(0, 2)), span }),
      ...values.map((one): Definite => ({ kind: 'in', item: value(one), list: column(name), span })),
      ...values.map((one) => some(equal(one))),
    ]
    for (const condition of conditions) {
      expect(await agree(condition)).toBe(true)
      if (condition.kind === 'in' || condition.kind === 'some')
        expect(await agree({ kind: 'not', of: condition })).toBe(true)
    }
    expect(await agree(some({ kind: 'compare', operator: '!=', left: element, right: value(values[0]), span }))).toBe(
      false,
    )
  })
})

function bigintsToo(_key: string, one: unknown): unknown {
  return typeof one === 'bigint' ? `${one}n` : one
}
