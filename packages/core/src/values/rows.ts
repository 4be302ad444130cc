import type { Class } from '../schema/model.js'
import { doubtfulReference, type Reference, referencedModel, unloadedRelation } from '../schema/reference.js'
import { type KnownModel, type Models, Table } from '../schema/schema.js'
import { isBinary, isBinaryClass } from './binary.js'
import { builtinClasses } from './builtin.js'
import { Dict } from './dict.js'
import { scalarsEqual } from './equality.js'
import { isNumeric } from './numeric.js'

/** A row of which a part of the key is undefined, most likely because it was not selected: it can't be told from others. */
export class PartialRow {
  readonly row: object
  readonly missing: string

  constructor(row: object, missing: string) {
    this.row = row
    this.missing = missing
  }
}

/** An object that is compared with a row, and of which it is not known whether it is one. */
export class UnknownRow {
  readonly object: object
  /** The row that it is compared with. */
  readonly other: object
  /** The model of the other, or the common one of both. */
  readonly model: string
  /** Whether rows of the model have keys. */
  readonly hasKey: boolean

  constructor(schema: Models, object: object, other: object, model: string) {
    this.object = object
    this.other = other
    this.model = model
    this.hasKey = (schema.key(model)?.length ?? 0) > 0
  }
}

/**
 * Whether two objects are the same row: instances of models that share their rows, whose key is complete and equal.
 * @returns undefined where keys do not decide: neither is of a model, or one has no key, or a part of it is nil; the one of
 * which a part of the key is undefined, where both have one; the one of unknown class where the other is a row.
 */
export function sameRow(schema: Models, left: unknown, right: unknown): boolean | PartialRow | UnknownRow | undefined {
  if (left === right) return true
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return undefined
  const a = schema.baseOf(left)
  const b = schema.baseOf(right)
  if (!a || !b) {
    if (a) return isRowModel(a) && isUnknown(right) ? new UnknownRow(schema, right, left, a.name) : undefined
    return b && isRowModel(b) && isUnknown(left) ? new UnknownRow(schema, left, right, b.name) : undefined
  }
  const share = a === b || shareRows(schema, a.name, b.name)
  if (!share && !canBeSameRow(schema, a.name, b.name)) return false
  const x = share ? keyOf(schema, a, left) : undefined
  const y = share ? keyOf(schema, b, right) : undefined
  if (x && y) {
    if (x instanceof PartialRow) return x
    if (y instanceof PartialRow) return y
    return x.length === y.length && x.every((part, at) => areEqual(part, y[at]))
  }
  // A plain object can be of a subclass of the model that its relation names, which can have a key.
  if (schema.modelOf(left) === undefined) return new UnknownRow(schema, left, right, b.name)
  if (schema.modelOf(right) === undefined) return new UnknownRow(schema, right, left, a.name)
  return share ? undefined : false
}

/**
 * Whether two values are equal of which one may be nil, as the reference to a row that may be gone.
 * @returns undefined where that takes the row: beside nil, and wherever the keys do not decide.
 */
export function sameReference(schema: Models, left: unknown, right: unknown): boolean | undefined {
  const [a, b] = [doubtfulReference(left), doubtfulReference(right)]
  if (a && b) return isSameReference(a, b) ? true : undefined
  if (a) return isReferenced(schema, a, right)
  return b && isReferenced(schema, b, left)
}

/** Whether two references lead to one row, or both to none. Those of two keys can both lead to none. */
function isSameReference(a: Reference, b: Reference): boolean {
  const parts = a.columns.map((name, at) => [a.key[at], b.key[b.columns.indexOf(name)]])
  return a.model === b.model && a.columns.length === b.columns.length && parts.every(([x, y]) => areEqual(x, y))
}

/** Whether a reference leads to a value: to a row in hand, which is there, or to none. */
function isReferenced(schema: Models, { model, columns, key }: Reference, value: unknown): boolean | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const of = schema.baseOf(value)?.name
  if (of === undefined) return undefined
  if (!canBeSameRow(schema, of, model)) return false
  const isKey = schema.key(model)?.every((name) => columns.includes(name)) === true
  const isEqual = isKey && schema.isSubclass(of, model)
  for (let at = 0; at < columns.length; at++) {
    // columns are named by the schema, which the compiler does not know
    const part = (value as Readonly<Record<string, unknown>>)[columns[at]!]
    if (part === undefined) return undefined
    if (!areEqual(part, key[at])) return false
  }
  return isEqual ? true : undefined
}

function areEqual(part: unknown, other: unknown): boolean {
  return part === other || scalarsEqual(part, other) === true
}

