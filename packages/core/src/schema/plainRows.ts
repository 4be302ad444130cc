import { invalidArgument } from '../errors.js'
import { isPlain } from './adoption.js'
import { primitivesOf } from './families.js'
import type { Field, RelationField, ScalarField } from './model.js'
import type { Models, Schema } from './schema.js'
import { tagOf } from './tags.js'
import { isUuid } from './uuid.js'

/**
 * Adopts all plain objects that relations lead to from a row, at any depth, as rows of the
 * relations' models.
 * Getters are not called, since they could start to load. Traversal ends at instances of classes,
 * and at tagged rows, which were traversed when they were tagged.
 * @param visit - Receives each relation that a row holds.
 * @throws ArgumentError for a plain object with a text as a date, a number or a boolean, as JSON
 * has it, or with another form of a UUID than databases return.
 */
export function adoptWithin(
  schema: Schema,
  row: object,
  model: string,
  visit?: (model: string, field: RelationField, holder: object, value: object | null) => void,
): void {
  let open: Held | undefined = { row, model, next: undefined }
  // Created for the first nested row.
  let seen: Set<object> | undefined
  while (open) {
    const { row: holder, model: its, next }: Held = open
    open = next
    const { typed, relations } = readFields(schema, its)
    if (typed.length > 0 && isPlain(holder)) {
      for (const field of typed) {
        // Sound: the schema names the fields, and the compiler does not know them.
        assertType(its, field, (holder as Readonly<Record<string, unknown>>)[field.name])
      }
    }
    for (const field of relations) {
      if (!Object.hasOwn(holder, field.name)) continue
      const value: unknown = Object.getOwnPropertyDescriptor(holder, field.name)?.value
      if (typeof value !== 'object') continue
      visit?.(its, field, holder, value)
      if (value === null) continue
      for (const one of Array.isArray(value) ? value : [value]) {
        if (typeof one !== 'object' || one === null || tagOf(one) !== undefined || !isPlain(one)) continue
        schema.adopt(one, field.model)
        const held = schema.baseOf(one)
        seen ??= new Set([row])
        if (!held || seen.has(one)) continue
        seen.add(one)
        open = { row: one, model: held.name, next: open }
      }
    }
  }
}

/** A row that is still to be visited. */
interface Held {
  readonly row: object
  readonly model: string
  readonly next: Held | undefined
}

/** The fields of a model that a traversal reads. */
interface ReadFields {
  /** Fields whose values can't be any text. */
  readonly typed: readonly ScalarField[]
  readonly relations: readonly RelationField[]
}

/** Cached by the fields of a model, which are a new array when the schema grows. */
const known = new WeakMap<readonly Field[], ReadFields>()

function readFields(schema: Schema, model: string): ReadFields {
  const fields = schema.fields(model)
  let read = known.get(fields)
  if (!read) {
    read = {
      typed: fields.filter((field) => field.kind === 'scalar').filter(isTyped),
      relations: fields.filter((field) => field.kind === 'relation'),
    }
    known.set(fields, read)
  }
  return read
}

function isTyped({ type }: ScalarField): boolean {
  return primitivesOf(type) !== undefined || type === 'uuid'
}

/**
 * Rejects a text as a date: it would equal no date, and `not` allows all values that are not equal.
 * So would a UUID in capitals, which a database stores as the one in lower case.
 */
function assertType(model: string, field: ScalarField, value: unknown): void {
  const wrong = foreignIn(field, value)
  const { name, type } = field
  const isMisspelt = type === 'uuid' && [value].flat().some((one) => typeof one === 'string' && !isUuid(one))
  if (wrong === undefined && !isMisspelt) return
  const what = isMisspelt ? `${model}.${name} holds a UUID in another form` : mismatch(model, field, wrong)
  throw invalidArgument(`${what}.`, {
    hint: isMisspelt ? 'write it as databases do, in lower case with hyphens' : convert,
    data: { model, name, value },
  })
}

/** The hint for such a value. */
export const convert = 'convert it first, for example with a reviver: JSON.parse(text, reviver)'

function mismatch(model: string, { name, type }: ScalarField, value: unknown): string {
  return `${model}.${name} is declared as ${type}, but holds a ${typeof value}`
}

/** Returns the first primitive value that a field of this type can't hold, in a list or alone. */
function foreignIn({ type, list }: ScalarField, value: unknown): unknown {
  const primitives = primitivesOf(type)
  if (!primitives) return undefined
  const isForeign = (one: unknown): boolean =>
    typeof one !== 'object' && typeof one !== 'undefined' && !primitives.includes(typeof one)
  return list && Array.isArray(value) ? value.find(isForeign) : isForeign(value) ? value : undefined
}

/**
 * Returns the message for a value that was read from a plain object and has another type than the schema declares
 * for the field; undefined if it has that type. It covers the objects that `as` did not see: those in instances of
 * classes, and those that arrived later.
 */
export function foreignRead(schema: Schema, holder: object, name: string, value: unknown): string | undefined {
  if ((typeof value === 'object' && !Array.isArray(value)) || !isPlain(holder)) return undefined
  const model = schema.baseOf(holder)
  const field = model && schema.field(model.name, name)
  return field?.kind === 'scalar' ? foreignValue(model!.name, field, value) : undefined
}

/** Returns the message for a value of another type than a field; undefined if it has that type. */
export function foreignValue(model: string, field: ScalarField, value: unknown): string | undefined {
  const wrong = foreignIn(field, value)
  return wrong === undefined ? undefined : mismatch(model, field, wrong)
}

/** Adopts a value, or each element of a list, as a row of a model. */
export function adoptAll(models: Pick<Models, 'adopt'>, value: unknown, model: string): void {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) models.adopt(value, model)
  else for (const one of value) if (typeof one === 'object' && one !== null) models.adopt(one, model)
}

/** Adopts a value that was read from a field, as a row of the model that the field leads to. */
export function adoptRead(schema: Schema, holder: unknown, name: string, value: object): void {
  const model = relatedModel(schema, holder, name)
  if (model !== undefined) adoptAll(schema, value, model)
}

/**
 * Returns the name of the model that a field of an object leads to; undefined if the field is not a
 * relation.
 */
export function relatedModel(schema: Schema, holder: unknown, name: string): string | undefined {
  const model = schema.baseOf(holder)
  const field = model && schema.field(model.name, name)
  return field?.kind === 'relation' ? field.model : undefined
}
