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
  /** The application's changes of its objects that no table has. */
  readonly habits?: Habits
}

export interface Habits {
  /** Fields that are declared with a type that is any: `Repo.name`. */
  readonly untyped?: readonly string[]
  /** Models whose classes have getters, in place of values that rows hold themselves. */
  readonly computed?: readonly string[]
  /** Fields whose values rows hold as promises, in checks that wait. */
  readonly promised?: readonly string[]
  /** Models that count rows of other models as their own. */
  readonly instances?: readonly InstanceTest[]
}

export interface InstanceTest {
  readonly model: string
  /** The other model, all rows of which count or those where a column is true. */
  readonly of: string
  readonly column?: string
  /** Whether an option of the registration tells it, or the class itself. */
  readonly by: 'option' | 'class'
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
  | Missing
export type ScalarValue =
  | string
  | number
  | boolean
  | null
  | { readonly date: string }
  | { readonly number: '-0' | 'NaN' | 'Infinity' | '-Infinity' }
  | { readonly bigint: string }
  | { readonly decimal: string }
  /** A dictionary of Polar, or a plain object. */
  | { readonly entries: Readonly<Record<string, ScalarValue>>; readonly isDict: boolean }
  /** An object of a class of values. */
  | { readonly amount: number }
  /** As a driver read it. */
  | { readonly read: unknown }

/** A value that was not selected: the property is undefined, or there is none. */
export interface Missing {
  readonly missing: 'undefined' | 'property'
  readonly of: ScalarValue | { readonly list: readonly ScalarValue[] }
}

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

/** The world with all values that rows miss. */
export function wholeWorld(world: World): World {
  const rows = world.rows.map((row) => {
    const values = Object.entries(row.values).map(([name, value]) => [name, isMissing(value) ? value.of : value])
    return { ...row, values: Object.fromEntries(values) as Row['values'] }
  })
  return { ...world, rows }
}

export function isMissing(value: Value): value is Missing {
  return typeof value === 'object' && value !== null && 'missing' in value
}

export function missesValues({ values }: Row): boolean {
  return Object.values(values).some(isMissing)
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
