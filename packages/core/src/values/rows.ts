import { has } from '../own.js'
import { doubtfulReference, type Reference, referencedModel } from '../schema/reference.js'
import type { KnownModel, Models, Schema } from '../schema/schema.js'
import { all, type Equality } from './equality.js'
import { Fault, unknownRow } from './fault.js'
import { type KeyMeaning, sameKeyPart } from './keyParts.js'
import { allKinds, type ValueKinds } from './kinds.js'
import { isNumeric } from './numeric.js'
import { assertComparedByIdentity, classNameOf, sameValue } from './valueClasses.js'

/**
 * A row with an undefined part of the key, most likely an unselected column: it can't be
 * identified.
 */
export interface UnidentifiedRow {
  readonly row: object
  readonly missing: string
}

/** An object that is compared with a row, and that may or may not be a row itself. */
export interface UnknownRow {
  readonly object: object
  /** The model of the other row, or the common model of both. */
  readonly model: string
}

/**
 * Returns whether two objects are the same row: instances of models that share their rows, with
 * complete and equal keys; or whether two values of one class are equal.
 * @param equality - Compares parts of keys that are of no known kind.
 * @returns undefined if keys do not decide: neither object has a model, a model has no key, or a
 * part of a key is nil.
 * @returns a `UnidentifiedRow` if both have keys and a part of one is undefined.
 * @returns an `UnknownRow` if the class of one is unknown and the other is a row.
 * @throws Fault `type-error` for parts of keys that can't be compared, and for a row beside a value.
 */
export function sameRow(
  schema: Models,
  left: unknown,
  right: unknown,
  kinds: ValueKinds,
  equality?: Equality,
): boolean | Promise<boolean> | UnidentifiedRow | UnknownRow | undefined {
  if (left === right) return true
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return undefined
  const a = schema.baseOf(left)
  const b = schema.baseOf(right)
  if (a?.isValue && a === b) return sameValue(a, left, right)
  if (a?.isValue) assertNoRow(a, b, right, kinds, equality)
  else if (b?.isValue) assertNoRow(b, a, left, kinds, equality)
  const haveKeys = a && b && schema.commonRows(a.name, b.name)
  if (a && b && haveKeys === undefined) return false
  const x = haveKeys && keyOf(schema, a, left)
  const y = haveKeys && keyOf(schema, b, right)
  if (x && y) {
    if (has(x, 'missing')) return x
    if (has(y, 'missing')) return y
    if (x.length !== y.length) return false
    const names = schema.key(a.name)!
    return all<never>(x.length, (at) => sameKeyPart({ schema, kinds, equality }, a.name, names[at]!, x[at], y[at]))
  }
  for (const [object, model] of [[left, b] as const, [right, a] as const]) {
    // A plain object can be of a subclass of its relation's model, and that subclass can have a key.
    if (model && !schema.modelOf(object) && ((a && b) || (isRowModel(model, kinds) && !kinds.isValue(object))))
      return { object, model: model.name }
  }
  return haveKeys === false ? false : undefined
}

/**
 * Returns whether two objects are equal whose keys do not decide.
 * @param same - The result of `sameRow`.
 * @throws Fault `unknown-row` for a row and an object that may be one, `type-error` for objects whose class compares
 * them in another way.
 */
export function equalWithoutKeys(
  schema: Models,
  left: unknown,
  right: unknown,
  same: UnidentifiedRow | UnknownRow | undefined,
  equality: Equality | undefined,
): boolean | Promise<boolean> {
  if (same) {
    if (has(same, 'missing')) throw new TypeError(`${same.missing} is missing`)
    if (!equality || hasKey(schema, same)) throw unknownRow(same.object, same.model, 'compared with a row')
  }
  if (equality) return equality(left, right)
  if (!schema.baseOf(left) && !schema.baseOf(right)) assertComparedByIdentity(left, right)
  return false
}

