import { Authorizer, UnsupportedFilterError } from '@arcturus/core'
import { typeOrmAuthorization } from '@arcturus/typeorm'
import { EntitySchema, type EntitySchemaColumnOptions } from 'typeorm'
import { afterAll, describe, expect, it } from 'vitest'
import { type Database, openDatabases } from './databases.js'

class Item {
  id!: number
  x!: unknown
}

const bigint = { type: 'bigint' } as const
const decimal = { type: 'decimal', precision: 10, scale: 2 } as const
const moment = { type: 'timestamp' } as const
const byOwnParser = (own: Readonly<Record<number, (text: string) => unknown>>): object => ({
  extra: { types: { getTypeParser: (type: number) => own[type] ?? ((text: string) => text) } },
})

interface Case {
  readonly kind: Database['kind']
  readonly column: EntitySchemaColumnOptions
  /** Of the data source. */
  readonly options: object
  readonly value: unknown
  readonly rule: string
}

/** Settings that give rows other values than drivers do by default, and rules that compare the default's. */
const cases: Readonly<Record<string, Case>> = {
  parseInt8: { kind: 'postgresql', column: bigint, options: { parseInt8: true }, value: '7', rule: 'x = "7"' },
  'own parser of bigint': {
    kind: 'postgresql',
    column: bigint,
    options: byOwnParser({ 20: Number, 23: Number }),
    value: '7',
    rule: 'x = "7"',
  },
  'own parser of numeric': {
    kind: 'postgresql',
    column: decimal,
    options: byOwnParser({ 1700: Number, 23: Number }),
    value: '1.50',
    rule: 'x = "1.50"',
  },
  'own parser of timestamp': {
    kind: 'postgresql',
    column: moment,
    options: byOwnParser({ 1114: (text) => new Date(`${text}+05:45`), 23: Number }),
    value: new Date(2024, 6, 2, 3),
    rule: 'x != nil and not x < x and x = x and x > at',
  },
  'list of decimals': {
    kind: 'postgresql',
    column: { ...decimal, array: true },
    options: {},
    value: ['1.50'],
    rule: '"1.50" in x',
  },
  'list of days': {
    kind: 'postgresql',
    column: { type: 'date', array: true },
    options: {},
    value: ['2024-07-02'],
    rule: '"2024-07-02" in x',
  },
  bigNumberStrings: {
    kind: 'mysql',
    column: bigint,
    options: { bigNumberStrings: false },
    value: '7',
    rule: 'x = "7"',
  },
  'bigNumberStrings of the driver': {
    kind: 'mysql',
    column: bigint,
    options: { extra: { bigNumberStrings: false } },
    value: '7',
    rule: 'x = "7"',
  },
  decimalNumbers: {
    kind: 'mysql',
    column: decimal,
    options: { extra: { decimalNumbers: true } },
    value: '1.50',
    rule: 'x = "1.50"',
  },
  typeCast: {
    kind: 'mysql',
    column: { type: 'tinyint' },
    options: {
      extra: {
        typeCast: (field: { type: string; string(): string }, next: () => unknown) =>
          field.type === 'TINY' ? field.string() === '1' : next(),
      },
    },
    value: 1,
    rule: 'x = 1',
  },
}

describe.each(await openDatabases('driver_values', ['postgresql', 'mysql']))('A filter on $name', (database) => {
  afterAll(async () => {
    // The driver keeps this setting for all connections.
    if (database.kind === 'postgresql') await database.open([], { parseInt8: false })
    await database.close()
  }, 60_000)

  const own = Object.entries(cases).filter(([, { kind }]) => kind === database.kind)
  it.each(own)(
    'is rejected if settings change the values of rows: %s',
    async (name, { column, options, value, rule }) => {
      const table = `item_${Object.keys(cases).indexOf(name)}`
      const columns = { id: { type: 'int', primary: true }, x: { ...column, nullable: true } } as const
      const source = await database.open(
        [new EntitySchema({ name: 'Item', target: Item, tableName: table, columns })],
        options,
      )
      const authorizer = new Authorizer()
      authorizer.registerConstant(new Date(0), 'at')
      const { authorizedFilter } = typeOrmAuthorization(authorizer, source, { unscoped: 'allow' })
      authorizer.loadSync(`allow("lister", "read", item: Item) if ${rule.replace(/\bx\b/g, 'item.x')};
      allow("other", "read", item: Item) if item.x = nil;`)
      const items = source.getRepository(Item)
      await items.insert([
        { id: 1, x: value },
        { id: 2, x: null },
      ] as never)
      expect(() => authorizedFilter('lister', Item)).toThrow(UnsupportedFilterError)
      const rows = await items.find(authorizedFilter('other', Item))
      expect(rows.map(({ id }) => id)).toEqual([2])
    },
  )
})
