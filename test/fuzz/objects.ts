import { type Authorizer, Dict, type FieldDeclaration } from '@arcturus/core'
import { Decimal } from '@prisma/client-runtime-utils'
import {
  descendantsOf,
  type FieldSpec,
  fieldsOf,
  type InstanceTest,
  isMissing,
  keyOf,
  type ModelSpec,
  modelNamed,
  type PartSpec,
  type Reference,
  type Row,
  type ScalarValue,
  targetOf,
  type Value,
  type World,
} from './world.js'

/** A world as classes and their instances, such as an application has them. */
export interface Objects {
  /** Classes by name, in the order in which a class comes after the one that it extends. */
  readonly classes: ReadonlyMap<string, new () => object>
  /** The instances of the world's rows, in their order. */
  readonly rows: readonly object[]
  /** The rows as a database has them, where `rows` are parts of them. */
  readonly stored?: readonly object[]
  /** The number of the row that a plain object is a copy of. */
  readonly numbers?: WeakMap<object, number>
  readonly constants: ReadonlyMap<string, unknown>
  /** Classes of what holds some columns of a row. */
  readonly parts: ReadonlyMap<string, new () => object>
}

/** A class of values, of which two are equal that say the same. */
class Money {
  readonly amount: number

  constructor(amount: number) {
    this.amount = amount
  }
}

export function areEqualValues(left: unknown, right: unknown): boolean {
  return left instanceof Money && right instanceof Money && left.amount === right.amount
}

/** Puts the elements of a collection in an order, each time that it is read. */
export type Arrange = (elements: unknown[]) => unknown[]

export function makeObjects(
  world: World,
  arrange?: Arrange,
  { classes, parts }: Pick<Objects, 'classes' | 'parts'> = makeClasses(world),
): Objects {
  const rows = world.rows.map((row) => new (classes.get(row.model)!)())
  const copies: [object, number][] = []
  const refer = ({ row, copy }: Reference): object => {
    const original = rows[row]!
    if (!copy) return original
    const twin = Object.create(Object.getPrototypeOf(original)) as object
    copies.push([twin, row])
    return twin
  }
  const toObject = (value: Value): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if ('part' in value) return value
    if ('missing' in value) return undefined
    if ('rows' in value) return value.rows.map(refer)
    return 'row' in value ? refer(value) : toScalar(value)
  }
  for (const [index, { values }] of world.rows.entries()) {
    for (const [name, value] of Object.entries(values)) {
      if (!isAbsent(value)) put(rows[index]!, name, toObject(value), arrange)
    }
    for (const field of fieldsOf(world, world.rows[index]!.model)) {
      if (field.kind !== 'part') continue
      const { part } = values[field.name] as { part: Readonly<Record<string, Value>> } // a part's value is one
      const owner = world.models.find(({ fields }) => fields.includes(field))!
      const made = new (parts.get(partName(owner.name, field))!)()
      for (const [name, value] of Object.entries(part)) Object.assign(made, { [name]: toObject(value) })
      Object.assign(rows[index]!, { [field.name]: made })
    }
  }
  for (const name of world.habits?.computed ?? []) {
    const family = descendantsOf(world, name)
    const own = rows.filter((_, index) => family.includes(world.rows[index]!.model))
    computeValues(classes.get(name)!, modelNamed(world, name), own)
  }
  for (const [twin, row] of copies) Object.defineProperties(twin, Object.getOwnPropertyDescriptors(rows[row]!))
  return {
    classes,
    rows,
    parts,
    constants: new Map(Object.entries(world.constants).map(([name, value]) => [name, toObject(value)])),
  }
}

function makeClasses(world: World): Pick<Objects, 'classes' | 'parts'> {
  const classes = new Map<string, new () => object>()
  for (const { name, parent } of world.models) {
    const base = parent === undefined ? Object : classes.get(parent)!
    // The name of a class is what policies call it.
    const named = { [name]: class extends base {} }
    classes.set(name, named[name]!)
  }
  for (const test of world.habits?.instances ?? []) if (test.by === 'class') testOwnInstances(test, classes)
  const parts = new Map<string, new () => object>()
  for (const { name, fields } of world.models)
    for (const field of fields) if (field.kind === 'part') parts.set(partName(name, field), class {})
  return { classes, parts }
}

/** A database may give a collection in another order each time that it is read. */
export function put(row: object, name: string, value: unknown, arrange: Arrange | undefined): void {
  if (arrange && Array.isArray(value)) {
    Object.defineProperty(row, name, { get: () => arrange([...value]), enumerable: true, configurable: true })
  } else Object.defineProperty(row, name, { value, enumerable: true, configurable: true, writable: true })
}

/** The values of rows become those that getters of their class return, from what the rows hold under symbols. */
function computeValues(cls: new () => object, { fields, key }: ModelSpec, rows: readonly object[]): void {
  for (const { name } of fields) {
    if (key.includes(name)) continue
    const held = Symbol.for(name)
    const get = function (this: object): unknown {
      return Reflect.get(this, held)
    }
    Object.defineProperty(cls.prototype, name, { get, configurable: true })
    for (const row of rows) {
      const own = Object.getOwnPropertyDescriptor(row, name)
      if (own) Object.defineProperty(row, held, own)
      Reflect.deleteProperty(row, name)
    }
  }
}

function testOwnInstances({ model, ...test }: InstanceTest, classes: Objects['classes']): void {
  const cls = classes.get(model)!
  const isCounted = testOf(test, classes)
  Object.defineProperty(cls, Symbol.hasInstance, {
    // Classes that extend this one inherit the function.
    value(this: new () => object, value: unknown) {
      return Function.prototype[Symbol.hasInstance].call(this, value) || (this === cls && isCounted(value))
    },
  })
}

