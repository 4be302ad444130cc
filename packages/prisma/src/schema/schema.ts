import { renaming } from '@arcturus/core/internal/prisma'
import { schemaError } from '../errors.js'

/** The databases that Prisma supports. */
export type PrismaProvider = 'sqlite' | 'postgresql' | 'mysql' | 'cockroachdb' | 'sqlserver' | 'mongodb'

/**
 * A Prisma schema as plain data, with all facts that filters need. It is written by the generator
 * `arcturus-prisma-generator`, or read from the schema text that a generated client carries.
 */
export interface PrismaSchema<Name extends string = string> {
  readonly provider: PrismaProvider
  /**
   * Whether the database enforces references to existing rows (`foreignKeys`), or only Prisma
   * (`prisma`).
   */
  readonly relationMode: 'foreignKeys' | 'prisma'
  readonly enums: readonly PrismaEnum[]
  /** Models and views in the order of the schema, without ignored ones. */
  readonly models: readonly PrismaModel<Name>[]
}

export interface PrismaEnum {
  readonly name: string
  /** The names in the client, in the order of declaration. */
  readonly values: readonly string[]
  /** The stored name of each value whose name in the database differs. */
  readonly mapped?: Readonly<Record<string, string>> | undefined
}

export interface PrismaModel<Name extends string = string> {
  readonly name: Name
  /** The name in the Prisma schema, if policies have another one. */
  readonly given?: string | undefined
  /** The name of the table. The name of its database schema is beside it, if the model has one. */
  readonly table: string
  readonly tableSchema?: string | undefined
  /** Whether the model is a view. No database enforces references from or to a view. */
  readonly view?: boolean | undefined
  readonly fields: readonly PrismaField[]
  /**
   * The fields of the id, or of the first unique that can't be null if there is no id; empty if
   * there is neither.
   */
  readonly key: readonly string[]
  /** All unique constraints of a row, ids first. */
  readonly uniques: readonly PrismaUnique[]
}

/** A unique selector in `findUnique({ where })`. */
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
  /** The value of a new row without one: see {@link initialOf}. Default: null for a nullable column. */
  readonly initial?: PrismaInitial | undefined
}

/** A literal default, or `generated`: a function (`now()`), `@updatedAt`, or a value whose form the client changes. */
export type PrismaInitial = { readonly value: Literal | readonly Literal[] } | 'generated'
type Literal = string | number | boolean

export interface PrismaRelation {
  readonly kind: 'relation'
  readonly name: string
  /** The other model. */
  readonly model: string
  readonly list: boolean
  /** Whether the relation can be empty; false for a list. */
  readonly nullable: boolean
  /** The relation's name, the same on both ends. */
  readonly relation: string
  /** Whether this model's table has the columns of the reference. */
  readonly owner: boolean
  /**
   * The own fields, pairwise equal to the other model's fields in `to`, on both ends. Empty for an
   * implicit many-to-many.
   */
  readonly from: readonly string[]
  readonly to: readonly string[]
  /**
   * What happens to the rows with the reference when the other row is deleted. Undefined if the own
   * rows do not have the reference, or if it is unknown.
   */
  readonly onDelete?: ReferentialAction | undefined
  /**
   * Whether the database enforces the reference. Default: it does with
   * `relationMode = "foreignKeys"`, unless an end is a view.
   */
  readonly kept?: boolean | undefined
  /**
   * Whether the reference can differ from the key that it refers to: the database compares texts by
   * a collation, so that 'a' can refer to 'A', or the columns have different types. Default false.
   */
  readonly collated?: boolean | undefined
}

export type ReferentialAction = 'Cascade' | 'Restrict' | 'NoAction' | 'SetNull' | 'SetDefault'

/** Returns the action for a reference. @param given - The name in the schema; undefined if it has none. */
export function referentialAction(given: string | undefined, isRequired: boolean): ReferentialAction {
  const known = (['Cascade', 'Restrict', 'NoAction', 'SetNull', 'SetDefault'] as const).find((one) => one === given)
  // Of an unknown action the most is assumed.
  return known ?? (given !== undefined ? 'Cascade' : isRequired ? 'Restrict' : 'SetNull')
}

/** Returns the values of an enum that have another name in the database; undefined if none has. */
export function mappedOf(values: readonly (readonly [name: string, stored: string])[]): PrismaEnum['mapped'] {
  const mapped = values.filter(([name, stored]) => name !== stored)
  return mapped.length > 0 ? Object.fromEntries(mapped) : undefined
}

/** Types whose literal defaults are the values that the client returns. */
const literals: Readonly<Record<string, string>> = {
  String: 'string',
  Boolean: 'boolean',
  Int: 'number',
  Float: 'number',
}

/**
 * Returns the initial value of a column.
 * @param value - The literal default; undefined for any other one.
 */
export function initialOf(type: string, isEnum: boolean, value: unknown): PrismaInitial {
  const wanted = isEnum ? 'string' : literals[type]
  const isLiteral = (one: unknown): one is Literal => typeof one === wanted
  if (isLiteral(value) || (Array.isArray(value) && value.every(isLiteral))) return { value }
  return 'generated'
}

/**
 * Returns a schema whose models have their names in policies.
 * @param chosen - The names that the application gives, by the names in the Prisma schema.
 * @throws PrismaSchemaError for an unknown model, and for a name of two models
 */
export function named(schema: PrismaSchema, chosen: Readonly<Record<string, string>> = {}): PrismaSchema {
  if (schema.models.some(({ given }) => given !== undefined)) return schema
  const names = renaming(
    chosen,
    schema.models.map(({ name }) => name),
    schemaError,
  )
  if (schema.models.every(({ name }) => names(name) === name)) return schema
  return {
    ...schema,
    models: schema.models.map((model) => ({
      ...model,
      name: names(model.name),
      given: model.name,
      fields: model.fields.map((field) =>
        field.kind === 'relation' ? { ...field, model: names(field.model) } : field,
      ),
    })),
  }
}

/** Returns the name of a model in the Prisma schema and in the client. */
export function nameInSchema({ name, given = name }: Pick<PrismaModel, 'name' | 'given'>): string {
  return given
}

/** Returns the key of a model: see {@link PrismaModel.key}. */
export function keyOf(uniques: readonly PrismaUnique[], fields: readonly PrismaField[]): readonly string[] {
  const nullable = new Set(fields.filter((field) => field.nullable).map((field) => field.name))
  return uniques.find((unique) => !unique.fields.some((name) => nullable.has(name)))?.fields ?? []
}

/**
 * Copies the fields of each reference to the end of the relation that does not hold the reference.
 */
export function linkRelations(models: readonly PrismaModel[]): PrismaModel[] {
  // Names of relations are unique only between two models.
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
