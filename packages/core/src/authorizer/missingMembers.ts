import { ArgumentError } from '../errors.js'

/** Returns the error for a part of `Authorizer` that an entry lacks. */
export function missingIn(entry: string, name: string): ArgumentError {
  return new ArgumentError('not-in-entry', `${name} is not part of '@arcturus/core/${entry}'.`, {
    hint: "use `Authorizer` of '@arcturus/core'",
  })
}

/**
 * Makes reading members of an entry's class throw. Called by its constructor: a static block would keep bundlers from
 * leaving out the class.
 */
export function defineMissing(prototype: object, entry: string, names: readonly string[]): void {
  if (Object.hasOwn(prototype, names[0]!)) return
  for (const name of names)
    Object.defineProperty(prototype, name, {
      get: () => {
        throw missingIn(entry, `The ${name === 'queryRules' ? 'option' : 'method'} \`${name}\``)
      },
    })
}
