import { plainBuiltins } from '../schema/typeNames.js'
import { Dict } from './dict.js'
import { isDecimal } from './numeric.js'

/** The classes that every policy can name without registration, each with its JavaScript class. */
export const builtinClasses: ReadonlyMap<string, unknown> = new Map([...plainBuiltins, ['Dictionary', Dict]])

/** The built-in classes whose values have no fields that a pattern could name. */
export const plainClasses = ['String', 'Float', 'Boolean'] as const

/**
 * Returns whether a value is an instance of a built-in class. Any number is both an Integer and a
 * Float; only a `Dict` is a Dictionary.
 * @returns undefined if the name is not that of a built-in class.
 */
export function isBuiltinInstance(value: unknown, name: string): boolean | undefined {
  switch (name) {
    case 'Boolean':
      return typeof value === 'boolean' || value instanceof Boolean
    case 'Integer':
    case 'Float':
      return typeof value === 'number' || typeof value === 'bigint' || value instanceof Number || isDecimal(value)
    case 'String':
      return typeof value === 'string' || value instanceof String
    case 'List':
      return Array.isArray(value)
    case 'Dictionary':
      return value instanceof Dict
    default:
      return undefined
  }
}
