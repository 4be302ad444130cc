import type { Condition, Operand } from '../condition/condition.js'
import { scalarFamilies } from '../schema/families.js'
import type { Schema } from '../schema/schema.js'
import { tag } from '../schema/tags.js'
import { builtinClasses } from '../values/builtin.js'
import { imagine, isImagined } from './imagined.js'
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
  /** Whether the schema forbids the change. */
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
    const isText = field?.type === 'string' || field?.type === 'uuid'
    // No row has this key.
    const value = isText ? `new ${made}` : -1e9 - made
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

/** Returns the ways to make a leaf true or false by one field. */
export function realize({ condition, environment, world }: Part, wanted: boolean): Realization {
  const { schema } = world.meaning
  // A row with another key is another row.
  const at = (operand: Operand): Location | undefined => {
    const location = locationOf(world, operand, environment)
    return location && isKey(schema, location) && !isImagined(location.object) ? undefined : location
  }
  const read = (operand: Operand, of: World = world): unknown => {
    try {
      return of.value(operand, environment)
    } catch {
      return undefined
    }
  }
  const set = (operand: Operand, values: readonly unknown[]): readonly Assignment[] => {
    const location = at(operand)
    return location ? values.map((value) => ({ ...location, to: () => value, isAdded: false })) : []
  }
  const present = (operand: Operand): readonly unknown[] => {
    const location = at(operand)
    return location ? valuesOf(schema, location) : []
  }
  // A row is another one, or nil where that can be.
  const setOther = (operand: Operand, value: unknown): readonly Assignment[] => {
    const values = others(value)
    const needsPresent = value === null || (values.includes(null) && isNeverNil(schema, at(operand)))
    return set(operand, needsPresent ? present(operand) : values)
  }
  switch (condition.kind) {
    case 'compare': {
      const { operator, left, right } = condition
      const isEquality = operator === '=' || operator === '==' || operator === '!='
      const sides = [
        [left, read(right)],
        [right, read(left)],
      ] as const
      let isBarred = false
      const ways = sides.flatMap(([side, other]) => {
        if (other === undefined) return []
        if (other === null && isEquality && (operator !== '!=') === wanted && isNeverNil(schema, at(side))) {
          isBarred = true
          return []
        }
        if (!isEquality) return set(side, neighbours(other))
        return (operator === '!=') !== wanted ? set(side, [other]) : setOther(side, other)
      })
      // Two fields can also be equal by a third value.
      const areFields = at(left) !== undefined && at(right) !== undefined
      return {
        ways,
        isWhole: isEquality && (operator === '!=') !== wanted && !areFields,
        isBarred: isBarred && ways.length === 0,
      }
    }
    case 'in':
      return membership(condition, { at, read, set, setOther, world }, wanted)
    case 'text': {
      const [of, part] = [read(condition.of), read(condition.part)]
      const ways = [
        ...(typeof part === 'string' ? set(condition.of, wanted ? [part] : ['', `${part}'`, `'${part}`]) : []),
        ...(typeof of === 'string' ? set(condition.part, wanted ? [of, ''] : [`${of}'`]) : []),
      ]
      return { ways, isWhole: false }
    }
    case 'test':
      return { ways: set(condition.of, [wanted]), isWhole: true }
    default:
      return { ways: [], isWhole: true }
  }
}

function membership(
  { item, list }: Extract<Condition, { kind: 'in' }>,
  {
    at,
    read,
    set,
    setOther,
    world,
  }: {
    readonly at: (operand: Operand) => Location | undefined
    readonly read: (operand: Operand, of?: World) => unknown
    readonly set: (operand: Operand, values: readonly unknown[]) => readonly Assignment[]
    readonly setOther: (operand: Operand, value: unknown) => readonly Assignment[]
    readonly world: World
  },
  wanted: boolean,
): Realization {
  const [one, all] = [read(item), read(list)]
  const elements: readonly unknown[] = Array.isArray(all) ? all : typeof all === 'string' ? [...all] : []
  const place = at(list)
  // Another change can be one of the item.
  const change = (to: (before: readonly unknown[], element: unknown) => readonly unknown[]): readonly Assignment[] =>
    place && one !== undefined && (Array.isArray(all) || all === undefined)
      ? [
          {
            ...place,
            to: (before, changed = world) => to(Array.isArray(before) ? before : [], read(item, changed)),
            isAdded: true,
          },
        ]
      : []
  const ways = wanted
    ? [...set(item, elements.slice(0, maxElements)), ...change((before, element) => [...before, element])]
    : [
        ...elements.flatMap((element) => setOther(item, element)),
        ...change((before, element) => without(world, before, element)),
      ]
  return { ways, isWhole: wanted && elements.length <= maxElements }
}

const maxElements = 8

/** Returns a list without an element, whatever objects of its row the list holds. */
function without({ ids }: World, list: readonly unknown[], element: unknown): readonly unknown[] {
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

/** Returns whether a field is declared to hold a value always. */
function isNeverNil(schema: Schema, location: Location | undefined): boolean {
  const model = location && schema.baseOf(location.object)
  return model !== undefined && schema.field(model.name, location!.field)?.nullable === false
}

/** Returns values of a field that are not nil: a new row for a relation, else one value of each type that fits. */
function valuesOf(schema: Schema, { object, field }: Location): readonly unknown[] {
  const model = schema.baseOf(object)
  const declared = model && schema.field(model.name, field)
  if (declared?.kind === 'relation') return [imaginedRow(schema, declared.model, undefined)]
  const scalars = { text: 'a', number: 1, boolean: true, date: new Date(0) } as const
  const family = declared && scalarFamilies[declared.type]
  return family !== undefined && family in scalars ? [scalars[family as keyof typeof scalars]] : Object.values(scalars)
}

/** Returns values of the same type that are not equal to a value. */
function others(value: unknown): readonly unknown[] {
  switch (typeof value) {
    case 'number':
      return [value + 1, value - 1, value + 1000]
    case 'bigint':
      return [value + 1n, value - 1n]
    case 'string':
      return [`${value}'`, '']
    case 'boolean':
      return [!value]
    default:
      if (value instanceof Date) return [new Date(value.getTime() + 1), new Date(value.getTime() - 1)]
      return [null]
  }
}

/** Returns values around a value in its order, and the value. */
function neighbours(value: unknown): readonly unknown[] {
  return typeof value === 'string' ? [value, `${value}a`, ''] : value === null ? [] : [value, ...others(value)]
}