/** Returns whether rows of the model of a comparison have keys. */
export function hasKey(schema: Models, { model }: UnknownRow): boolean {
  return (schema.key(model)?.length ?? 0) > 0
}

/**
 * Returns whether two values are equal, if one may be nil, such as the reference to a row that may
 * be gone.
 * @returns undefined if only the row itself decides: beside nil, and whenever the keys do not
 * decide.
 */
export function sameReference(
  schema: Models,
  left: unknown,
  right: unknown,
  equality: Equality | undefined,
): boolean | undefined {
  const [a, b] = [doubtfulReference(left), doubtfulReference(right)]
  const how = { schema, kinds: allKinds, equality }
  if (a && b) return isSameReference(how, a, b) ? true : undefined
  if (a) return isReferenced(how, a, right)
  return b && isReferenced(how, b, left)
}

/**
 * Returns whether two references lead to the same row, or both to no row. (References with
 * different keys can both lead to no row.)
 */
function isSameReference(how: KeyMeaning, a: Reference, b: Reference): boolean {
  if (a.model !== b.model || a.columns.length !== b.columns.length) return false
  return a.columns.every((name, at) => isSame(how, a.model, name, a.key[at], b.key[b.columns.indexOf(name)]))
}

/** As `sameKeyPart`; false also for a comparison that has to be awaited: then only the row decides. */
function isSame(...parts: Parameters<typeof sameKeyPart>): boolean {
  return sameKeyPart(...parts) === true
}

/** Returns whether a reference leads to a value, which is an existing row or not a row. */
function isReferenced(how: KeyMeaning, { model, columns, key }: Reference, value: unknown): boolean | undefined {
  const { schema } = how
  if (typeof value !== 'object' || value === null) return undefined
  const of = schema.baseOf(value)?.name
  if (of === undefined) return undefined
  if (schema.commonRows(of, model) === undefined) return false
  const isKey = schema.key(model)?.every((name) => columns.includes(name)) === true
  const isRow = isKey && schema.isSubclass(of, model)
  for (let at = 0; at < columns.length; at++) {
    // Sound: the schema names the columns, and the compiler does not know them.
    const part = (value as Readonly<Record<string, unknown>>)[columns[at]!]
    if (part === undefined) return undefined
    const isEqual = sameKeyPart(how, model, columns[at]!, part, key[at])
    if (typeof isEqual !== 'boolean') return undefined
    if (!isEqual) return false
  }
  return isRow ? true : undefined
}

/**
 * Asserts that a value of a class is not compared with a row, such as the key of a reference with the row that it leads to.
 * @throws Fault `type-error`: under `not`, a no would be a yes.
 */
function assertNoRow(
  { name }: KnownModel,
  model: KnownModel | undefined,
  other: object,
  kinds: ValueKinds,
  equality: Equality | undefined,
): void {
  if (model ? !isRowModel(model, kinds) : equality !== undefined || kinds.isValue(other)) return
  throw new Fault('type-error', `A value of class ${name} can't be compared with ${rowName(model, other)}.`, {
    hint: `compare the key of the row, and load the references of a field always or never`,
    data: { value: other },
  })
}

function rowName(model: KnownModel | undefined, row: object): string {
  return model ? `a row of ${model.name}` : `an object of class ${classNameOf(row)}`
}

/** Returns whether the objects of a model are rows rather than values. */
function isRowModel({ name, class: cls, isValue }: KnownModel, kinds: ValueKinds): boolean {
  return !kinds.builtins.has(name) && !isValue && !(cls && kinds.isValueClass(cls))
}

/**
 * Returns the identity of an object: a text for a row with a complete, textual key, otherwise the
 * object itself.
 */
