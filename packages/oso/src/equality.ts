import { Dict, isBinary, sameBinary } from '@arcturus/core/internal/oso'

/**
 * Returns whether two values are equal by content, at any depth. This is the default of the
 * `equalityFn` option. It is the equality of `lodash.isEqual`, except for objects whose content is
 * not visible.
 *
 * - Objects of one class are equal if their own enumerable properties are. An object of a class
 *   without any is equal only to itself: `Headers`, `Intl.NumberFormat`, or a class with `#private`
 *   fields.
 * - Dates are equal by time, URLs by `href`, bytes by content whatever the view, patterns by source
 *   and flags. Errors are equal by class, name, message and properties, sets and maps by their
 *   elements in any order. NaN equals NaN.
 * - Functions, promises, weak references and weak collections are equal only to themselves.
 */
export function defaultEqualityFn(a: unknown, b: unknown): boolean {
  return deepEqual(a, b, undefined)
}

/** Pairs that are being compared further up. They count as equal unless a difference is found. */
type Open = Map<object, object>

/** @param open - Undefined for the outermost pair. */
function deepEqual(a: unknown, b: unknown, open: Open | undefined): boolean {
  if (a === b) return true
  if (a === null || a === undefined || b === null || b === undefined) return false
  if (typeof a !== 'object' && typeof b !== 'object') return Number.isNaN(a) && Number.isNaN(b)
  // A number and a Number object are equal if their values are.
  return objectsEqual(Object(a), Object(b), open)
}

function objectsEqual(a: object, b: object, open: Open | undefined): boolean {
  const kind = kindOf(a)
  if (kind === plain && differAtSight(a, b)) return false
  return kind === kindOf(b) && kind.equal(a, b, open)
}

/**
 * Whether an object differs from another one before the first property that holds an object. Most
 * rows do, by their key, and need no memory of open pairs.
 */
function differAtSight(a: object, b: object): boolean {
  // `for … in` makes no array of keys. A key of the prototype comes after those of the object.
  for (const key in a) {
    if (!Object.hasOwn(a, key)) return false
    if (!Object.hasOwn(b, key)) return true
    const left: unknown = a[key as keyof object]
    if (!isPrimitive(left)) return false
    const right: unknown = b[key as keyof object]
    if (!isPrimitive(right)) return false
    if (!sameValue(left, right)) return true
  }
  return false
}

