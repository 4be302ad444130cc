import { compareText } from '../language/compareText.js'

/**
 * A dictionary of Polar: `{a: 1}` in a policy is a `Dict` in JavaScript, and a `Dict` is a
 * dictionary in Polar.
 * Its keys are its own enumerable properties. Any other object is an instance to Polar.
 */
export class Dict {
  [key: string]: unknown

  /** @param entries - The contents: an object whose own properties are copied. */
  constructor(entries: Readonly<Record<string, unknown>> = {}) {
    for (const key of Object.keys(entries)) setEntry(this, key, entries[key])
  }

  /** Returns the keys of a dictionary in order, or those of an object: `Dictionary.keys({a: 1})`. */
  static keys(of: object): string[] {
    return keysIn(of)
  }

  /** Returns the values in the order of `keys`. */
  static values(of: object): unknown[] {
    return keysIn(of).map((key) => Reflect.get(of, key) as unknown)
  }

  /** Returns pairs of a key and its value, in the order of `keys`. */
  static entries(of: object): [string, unknown][] {
    return keysIn(of).map((key) => [key, Reflect.get(of, key) as unknown])
  }
}

/** Outside of the class: a class that names itself loses its name when it is minified. */
function keysIn(of: object): string[] {
  const keys = Object.keys(of)
  return of instanceof Dict ? keys.sort(compareText) : keys
}

/** Sets any key: `__proto__` becomes an ordinary key. */
export function setEntry(dict: Dict, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(dict, key, { value, enumerable: true, configurable: true, writable: true })
  } else {
    dict[key] = value
  }
}
