/** A random schema and its rows, as plain data: what a case consists of, beside its policy. */
export interface World {
  readonly models: readonly ModelSpec[]
  readonly rows: readonly Row[]
  readonly constants: Readonly<Record<string, Value>>
  /** Rows that are deleted softly: in the tables, and nowhere else. Rows and ghosts refer to each other by columns alone. */
  readonly ghosts?: readonly Row[]
  /** Of a schema that is made on the spot. */
  readonly storage?: Storage
  /** Whether SQL wrote some of it: references that lead nowhere, and odd values. */
  readonly foreign?: boolean
  /** Models whose fields the application does not declare. */
  readonly undeclared?: readonly string[]
}

/** What of a schema has other names, or types of its own, in the database alone. */
export interface Storage {
  /** Tables and columns are called otherwise. */
  readonly mapped: boolean
  /** Identifiers are of the type that the database has for them. */
  readonly native: boolean
  /** The database knows that what a column refers to is there. */
  readonly constrained: boolean
}

export interface ModelSpec {
  readonly name: string
  /** The class that it extends. */
  readonly parent?: string
  readonly key: readonly string[]
  /** The column that is not null where a row is deleted softly. */
  readonly deletes?: string
  readonly fields: readonly FieldSpec[]
}

export type ScalarKind = 'string' | 'integer' | 'float' | 'boolean' | 'date' | 'bigint' | 'decimal' | 'enum' | 'uuid'

export type FieldSpec = ScalarSpec | PartSpec | OneSpec | ManySpec

export interface ScalarSpec {
  readonly kind: 'scalar'
  readonly name: string
  readonly type: ScalarKind
  readonly nullable: boolean
  readonly list: boolean
}
/** Columns that are read from an object of their own, which every row has. */
export interface PartSpec {
  readonly kind: 'part'
  readonly name: string
  readonly fields: readonly ScalarSpec[]
}
export interface OneSpec {
  readonly kind: 'one'
  readonly name: string
  readonly model: string
  readonly nullable: boolean
  /** The own columns that hold the other's key, where they are declared. */
  readonly from?: readonly string[]
}
export interface ManySpec {
  readonly kind: 'many'
  readonly name: string
  readonly model: string
  /** In a database: the field of the other model that is the other side. Many to many where that is a `many` too. */
  readonly inverse?: string
}

export interface Row {
  readonly model: string
  readonly values: Readonly<Record<string, Value>>
  /** Columns in which SQL writes another value: which one of those that the database has for their type. */
  readonly odd?: Readonly<Record<string, number>>
}

/** A value of a field, as JSON can hold it. */
export type Value =
  | ScalarValue
  | { readonly list: readonly ScalarValue[] }
  | { readonly part: Readonly<Record<string, ScalarValue>> }
  | Reference
  | { readonly rows: readonly Reference[] }
export type ScalarValue =
  | string
  | number
  | boolean
  | null
  | { readonly date: string }
  | { readonly number: '-0' }
  | { readonly bigint: string }
  | { readonly decimal: string }
  /** As a driver read it. */
  | { readonly read: unknown }

/** A row by its place in the world; a copy is another object that is the same row. */
export interface Reference {
  readonly row: number
  readonly copy?: true
}

export function modelNamed(world: Pick<World, 'models'>, name: string): ModelSpec {
  const model = world.models.find((one) => one.name === name)
  if (!model) throw new Error(`the world has no model ${name}`)
  return model
}

/** The fields of a model, those of the classes that it extends first. */
export function fieldsOf(world: Pick<World, 'models'>, name: string): readonly FieldSpec[] {
  const model = modelNamed(world, name)
  return [...(model.parent === undefined ? [] : fieldsOf(world, model.parent)), ...model.fields]
}

export function keyOf(world: Pick<World, 'models'>, name: string): readonly string[] {
  const model = modelNamed(world, name)
  return model.key.length > 0 || model.parent === undefined ? model.key : keyOf(world, model.parent)
}

/** The fields of the other row that an own foreign key holds: those of its key, or of so much of it as there are columns for. */
export function targetOf(world: Pick<World, 'models'>, field: OneSpec): readonly string[] {
  return keyOf(world, field.model).slice(0, field.from?.length ?? 0)
}

export function isSubclass(world: Pick<World, 'models'>, name: string, ancestor: string): boolean {
  if (name === ancestor) return true
  const { parent } = modelNamed(world, name)
  return parent !== undefined && isSubclass(world, parent, ancestor)
}

/** The models whose rows are rows of this one, itself first. */
export function descendantsOf(world: Pick<World, 'models'>, name: string): readonly string[] {
  return [name, ...world.models.map((one) => one.name).filter((one) => one !== name && isSubclass(world, one, name))]
}
