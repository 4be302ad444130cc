import { ArgumentError } from '../errors.js'
import { isPlain } from './adoption.js'
import { scalarFamilies } from './families.js'
import type { Field, RelationField, ScalarField } from './model.js'
import type { Models, Schema } from './schema.js'
import { tagOf } from './tags.js'

/**
 * Takes all plain objects that relations lead to from a row, at any depth, for rows of the relations' models. Getters are not called:
 * they could begin to load. It ends at instances of classes, and at rows that are tagged: those were gone through when they were.
 * @throws ArgumentError for a plain object with a text in the place of a date, a number or a boolean, as JSON has it.
 */
export function adoptWithin(schema: Schema, row: object, model: string): void {
  let open: Held | undefined = { row, model, next: undefined }
  // Made for the first row within another.
  let seen: Set<object> | undefined
  while (open) {
    const { row: holder, model: its, next }: Held = open
    open = next
    const { typed, relations } = partsOf(schema, its)
    if (typed.length > 0 && isPlain(holder)) {
      for (const field of typed) {
        // Fields are named by the schema, which the compiler does not know.
        assertType(its, field, (holder as Readonly<Record<string, unknown>>)[field.name])
      }
    }
    for (const field of relations) {
      if (!Object.hasOwn(holder, field.name)) continue
      const value: unknown = Object.getOwnPropertyDescriptor(holder, field.name)?.value
      if (typeof value !== 'object' || value === null) continue
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

/** Rows that are still to be gone through. */
interface Held {
  readonly row: object
  readonly model: string
  readonly next: Held | undefined
}

/** The fields of a model that matter here. */
interface Parts {
  /** Of which texts are no values. */
  readonly typed: readonly ScalarField[]
  readonly relations: readonly RelationField[]
}

/** By the fields of a model: a schema that grows has them anew. */
const known = new WeakMap<readonly Field[], Parts>()

function partsOf(schema: Schema, model: string): Parts {
  const fields = schema.fields(model)
  let parts = known.get(fields)
  if (!parts) {
    parts = {
      typed: fields.filter((field) => field.kind === 'scalar').filter(isTyped),
      relations: fields.filter((field) => field.kind === 'relation'),
    }
    known.set(fields, parts)
  }
  return parts
}

function isTyped({ type }: ScalarField): boolean {
  const family = scalarFamilies[type]
  return family === 'date' || family === 'number' || family === 'boolean'
}

/** A text is no date: it would be equal to none, and whatever is not equal is allowed by `not`. */
function assertType(model: string, { name, type, list }: ScalarField, value: unknown): void {
  if (list && Array.isArray(value)) for (const one of value) assertScalar(model, name, type, one)
  else assertScalar(model, name, type, value)
}

function assertScalar(model: string, name: string, type: ScalarField['type'], value: unknown): void {
  if (typeof value !== 'string' && !(type === 'date' && typeof value === 'number')) return
  throw new ArgumentError('invalid-argument', `${model}.${name} is declared as ${type}, but holds a ${typeof value}.`, {
    hint: `convert it first, for example with a reviver: JSON.parse(text, reviver)`,
    data: { model, name, value },
  })
}

/** Takes a value, or each element of a list, for rows of a model. */
export function adoptAll(models: Pick<Models, 'adopt'>, value: unknown, model: string): void {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) models.adopt(value, model)
  else for (const one of value) if (typeof one === 'object' && one !== null) models.adopt(one, model)
}

/** Takes what was read from a field for rows of the model that the field leads to. */
export function adoptRead(schema: Schema, holder: unknown, name: string, value: object): void {
  const model = relatedModel(schema, holder, name)
  if (model !== undefined) adoptAll(schema, value, model)
}

/** Name of the model that a field of an object leads to; undefined for a field that is no relation. */
export function relatedModel(schema: Schema, holder: unknown, name: string): string | undefined {
  const model = schema.baseOf(holder)
  const field = model && schema.field(model.name, name)
  return field?.kind === 'relation' ? field.model : undefined
}
