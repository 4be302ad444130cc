import { builtinClasses, type Schema, scalarFamilies, tag } from '@arcturus/core/internal/explain'
import { imagine } from './imagined.js'
import { type Location, locationOf } from './location.js'
import type { Part, World } from './part.js'

/** Something that would have to be otherwise. */
export interface Change {
  readonly id: number
  /** Equal for the same change, but for whether it is wanted to hold. */
  readonly key: string
  readonly part: Part
  readonly wanted: boolean
  /**
   * `leaf`: a leaf that has to become true or false. `row`: a row is added to the list of a
   * quantifier. `removal`: a row is removed from it. `there`: a to-one relation leads to a row.
   */
  readonly kind: 'leaf' | 'row' | 'removal' | 'there'
  readonly row: unknown
  /** The row that does not exist yet and whose field it is. */
  readonly of: object | undefined
}

/** Values that fields are changed to. */
export interface Assignment extends Location {
  /**
   * Returns the value from the one before.
   * @param world - The data with the changes before this one. Default: those of the leaf.
   */
  readonly to: (before: unknown, world?: World) => unknown
  /** Whether it can follow another change of the field. */
  readonly isAdded: boolean
}

/** The ways to make a change in the data. */
export interface Realization {
  /** Empty if there is none, so that the change has to be assumed. */
  readonly ways: readonly Assignment[]
  /** Whether every way to make the change is among them. */
  readonly isWhole: boolean
  /** Whether nobody can make the change: no operand has another value, or none that its field can hold. */
  readonly isBarred?: boolean
}

let made = 0

/** Returns a row that does not exist yet, of a model or like another row. */
export function imaginedRow(schema: Schema, modelName: string | undefined, like: unknown): object {
  const model = modelName === undefined ? undefined : schema.models.get(modelName)
  // A built-in class, such as that of texts, has methods that need its own values.
  const isBuiltin = modelName !== undefined && builtinClasses.has(modelName)
  const prototype: unknown = isBuiltin ? undefined : model ? model.class?.prototype : prototypeOf(like)
  const row = imagine(Object.create((prototype as object | undefined) ?? Object.prototype) as object)
  if (!model) return row
  if (!model.class) tag(row, model.name)
  made++
  // No other row belongs to it yet.
  for (const ancestor of schema.ancestors(model.name))
    for (const field of schema.models.get(ancestor)?.fields.values() ?? [])
      if (field.kind === 'relation' && field.many) define(row, field.name, [])
  for (const name of schema.key(model.name) ?? []) {
    const field = schema.field(model.name, name)
    if (field?.kind === 'relation') continue
    const family = field && scalarFamilies[field.type]
    // No row has this key.
    const value = family === 'text' ? `new ${made}` : family === 'date' ? new Date(-made) : -1e9 - made
    define(row, name, value)
  }
  return row
}

export function define(row: object, name: string, value: unknown): void {
  Object.defineProperty(row, name, { value, enumerable: true, configurable: true, writable: true })
}

function prototypeOf(like: unknown): object | null {
  return typeof like === 'object' && like !== null ? (Object.getPrototypeOf(like) as object | null) : null
}

/** Returns a list without an element, whatever objects of its row the list holds. */
export function without({ ids }: World, list: readonly unknown[], element: unknown): readonly unknown[] {
  return list.filter((one) => one !== element && ids.of(one) !== ids.of(element))
}

/** Returns the change of a list by which a quantifier gets a row. */
export function listWith(part: Part, row: unknown): readonly Assignment[] {
  return listChange(part, (before) => [...before, row])
}

/** Returns the change of a list by which a quantifier loses a row. */
export function listWithout(part: Part, row: unknown): readonly Assignment[] {
  return listChange(part, (before) => without(part.world, before, row))
}

function listChange(part: Part, to: (before: readonly unknown[]) => readonly unknown[]): readonly Assignment[] {
  const { condition } = part
  if (condition.kind !== 'some') return []
  const place = locationOf(part.world, condition.from, part.environment)
  return place ? [{ ...place, to: (before) => to(Array.isArray(before) ? before : []), isAdded: true }] : []
}

/** Returns whether a field is a part of the key of its row. */
export function isKey(schema: Schema, { object, field }: Location): boolean {
  const model = schema.baseOf(object)
  return model !== undefined && schema.key(model.name)?.includes(field) === true
}
