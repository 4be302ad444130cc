/**
 * Whether two values are equal by what they hold, however deep: the equality of `lodash.isEqual`, which is the default of the
 * `equalityFn` option. Objects of different classes are never equal, functions only when they are the same one; NaN equals
 * NaN; the elements of sets and maps have no order; cyclic structures end.
 */
export function defaultEqualityFn(a: unknown, b: unknown): boolean {
  return deepEqual(a, b, new Map())
}

/** Pairs that are being compared further up: they are equal as far as anyone has seen. */
type Open = Map<object, object>

function deepEqual(a: unknown, b: unknown, open: Open): boolean {
  if (a === b) return true
  if (a === null || a === undefined || b === null || b === undefined) return false
  if (typeof a !== 'object' && typeof b !== 'object') return Number.isNaN(a) && Number.isNaN(b)
  // a number and a Number object are equal when their values are
  return objectsEqual(Object(a), Object(b), open)
}

function objectsEqual(a: object, b: object, open: Open): boolean {
  const kind = kindOf(a)
  if (kind !== kindOf(b)) return false
  switch (kind) {
    case 'identity':
      return false
    case 'date':
    case 'number':
    case 'boolean':
    case 'symbol':
      return sameValue(a.valueOf(), b.valueOf())
    case 'text':
    case 'pattern':
      return String(a) === String(b)
    case 'error':
      return (a as Error).name === (b as Error).name && (a as Error).message === (b as Error).message
    case 'buffer':
      return a.constructor === b.constructor && sameBytes(bytesOf(a), bytesOf(b))
    default:
      return inside(a, b, open, () => containersEqual(kind, a, b, open))
  }
}

function containersEqual(
  kind: 'array' | 'typed array' | 'map' | 'set' | 'object',
  a: object,
  b: object,
  open: Open,
): boolean {
  switch (kind) {
    case 'typed array':
      if (a.constructor !== b.constructor) return false
      return elementsEqual(a as ArrayLike<unknown>, b as ArrayLike<unknown>, open)
    case 'array':
      return elementsEqual(a as ArrayLike<unknown>, b as ArrayLike<unknown>, open)
    case 'map':
      return bagsEqual([...(a as Map<unknown, unknown>)], [...(b as Map<unknown, unknown>)], open)
    case 'set':
      return bagsEqual([...(a as Set<unknown>)], [...(b as Set<unknown>)], open)
    case 'object':
      return propertiesEqual(a, b, open)
  }
}

function inside(a: object, b: object, open: Open, compare: () => boolean): boolean {
  const other = open.get(a)
  if (other !== undefined || open.get(b) !== undefined) return other === b && open.get(b) === a
  open.set(a, b)
  open.set(b, a)
  const equal = compare()
  open.delete(a)
  open.delete(b)
  return equal
}

type Kind =
  | 'array'
  | 'typed array'
  | 'map'
  | 'set'
  | 'object'
  | 'date'
  | 'number'
  | 'boolean'
  | 'symbol'
  | 'text'
  | 'pattern'
  | 'error'
  | 'buffer'
  | 'identity'

function kindOf(value: object): Kind {
  if (typeof value === 'function') return 'identity'
  if (Array.isArray(value)) return 'array'
  if (value instanceof DataView || value instanceof ArrayBuffer) return 'buffer'
  if (ArrayBuffer.isView(value)) return 'typed array'
  if (value instanceof Map) return 'map'
  if (value instanceof Set) return 'set'
  if (value instanceof Date) return 'date'
  if (value instanceof Number) return 'number'
  if (value instanceof Boolean) return 'boolean'
  if (value instanceof Symbol) return 'symbol'
  if (value instanceof RegExp) return 'pattern'
  if (value instanceof String) return 'text'
  if (value instanceof Error) return 'error'
  if (value instanceof BigInt || value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet)
    return 'identity'
  return 'object'
}

function elementsEqual(a: ArrayLike<unknown>, b: ArrayLike<unknown>, open: Open): boolean {
  if (a.length !== b.length) return false
  for (let at = 0; at < a.length; at++) if (!deepEqual(a[at], b[at], open)) return false
  return true
}

function bagsEqual(a: readonly unknown[], b: readonly unknown[], open: Open): boolean {
  if (a.length !== b.length) return false
  const left = [...b]
  return a.every((one) => {
    const at = left.findIndex((other) => deepEqual(one, other, open))
    if (at >= 0) left.splice(at, 1)
    return at >= 0
  })
}

function propertiesEqual(a: object, b: object, open: Open): boolean {
  const keys = ownKeys(a)
  if (keys.length !== ownKeys(b).length || !keys.every((key) => Object.hasOwn(b, key))) return false
  for (const key of keys) if (!deepEqual(Reflect.get(a, key), Reflect.get(b, key), open)) return false
  return keys.includes('constructor') || sameClass(a, b)
}

function ownKeys(value: object): readonly (string | symbol)[] {
  const names = Object.keys(value)
  const symbols = Object.getOwnPropertySymbols(value)
  if (symbols.length === 0) return names
  return [...names, ...symbols.filter((key) => Object.prototype.propertyIsEnumerable.call(value, key))]
}

/** Objects without a class equal those of any class; plain objects of two realms are of one class. */
function sameClass(a: object, b: object): boolean {
  if (a.constructor === b.constructor || !('constructor' in a) || !('constructor' in b)) return true
  return isRealmObject(a.constructor) && isRealmObject(b.constructor)
}

function isRealmObject(cls: unknown): boolean {
  return typeof cls === 'function' && cls instanceof cls
}

function bytesOf(value: object): Uint8Array {
  // `kindOf` calls nothing else a buffer
  if (value instanceof DataView) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  return new Uint8Array(value as ArrayBuffer)
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}

function sameValue(a: unknown, b: unknown): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b))
}
