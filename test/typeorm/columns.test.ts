import { Authorizer, QueryError, UnsupportedFilterError } from '@arcturus/core'
import { typeOrmAuthorization } from '@arcturus/typeorm'
import { type DataSource, EntitySchema, type EntitySchemaColumnOptions } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Database, openDatabases } from './databases.js'

class Row {
  id!: number
  x!: unknown
  y!: unknown
}
/** The actor, with its value. */
class Asker {
  readonly value: unknown
  constructor(value: unknown) {
    this.value = value
  }
}

interface Column {
  readonly options: Omit<EntitySchemaColumnOptions, 'nullable'>
  readonly kinds: readonly Database['kind'][]
  /** The values of rows, besides null. */
  readonly values: readonly unknown[]
  /** Further values to compare, besides those of rows. */
  readonly others?: readonly unknown[]
  /** Comparisons that are refused; all others are answered. */
  readonly refused?: readonly Kind[]
  /** Whether its values are texts in JavaScript, whose characters are asked for as elements of a list are. */
  readonly characters?: true
}

type Kind = 'equality' | 'order' | 'text' | 'columns' | 'nil' | 'list'
const scalarKinds: readonly Kind[] = ['columns', 'equality', 'nil', 'order', 'text']
const texts = ['', 'a', 'A', 'á', 'a ', 'ab', '100%', '100x', 'a_b', 'axb', 'a\\b', '😀', '\uFFFD', "it's", ':x', '"q"']
const integers = [-1, 0, 1, 2]
const decimals = ['-1.50', '0.00', '0.10', '1.50', '10.00']
const moments = ['2020-01-01T00:00:00.000Z', '2020-01-01T00:00:00.001Z', '2024-06-30T12:00:00.000Z'].map(
  (at) => new Date(at),
)
const everywhere: readonly Database['kind'][] = ['sqlite', 'postgresql', 'mysql']
const noText: readonly Kind[] = ['text']
const all: readonly Kind[] = ['equality', 'order', 'text', 'columns']

