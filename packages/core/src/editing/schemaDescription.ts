import { hasCustomInstanceCheck } from '../schema/classes.js'
import { modelOfContext } from '../schema/context.js'
import type { Class, Field, Model, RelationField, ScalarField } from '../schema/model.js'
import type { Schema } from '../schema/schema.js'
import { createSchema } from '../values/builtIns.js'
import { builtinClasses } from '../values/builtin.js'

/** A value without its code: its members by name, or the value itself. */
export type ValueShape =
  | { readonly kind: 'value'; readonly value: string | number | boolean | null }
  | { readonly kind: 'list'; readonly elements: readonly ValueShape[] }
  | {
      readonly kind: 'object' | 'function'
      readonly model?: string
      readonly members: Readonly<Record<string, ValueShape>>
    }
  | { readonly kind: 'unknown' }

/** A model without its code. */
export interface ModelDescription {
  readonly name: string
  readonly fields: readonly (Omit<ScalarField, 'initial'> | RelationField)[]
  readonly key: readonly string[] | undefined
  readonly closed: boolean
  readonly isValue: boolean
  readonly hasInstanceCheck: boolean
  /** The registered classes that it extends, the nearest first; undefined if it has no class. */
  readonly ancestors: readonly string[] | undefined
  /** The names of its methods and getters. */
  readonly methods: readonly string[]
  /** The static members of its class. */
  readonly statics: Readonly<Record<string, ValueShape>>
}

/** The names that policies of an application can use, as JSON. */
export interface SchemaDescription {
  readonly models: readonly ModelDescription[]
  readonly constants: Readonly<Record<string, ValueShape>>
  /** The context of questions, and after it the types of its objects. Default: none. */
  readonly context?: readonly Pick<ModelDescription, 'name' | 'fields'>[]
}

/** How deep the members of constants are described, and how many of each. */
const DEEP = 3
const MANY = 200

/**
 * Describes the schema of an application as JSON, for a process that does not run its code.
 * @param schema - The schema of an authorizer.
 * @param onMore - Called if constants nest deeper, or have more members, than is described.
 * @example
 * const description = describeSchema(authorizer.schema)
 * schemaOf(JSON.parse(JSON.stringify(description))).field('Document', 'title')
 */
export function describeSchema(schema: Schema, onMore: () => void = () => {}): SchemaDescription {
  const models: ModelDescription[] = []
  for (const [name, model] of schema.models) {
    if (builtinClasses.has(name)) continue
    const { class: cls, fields, key, closed, isValue = false } = model
    models.push({
      name,
      fields: fieldsOf(fields),
      key,
      closed,
      isValue,
      hasInstanceCheck: hasCustomInstanceCheck(model),
      ancestors: cls && schema.ancestors(name).slice(1),
      methods: cls ? membersOf(cls.prototype, onMore).map(([member]) => member) : [],
      statics: cls ? shapesOf(cls, schema, 1, onMore) : {},
    })
  }
  const constants: Record<string, ValueShape> = {}
  for (const [name, value] of schema.constants)
    if (name !== 'nil' && !schema.models.has(name) && !schema.context.fields.has(name))
      constants[name] = shapeOf(value, schema, 0, onMore)
  const types = schema.types().filter(({ name }) => !schema.models.has(name))
  return { models, constants, context: types.map(({ name, fields }) => ({ name, fields: fieldsOf(fields) })) }
}

const fieldsOf = (fields: ReadonlyMap<string, Field>): readonly Field[] =>
  [...fields.values()].map(({ initial: _, ...field }: Field & { initial?: unknown }) => field as Field)

// Sound: a field is described without its initial value alone.
const named = (fields: ModelDescription['fields']): ReadonlyMap<string, Field> =>
  new Map(fields.map((field) => [field.name, field as Field]))

/** Returns the members of an object and of its prototypes, without running getters. */
function membersOf(object: unknown, onMore: () => void): readonly (readonly [string, PropertyDescriptor])[] {
  const found = new Map<string, PropertyDescriptor>()
  for (let at: unknown = object; at && at !== Object.prototype && at !== Function.prototype; ) {
    for (const [name, member] of Object.entries(Object.getOwnPropertyDescriptors(at as object))) {
      if (found.has(name) || hidden.has(name)) continue
      if (found.size < MANY) found.set(name, member)
      else onMore()
    }
    at = Object.getPrototypeOf(at)
  }
  return [...found]
}

