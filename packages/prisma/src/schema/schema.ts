/** The databases that Prisma knows. */
export type PrismaProvider = 'sqlite' | 'postgresql' | 'mysql' | 'cockroachdb' | 'sqlserver' | 'mongodb'

/**
 * What is known of a Prisma schema: everything that a filter needs, as plain data. It is written by the generator
 * `arcturus-prisma-generator`, or read from the schema text that a generated client carries.
 */
export interface PrismaSchema<Name extends string = string> {
  readonly provider: PrismaProvider
  /** Whether the database itself keeps references to rows that exist (`foreignKeys`), or Prisma alone (`prisma`). */
  readonly relationMode: 'foreignKeys' | 'prisma'
  readonly enums: readonly PrismaEnum[]
  /** Models and views, in the order of the schema; ignored ones are not here. */
  readonly models: readonly PrismaModel<Name>[]
}

export interface PrismaEnum {
  readonly name: string
  /** As the client knows them, in the order of their declaration. */
  readonly values: readonly string[]
  /** Those that the database has by another name, with that name. */
  readonly mapped?: Readonly<Record<string, string>> | undefined
}

export interface PrismaModel<Name extends string = string> {
  readonly name: Name
  /** The name of the table, and of its database schema where the model names one. */
  readonly table: string
  readonly tableSchema?: string | undefined
  /** Whether it is a view: no database keeps references from or to one. */
  readonly view?: boolean | undefined
  readonly fields: readonly PrismaField[]
  /** The fields of the id; where there is none, those of the first unique that can't be null; else empty. */
  readonly key: readonly string[]
  /** Everything that tells a row from all others, ids first. */
  readonly uniques: readonly PrismaUnique[]
}

/** One way to name a row in `findUnique({ where })`. */
export interface PrismaUnique {
  readonly fields: readonly string[]
  /** The argument's name: the field itself, else the given name, else the fields joined by `_`. */
  readonly argument: string
}

export type PrismaField = PrismaColumn | PrismaRelation

export interface PrismaColumn {
  readonly kind: 'scalar' | 'enum'
  readonly name: string
  /** `String`, `Int` …, or the name of an enum. */
  readonly type: string
  readonly list: boolean
  readonly nullable: boolean
  /** The column's name in the table. */
  readonly column: string
  /** The `@db.…` type, such as `VarChar` with `['20']`. */
  readonly native?: { readonly name: string; readonly args: readonly string[] } | undefined
}

export interface PrismaRelation {
  readonly kind: 'relation'
  readonly name: string
  /** The other model. */
  readonly model: string
  readonly list: boolean
  /** Whether there can be no row; false for a list. */
  readonly nullable: boolean
  /** The relation's name, the same on both ends. */
  readonly relation: string
  /** Whether the columns of the reference are in this model's table. */
  readonly owner: boolean
  /** Own fields and the other's that are equal, pairwise, on both ends; empty for an implicit many-to-many. */
  readonly from: readonly string[]
  readonly to: readonly string[]
  /** Whether the database keeps the reference. Default: with `relationMode = "foreignKeys"` it does, unless an end is a view. */
  readonly kept?: boolean | undefined
  /** Whether its columns are texts that the database compares in its own way: 'a' can refer to 'A'. Default false. */
  readonly collated?: boolean | undefined
}

/** The values of an enum that have another name in the database; undefined where none has. */
export function mappedOf(values: readonly (readonly [name: string, stored: string])[]): PrismaEnum['mapped'] {
  const mapped = values.filter(([name, stored]) => name !== stored)
  return mapped.length > 0 ? Object.fromEntries(mapped) : undefined
}

/** The key of a model: see {@link PrismaModel.key}. */
export function keyOf(uniques: readonly PrismaUnique[], fields: readonly PrismaField[]): readonly string[] {
  const nullable = new Set(fields.filter((field) => field.nullable).map((field) => field.name))
  return uniques.find((unique) => !unique.fields.some((name) => nullable.has(name)))?.fields ?? []
}

/** Fills in, for the end of each relation that holds no reference, what the other end says. */
export function linkRelations(models: readonly PrismaModel[]): PrismaModel[] {
  // Names of relations are unique between two models only.
  const link = (model: string, field: PrismaRelation): string =>
    [field.relation, ...[model, field.model].sort()].join(' ')
  const owners = new Map<string, PrismaRelation>()
  for (const model of models) {
    for (const field of model.fields) {
      if (field.kind === 'relation' && field.owner) owners.set(link(model.name, field), field)
    }
  }
  return models.map((model) => ({
    ...model,
    fields: model.fields.map((field) => {
      if (field.kind !== 'relation' || field.owner) return field
      const owner = owners.get(link(model.name, field))
      return owner ? { ...field, from: owner.to, to: owner.from } : field
    }),
  }))
}
