import { type ArgumentError, invalidArgument } from '../errors.js'
import { has, own } from '../own.js'
import type { Class, Field, Model, ScalarType } from '../schema/model.js'
import type { Schema } from '../schema/schema.js'
import { modelName } from '../schema/typeNames.js'

/**
 * The type of a field: a built-in class (`String`, `Number`, `Boolean`, `Date`, `Array`), a scalar
 * type, a registered class, or a relation.
 */
export type FieldDeclaration = Class | ScalarType | ScalarDeclaration | RelationDeclaration

export interface ScalarDeclaration {
  readonly type: Class | ScalarType
  /** Whether the field can be nil. Default true. */
  readonly nullable?: boolean
  /** Whether the field holds a list of `type`. Default false. */
  readonly list?: boolean
  /** The values of an `enum`, with which a policy can compare it. Default: any text. */
  readonly values?: readonly string[]
  /** The value that a new row has without data for the field. Default: nil if it can be nil, otherwise none. */
  readonly default?: unknown
  /** Whether the store makes the value of a new row without data for it, such as its number. Default false. */
  readonly generated?: boolean
}

/**
 * A relation to another model, by class or by name: at most one row (`one`), or a list of rows
 * (`many`).
 */
export type RelationDeclaration = ({ readonly one: Class | string } | { readonly many: Class | string }) & {
  /**
   * The columns of this model, and the equal columns of the other model (`to`). With them, an
   * unloaded `one` can be compared by its foreign key. The default of `to` is `id` if `from` is one
   * column.
   */
  readonly from?: string | readonly string[]
  readonly to?: string | readonly string[]
  /** Whether a `one` can be nil. Default true. */
  readonly nullable?: boolean
  /**
   * Whether the database enforces the foreign key in `from`: if it has a value, there is a row.
   * Default true. If false, a missing row is nil, so an unloaded `one` is compared by its key only
   * with rows in memory.
   */
  readonly kept?: boolean
  /**
   * The name of the relation to one row by which the other model refers to this one; null if a join table links both. With
   * it, or with `from` and `to`, a change of a row changes the collections that contain it. Default: unknown.
   */
  readonly inverse?: string | null
}

export interface ClassOptions {
  /** The name in policies. Default: the name of the class. */
  readonly name?: string
  /**
   * The types of the fields. Policies can read other fields too, but filters need the declarations.
   */
  readonly fields?: Readonly<Record<string, FieldDeclaration>> | ReadonlyMap<string, FieldDeclaration>
  /**
   * The fields that identify a row: two rows with equal keys are equal. By default rows are equal
   * if they are the same object.
   */
  readonly key?: string | readonly string[]
  /**
   * Whether `fields` is complete, so that a policy that reads another field is an error. Default
   * false.
   */
  readonly closed?: boolean
  /**
   * Whether instances are values and not rows, such as `ObjectId` of MongoDB: two are equal if the method `equals` of
   * the class says so. Rows can have them as keys and foreign keys. Default false.
   */
  readonly value?: boolean
  /** Returns whether a value that is not an instance of the class counts as one. */
  readonly isaCheck?: (value: unknown) => boolean
}

/** A table without a class, with the same declarations as a class. */
export interface ModelDeclaration extends ClassOptions {
  readonly name: string
}

const scalarTypes: ReadonlySet<string> = new Set<ScalarType>([
  'boolean',
  'integer',
  'bigint',
  'float',
  'decimal',
  'string',
  'enum',
  'uuid',
  'date',
  'json',
  'bytes',
  'unknown',
])

/**
 * Returns the model of a class and its options. @throws ArgumentError if `cls` is not a class, or
 * if an option is invalid.
 */
export function modelOfClass(schema: Schema, cls: unknown, options: ClassOptions): Model {
  if (typeof cls !== 'function') {
    throw invalidArgument('registerClass needs a class.', {
      hint: 'for plain objects, use registerModels and as(model, row)',
      data: { value: cls },
    })
  }
  const name = own(options).name ?? cls.name
  if (!name)
    throw invalidArgument('An anonymous class needs a name.', { hint: 'name it: registerClass(cls, { name })' })
  return modelOf(schema, name, cls as unknown as Class, options) // Sound: a registered class only has to be a function
}

/**
 * Returns the model of a declaration; a model is returned unchanged. @throws ArgumentError for an
 * invalid declaration.
 */
export function modelOfDeclaration(schema: Schema, model: Model | ModelDeclaration): Model {
  if (typeof model !== 'object' || model === null || typeof model.name !== 'string' || model.name === '') {
    throw invalidArgument('A model must be an object with a non-empty string as `name`.', { data: { value: model } })
  }
  if (!has(model, 'class')) return modelOf(schema, model.name, undefined, model)
  const fields: unknown = model.fields
  if (!(fields instanceof Map)) {
    throw invalidArgument(`The model ${model.name} has a class, but its fields are no Map.`, {
      hint: 'register the class with registerClass(cls, { fields })',
      data: { value: model },
    })
  }
  return model
}

