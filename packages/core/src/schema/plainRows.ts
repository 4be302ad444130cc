import { ArgumentError } from '../errors.js'
import { isPlain } from './adoption.js'
import { scalarFamilies } from './families.js'
import type { Field, RelationField, ScalarField } from './model.js'
import type { Models, Schema } from './schema.js'
import { tagOf } from './tags.js'

/**
 * Adopts all plain objects that relations lead to from a row, at any depth, as rows of the
 * relations' models.
 * Getters are not called, since they could start to load. Traversal ends at instances of classes,
 * and at tagged rows, which were traversed when they were tagged.
 * @throws ArgumentError for a plain object with a text as a date, a number or a boolean, as JSON
 * has it.
 */
export function adoptWithin(schema: Schema, row: object, model: string): void {
  let open: Held | undefined = { row, model, next: undefined }
  // Created for the first nested row.
  let seen: Set<object> | undefined
  while (open) {
    const { row: holder, model: its, next }: Held = open
    open = next
    const { typed, relations } = partsOf(schema, its)
    if (typed.length > 0 && isPlain(holder)) {
      for (const field of typed) {
        // Sound: the schema names the fields, and the compiler does not know them.
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

/** A row that is still to be visited. */
interface Held {
  readonly row: object
  readonly model: string
  readonly next: Held | undefined
}

/** The fields of a model that a traversal reads. */
interface Parts {
  /** Fields whose values can't be texts. */
  readonly typed: readonly ScalarField[]
  readonly relations: readonly RelationField[]
}

/** Cached by the fields of a model, which are a new array when the schema grows. */
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

/**
 * Rejects a text as a date: it would equal no date, and `not` allows all values that are not equal.
 */
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
