const watched = Symbol('watched')

/** Calls the original method, with its arguments or with others. */
type Original<Result> = (...changed: readonly unknown[]) => Result

/**
 * Replaces a method of an object's class, at most once. `around` receives the object, the original
 * method bound to its arguments, and the arguments. Does nothing if the class has no such method.
 */
export function wrap<Own extends object, Args extends readonly unknown[], Result>(
  instance: object,
  name: string,
  around: (own: Own, original: Original<Result>, ...args: Args) => Result,
): void {
  let prototype: object | null = Object.getPrototypeOf(instance)
  while (prototype && !Object.hasOwn(prototype, name)) prototype = Object.getPrototypeOf(prototype)
  if (prototype) wrapOwn(prototype, name, around)
}

/** The same for a method of a prototype. */
export function wrapOwn<Own extends object, Args extends readonly unknown[], Result>(
  prototype: object,
  name: string,
  around: (own: Own, original: Original<Result>, ...args: Args) => Result,
): void {
  const original: unknown = Reflect.get(prototype, name)
  if (typeof original !== 'function' || watched in original) return
  const value = function (this: Own, ...args: Args): Result {
    const call: Original<Result> = (...changed) =>
      // Sound: `original` receives arguments of the same types as TypeORM passed.
      Reflect.apply(original, this, changed.length > 0 ? changed : args) as Result
    return around(this, call, ...args)
  }
  Object.defineProperty(value, watched, { value: true })
  Object.defineProperty(prototype, name, { value, configurable: true, writable: true })
}
