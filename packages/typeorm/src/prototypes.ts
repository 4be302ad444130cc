const watched = Symbol('watched')

/**
 * Replaces a method of an object's class, at most once. `around` receives the object, the original
 * method bound to its arguments, and the arguments. Does nothing if the class has no such method.
 */
export function wrap<Own extends object, Args extends readonly unknown[], Result>(
  instance: object,
  name: string,
  around: (own: Own, original: () => Result, ...args: Args) => Result,
): void {
  let prototype: object | null = Object.getPrototypeOf(instance)
  while (prototype && !Object.hasOwn(prototype, name)) prototype = Object.getPrototypeOf(prototype)
  if (prototype) wrapOwn(prototype, name, around)
}

/** The same for a method of a prototype. */
export function wrapOwn<Own extends object, Args extends readonly unknown[], Result>(
  prototype: object,
  name: string,
  around: (own: Own, original: () => Result, ...args: Args) => Result,
): void {
  const original: unknown = Reflect.get(prototype, name)
  if (typeof original !== 'function' || watched in original) return
  const value = function (this: Own, ...args: Args): Result {
    // Sound: `original` receives the same arguments as TypeORM passed.
    return around(this, () => Reflect.apply(original, this, args) as Result, ...args)
  }
  Object.defineProperty(value, watched, { value: true })
  Object.defineProperty(prototype, name, { value, configurable: true, writable: true })
}