const hidden: ReadonlySet<string> = new Set(['constructor', 'prototype', 'length', 'name', 'arguments', 'caller'])

function shapesOf(
  object: object,
  schema: Schema,
  depth: number,
  onMore: () => void,
): Readonly<Record<string, ValueShape>> {
  try {
    const members = membersOf(object, onMore)
    return Object.fromEntries(members.map(([name, { value }]) => [name, shapeOf(value, schema, depth, onMore)]))
  } catch {
    // A proxy that does not tell.
    return {}
  }
}

function shapeOf(value: unknown, schema: Schema, depth: number, onMore: () => void): ValueShape {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return { kind: 'value', value }
    case 'object':
    case 'function': {
      if (value === null) return { kind: 'value', value }
      if (depth === DEEP) {
        onMore()
        return { kind: 'unknown' }
      }
      if (Array.isArray(value)) {
        if (value.length > MANY) onMore()
        return { kind: 'list', elements: value.slice(0, MANY).map((one) => shapeOf(one, schema, depth + 1, onMore)) }
      }
      const model = typeof value === 'object' ? schema.modelOf(value)?.name : undefined
      const kind = typeof value === 'object' ? 'object' : 'function'
      return { kind, ...(model !== undefined && { model }), members: shapesOf(value, schema, depth + 1, onMore) }
    }
    default:
      return { kind: 'unknown' }
  }
}

/** Makes a schema of its description. Its classes have the names of the members, and no code. */
export function schemaOf({ models, constants, context: [context, ...parts] = [] }: SchemaDescription): Schema {
  const schema = createSchema()
  const byName = new Map(models.map((model) => [model.name, model]))
  const classes = new Map<string, Class>()
  const classOf = (name: string): Class | undefined => {
    const model = byName.get(name)
    if (!model?.ancestors) return undefined
    let cls = classes.get(name)
    if (!cls) {
      const base = model.ancestors.map(classOf).find((one) => one !== undefined)
      cls = emptyClass(base)
      classes.set(name, cls)
      for (const method of model.methods) define(cls.prototype as object, method, () => undefined)
    }
    return cls
  }
  for (const { name, fields, key, closed, isValue, hasInstanceCheck } of models) {
    const isaCheck = hasInstanceCheck ? () => true : undefined
    const model: Model = { name, class: classOf(name), fields: named(fields), key, closed, isaCheck, isValue }
    schema.registerModel(model)
  }
  const value = (shape: ValueShape): unknown => madeOf(shape, value, classes)
  for (const { name, statics } of models) {
    const cls = classes.get(name)
    if (cls) for (const [member, shape] of Object.entries(statics)) define(cls, member, value(shape))
  }
  for (const [name, shape] of Object.entries(constants)) schema.registerConstant(name, value(shape))
  if (context)
    schema.registerContext(
      named(context.fields),
      parts.map(({ name, fields }) => modelOfContext(named(fields), name)),
    )
  return schema
}

function madeOf(
  shape: ValueShape,
  value: (shape: ValueShape) => unknown,
  classes: ReadonlyMap<string, Class>,
): unknown {
  switch (shape.kind) {
    case 'value':
      return shape.value
    case 'list':
      return shape.elements.map(value)
    case 'unknown':
      return undefined
    default: {
      const prototype: unknown = classes.get(shape.model ?? '')?.prototype ?? Object.prototype
      const made: object = shape.kind === 'function' ? () => undefined : Object.create(prototype as object)
      for (const [member, one] of Object.entries(shape.members)) define(made, member, value(one))
      return made
    }
  }
}

function emptyClass(base: Class | undefined): Class {
  // Sound: the class is never called.
  return base ? class extends (base as new () => object) {} : class {}
}

function define(object: object, name: string, value: unknown): void {
  if (name !== '__proto__')
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
}
