import { integerRange } from '../column/integers.js'
import type { SqlDialect } from '../dialect.js'
import type { SqlPair, SqlRelation, SqlTables, SqlType } from '../tables.js'
import { columnsNamed } from './catalog.js'
import type { CatalogColumn, CatalogReference } from './entries.js'

export interface Mismatch {
  readonly kind: 'column-type' | 'enum-values' | 'collation'
  readonly promised: string
  readonly found: string
}

/**
 * The database types whose comparison and reading match the declared type. SQLite's columns accept
 * any value.
 */
const types: Readonly<Record<'postgresql' | 'mysql', Readonly<Partial<Record<SqlType['kind'], readonly string[]>>>>> = {
  postgresql: {
    boolean: ['bool'],
    integer: ['int2', 'int4', 'int8', 'oid'],
    float: ['float8', 'float4'],
    decimal: ['numeric'],
    text: ['text', 'varchar', 'name'],
    uuid: ['uuid'],
    date: ['timestamp', 'timestamptz', 'date'],
  },
  mysql: {
    boolean: ['tinyint', 'bit'],
    integer: ['tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'year'],
    float: ['double', 'float'],
    decimal: ['decimal'],
    text: ['varchar', 'char', 'text', 'tinytext', 'mediumtext', 'longtext'],
    enum: ['enum'],
    date: ['datetime', 'timestamp', 'date'],
  },
}

/** The number of bits of each integer type. */
const bits: Readonly<Record<string, number>> = {
  int2: 16,
  int4: 32,
  int8: 64,
  tinyint: 8,
  smallint: 16,
  mediumint: 24,
  int: 32,
  bigint: 64,
}

/**
 * Returns how a column differs from the type, collation or values that the schema declares;
 * undefined if it doesn't.
 */
export function mismatch(declared: SqlType, column: CatalogColumn, dialect: SqlDialect): Mismatch | undefined {
  const type = declared.kind === 'list' ? declared.of : declared
  const name = column.type.replace(/^_/, '')
  const expected = dialect === 'sqlite' ? undefined : types[dialect][type.kind]
  if (expected && !expected.includes(name))
    return { kind: 'column-type', promised: `as ${type.kind}`, found: `the type ${name}` }
  switch (type.kind) {
    case 'text': {
      const { text } = column
      if (!type.exact || !text || text.equality) return undefined
      return {
        kind: 'collation',
        promised: 'with texts that are equal only by their code points',
        found: `the collation ${text.collation}`,
      }
    }
    case 'integer': {
      const size = bits[name]
      if (size === undefined) return undefined
      const { from, to } = integerRange(size, column.unsigned)
      const isWider = !type.bigint && (from < type.from || to > type.to) && size > 32
      return isWider
        ? { kind: 'column-type', promised: 'with numbers up to 32 bits', found: `the type ${name}` }
        : undefined
    }
    case 'float': {
      const isSingle = name === 'float4' || name === 'float'
      return dialect !== 'sqlite' && isSingle !== type.single
        ? { kind: 'column-type', promised: `a float of ${type.single ? 32 : 64} bits`, found: `the type ${name}` }
        : undefined
    }
    case 'enum': {
      if (!column.values) return undefined
      const stored = new Set(type.values.values())
      const others = column.values.filter((value) => !stored.has(value))
      return others.length === 0
        ? undefined
        : {
            kind: 'enum-values',
            promised: `with ${[...stored].join(', ')}`,
            found: `the values ${others.join(', ')}, too`,
          }
    }
    case 'date': {
      if (dialect === 'sqlite') return undefined
      if ((name === 'date') !== (type.precision === 'days'))
        return {
          kind: 'column-type',
          promised: type.precision === 'days' ? 'without a time' : 'with a time',
          found: `the type ${name}`,
        }
      if (type.precision === 'milliseconds' && (column.digits ?? 0) > 3)
        return { kind: 'column-type', promised: 'with milliseconds', found: `${column.digits} digits of a second` }
      const isZoned = name === 'timestamptz' || (dialect === 'mysql' && name === 'timestamp')
      return type.precision !== 'days' && dialect === 'postgresql' && isZoned !== (type.zoned ?? false)
        ? { kind: 'column-type', promised: `${type.zoned ? 'with' : 'without'} a time zone`, found: `the type ${name}` }
        : undefined
    }
    default:
      return undefined
  }
}

/** The database's description of itself. */
interface Catalog {
  readonly columns: readonly CatalogColumn[]
  readonly references: readonly CatalogReference[]
}

/**
 * Returns whether foreign keys guarantee that all references of a relation lead to existing rows.
 */
export function isKeptBy(
  catalog: Catalog,
  path: readonly string[],
  { model, link }: SqlRelation,
  tables: SqlTables,
): boolean {
  const other = tables.table(model)?.path
  if (!other) return false
  if (link.kind === 'columns') return isKeptPair(catalog, path, other, link.pairs)
  const back = link.own.map(({ from, to }) => ({ from: to, to: from }))
  return isKeptPair(catalog, link.path, path, back) && isKeptPair(catalog, link.path, other, link.other)
}

/**
 * A name can mean tables of several schemas. In that case each of them must have the foreign key.
 */
function isKeptPair(
  { columns: known, references }: Catalog,
  from: readonly string[],
  to: readonly string[],
  pairs: readonly SqlPair[],
): boolean {
  const wanted = pairs.map((pair) => `${pair.from.name} ${pair.to.name}`.toLowerCase()).sort()
  const [own, others] = [columnsNamed(known, from, pairs[0]!.from.name), columnsNamed(known, to, pairs[0]!.to.name)]
  const keeps = (
    home: CatalogColumn,
    { schema, toSchema, table, columns, to: other, toColumns, weakness }: CatalogReference,
  ) => {
    if (weakness !== undefined || table !== home.table || other !== to.at(-1)!.toLowerCase()) return false
    if (schema !== undefined && schema !== home.schema) return false
    if (toSchema !== undefined && !others.some((one) => one.schema === toSchema)) return false
    const has = columns.map((column, at) => `${column} ${toColumns[at]}`).sort()
    return has.join() === wanted.join()
  }
  return own.length > 0 && own.every((home) => references.some((reference) => keeps(home, reference)))
}
