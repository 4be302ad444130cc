import { readSchema } from '../../packages/prisma/src/schema/readSchema.js'
import {
  initialOf,
  keyOf,
  linkRelations,
  mappedOf,
  type PrismaField,
  type PrismaModel,
  type PrismaSchema,
  type PrismaUnique,
  referentialAction,
} from '../../packages/prisma/src/schema/schema.js'

/**
 * The part of Prisma's data model meta format (DMMF) that is read here. Prisma passes it to
 * generators.
 */
export interface Dmmf {
  readonly enums: readonly {
    readonly name: string
    readonly values: readonly { readonly name: string; readonly dbName?: string | null }[]
  }[]
  readonly models: readonly DmmfModel[]
}

interface DmmfModel {
  readonly name: string
  readonly dbName: string | null
  readonly schema?: string | null
  readonly fields: readonly DmmfField[]
  readonly primaryKey: DmmfUnique | null
  readonly uniqueIndexes: readonly DmmfUnique[]
}

interface DmmfUnique {
  readonly name: string | null
  readonly fields: readonly string[]
}

interface DmmfField {
  readonly name: string
  readonly kind: string
  readonly type: string
  readonly isList: boolean
  readonly isRequired: boolean
  readonly isId: boolean
  readonly isUnique: boolean
  readonly dbName?: string | null
  readonly hasDefaultValue?: boolean
  readonly default?: unknown
  readonly isUpdatedAt?: boolean
  readonly nativeType?: readonly [string, readonly string[]] | null
  readonly relationName?: string
  readonly relationFromFields?: readonly string[]
  readonly relationToFields?: readonly string[]
  readonly relationOnDelete?: string
}

/**
 * Reads the input of a Prisma generator: Prisma's own reading of a schema, to compare ours with.
 * @param text the schema's text, which alone contains the facts about the database
 * @throws SyntaxError for an unknown provider
 */
export function readDmmf(dmmf: Dmmf, text: string): PrismaSchema {
  const { provider, relationMode, models } = readSchema(text)
  const views = new Set(models.flatMap(({ name, view }) => (view ? [name] : [])))
  return {
    provider,
    relationMode,
    enums: dmmf.enums.map((one) => ({
      name: one.name,
      values: one.values.map((value) => value.name),
      mapped: mappedOf(one.values.map(({ name, dbName }) => [name, dbName ?? name])),
    })),
    models: linkRelations(dmmf.models.map((model) => readModel(model, views))),
  }
}

function readModel(model: DmmfModel, views: ReadonlySet<string>): PrismaModel {
  const fields = model.fields.flatMap((field) => readField(field) ?? [])
  const composite = (unique: DmmfUnique): PrismaUnique => ({
    fields: unique.fields,
    argument: unique.name ?? unique.fields.join('_'),
  })
  const single = (field: DmmfField): PrismaUnique => ({ fields: [field.name], argument: field.name })
  const uniques = [
    ...model.fields.filter((field) => field.isId).map(single),
    ...(model.primaryKey ? [composite(model.primaryKey)] : []),
    ...model.fields.filter((field) => field.isUnique).map(single),
    ...model.uniqueIndexes.map(composite),
  ]
  return {
    name: model.name,
    table: model.dbName ?? model.name,
    tableSchema: model.schema ?? undefined,
    view: views.has(model.name) || undefined,
    fields,
    key: keyOf(uniques, fields),
    uniques,
  }
}

function readField(field: DmmfField): PrismaField | undefined {
  const nullable = !field.isRequired && !field.isList
  if (field.kind === 'object' && field.relationName !== undefined) {
    const from = field.relationFromFields ?? []
    return {
      kind: 'relation',
      name: field.name,
      list: field.isList,
      nullable,
      model: field.type,
      relation: field.relationName,
      owner: from.length > 0,
      from,
      to: field.relationToFields ?? [],
      ...(from.length > 0 && { onDelete: referentialAction(field.relationOnDelete, field.isRequired) }),
    }
  }
  if (field.kind !== 'scalar' && field.kind !== 'enum') return undefined
  return {
    kind: field.kind,
    name: field.name,
    list: field.isList,
    nullable,
    type: field.type,
    column: field.dbName ?? field.name,
    native: field.nativeType ? { name: field.nativeType[0], args: field.nativeType[1] } : undefined,
    initial:
      field.hasDefaultValue || field.isUpdatedAt
        ? initialOf(field.type, field.kind === 'enum', field.default)
        : undefined,
  }
}
