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
export function adoptWithin(schema: Schema, row: object, modelName: string): void {
  const models = new Map<object, string>([[row, modelName]])
  // It grows while it is gone through.
  for (const [holder, model] of models) {
    for (const field of schema.fields(model)) {
      const value: unknown = Object.getOwnPropertyDescriptor(holder, field.name)?.value
      if (value === undefined || value === null) continue
      if (field.kind === 'scalar') {
        if (isPlain(holder)) assertType(model, field, value)
        continue
      }
      adoptAll(schema, value, field.model)
      for (const one of Array.isArray(value) ? value : [value]) {
        if (typeof one !== 'object' || one === null || models.has(one)) continue
        const its = schema.baseOf(one)
        if (its) models.set(one, its.name)
      }
    }
  }
}

/** A text is no date: it would be equal to none, and whatever is not equal is allowed by `not`. */
function assertType(model: string, { name, type, list }: ScalarField, value: unknown): void {
  const family = scalarFamilies[type]
  if (family !== 'date' && family !== 'number' && family !== 'boolean') return
  for (const one of list && Array.isArray(value) ? value : [value]) {
    if (typeof one !== 'string' && !(family === 'date' && typeof one === 'number')) continue
    throw new ArgumentError('invalid-argument', `${model}.${name} is declared as ${type}, and holds a ${typeof one}.`, {
      hint: `convert it first, such as with a reviver: JSON.parse(text, reviver)`,
      data: { model, name, value: one },
    })
  }
}
