import type { Authorizer, FieldDeclaration } from '@arcturus/core'
import { type FieldSpec, fieldsOf, type Reference, type Value, type World } from './world.js'

/** A world as classes and their instances, such as an application has them. */
export interface Objects {
  /** Classes by name, in the order in which a class comes after the one that it extends. */
  readonly classes: ReadonlyMap<string, new () => object>
  /** The instances of the world's rows, in their order. */
  readonly rows: readonly object[]
  readonly constants: ReadonlyMap<string, unknown>
}

/** Puts the elements of a collection in an order, each time that it is read. */
export type Arrange = (elements: unknown[]) => unknown[]

export function makeObjects(world: World, arrange?: Arrange): Objects {
  const classes = new Map<string, new () => object>()
  for (const { name, parent } of world.models) {
    const base = parent === undefined ? Object : classes.get(parent)!
    // The name of a class is what policies call it.
    const named = { [name]: class extends base {} }
    classes.set(name, named[name]!)
  }
  const rows = world.rows.map((row) => new (classes.get(row.model)!)())
  const copies: [object, number][] = []
  const refer = ({ row, copy }: Reference): object => {
    const original = rows[row]!
    if (!copy) return original
    const twin = Object.create(Object.getPrototypeOf(original)) as object
    copies.push([twin, row])
    return twin
  }
  /** A database may give a collection in another order each time that it is read. */
  const put = (row: object, name: string, value: unknown): void => {
    if (arrange && Array.isArray(value)) {
      Object.defineProperty(row, name, { get: () => arrange([...value]), enumerable: true, configurable: true })
    } else Object.assign(row, { [name]: value })
  }
  const toObject = (value: Value): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if ('date' in value) return new Date(value.date)
    if ('number' in value) return -0
    if ('list' in value) return value.list.map(toObject)
    if ('rows' in value) return value.rows.map(refer)
    return refer(value)
  }
  for (const [index, { values }] of world.rows.entries()) {
    for (const [name, value] of Object.entries(values)) put(rows[index]!, name, toObject(value))
  }
  for (const [twin, row] of copies) Object.defineProperties(twin, Object.getOwnPropertyDescriptors(rows[row]!))
  return {
    classes,
    rows,
    constants: new Map(Object.entries(world.constants).map(([name, value]) => [name, toObject(value)])),
  }
}

export function register(authorizer: Authorizer, world: World, objects: Objects): void {
  for (const { name, key, fields } of world.models) {
    authorizer.registerClass(objects.classes.get(name), {
      ...(key.length > 0 ? { key } : {}),
      fields: Object.fromEntries(fields.map((field) => [field.name, declarationOf(field)])),
    })
  }
  for (const [name, value] of objects.constants) authorizer.registerConstant(value, name)
}

function declarationOf(field: FieldSpec): FieldDeclaration {
  switch (field.kind) {
    case 'scalar':
      return { type: field.type, nullable: field.nullable, list: field.list }
    case 'one':
      return { one: field.model, nullable: field.nullable, ...(field.column ? { from: field.column, to: 'id' } : {}) }
    case 'many':
      return { many: field.model }
  }
}

/** The row's values as a person reads them, relations by the number of the row. */
export function describeRow(world: World, index: number): string {
  const { model, values } = world.rows[index]!
  const shown = fieldsOf(world, model).flatMap(({ name }) =>
    name in values ? [`${name}: ${describe(values[name]!)}`] : [],
  )
  return `#${index} ${model} { ${shown.join(', ')} }`
}

export function describe(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return String(value)
  if ('date' in value) return value.date
  if ('number' in value) return value.number
  if ('list' in value) return `[${value.list.map(describe).join(', ')}]`
  if ('rows' in value) return `[${value.rows.map(describe).join(', ')}]`
  return `#${value.row}${value.copy ? ' (another object)' : ''}`
}
