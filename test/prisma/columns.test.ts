import { type Definite, type Operand, UnsupportedFilterError } from '@arcturus/core'
import { type Where, WherePrinter } from '@arcturus/prisma'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resourceOf, span, value, variableOf } from './conditions.js'
import { createSchema, openDatabases } from './databases.js'
import { holds, type Row } from './evaluate.js'
import { schema } from './generated/columns-postgresql/arcturus/schema.js'
import { Prisma, PrismaClient } from './generated/columns-postgresql/client/client.js'

const [database] = await openDatabases('columns', ['postgresql'])
const resource = resourceOf('Listing')
const printer = new WherePrinter(schema)

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
  ],
  small: [1, 1.5, 40_000, -40_000, 2 ** 40, 1n, new Prisma.Decimal('1.0'), new Prisma.Decimal('0.5')],
  amount: [0.1, 12.34, new Prisma.Decimal('12.345'), new Prisma.Decimal('12.34'), 12n, 1e15],
  number: [5n, 5, 5.5, 2n ** 60n, 2n ** 60n + 1n, 2 ** 60, 10n ** 30n, -(10n ** 30n)],
}

/** Columns that PostgreSQL compares in its own way. */
const refused = ['padded', 'folded', 'address', 'time', 'single', 'cash']

describe.skipIf(!database)(`Columns of ${database?.name}`, () => {
  let prisma: PrismaClient
  let rows: Row[]
  beforeAll(async () => {
    await createSchema(database!, schema)
    await database!.execute([
      `INSERT INTO "Listing" (id, tags, scores, levels, level, uuid, padded, short, day, precise, zoned, coarse, single, double, small, amount, title, number) VALUES
        (1, '{a,b}', '{1,2}', '{low}', 'low', '6f9619ff-8b86-d011-b42d-00c04fc964ff', 'ab', 'ab', '2024-02-29', '2024-02-29 10:00:00.1234', '2024-02-29 10:00:00.123456Z', '2024-02-29 10:00:00', 0.1, 0.1, 1, 12.34, 'a', 5),
        (2, '{}', '{}', '{}', 'Middle', '6f9619ff-8b86-d011-b42d-00c04fc96500', 'x', 'AB', '2024-03-01', '2024-02-29 10:00:00.124', '2024-02-29 10:00:00.124Z', '2024-02-29 10:00:01', 0.5, 0.3, 2, 0.1, 'A', 1152921504606846976),
        (3, '{a,"a "}', '{2,2}', '{high,Middle}', 'high', NULL, NULL, 'ab ', '2024-02-28', '2024-02-29 10:00:00.1', '2024-02-29 10:00:00.1Z', NULL, NULL, -1, 0, 12, 'a ', 1152921504606846977),
        (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`,
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
    const expected = rows.filter((row) => holds(condition, new Map([[resource, row]])))
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

  it.each(Object.entries(compared))('are asked exactly: %s', async (name, values) => {
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

  it.each(refused)('are refused: %s', (name) => {
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
  it.each(sendable)('that hold lists are asked for their elements: %s', async (name, values) => {
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