function isPrimitive(value: unknown): boolean {
  return value === null || (typeof value !== 'object' && typeof value !== 'function')
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

/** Objects that are compared in the same way. Objects of two kinds are never equal. */
interface Kind {
  readonly equal: (a: object, b: object, open: Open | undefined) => boolean
}

/** Returns the kind of objects that contain others, and possibly themselves. */
function container(equal: (a: object, b: object, open: Open) => boolean): Kind {
  return {
    equal(a, b, outer) {
      const open = outer ?? new Map<object, object>()
      return inside(a, b, open, () => equal(a, b, open))
    },
  }
}

// Sound: objects of a kind are instances of its class.
const array = container((a, b, open) => elementsEqual(a as ArrayLike<unknown>, b as ArrayLike<unknown>, open))
const plain = container((a, b, open) => propertiesEqual(a, b, open) && !(isOpaque(a) || isOpaque(b)))
const binary: Kind = { equal: (a, b) => sameBinary(a, b) === true }
const identity: Kind = { equal: () => false }
const value = (): Kind => ({ equal: (a, b) => sameValue(a.valueOf(), b.valueOf()) })
const text = (): Kind => ({ equal: (a, b) => String(a) === String(b) })

type AnyClass = { readonly prototype: object; [Symbol.hasInstance](value: unknown): boolean }

/** The classes that have a kind of their own. */
const classKinds: readonly (readonly [AnyClass, Kind])[] = [
  [Map, container((a, b, open) => mapsEqual(a as Map<unknown, unknown>, b as Map<unknown, unknown>, open))],
  [Set, container((a, b, open) => setsEqual(a as Set<unknown>, b as Set<unknown>, open))],
  [Date, value()],
  [Number, value()],
  [Boolean, value()],
  [Symbol, value()],
  [RegExp, text()],
  [String, text()],
  [Error, container((a, b, open) => errorsEqual(a as Error, b as Error, open))],
  [BigInt, value()],
  [URL, text()],
  ...[Promise, WeakMap, WeakSet, WeakRef].map((cls): readonly [AnyClass, Kind] => [cls, identity]),
]

function kindOf(value: object): Kind {
  if (typeof value === 'function') return identity
  if (Array.isArray(value)) return array
  if (ArrayBuffer.isView(value)) return binary
  if (isOfOwnClass(value)) return plain
  if (isBinary(value)) return binary
  return classKinds.find(([cls]) => value instanceof cls)?.[1] ?? plain
}

/** The prototypes of all classes that have a kind of their own. */
const kinds: ReadonlySet<object | null> = new Set(
  [ArrayBuffer, SharedArrayBuffer, ...classKinds.map(([cls]) => cls)].map(({ prototype }) => prototype),
)

/**
 * Whether an object is plain, or of a class that extends no other. Most objects are, and need no
 * test for the other kinds.
 */
function isOfOwnClass(value: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(value)
  if (prototype === null || prototype === Object.prototype) return true
  return Object.getPrototypeOf(prototype) === Object.prototype && !kinds.has(prototype)
}

/**
 * Whether an object's content is invisible: its class stores it outside the object's enumerable
 * properties.
 */
function isOpaque(value: object): boolean {
  if (Object.keys(value).length > 0 || value instanceof Dict || ownKeys(value).length > 0) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  // An empty plain object has no content. Plain objects of other realms have their own prototype.
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null
  return !isPlain || Reflect.ownKeys(value).length > 0
}

function elementsEqual(a: ArrayLike<unknown>, b: ArrayLike<unknown>, open: Open): boolean {
  if (a.length !== b.length) return false
  for (let at = 0; at < a.length; at++) if (!deepEqual(a[at], b[at], open)) return false
  return true
}

/** Removes the elements that are identical on both sides first, then compares the rest pairwise. */
function setsEqual(a: ReadonlySet<unknown>, b: ReadonlySet<unknown>, open: Open): boolean {
  if (a.size !== b.size) return false
  return bagsEqual(
    [...a].filter((one) => !b.has(one)),
    [...b].filter((one) => !a.has(one)),
    open,
  )
}

function mapsEqual(a: ReadonlyMap<unknown, unknown>, b: ReadonlyMap<unknown, unknown>, open: Open): boolean {
  if (a.size !== b.size) return false
  const left = [...a].filter(([key, value]) => !b.has(key) || !deepEqual(value, b.get(key), open))
  const right = [...b].filter(([key, value]) => !a.has(key) || !deepEqual(value, a.get(key), open))
  return bagsEqual(left, right, open)
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

function errorsEqual(a: Error, b: Error, open: Open): boolean {
  return a.name === b.name && a.message === b.message && propertiesEqual(a, b, open)
}

function ownKeys(value: object): readonly (string | symbol)[] {
  const names = Object.keys(value)
  const symbols = Object.getOwnPropertySymbols(value)
  if (symbols.length === 0) return names
  return [...names, ...symbols.filter((key) => Object.prototype.propertyIsEnumerable.call(value, key))]
}

/**
 * Objects without a class equal those of any class. Plain objects of two realms are of one class.
 */
function sameClass(a: object, b: object): boolean {
  if (a.constructor === b.constructor || !('constructor' in a) || !('constructor' in b)) return true
  return isRealmObject(a.constructor) && isRealmObject(b.constructor)
}

function isRealmObject(cls: unknown): boolean {
  return typeof cls === 'function' && cls instanceof cls
}

function sameValue(a: unknown, b: unknown): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b))
}
