/** A random schema and its rows, as plain data: what a case consists of, beside its policy. */
export interface World {
  readonly models: readonly ModelSpec[]
  readonly rows: readonly Row[]
  readonly constants: Readonly<Record<string, Value>>
}

export interface ModelSpec {
  readonly name: string
  /** The class that it extends. */
  readonly parent?: string
  readonly key: readonly string[]
  readonly fields: readonly FieldSpec[]
}

export type ScalarKind = 'string' | 'integer' | 'float' | 'boolean' | 'date'

export type FieldSpec = ScalarSpec | OneSpec | ManySpec

export interface ScalarSpec {
  readonly kind: 'scalar'
  readonly name: string
  readonly type: ScalarKind
  readonly nullable: boolean
  readonly list: boolean
}
export interface OneSpec {
  readonly kind: 'one'
  readonly name: string
  readonly model: string
  readonly nullable: boolean
  /** The own column that holds the other's `id`, where one is declared. */
  readonly column?: string
}
export interface ManySpec {
  readonly kind: 'many'
  readonly name: string
  readonly model: string
}

export interface Row {
  readonly model: string
  readonly values: Readonly<Record<string, Value>>
}

/** A value of a field, as JSON can hold it. */
export type Value =
  | ScalarValue
  | { readonly list: readonly ScalarValue[] }
  | Reference
  | { readonly rows: readonly Reference[] }
export type ScalarValue = string | number | boolean | null | { readonly date: string } | { readonly number: '-0' }

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

export function isSubclass(world: Pick<World, 'models'>, name: string, ancestor: string): boolean {
  if (name === ancestor) return true
  const { parent } = modelNamed(world, name)
  return parent !== undefined && isSubclass(world, parent, ancestor)
}

/** The models whose rows are rows of this one, itself first. */
export function descendantsOf(world: Pick<World, 'models'>, name: string): readonly string[] {
  return [name, ...world.models.map((one) => one.name).filter((one) => one !== name && isSubclass(world, one, name))]
}
