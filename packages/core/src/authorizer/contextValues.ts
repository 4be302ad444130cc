import { ArgumentError } from '../errors.js'
import { didYouMean } from '../language/didYouMean.js'
import { isDate } from '../predicate/hostReads.js'
import { ContextObject, type ContextOwner, ContextValues } from '../schema/context.js'
import type { Field, Model, ScalarField } from '../schema/model.js'
import type { Models } from '../schema/schema.js'
import { isUuid } from '../schema/uuid.js'
import { entryOf } from '../values/entryOf.js'
import { isNumeric } from '../values/numeric.js'
import { isThenable } from '../values/thenable.js'

/** What values are validated against: a schema, or the models of a compiled policy. */
export interface Declared extends ContextOwner, Pick<Models, 'models' | 'adopt' | 'baseOf' | 'isSubclass'> {
  readonly context: Model
  typeNamed(name: string): Pick<Model, 'fields'> | undefined
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
export function contextOf(schema: Declared, given: unknown, base?: ContextValues): ContextValues {
  const reader = entryOf(readers, schema.context, () => fieldReaders(schema, schema.context, ''))
  const before = base?.values
  const values = [...reader.keys()].map((_, at) => before?.[at])
  readEach(given, reader, '', (_, value, at) => {
    values[at] = value
  })
  return new ContextValues(schema, values)
}

function fieldReaders(schema: Declared, { fields }: Pick<Model, 'fields'>, path: string): Fields {
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

function fieldReader(schema: Declared, field: Field, path: string): Read {
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

function partReader(schema: Declared, path: string): Read {
  const fields = fieldReaders(schema, schema.typeNamed(path)!, path)
  return (value) => {
    const part = new ContextObject(path)
    readEach(value, fields, path, (name, own) => Reflect.defineProperty(part, name, { value: own, enumerable: true }))
    return part
  }
}

function rowReader(schema: Declared, model: string, path: string): Read {
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
    // A copy: the application can change its own.
    return value instanceof Date ? new Date(value) : value
  }
}

const isText = (value: unknown): boolean => typeof value === 'string'
const isAny = (value: unknown): boolean => value !== undefined && !isThenable(value)

/** The values of each type, in words and as a test. Bundlers leave it out where it is not used, as it reads no property. */
const scalarTests: Readonly<Record<ScalarField['type'], readonly [string, (value: unknown) => boolean]>> = {
  boolean: ['a boolean', (value) => typeof value === 'boolean'],
  integer: ['a whole number', (value) => Number.isInteger(value)],
  bigint: ['a whole number', (value) => typeof value === 'bigint' || Number.isInteger(value)],
  float: ['a finite number', (value) => Number.isFinite(value)],
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
