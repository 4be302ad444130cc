/** What all copies of this package in a process share by a name: what the first of them gave. */
export function shared<Value>(name: string, own: Value): Value {
  const key = Symbol.for(name)
  // whatever it holds, nobody else knows the name
  const registry = globalThis as unknown as Record<symbol, Value | undefined>
  registry[key] ??= own
  return registry[key]
}
