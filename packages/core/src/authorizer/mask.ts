import { invalidArgument } from '../errors.js'
import type { Schema } from '../schema/schema.js'

/** @throws ArgumentError for a masked field that no row has: a misspelt one would be shown. */
export function assertMask(schema: Schema, mask: readonly string[]): void {
  for (const one of mask) {
    const [model = '', field = '', ...rest] = String(one).split('.')
    const known = schema.models.get(model)
    const isField = field !== '' && rest.length === 0 && (!known?.closed || hasField(schema, model, field))
    if (known && isField) continue
    throw invalidArgument(`No row has the masked field ${JSON.stringify(one)}.`, {
      hint: known ? `name a field of ${model}` : `write the name of a model and of a field, such as User.email`,
      data: { mask: one },
    })
  }
}

function hasField(schema: Schema, model: string, field: string): boolean {
  return schema
    .descendants(model)
    .some((name) => schema.fields(name).some((one) => one.name === field) || schema.key(name)?.includes(field))
}