const columns: Readonly<Record<string, Column>> = {
  boolean: { options: { type: 'boolean' }, kinds: everywhere, values: [true, false], refused: noText },
  integer: {
    options: { type: 'int' },
    kinds: everywhere,
    values: integers,
    others: [1.5, 2 ** 40, '1', Number.NaN],
    refused: noText,
  },
  smallint: { options: { type: 'smallint' }, kinds: everywhere, values: integers, others: [70_000], refused: noText },
  unsigned: {
    options: { type: 'int', unsigned: true },
    kinds: ['mysql'],
    values: [0, 1, 4_000_000_000],
    others: [-1],
    refused: noText,
  },
  double: {
    options: { type: 'double precision' },
    kinds: everywhere,
    values: [-1.5, 0, 0.1, 3, 1e20],
    others: [1, Number.NaN],
    refused: noText,
  },
  real: { options: { type: 'real' }, kinds: ['postgresql'], values: [0.5, 0.1], refused: all },
  'float of MySQL': { options: { type: 'float' }, kinds: ['mysql'], values: [0.5, 0.1], refused: all },
  'bigint as a number': {
    options: { type: 'bigint' },
    kinds: ['sqlite'],
    values: [1, 2 ** 40],
    others: ['1', 2n],
    refused: noText,
  },
  'bigint as a text': {
    characters: true,
    options: { type: 'bigint' },
    kinds: ['postgresql', 'mysql'],
    values: ['-1', '0', '10', '9', '9007199254740993'],
    others: ['01', '9007199254740992', '99999999999999999999', 'x', ''],
  },
  'decimal as a text': {
    characters: true,
    options: { type: 'decimal', precision: 10, scale: 2 },
    kinds: ['postgresql', 'mysql'],
    values: decimals,
    others: ['1.5', '-0.00', '01.50', 'x', '0.1'],
  },
  'decimal as a number': { options: { type: 'decimal' }, kinds: ['sqlite'], values: [0.1, 1.5], refused: noText },
  'decimal without a scale': {
    options: { type: 'numeric' },
    kinds: ['postgresql'],
    values: ['1.5'],
    refused: all,
  },
  text: { characters: true, options: { type: 'text' }, kinds: everywhere, values: texts, others: ['%', 'b', 1] },
  varchar: {
    characters: true,
    options: { type: 'varchar', length: 50 },
    kinds: everywhere,
    values: texts,
    others: ['%', 'A ', null],
  },
  'varchar that ignores case': {
    characters: true,
    options: { type: 'varchar', length: 50, collation: 'NOCASE' },
    kinds: ['sqlite'],
    values: texts,
  },
  'varchar by code point': {
    characters: true,
    options: { type: 'varchar', length: 50, collation: 'utf8mb4_nopad_bin' },
    kinds: ['mysql'],
    values: texts,
  },
  'varchar with a collation': {
    characters: true,
    options: { type: 'varchar', length: 50, collation: 'utf8mb4_bin' },
    kinds: ['mysql'],
    values: texts,
  },
  char: {
    options: { type: 'char', length: 5 },
    kinds: ['postgresql', 'mysql'],
    values: ['a'],
    refused: all,
  },
  date: {
    characters: true,
    options: { type: 'date' },
    kinds: everywhere,
    values: ['2020-01-01', '2024-02-29', '1999-12-31'],
    others: ['2023-02-29', '2020-1-1', 'x'],
  },
  datetime: {
    options: { type: 'datetime', precision: 3 },
    kinds: ['sqlite', 'mysql'],
    values: moments,
    others: [new Date('2020-01-01T00:00:00.002Z')],
    refused: noText,
  },
  'datetime of microseconds': {
    options: { type: 'datetime', precision: 6 },
    kinds: ['mysql'],
    values: moments,
    refused: ['text', 'columns'],
  },
  timestamp: { options: { type: 'timestamp' }, kinds: ['postgresql'], values: moments, refused: noText },
  timestamptz: {
    options: { type: 'timestamptz', precision: 3 },
    kinds: ['postgresql'],
    values: moments,
    refused: noText,
  },
  time: { options: { type: 'time' }, kinds: everywhere, values: ['10:00:00'], refused: all },
  enum: {
    options: { type: 'simple-enum', enum: ['b', 'a', 'C'] },
    kinds: everywhere,
    values: ['b', 'a', 'C'],
    others: ['c', 'x'],
    refused: noText,
  },
  'enum of numbers': {
    options: { type: 'simple-enum', enum: ['1', '2'] },
    kinds: everywhere,
    values: ['1'],
    refused: all,
  },
  uuid: {
    options: { type: 'uuid' },
    kinds: ['postgresql', 'mysql'],
    values: ['0b6c1f1e-6f0b-4d8e-9c0a-111111111111', 'ffffffff-0000-4000-8000-000000000000'],
    others: ['0B6C1F1E-6F0B-4D8E-9C0A-111111111111', 'x'],
    refused: noText,
  },
  json: { options: { type: 'simple-json' }, kinds: everywhere, values: [{ a: 1 }], refused: [...all, 'nil'] },
  'a list in a text': {
    options: { type: 'simple-array' },
    kinds: everywhere,
    values: [['a', 'b'], ['ab'], [''], ['a', '', 'B'], ['á', 'a ']],
    others: ['a', 'b', 'B', 'ab', '', 'a,b', ',', '%', 'á', 'a ', 1],
    refused: ['text'],
  },
  'a list': {
    options: { type: 'text', array: true },
    kinds: ['postgresql'],
    values: [['a', 'b'], [], ['ab', null]],
    others: ['a', '', 1],
    refused: noText,
  },
  transformed: {
    options: { type: 'varchar', length: 10, transformer: { to: (x) => x, from: (x) => x } },
    kinds: everywhere,
    values: ['a'],
    refused: [...all, 'nil'],
  },
}

