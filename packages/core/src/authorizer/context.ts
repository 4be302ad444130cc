import { ArgumentError } from '../errors.js'
import { didYouMean } from '../language/didYouMean.js'
import { isDate } from '../predicate/hostReads.js'
import { ContextObject, ContextValues, modelOfContext } from '../schema/context.js'
import type { Field, Model, ScalarField } from '../schema/model.js'
import type { Schema } from '../schema/schema.js'
import { isUuid } from '../schema/uuid.js'
import { isNumeric } from '../values/numeric.js'
import { isThenable } from '../values/thenable.js'
import { type FieldDeclaration, fieldOf } from './registration.js'

/** The type of a name of the context: as that of a field, or an object with fields. Default: it can't be nil. */
export type ContextDeclaration = FieldDeclaration | ContextFields

/** An object of the context. */
export interface ContextFields {
  readonly fields: Readonly<Record<string, ContextDeclaration>>
  /** Whether it can be nil. Default false. */
  readonly nullable?: boolean
}

/** Adds names to the context of a schema. @throws ArgumentError, as `Authorizer.registerContext`. */
export function declareContext(schema: Schema, declarations: Readonly<Record<string, ContextDeclaration>>): void {
  const parts: Model[] = []
  schema.registerContext(fieldsOf(schema, '', declarations, parts), parts)
}

function fieldsOf(
  schema: Schema,
  path: string,
  declarations: Readonly<Record<string, ContextDeclaration>>,
  parts: Model[],
): Map<string, Field> {
  if (typeof declarations !== 'object' || declarations === null)
    throw new ArgumentError('invalid-argument', 'A context must be declared as an object.', {
      hint: "pass names and types: registerContext({ now: 'date' })",
    })
  return new Map(
    Object.entries(declarations).map(([name, declaration]) => {
      if (!/^[A-Za-z_]\w*$/.test(name))
        throw new ArgumentError('invalid-argument', `The context can't have the name ${JSON.stringify(name)}.`, {
          hint: 'use a name that a policy can write, such as request',
        })
      return [name, contextField(schema, path, name, declaration, parts)]
    }),
  )
}

function contextField(
  schema: Schema,
  path: string,
  name: string,
  declaration: ContextDeclaration,
  parts: Model[],
): Field {
  const place = path === '' ? name : `${path}.${name}`
  if (typeof declaration !== 'object' || declaration === null || !('fields' in declaration)) {
    const own = typeof declaration === 'object' ? declaration : { type: declaration }
    const field = fieldOf(schema, path || schema.context.name, name, { nullable: false, ...own })
    if (field.kind === 'scalar' || schema.models.has(field.model)) return field
    throw new ArgumentError('unknown-model', `The context ${place} is a ${field.model}, which is not registered.`, {
      hint: 'register its class or model first',
      data: { name: field.model },
    })
  }
  parts.push(modelOfContext(fieldsOf(schema, place, declaration.fields, parts), place))
  const nullable = declaration.nullable === true
  return { kind: 'relation', name, model: place, many: false, nullable, kept: true, from: [], to: [] }
}

/** Returns a copy of a given value. @throws ArgumentError for another type. */
type Read = (value: unknown) => unknown

/** Reads the fields of an object of the context, each with its place in the order of the declarations. */
type Fields = ReadonlyMap<string, { readonly at: number; readonly read: Read }>

/** Keyed by the declared context, which is a new object when names are added. */
const readers = new WeakMap<Model, Fields>()

/**
 * Returns the values of a context.
 * @param base - Values that those of `given` replace. Default: none.
 * @throws ArgumentError `invalid-context` for an undeclared name and for a value of another type.
 */
export function contextOf(schema: Schema, given: unknown, base?: ContextValues): ContextValues {
  let reader = readers.get(schema.context)
  if (!reader) {
    reader = fieldReaders(schema, schema.context, '')
    readers.set(schema.context, reader)
  }
  const values = [...reader.keys()].map((_, at) => base?.values[at])
  readEach(given, reader, '', (_, value, at) => {
    values[at] = value
  })
  return new ContextValues(schema, values)
}

function fieldReaders(schema: Schema, { fields }: Model, path: string): Fields {
  const place = (name: string): string => (path === '' ? name : `${path}.${name}`)
  return new Map(
    [...fields.values()].map((field, at) => [field.name, { at, read: fieldReader(schema, field, place(field.name)) }]),
  )
}

