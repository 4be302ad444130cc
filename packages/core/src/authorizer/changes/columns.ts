import { InvalidBodyError } from '../../errors.js'
import { isPlain } from '../../schema/adoption.js'
import type { ScalarField } from '../../schema/model.js'
import { foreignValue } from '../../schema/plainRows.js'
import { tag, tagOf } from '../../schema/tags.js'
import { isUuid } from '../../schema/uuid.js'
import { isBinary } from '../../values/binary.js'
import { equalsItself } from '../../values/equality.js'
import { isDecimal } from '../../values/numeric.js'
import { isThenable } from '../../values/thenable.js'

/**
 * Returns a copy of a value that is written to a column, so that it does not change after it was judged.
 * @param field - The column; undefined if the model does not declare it.
 * @throws InvalidBodyError `invalid-value` for a value that the column can't hold.
 */
export function columnValue(model: string, name: string, field: ScalarField | undefined, value: unknown): unknown {
  if (value === undefined) throw invalidValue(model, name, 'must not be undefined', 'omit it, or write null')
  if (value === null) {
    if (field?.nullable === false) throw invalidValue(model, name, "can't be nil")
    return null
  }
  if (isThenable(value)) throw invalidValue(model, name, 'must not be a promise', 'await it first')
  if (!field || field.type === 'json' || field.type === 'unknown') return copied(model, name, value)
  if (!field.list) return scalar(model, field, value)
  if (!Array.isArray(value)) throw invalidValue(model, name, 'must be a list')
  // `from` reads holes as undefined.
  return Array.from(value, (one: unknown) => scalar(model, field, one))
}

function scalar(model: string, field: ScalarField, value: unknown): unknown {
  const foreign = foreignValue(model, { ...field, list: false }, value)
  if (foreign === undefined && isOf(field, value)) {
    const copy = copied(model, field.name, value)
    if (field.keeps?.(copy) !== false) return copy
    throw invalidValue(
      model,
      field.name,
      'would be stored in another form than this value has',
      'write it as it is stored: with no more characters or digits than the column has, and as the database returns it',
    )
  }
  const hint = field.values ? `use one of ${field.values.join(', ')}` : 'convert it before it is written'
  throw invalidValue(model, field.name, `can't hold this value: it is declared as ${field.type}`, hint)
}

/**
 * Returns whether a column has a value as it is after it is written; undefined if only the database knows. What is
 * decided by other values has to be decided again after the write.
 */
export function isStored(field: ScalarField, value: unknown): boolean | undefined {
  if (!field.list) return isOf(field, value) && (field.keeps ? field.keeps(value) : undefined)
  return Array.isArray(value) && value.every((one) => isStored({ ...field, list: false }, one))
}

/** Returns whether a column's type has a value. */
function isOf({ type, values }: ScalarField, value: unknown): boolean {
  switch (type) {
    case 'boolean':
      return typeof value === 'boolean'
    case 'integer':
    case 'bigint':
      return typeof value === 'bigint' || Number.isInteger(value)
    case 'float':
      return typeof value === 'number' && equalsItself(value)
    case 'decimal':
      return typeof value === 'bigint' || ((typeof value === 'number' || isDecimal(value)) && equalsItself(value))
    case 'string':
      return typeof value === 'string'
    case 'enum':
      return typeof value === 'string' && (values?.includes(value) ?? true)
    case 'uuid':
      return typeof value === 'string' && isUuid(value)
    case 'date':
      return !Number.isNaN(timeOf(value) ?? Number.NaN)
    case 'bytes':
      return isBinary(value)
    case 'json':
    case 'unknown':
      return true
    default:
      return type satisfies never
  }
}

/** Returns the time of a date, also of one that another realm made; undefined for other objects. */
function timeOf(value: unknown): number | undefined {
  try {
    // Sound: the method returns a number, or throws for other objects.
    return Reflect.apply(Date.prototype.getTime, value, []) as number
  } catch {
    return undefined
  }
}

/** Returns a deep copy of plain data, dates and bytes. Instances of other classes are kept. */
function copied(model: string, name: string, value: unknown): unknown {
  switch (typeof value) {
    case 'undefined':
    case 'function':
    case 'symbol':
      throw invalidValue(model, name, `must not hold a ${typeof value} value`)
    case 'object':
      break
    default:
      return value
  }
  if (value === null) return value
  const time = timeOf(value)
  if (time !== undefined) return new Date(time)
  if (value instanceof Uint8Array) return value.slice()
  if (Array.isArray(value)) return Array.from(value, (one: unknown) => copied(model, name, one))
  if (!isPlain(value)) return value
  return plainCopy(value, (one) => copied(model, name, one))
}

/** Returns an object with the own enumerable properties of another, each read once. */
export function plainCopy(from: object, copy: (value: unknown, name: string) => unknown): Record<string, unknown> {
  const to: Record<string, unknown> = {}
  for (const name of Object.keys(from)) setOwn(to, name, copy(Reflect.get(from, name), name))
  return to
}

/** Returns an object of the same class with the same own properties. Getters are not called. */
export function copyOf(row: object): object {
  // Sound: an object's prototype is an object or null.
  const copy = Object.create(
    Object.getPrototypeOf(row) as object | null,
    Object.getOwnPropertyDescriptors(row),
  ) as object
  const model = tagOf(row)
  if (model !== undefined) tag(copy, model)
  return copy
}

/** Sets an own property: `__proto__` is an ordinary name, and no setter runs. */
export function setOwn(of: object, name: string, value: unknown): void {
  Object.defineProperty(of, name, { value, enumerable: true, writable: true, configurable: true })
}

/** Returns the error for a value that can't be written. */
export function invalidValue(model: string, name: string, why: string, hint?: string): InvalidBodyError {
  return new InvalidBodyError('invalid-value', `${model}.${name} ${why}.`, { hint, data: { model, name } })
}