export function identityOf(schema: Schema, value: object): unknown {
  const model = schema.baseOf(value)
  const key = model && keyOf(schema, model, value)
  if (!key || has(key, 'missing') || !key.every(isTextual)) return value
  const parts = key.map((part) => (part instanceof Date ? `date ${part.getTime()}` : `${typeof part} ${String(part)}`))
  const owner = schema.ancestors(model.name).findLast((name) => (schema.models.get(name)?.key ?? []).length > 0)
  return JSON.stringify([owner, ...parts])
}

/** Returns whether an object is a row with a complete, textual key. */
export function isIdentified(schema: Models, value: object): boolean {
  const model = referencedModel(value) ?? schema.baseOf(value)?.name
  const names = (model === undefined ? undefined : schema.key(model)) ?? []
  for (const name of names) {
    const part = (value as Readonly<Record<string, unknown>>)[name]
    if (part === undefined || part === null || !isTextual(part)) return false
  }
  return names.length > 0
}

/**
 * Returns whether the text of a key's part identifies it. A promise, for example, has no such text.
 */
function isTextual(part: unknown): boolean {
  return typeof part !== 'object' || part instanceof Date || isNumeric(part)
}

/**
 * Returns the values of a row's key; undefined if the model has no key, or if a part of it is nil.
 */
function keyOf(schema: Models, model: KnownModel, row: object): readonly unknown[] | UnidentifiedRow | undefined {
  const names = schema.key(model.name)
  if (!names?.length) return undefined
  const parts: unknown[] = []
  for (const name of names) {
    // Sound: a key names fields of the row, which the schema knows and the compiler does not.
    const part = (row as Readonly<Record<string, unknown>>)[name]
    if (part === undefined) return { row, missing: name }
    if (part === null) return undefined
    parts.push(part)
  }
  return parts
}

/** How two rows of one class are compared: by a key column, or (without a column) by identity. */
export interface RowEquality {
  readonly column: string | undefined
  /** The class that has the key. Rows with different ones are never the same row. */
  readonly owner: unknown
}

/**
 * Returns how rows of a class are compared. Returns undefined if its objects are not rows, or if
 * the key has several columns.
 * @param hasEquality - Whether objects without keys are compared by more than identity.
 */
export function rowEqualityOf(
  schema: Pick<Schema, 'modelOfClass' | 'key' | 'keyOwner'>,
  cls: unknown,
  hasEquality: boolean,
): RowEquality | undefined {
  const column = keyColumnOf(schema, cls, hasEquality, allKinds)
  if (column === undefined) return undefined
  return { column: column ?? undefined, owner: schema.keyOwner(schema.modelOfClass(cls)!.name) }
}

/** As `rowEqualityOf`; returns the column, or null for identity. */
export function keyColumnOf(
  schema: Pick<Models, 'modelOfClass' | 'key'>,
  cls: unknown,
  hasEquality: boolean,
  kinds: ValueKinds,
): string | null | undefined {
  const model = schema.modelOfClass(cls)
  if (!model || !isRowModel(model, kinds)) return undefined
  const key = schema.key(model.name)
  if (!key?.length) return hasEquality ? undefined : null
  return key.length === 1 ? key[0] : undefined
}

/**
 * Returns whether two rows of the class of `rows` are the same; undefined if the key's values do
 * not decide at once.
 */
export function areSameRow(rows: Pick<RowEquality, 'column'>, left: object, right: object): boolean | undefined {
  const { column } = rows
  return column === undefined ? left === right : haveSameKey(column, left, right)
}

/** As `areSameRow`, for rows with a key of one column. */
export function haveSameKey(column: string, left: object, right: object): boolean | undefined {
  // Sound: the key names a column, whose type the compiler does not know.
  const a = (left as Readonly<Record<string, unknown>>)[column]
  const b = (right as Readonly<Record<string, unknown>>)[column]
  if (typeof a !== typeof b || !(typeof a === 'number' || typeof a === 'string')) return undefined
  // NaN, which no comparison finds equal to itself, is no key.
  return a === b || (Number.isNaN(a) || Number.isNaN(b) ? undefined : false)
}
