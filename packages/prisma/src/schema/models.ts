import type { Field, Model, ScalarType } from '@arcturus/core'
import type { PrismaColumn, PrismaField, PrismaSchema } from './schema.js'

/** The models of a Prisma schema as the authorizer knows them: `authorizer.registerModels(modelsOf(schema))`. */
export function modelsOf(schema: PrismaSchema): Model[] {
  return schema.models.map((model) => ({
    name: model.name,
    class: undefined,
    fields: new Map(model.fields.map((field) => [field.name, fieldOf(field)])),
    key: model.key.length > 0 ? model.key : undefined,
    closed: true,
    isaCheck: undefined,
  }))
}

function fieldOf(field: PrismaField): Field {
  const { name, nullable } = field
  if (field.kind !== 'relation') return { kind: 'scalar', name, type: scalarOf(field), nullable, list: field.list }
  return { kind: 'relation', name, model: field.model, many: field.list, nullable, from: field.from, to: field.to }
}

const scalars: Readonly<Record<string, ScalarType>> = {
  String: 'string',
  Boolean: 'boolean',
  Int: 'integer',
  BigInt: 'bigint',
  Float: 'float',
  Decimal: 'decimal',
  DateTime: 'date',
  Json: 'json',
  Bytes: 'bytes',
}

function scalarOf(column: PrismaColumn): ScalarType {
  if (column.kind === 'enum') return 'enum'
  if (column.native?.name === 'Uuid') return 'uuid'
  return scalars[column.type] ?? 'unknown'
}