function modelOf(schema: Schema, name: string, cls: Class | undefined, options: ClassOptions): Model {
  const { fields: types = {}, key, closed = false, isaCheck, value = false } = own(options)
  if (value) assertComparable(name, cls, key)
  const declared = types instanceof Map ? [...types] : Object.entries(types)
  const fields = new Map<string, Field>(
    declared.map(([field, declaration]) => [field, fieldOf(schema, name, field, declaration)]),
  )
  return {
    name: modelName(name),
    class: cls,
    fields,
    key: key === undefined ? undefined : listOf(key),
    closed,
    isaCheck,
    isValue: value,
  }
}

/** Asserts that a class of values compares its instances. */
function assertComparable(name: string, cls: Class | undefined, key: ClassOptions['key']): void {
  // Sound: every class has a prototype, which can have any method.
  const { equals } = (cls?.prototype ?? {}) as { readonly equals?: unknown }
  if (typeof equals === 'function' && key === undefined) return
  const why = key === undefined ? 'has no method `equals`' : 'has a `key`'
  throw invalidArgument(`${name} can't be a class of values: it ${why}.`, {
    hint: 'values are compared by their method `equals`, and rows by their key: omit `value`, or the key',
    data: { name },
  })
}

function listOf(names: string | readonly string[] | undefined): readonly string[] {
  return names === undefined ? [] : typeof names === 'string' ? [names] : names
}

/** Returns the field of a declaration. @throws ArgumentError if it is invalid. */
export function fieldOf(schema: Schema, model: string, name: string, declaration: FieldDeclaration): Field {
  if (typeof declaration === 'string' || typeof declaration === 'function')
    return scalarOrRow(schema, model, name, own({ type: declaration }))
  if (typeof declaration !== 'object' || declaration === null) throw invalid(model, name, 'it is no type')
  return declaredField(schema, model, name, own(declaration))
}

function declaredField(
  schema: Schema,
  model: string,
  name: string,
  declaration: ScalarDeclaration | RelationDeclaration,
): Field {
  if ('one' in declaration || 'many' in declaration) {
    const many = 'many' in declaration
    const other = many ? declaration.many : declaration.one
    const from = listOf(declaration.from)
    const to = declaration.to === undefined && from.length === 1 ? ['id'] : listOf(declaration.to)
    if (from.length !== to.length) throw invalid(model, name, '`from` and `to` must name the same number of columns')
    const kept = declaration.kept ?? true
    return {
      kind: 'relation',
      name,
      model: nameOf(schema, other) ?? fail(model, name, many ? 'many' : 'one'),
      many,
      nullable: !many && (!kept || (declaration.nullable ?? true)),
      kept,
      from,
      to,
      inverse: declaration.inverse,
    }
  }
  return scalarOrRow(schema, model, name, declaration)
}

function scalarOrRow(schema: Schema, model: string, name: string, declaration: ScalarDeclaration): Field {
  const { type, nullable = true, list = false, values, generated } = declaration
  const initial = generated
    ? 'generated'
    : declaration.default === undefined
      ? undefined
      : { value: declaration.default }
  const scalar = schema.modelOfClass(type)?.isValue ? 'unknown' : scalarOf(type)
  if (scalar) return { kind: 'scalar', name, type: scalar, nullable, list: list || type === Array, values, initial }
  if (typeof type === 'string') throw invalid(model, name, `unknown type "${type}"`)
  return {
    kind: 'relation',
    name,
    model: nameOf(schema, type) ?? fail(model, name, 'type'),
    many: list,
    nullable: list ? false : nullable,
    kept: true,
    from: [],
    to: [],
  }
}

function scalarOf(type: Class | ScalarType): ScalarType | undefined {
  if (typeof type === 'string') return scalarTypes.has(type) ? type : undefined
  switch (type as unknown) {
    case String:
      return 'string'
    case Number:
      return 'float'
    case Boolean:
      return 'boolean'
    case Date:
      return 'date'
    case BigInt:
      return 'bigint'
    case Array:
    case Object:
      return 'unknown'
    default:
      return undefined
  }
}

/** Returns the name of a model; undefined if it is neither named nor a class. */
function nameOf(schema: Schema, other: Class | string): string | undefined {
  if (typeof other === 'string') return modelName(other)
  return typeof other === 'function' ? (schema.modelOfClass(other)?.name ?? modelName(other.name)) : undefined
}

function fail(model: string, field: string, property: string): never {
  throw invalid(model, field, `\`${property}\` must be a class or a name`)
}

function invalid(model: string, field: string, why: string): ArgumentError {
  return invalidArgument(`Invalid declaration of field ${model}.${field}: ${why}.`)
}
