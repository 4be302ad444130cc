import { invalidArgument } from '../errors.js'
import { defaultLimits, type Limits } from '../machine/index.js'

/**
 * The longest wait of a timer in milliseconds, about 25 days. A longer timer would fire at once.
 */
const longestWait = 2 ** 31 - 1

/**
 * Returns the limits of an application, with defaults for missing and undefined ones.
 * @throws ArgumentError for an unknown limit, and for a value that is not a number: no comparison
 * with it would ever end a query.
 */
export function limitsOf(given: Partial<Limits> = {}): Limits {
  const limits: { -readonly [Name in keyof Limits]: Limits[Name] } = { ...defaultLimits }
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue
    if (!isLimit(name)) {
      throw invalidArgument(`Unknown limit "${name}".`, { hint: `use one of ${Object.keys(defaultLimits).join(', ')}` })
    }
    if (typeof value !== 'number' || Number.isNaN(value)) {
      throw invalidArgument(`\`limits.${name}\` must be a number.`, { data: { value } })
    }
    limits[name] = name === 'asyncTime' ? Math.min(value, longestWait) : value
  }
  return limits
}

function isLimit(name: string): name is keyof Limits {
  return Object.hasOwn(defaultLimits, name)
}