const questions: readonly [Kind, string][] = [
  ['equality', 'row.x = actor.value'],
  ['equality', 'row.x != actor.value'],
  ['equality', 'not row.x = actor.value'],
  ['equality', 'row.x in [actor.value]'],
  ['order', 'row.x < actor.value'],
  ['order', 'row.x <= actor.value'],
  ['order', 'actor.value < row.x'],
  ['order', 'not row.x >= actor.value'],
  ['columns', 'row.x = row.y and actor = actor'],
  ['columns', 'row.x != row.y and actor = actor'],
  ['columns', 'row.x < row.y and actor = actor'],
  ['text', 'row.x.startsWith(actor.value)'],
  ['text', 'row.x != nil and row.x.endsWith(actor.value)'],
  ['text', 'not row.x.includes(actor.value)'],
  ['list', 'actor.value in row.x'],
  ['list', 'row.x != nil and not actor.value in row.x'],
  ['list', 'not actor.value in row.x'],
  ['list', 'not (one in row.x and one = actor.value)'],
  ['list', 'not actor.value in row.x or row.id = 1'],
  ['list', 'row.x.length < 2 and actor = actor'],
  ['list', 'not row.x.length = row.id and actor = actor'],
  ['nil', 'row.x = nil and actor = actor'],
  ['nil', 'row.x != nil and actor = actor'],
]

const databases = await openDatabases('columns', everywhere, ['1'])

describe.each(databases)('Columns on $name', (database) => {
  const here = Object.entries(columns).filter(([, { kinds }]) => kinds.includes(database.kind))
  const entityOf = ([name, { options }]: [string, Column]): EntitySchema<Row> => {
    class Own extends Row {}
    Object.defineProperty(Own, 'name', { value: `Row${here.findIndex(([one]) => one === name)}` })
    const column = { ...options, nullable: true } as EntitySchemaColumnOptions
    return new EntitySchema<Row>({
      name: Own.name,
      target: Own,
      columns: { id: { type: 'int', primary: true }, x: column, y: column },
    })
  }
  const entities = new Map(here.map((one) => [one[0], entityOf(one)]))
  let source: DataSource
  beforeAll(async () => {
    source = await database.open([...entities.values()])
    for (const [name, { values }] of here) {
      const repository = source.getRepository(entities.get(name)!)
      const pairs = [null, ...values].flatMap((x, at) =>
        [null, values[at % values.length], values[(at + 1) % values.length]].map((y) => ({ x, y })),
      )
      await repository.insert(pairs.map((pair, at) => ({ id: at + 1, ...pair })) as never)
    }
  }, 120_000)
  afterAll(() => database.close(), 60_000)

  it.each(here)(
    'compares %s as the check does, or rejects it',
    async (name, { values, others = [], refused = [], options, characters }) => {
      const kinds: readonly Kind[] =
        options.type === 'simple-array' || options.array || characters
          ? [...scalarKinds, 'list' as const].sort()
          : scalarKinds
      const entity = entities.get(name)!
      const authorizer = new Authorizer().registerClass(Asker, { fields: {} })
      const { authorizedFilter } = typeOrmAuthorization(authorizer, source, { unscoped: 'allow' })
      const repository = source.getRepository(entity)
      const rows = await repository.find({ order: { id: 'ASC' } })
      const answered = new Set<Kind>()
      for (const [kind, body] of questions) {
        authorizer.loadSync(`allow(actor: Asker, "read", row: ${entity.options.name}) if ${body};`)
        for (const value of [null, ...values, ...others]) {
          const asker = new Asker(value)
          const checked = rows.filter((row) => {
            try {
              return authorizer.can(asker, 'read', row)
            } catch {
              return false
            }
          })
          let listed: Row[]
          try {
            listed = await repository.find({ ...authorizedFilter(asker, entity), order: { id: 'ASC' } })
          } catch (error) {
            if (!(error instanceof UnsupportedFilterError || error instanceof QueryError))
              throw new Error(`${body} with ${String(value)}`, { cause: error })
            continue
          }
          expect(
            listed.map(({ id }) => id),
            `${body} with ${String(value)}`,
          ).toEqual(checked.map(({ id }) => id))
          // Anything can be compared with nil.
          if (checked.length > 0 && (value !== null || kind === 'nil' || kind === 'columns')) answered.add(kind)
        }
      }
      expect([...answered].sort()).toEqual(kinds.filter((kind) => !refused.includes(kind)))
    },
    60_000,
  )
})
