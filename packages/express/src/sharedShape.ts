/** Needed up to Node 22. Later versions share shapes whatever the prototype was. */
const isNeeded = Number.parseInt(process.versions.v8, 10) < 13

/**
 * Makes all requests, or all responses, of an application share one hidden class.
 *
 * Express replaces the prototype of each object. V8 then gives each one its own hidden class, and
 * another for each property that is set. Inline caches never hit twice, which is a third of the
 * cost of a small response. An object from which a property was deleted is a dictionary, and
 * dictionaries share their class.
 *
 * @param name - An own property of the object; it is unchanged afterwards.
 */
export function shareShape(value: object, name: string): void {
  const property = isNeeded ? Object.getOwnPropertyDescriptor(value, name) : undefined
  if (property?.configurable && Reflect.deleteProperty(value, name)) Object.defineProperty(value, name, property)
}
