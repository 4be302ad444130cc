import { type DatabaseFacts, declaredReferences } from '@arcturus/core/filters'
import type { PrismaField, PrismaRelation, PrismaSchema } from './schema.js'

/**
 * A schema with what is known of its references in the place of what it promises.
 * @throws ArgumentError for a declaration that names no reference.
 */
export function withReferences<Name extends string>(
  schema: PrismaSchema<Name>,
  facts: DatabaseFacts | undefined,
): PrismaSchema<Name> {
  if (facts?.references === undefined) return schema
  const keptOf = declaredReferences(facts, (model, name) =>
    isReference(schema.models.find((one) => one.name === model)?.fields.find((one) => one.name === name)),
  )
  return {
    ...schema,
    models: schema.models.map((model) => ({
      ...model,
      fields: model.fields.map((field) =>
        isReference(field) ? { ...field, kept: keptOf(model.name, field.name) ?? field.kept } : field,
      ),
    })),
  }
}

/** Whether the own row refers to others, or a table between the two does. */
function isReference(field: PrismaField | undefined): field is PrismaRelation {
  return field?.kind === 'relation' && (field.owner || field.from.length === 0)
}
