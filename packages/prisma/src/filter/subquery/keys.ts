import { refuse } from '../../refusal.js'
import type { PrismaColumn, PrismaModel } from '../../schema/schema.js'
import type { Tables } from '../../schema/tables.js'
import type { Printed, Where } from '../printed.js'
import { keyName } from './idQuery.js'

/** Converts the keys that a query returned to a `where` for the rows with those keys. */
export class Keys {
  readonly #columns: readonly PrismaColumn[]
  readonly #read: readonly ((value: unknown) => unknown)[]

  /** @throws UnsupportedFilterError if the model has no key, or its values can't be compared */
  constructor(model: PrismaModel, tables: Tables) {
    this.#columns = model.key.flatMap((name) => {
      const field = tables.field(model.name, name)
      return field && field.kind !== 'relation' ? [field] : []
    })
    this.#read = this.#columns.map((column) => reader(column, tables))
  }

  /** @param rows - with the columns of the key, named by `keyName` */
  where(rows: readonly object[]): Printed {
    return among(
      this.#columns.map(({ name }) => name),
      rows.map((row) => this.#read.map((read, at) => read(Reflect.get(row, keyName(at))))),
    )
  }
}

/** Prints the rows with one of the keys. Keys with the same first columns are grouped. */
function among([name, ...others]: readonly string[], keys: readonly (readonly unknown[])[]): Printed {
  if (keys.length === 0) return false
  if (others.length === 0) return { [name!]: { in: keys.map(([value]) => value) } }
  const groups = new Map<unknown, { readonly value: unknown; readonly rests: (readonly unknown[])[] }>()
  for (const [value, ...rest] of keys) {
    const id = value instanceof Date ? value.getTime() : value
    const group = groups.get(id)
    if (group) group.rests.push(rest)
    else groups.set(id, { value, rests: [rest] })
  }
  const arms = [...groups.values()].map(({ value, rests }): Where => {
    // Sound: a group has rows, so its rest is a `where`.
    return { [name!]: value, AND: [among(others, rests) as Where] }
  })
  return arms.length === 1 ? arms[0]! : { OR: arms }
}

/**
 * Returns the conversion of a driver's value to the client's, such that the value finds its row
 * again.
 */
function reader(column: PrismaColumn, tables: Tables): (value: unknown) => unknown {
  if (column.kind === 'enum') {
    const names = new Map([...tables.storedValues(column)].map(([name, stored]): [unknown, string] => [stored, name]))
    return (value) => names.get(value) ?? unreadable(column)
  }
  switch (column.type) {
    case 'String':
      return (value) => (typeof value === 'string' ? value : unreadable(column))
    case 'Int':
      return (value) => asNumber(value) ?? unreadable(column)
    case 'BigInt':
      return (value) => (asNumber(value) === undefined ? unreadable(column) : BigInt(value as number | bigint))
    case 'Boolean':
      return (value) => (typeof value === 'boolean' ? value : Boolean(asNumber(value) ?? unreadable(column)))
    case 'DateTime':
      return (value) => asDate(value) ?? unreadable(column)
    default:
      return refuse('column-type', `Cannot look rows up by "${column.name}", a key of type ${column.type}.`, undefined)
  }
}

function asNumber(value: unknown): number | undefined {
  if (typeof value === 'bigint') return Number(value)
  return typeof value === 'number' && Number.isInteger(value) ? value : undefined
}

function asDate(value: unknown): Date | undefined {
  const date = value instanceof Date ? value : typeof value === 'string' ? new Date(value) : undefined
  return date && !Number.isNaN(date.getTime()) ? date : undefined
}

function unreadable(column: PrismaColumn): never {
  return refuse('key', `The database returned an invalid key for "${column.name}".`, undefined)
}
