const watched = Symbol('watched')

/**
 * Replaces a function of a class, once: `around` receives the original, bound to its arguments. Returns undefined for an object
 * whose class does not have it.
 */
export function wrap<Own extends object, Args extends readonly unknown[], Result>(
  instance: object,
  name: string,
  around: (own: Own, original: () => Result, ...args: Args) => Result,
): void {
  let prototype: object | null = Object.getPrototypeOf(instance)
  while (prototype && !Object.hasOwn(prototype, name)) prototype = Object.getPrototypeOf(prototype)
  const original: unknown = prototype && Reflect.get(prototype, name)
  if (!prototype || typeof original !== 'function' || watched in original) return
  const value = function (this: Own, ...args: Args): Result {
    // Sound: the function is called as TypeORM calls it.
    return around(this, () => Reflect.apply(original, this, args) as Result, ...args)
  }
  Object.defineProperty(value, watched, { value: true })
  Object.defineProperty(prototype, name, { value, configurable: true, writable: true })
}
