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
}

/** Sets any key: `__proto__` becomes an ordinary key. */
export function setEntry(dict: Dict, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(dict, key, { value, enumerable: true, configurable: true, writable: true })
  } else {
    dict[key] = value
  }
}
