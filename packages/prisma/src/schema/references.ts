import { type DatabaseFacts, declaredReferences } from '@arcturus/core'
import type { PrismaField, PrismaSchema } from './schema.js'

/**
 * A schema with what is known of its references in the place of what it promises.
 * @throws ArgumentError for a declaration that names no reference.
 */
export function withReferences<Name extends string>(
  schema: PrismaSchema<Name>,
  facts: DatabaseFacts | undefined,
): PrismaSchema<Name> {
  if (facts?.references === undefined) return schema
  const fieldOf = (model: string, name: string): PrismaField | undefined =>
    schema.models.find((one) => one.name === model)?.fields.find((one) => one.name === name)
  const keptOf = declaredReferences(facts, (model, name) => {
    const field = fieldOf(model, name)
    return field?.kind === 'relation' && field.owner
  })
  return {
    ...schema,
    models: schema.models.map((model) => ({
      ...model,
      fields: model.fields.map((field) => {
        if (field.kind !== 'relation' || !field.owner) return field
        return { ...field, kept: keptOf(model.name, field.name) ?? field.kept }
      }),
    })),
  }
}
