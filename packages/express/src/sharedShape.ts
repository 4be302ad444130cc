/** Up to Node 22; later versions share shapes whatever the prototype was. */
const isNeeded = Number.parseInt(process.versions.v8, 10) < 13

/**
 * Lets all requests, or all responses, of an application have one hidden class again.
 *
 * Express exchanges the prototype of each, and V8 gives it a class of its own then, and another with each property that is set. No
 * cache of it is right twice, which is a third of what a small answer costs. An object that had a property taken away is a
 * dictionary, and dictionaries share their class.
 *
 * @param name - A property of its own; afterwards it is as it was.
 */
export function shareShape(value: object, name: string): void {
  const property = isNeeded ? Object.getOwnPropertyDescriptor(value, name) : undefined
  if (property?.configurable && Reflect.deleteProperty(value, name)) Object.defineProperty(value, name, property)
}