function testOf(
  { of, column }: Pick<InstanceTest, 'of' | 'column'>,
  classes: Objects['classes'],
): (value: unknown) => boolean {
  const other = classes.get(of)
  return (value) =>
    typeof value === 'object' &&
    value !== null &&
    (other ? Object.prototype.isPrototypeOf.call(other.prototype, value) : true) &&
    (column === undefined || Reflect.get(value, column) === true)
}

function isAbsent(value: Value): boolean {
  return isMissing(value) && value.missing === 'property'
}

function toScalar(value: ScalarValue | { readonly list: readonly ScalarValue[] }): unknown {
  if (typeof value !== 'object' || value === null) return value
  if ('date' in value) return new Date(value.date)
  if ('number' in value) return Number(value.number)
  if ('bigint' in value) return BigInt(value.bigint)
  if ('decimal' in value) return new Decimal(value.decimal)
  if ('read' in value) return value.read
  if ('amount' in value) return new Money(value.amount)
  if ('entries' in value) {
    const entries = Object.fromEntries(Object.entries(value.entries).map(([name, one]) => [name, toScalar(one)]))
    return value.isDict ? new Dict(entries) : entries
  }
  return value.list.map(toScalar)
}

/** A plain object with those values of a row that are no rows. */
export function scalarsOf({ values }: Row): object {
  const entries = Object.entries(values).filter(
    ([, value]) =>
      !isAbsent(value) &&
      (typeof value !== 'object' || value === null || !('row' in value || 'rows' in value || 'part' in value)),
  )
  // The other values are scalars and lists of them.
  const scalar = (value: Value): unknown => (isMissing(value) ? undefined : toScalar(value as ScalarValue))
  return Object.fromEntries(entries.map(([name, value]) => [name, scalar(value)]))
}

export function register(authorizer: Authorizer, world: World, objects: Objects): void {
  for (const { name, key, fields } of world.models) {
    for (const field of fields) {
      if (field.kind !== 'part') continue
      authorizer.registerClass(objects.parts.get(partName(name, field)), {
        name: partName(name, field),
        fields: Object.fromEntries(field.fields.map((one) => [one.name, declarationOf(world, name, one)])),
      })
    }
    const options = {
      ...(key.length > 0 ? { key } : {}),
      ...(world.undeclared?.includes(name)
        ? {}
        : { fields: Object.fromEntries(fields.map((field) => [field.name, declarationOf(world, name, field)])) }),
    }
    const test = world.habits?.instances?.find((one) => one.model === name && one.by === 'option')
    if (test) Object.assign(options, { isaCheck: testOf(test, objects.classes) })
    const cls = objects.classes.get(name)
    if (cls) authorizer.registerClass(cls, options)
    else authorizer.registerModels([{ name, ...options }])
  }
  if (world.habits?.untyped) authorizer.registerClass(Money, { fields: { amount: 'integer' } })
  for (const [name, value] of objects.constants) authorizer.registerConstant(value, name)
}

/** The class of what holds some columns of a model's rows under a name of their own. */
function partName(model: string, { name }: PartSpec): string {
  return `${model}_${name}`
}

function declarationOf(world: World, model: string, field: FieldSpec): FieldDeclaration {
  switch (field.kind) {
    case 'scalar':
      if (world.habits?.untyped?.includes(`${model}.${field.name}`)) return { type: 'unknown' }
      return { type: field.type, nullable: field.nullable, list: field.list }
    case 'one':
      return {
        one: field.model,
        nullable: field.nullable || world.foreign === true,
        kept: !world.foreign,
        // A reference to a row that may be deleted softly says nothing of it.
        ...(field.from && !modelNamed(world, field.model).deletes
          ? { from: field.from, to: targetOf(world, field) }
          : {}),
      }
    case 'many':
      return { many: field.model }
    case 'part':
      return { one: partName(model, field), nullable: false }
  }
}

/** The row's values as a person reads them, relations by the number of the row. @param isShown - which fields are shown */
export function describeRow(world: World, index: number, isShown: (field: string) => boolean): string {
  return `#${index} ${describeValues(world, world.rows[index]!, isShown)}`
}

export function describeValues(
  world: World,
  { model, values, odd = {} }: Row,
  isShown: (field: string) => boolean,
): string {
  const shown = fieldsOf(world, model).flatMap(({ name }) =>
    name in values && (isShown(name) || keyOf(world, model).includes(name))
      ? [`${name}: ${name in odd ? `odd value ${odd[name]}` : describe(values[name]!)}`]
      : [],
  )
  return `${model} { ${shown.join(', ')} }`
}

export function describe(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return String(value)
  if ('date' in value) return value.date
  if ('number' in value) return value.number
  if ('bigint' in value) return `${value.bigint}n`
  if ('decimal' in value) return `${value.decimal} (decimal)`
  if ('read' in value) return String(value.read)
  if ('amount' in value) return `Money(${value.amount})`
  if ('entries' in value)
    return `${value.isDict ? 'Dict' : ''}{ ${Object.entries(value.entries)
      .map(([name, one]) => `${name}: ${describe(one)}`)
      .join(', ')} }`
  if ('missing' in value) return `missing ${value.missing} of ${describe(value.of)}`
  if ('list' in value) return `[${value.list.map(describe).join(', ')}]`
  if ('part' in value)
    return `{ ${Object.entries(value.part)
      .map(([name, one]) => `${name}: ${describe(one)}`)
      .join(', ')} }`
  if ('rows' in value) return `[${value.rows.map(describe).join(', ')}]`
  return `#${value.row}${value.copy ? ' (another object)' : ''}`
}
