/**
 * Returns the own properties of options, as an object without a prototype. Code of others can add properties to all
 * objects: none of them is an option that an application passed.
 */
export function own<Options extends object>(options: Options): Options {
  // Sound: it has the same own properties, and options are read by name alone.
  return Object.assign(Object.create(null) as object, options) as Options
}

/** Returns an optional property of a value; undefined if it has none of its own. */
export function ownOf<Value extends object, Name extends keyof Value>(
  value: Value,
  name: Name,
): Value[Name] | undefined {
  const found = value[name]
  return found === undefined || Object.hasOwn(value, name) ? found : undefined
}

/** Returns whether a value has a property of its own, as one of the types of a union declares it. */
export function has<Value extends object, Name extends string>(
  value: Value,
  name: Name,
): value is Extract<Value, { readonly [Key in Name]: unknown }> {
  return Object.hasOwn(value, name)
}
