import { declaredReferences } from '@arcturus/core/internal/prisma'
import type { PrismaField, PrismaModel, PrismaRelation, PrismaSchema } from '../schema/schema.js'
import { type DatabaseOptions, exactTexts } from './dialect.js'

/**
 * Returns a schema whose promises about references are replaced by known facts about the database.
 * A reference that the database compares by a collation is not kept: its columns do not identify
 * the referenced row. Neither do columns whose type gives equal values another form.
 * @throws ArgumentError for a declaration that names no reference.
 */
export function withReferences<Name extends string>(
  schema: PrismaSchema<Name>,
  options: DatabaseOptions,
): PrismaSchema<Name> {
  const { facts } = options
  const models = new Map<string, PrismaModel>(schema.models.map((model) => [model.name, model]))
  const keptOf =
    facts?.references === undefined
      ? () => undefined
      : declaredReferences(facts, (model, name) =>
          isReference(models.get(model)?.fields.find((one) => one.name === name)),
        )
  const isExact = exactTexts(schema, options)
  const isCollated = (name: string, columns: readonly string[]): boolean =>
    models.get(name)!.fields.some((field) => field.kind === 'scalar' && columns.includes(field.name) && !isExact(field))
  const withFacts = (model: PrismaModel, field: PrismaField): PrismaField => {
    if (field.kind !== 'relation') return field
    const isByTable = field.from.length === 0
    const collated =
      isCollated(model.name, isByTable ? model.key : field.from) ||
      isCollated(field.model, isByTable ? models.get(field.model)!.key : field.to) ||
      field.from.some((name, at) => formOf(model, name) !== formOf(models.get(field.model)!, field.to[at]!))
    const kept = (isReference(field) ? keptOf(model.name, field.name) : undefined) ?? field.kept
    return { ...field, kept, ...(collated && { collated }) }
  }
  return {
    ...schema,
    models: schema.models.map((model) => ({
      ...model,
      fields: model.fields.map((field) => withFacts(model, field)),
    })),
  }
}

/**
 * Returns a text that is the same for columns in which equal values have the same form. For example,
 * 7 is 7.0 or 7.00 by the digits of a decimal type, and Prisma joins these as texts.
 */
function formOf({ fields }: PrismaModel, name: string): string {
  const column = fields.find((field) => field.name === name)
  if (column?.kind !== 'scalar' || column.type === 'Int' || column.type === 'BigInt') return ''
  const { native, type } = column
  const isPlain = type === 'String' && (!native || /text|varchar|^string$/i.test(native.name))
  return isPlain || !native ? '' : JSON.stringify([native.name, native.args])
}

/** Whether the own row, or a table between the two, refers to other rows. */
function isReference(field: PrismaField | undefined): field is PrismaRelation {
  return field?.kind === 'relation' && (field.owner || field.from.length === 0)
}
