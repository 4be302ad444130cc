import { ArgumentError } from '../errors.js'
import { defaultLimits, type Limits } from '../machine/index.js'

/** What a timer can wait, some 25 days; one for longer would end at once. */
const longestWait = 2 ** 31 - 1

/**
 * The limits that an application gives, and the defaults of the others; what is undefined is not given.
 * @throws ArgumentError for a name that is no limit, and for what is no number: no comparison with it would ever end a query.
 */
export function limitsOf(given: Partial<Limits> = {}): Limits {
  const limits: { -readonly [Name in keyof Limits]: Limits[Name] } = { ...defaultLimits }
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue
    if (!isLimit(name)) {
      throw new ArgumentError('invalid-argument', `Unknown limit "${name}".`, {
        hint: `use one of ${Object.keys(defaultLimits).join(', ')}`,
      })
    }
    if (typeof value !== 'number' || Number.isNaN(value)) {
      throw new ArgumentError('invalid-argument', `\`limits.${name}\` must be a number.`, { data: { value } })
    }
    limits[name] = name === 'asyncTime' ? Math.min(value, longestWait) : value
  }
  return limits
}

function isLimit(name: string): name is keyof Limits {
  return Object.hasOwn(defaultLimits, name)
}
