import { ArgumentError } from '../errors.js'
import { adoptAll, isPlain } from './adoption.js'
import { scalarFamilies } from './families.js'
import type { ScalarField } from './model.js'
import type { Schema } from './schema.js'

/**
 * Takes all plain objects that relations lead to from a row, at any depth, for rows of the relations' models. Getters are not called:
 * they could begin to load.
 * @throws ArgumentError for a plain object with a text in the place of a date, a number or a boolean, as JSON has it.
 */
export function adoptWithin(schema: Schema, row: object, model: string): void {
  let open: Held | undefined = { row, model, next: undefined }
  // Made for the first row within another.
  let seen: Set<object> | undefined
  while (open) {
    const { row: holder, model: its, next }: Held = open
    open = next
    const isChecked = isPlain(holder)
    for (const field of schema.fields(its)) {
      if (field.kind === 'scalar') {
        // Fields are named by the schema, which the compiler does not know.
        if (isChecked && isTyped(field))
          assertType(its, field, (holder as Readonly<Record<string, unknown>>)[field.name])
        continue
      }
      const value: unknown = Object.getOwnPropertyDescriptor(holder, field.name)?.value
      if (typeof value !== 'object' || value === null) continue
      adoptAll(schema, value, field.model)
      seen ??= new Set([row])
      for (const one of Array.isArray(value) ? value : [value]) {
        const held = typeof one === 'object' && one !== null ? schema.baseOf(one) : undefined
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

/** Whether texts are no values of a field. */
function isTyped({ type }: ScalarField): boolean {
  const family = scalarFamilies[type]
  return family === 'date' || family === 'number' || family === 'boolean'
}

/** A text is no date: it would be equal to none, and whatever is not equal is allowed by `not`. */
function assertType(model: string, { name, type, list }: ScalarField, value: unknown): void {
  for (const one of list && Array.isArray(value) ? value : [value]) {
    if (typeof one !== 'string' && !(type === 'date' && typeof one === 'number')) continue
    throw new ArgumentError('invalid-argument', `${model}.${name} is declared as ${type}, and holds a ${typeof one}.`, {
      hint: `convert it first, such as with a reviver: JSON.parse(text, reviver)`,
      data: { model, name, value: one },
    })
  }
}