/** Whether the objects of a model are rows, and no values. */
function isRowModel({ name, class: cls }: KnownModel): boolean {
  return !builtinClasses.has(name) && !(cls && isValueClass(cls))
}

/** Whether an object of no model can be meant for a row: it is not a value, and not a reference that is not loaded. */
function isUnknown(value: object): boolean {
  return !(
    value instanceof Date ||
    value instanceof Dict ||
    value instanceof Table ||
    Array.isArray(value) ||
    isBinary(value) ||
    unloadedRelation(value) !== undefined ||
    isNumeric(value)
  )
}

/** What identifies an object among all others: a text for a row whose key is complete and says all in its text, else the object itself. */
export function identityOf(schema: Models, value: object): unknown {
  const model = schema.baseOf(value)
  const key = model && keyOf(schema, model, value)
  if (!key || key instanceof PartialRow || !key.every(isTextual)) return value
  const parts = key.map((part) => (part instanceof Date ? `date ${part.getTime()}` : `${typeof part} ${String(part)}`))
  const owner = schema.ancestors(model.name).findLast((name) => (schema.models.get(name)?.key ?? []).length > 0)
  return JSON.stringify([owner, ...parts])
}

/** Whether an object is a row whose key is complete and says all in its text. */
export function isIdentified(schema: Models, value: object): boolean {
  const model = referencedModel(value) ?? schema.baseOf(value)?.name
  const names = (model === undefined ? undefined : schema.key(model)) ?? []
  for (const name of names) {
    const part = (value as Readonly<Record<string, unknown>>)[name]
    if (part === undefined || part === null || !isTextual(part)) return false
  }
  return names.length > 0
}

/** Whether a part of a key is known by its text: not a promise, say. */
function isTextual(part: unknown): boolean {
  return typeof part !== 'object' || part instanceof Date || isNumeric(part)
}

/** The values of a row's key; undefined where the model has none, or a part of it is nil. */
function keyOf(schema: Models, model: KnownModel, row: object): readonly unknown[] | PartialRow | undefined {
  const names = schema.key(model.name)
  if (!names?.length) return undefined
  const parts: unknown[] = []
  for (const name of names) {
    // a key names fields of the row, which the schema knows and the compiler does not
    const part = (row as Readonly<Record<string, unknown>>)[name]
    if (part === undefined) return new PartialRow(row, name)
    if (part === null) return undefined
    parts.push(part)
  }
  return parts
}

/** Whether two models have one root, and rows with one kind of key. */
function shareRows(schema: Models, a: string, b: string): boolean {
  const [left, right] = [schema.keyOwner(a), schema.keyOwner(b)]
  if (left !== undefined && right !== undefined) return left === right
  return rootOf(schema, a) === rootOf(schema, b)
}

/** Whether a row can be an instance of both, or two instances of them the same row. */
export function canBeSameRow(schema: Models, a: string, b: string): boolean {
  return schema.isSubclass(a, b) || schema.isSubclass(b, a) || shareRows(schema, a, b)
}

function rootOf(schema: Models, name: string): unknown {
  const root = schema.ancestors(name).at(-1) ?? name
  return schema.models.get(root)?.class ?? root
}

/** How two rows of one class are compared: by a column of the key, or (no column) by being the same object. */
export interface RowEquality {
  readonly column: string | undefined
}

/**
 * How rows of a class are compared; undefined for what is no row, or where it takes more than one column.
 * @param hasEquality - Whether objects without keys are compared by more than identity.
 */
export function rowEqualityOf(schema: Models, cls: unknown, hasEquality: boolean): RowEquality | undefined {
  const model = schema.modelOfClass(cls)
  if (!model?.class || isValueClass(model.class)) return undefined
  const key = schema.key(model.name)
  const decides = key?.length ? key.length === 1 : !hasEquality
  return decides ? { column: key?.[0] } : undefined
}

/** Whether two rows of the class that `rows` is about are the same; undefined where the key's values do not tell at once. */
export function areSameRow(rows: RowEquality, left: object, right: object): boolean | undefined {
  const { column } = rows
  if (column === undefined) return left === right
  // the key names a column, whose type the compiler does not know
  const a = (left as Readonly<Record<string, unknown>>)[column]
  const b = (right as Readonly<Record<string, unknown>>)[column]
  return typeof a === typeof b && (typeof a === 'number' || typeof a === 'string') ? a === b : undefined
}

/** Classes whose instances are values: equal by what they hold. */
function isValueClass(cls: Class): boolean {
  const { prototype } = cls
  return (
    cls === Date ||
    cls === Array ||
    cls === Dict ||
    prototype instanceof Date ||
    isBinaryClass(cls) ||
    isNumeric(prototype) ||
    builtinClasses.has(cls.name)
  )
}