/** Reads the own properties of an object. Undefined ones are missing. */
function readEach(
  given: unknown,
  fields: Fields,
  path: string,
  set: (name: string, value: unknown, at: number) => void,
): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw mismatch(path, 'an object', given)
  for (const name of Object.keys(given)) {
    const field = fields.get(name)
    if (!field) throw unknownName(path === '' ? name : `${path}.${name}`, name, fields.keys())
    const value = (given as Readonly<Record<string, unknown>>)[name]
    if (value !== undefined) set(name, field.read(value), field.at)
  }
}

function fieldReader(schema: Schema, field: Field, path: string): Read {
  const part = field.kind === 'relation' && schema.models.get(field.model) === undefined
  const one = part
    ? partReader(schema, field.model)
    : field.kind === 'relation'
      ? rowReader(schema, field.model, path)
      : scalarReader(field, path)
  const isList = field.kind === 'relation' ? field.many : field.list
  return (value) => {
    if (value === null && field.nullable) return null
    if (!isList) return one(value)
    if (!Array.isArray(value)) throw mismatch(path, 'a list', value)
    return value.map(one)
  }
}

function partReader(schema: Schema, path: string): Read {
  const fields = fieldReaders(schema, schema.typeNamed(path)!, path)
  class Part extends ContextObject {
    get path(): string {
      return path
    }
  }
  return (value) => {
    const part = new Part()
    readEach(value, fields, path, (name, own) => Reflect.defineProperty(part, name, { value: own, enumerable: true }))
    return part
  }
}

function rowReader(schema: Schema, model: string, path: string): Read {
  return (value) => {
    if (typeof value !== 'object' || value === null) throw mismatch(path, `a row of ${model}`, value)
    schema.adopt(value, model)
    const { isaCheck, class: cls } = schema.models.get(model)!
    const its = schema.baseOf(value)
    const isRow = its ? schema.isSubclass(its.name, model) : (isaCheck?.(value) ?? (cls && value instanceof cls))
    if (!isRow) throw mismatch(path, `a row of ${model}`, value)
    return value
  }
}

function scalarReader({ type, values }: ScalarField, path: string): Read {
  const [what, test] = scalarTests[type]
  const isValid = values ? (value: unknown): boolean => values.includes(value as string) : test
  return (value) => {
    if (!isValid(value)) throw mismatch(path, values ? `one of ${values.join(', ')}` : what, value)
    return value
  }
}

const isText = (value: unknown): boolean => typeof value === 'string'
const isAny = (value: unknown): boolean => value !== undefined && !isThenable(value)

/** The values of each type, in words and as a test. */
const scalarTests: Readonly<Record<ScalarField['type'], readonly [string, (value: unknown) => boolean]>> = {
  boolean: ['a boolean', (value) => typeof value === 'boolean'],
  integer: ['a whole number', Number.isInteger],
  bigint: ['a whole number', (value) => typeof value === 'bigint' || Number.isInteger(value)],
  float: ['a finite number', Number.isFinite],
  decimal: ['a number', (value) => isNumeric(value) && !Number.isNaN(value)],
  string: ['a text', isText],
  enum: ['a text', isText],
  uuid: ['a UUID in lower case', (value) => typeof value === 'string' && isUuid(value)],
  date: ['a valid Date', isDate],
  bytes: ['a Uint8Array', (value) => value instanceof Uint8Array],
  json: ['a value', isAny],
  unknown: ['a value', isAny],
}

function mismatch(path: string, expected: string, value: unknown): ArgumentError {
  const what = path === '' ? 'The context' : `The context "${path}"`
  const found =
    value === null ? 'nil' : isThenable(value) ? 'a promise' : Array.isArray(value) ? 'a list' : typeof value
  return new ArgumentError('invalid-context', `${what} must be ${expected}, not ${shown(value, found)}.`, {
    hint: isThenable(value) ? 'await it first' : undefined,
    data: { name: path, value },
  })
}

function shown(value: unknown, found: string): string {
  if (value instanceof Date) return 'an invalid Date'
  return found === 'object' || found === 'undefined' || found === 'nil' || found.startsWith('a ') ? found : `a ${found}`
}

function unknownName(path: string, name: string, names: Iterable<string>): ArgumentError {
  const near = didYouMean(name, names)
  return new ArgumentError('invalid-context', `The context has no name "${path}".`, {
    hint: near ? `did you mean "${near}"?` : 'declare it: authorizer.registerContext({ … })',
    data: { name: path },
  })
}
