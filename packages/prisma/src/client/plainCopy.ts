import { isDecimal, type UnsupportedOperationError } from '@arcturus/core/internal/prisma'
import { unsupportedOperation } from '../errors.js'

/**
 * Copies arguments of a query, so that what is checked is what is sent: each property is read once.
 * Values of columns, Prisma's own values (such as `Prisma.DbNull`) and references to fields remain.
 *
 * @throws UnsupportedOperationError for an object that Prisma would read otherwise than it is written:
 * with a `toJSON`, inherited properties or a key such as `__proto__`.
 */
export function plainCopy(value: unknown, isUndefinedRefused: boolean, path = 'args'): unknown {
  if (isUndefinedRefused && (value === undefined || isSkip(value))) throw refusedValue(path, 'is undefined')
  if (typeof value === 'function') throw refusedValue(path, 'is a function')
  if (typeof value !== 'object' || value === null || isLeaf(value)) return value
  if (Array.isArray(value)) return value.map((one, at) => plainCopy(one, isUndefinedRefused, `${path}[${at}]`))
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) throw refusedValue(path, 'is not a plain object')
  if (prototype !== null && Object.keys(prototype).length > 0) throw refusedValue(path, 'inherits properties')
  const copy: Record<string, unknown> = {}
  for (const [name, one] of Object.entries(value)) {
    if (refusedKeys.has(name)) throw refusedValue(`${path}.${name}`, 'is not allowed')
    copy[name] = plainCopy(one, isUndefinedRefused, `${path}.${name}`)
  }
  return copy
}

const refusedKeys: ReadonlySet<string> = new Set(['__proto__', 'toJSON', '__prismaRawParameters__', 'constructor'])

/** Whether an object is the value of a column, a reference to a field, or a value that Prisma defines. */
function isLeaf(value: object): boolean {
  return (
    value instanceof Date || ArrayBuffer.isView(value) || isDecimal(value) || isReference(value) || isOfPrisma(value)
  )
}

/** A reference to a field: `prisma.document.fields.title`. */
export interface Reference {
  readonly modelName: string
  readonly name: string
}

export function isReference(value: object): value is Reference {
  return 'modelName' in value && 'name' in value && 'typeName' in value && !isLiteralObject(value)
}

/** Prisma's nulls of JSON and its `skip` are instances of classes with these names for `instanceof`. */
function isOfPrisma(value: object): boolean {
  return (
    !isLiteralObject(value) &&
    !Array.isArray(value) &&
    /^(DbNull|JsonNull|AnyNull|Skip|ObjectEnumValue)$/.test(nameOf(value))
  )
}

/** Whether a value is `Prisma.skip`, which stands for undefined. */
export function isSkip(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !isLiteralObject(value) && nameOf(value) === 'Skip'
}

function nameOf(value: object): string {
  if ('_getName' in value && typeof value._getName === 'function')
    return String(Reflect.apply(value._getName, value, []))
  return value.constructor?.name ?? ''
}

function isLiteralObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function refusedValue(path: string, what: string): UnsupportedOperationError {
  return unsupportedOperation(`An authorized client does not send this query: \`${path}\` ${what}.`, {
    hint: 'pass plain data, and leave out arguments without a value',
    data: { path },
  })
}
