/**
 * Returns the value that all copies of this package in a process share under a name: that of the
 * first copy.
 */
export function shared<Value>(name: string, own: Value): Value {
  const key = Symbol.for(name)
  // Sound: only this package uses the name.
  const registry = globalThis as unknown as Record<symbol, Value | undefined>
  registry[key] ??= own
  return registry[key]
}
