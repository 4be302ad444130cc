import type { SqlDialect } from '@arcturus/sql'
import {
  fieldsOf,
  keyOf,
  modelNamed,
  type Row,
  type ScalarKind,
  type Storage,
  type Value,
  type World,
} from '../world.js'
import { columnOf, tableOf } from './typeormSchema.js'

/** By type; by `string[]` of columns that hold lists. */
type OddValues = Readonly<Partial<Record<ScalarKind | `${ScalarKind}[]`, readonly string[]>>>

/** SQL of values that no ORM writes, of columns of each type. */
export const oddValues: Readonly<Record<SqlDialect, OddValues>> = {
  sqlite: {
    string: ["'a' || char(0)", "'a' || char(0) || 'b'", 'char(0)'],
    float: ['9e999', '-9e999'],
    decimal: ['0.1000000000000000055', '12345678901234567.5'],
  },
  postgresql: {
    float: ["'NaN'", "'Infinity'", "'-Infinity'"],
    date: ["'infinity'", "'-infinity'", "'0044-03-15 BC'", "'12345-01-01'", "'290000-01-01'"],
    decimal: ["'NaN'", '0.1', '1234567890123456.7891', '1234567890123456.7892'],
  },
  mysql: {
    string: ["CONCAT('a', CHAR(0 USING utf8mb4))", "CONCAT('a', CHAR(0 USING utf8mb4), 'b')", "'a  '"],
    decimal: ['0.1', '1234567890123456.7891', '1234567890123456.7892'],
  },
}

/** Lists of several dimensions, which a `where` of Prisma can't tell from others. */
export const oddLists: OddValues = {
  'string[]': ["'{{a,b},{c,d}}'", "'{{a},{b}}'", "'{{{a}}}'", "'[0:1]={a,b}'", "'{{a,NULL}}'"],
  'integer[]': ["'{{1,2},{3,4}}'", "'{{1}}'", "'[2:3]={1,2}'", "'{{{2}},{{3}}}'"],
}

/** Writes the odd values of a world's rows. */
export async function writeOdd(
  world: World,
  storage: Storage,
  values: OddValues,
  quoted: (name: string) => string,
  execute: (sql: string) => Promise<unknown>,
): Promise<void> {
  for (const { model, values: own, odd = {} } of world.rows) {
    const column = (name: string): string => quoted(columnOf(storage, name))
    const set = Object.entries(odd).flatMap(([name, which]) => {
      const texts = oddOf(world, model, name, values)
      return texts ? [`${column(name)} = ${texts[which % texts.length]!}`] : []
    })
    if (set.length === 0) continue
    const key = keyOf(world, model).map((name) => {
      const value = own[name]
      return `${column(name)} = ${typeof value === 'number' ? value : `'${String(value)}'`}`
    })
    const table = quoted(tableOf(storage, rootOf(world, model)))
    await execute(`UPDATE ${table} SET ${set.join(', ')} WHERE ${key.join(' AND ')}`)
  }
}

/**
 * The world with its odd values as they were read.
 * @param found - the rows that an ORM found, in the world's order
 */
export function withRead(world: World, found: readonly Readonly<Record<string, unknown>>[]): World {
  const rows = world.rows.map((row, at): Row => {
    const read = Object.fromEntries(Object.keys(row.odd ?? {}).map((name) => [name, { read: found[at]![name] }]))
    return { ...row, values: { ...row.values, ...read } }
  })
  return { ...world, rows }
}

/** The world with zeros as both ORMs write them: they write numbers as texts, where the negative zero is 0. */
export function withStoredZeros(world: World): World {
  const isNegative = (value: Value): boolean => typeof value === 'object' && value !== null && 'number' in value
  const rows = world.rows.map((row): Row => {
    const stored = fieldsOf(world, row.model).flatMap((field) => {
      return field.kind === 'scalar' && isNegative(row.values[field.name]!) ? [[field.name, 0] as const] : []
    })
    return stored.length === 0 ? row : { ...row, values: { ...row.values, ...Object.fromEntries(stored) } }
  })
  return rows.every((row, at) => row === world.rows[at]) ? world : { ...world, rows }
}

function oddOf(world: World, model: string, name: string, values: OddValues): readonly string[] | undefined {
  const field = fieldsOf(world, model).find((one) => one.name === name)
  return field?.kind === 'scalar' ? values[field.list ? (`${field.type}[]` as const) : field.type] : undefined
}

function rootOf(world: World, model: string): string {
  const { parent } = modelNamed(world, model)
  return parent === undefined ? model : rootOf(world, parent)
}
