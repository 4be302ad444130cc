import type { Host, Limits, Program } from '../../machine/index.js'
import type { Meaning } from '../../predicate/meaning.js'
import { equalityMeaning, withClasses, withOrder } from '../../predicate/valueMeaning.js'
import type { Schema } from '../../schema/schema.js'
import type { Missing } from '../../schema/wanted.js'
import type { RegExpEngine } from '../../text/engine.js'
import type { Equality } from '../../values/equality.js'

/**
 * Returns the meaning of conditions by the machine's host. Each value that would have to be awaited
 * is undefined.
 * @param hasEquality - Whether the host compares objects without keys by more than identity.
 * @param regExp - Creates the regular expressions of methods.
 * @param arriving - Returns the host that reads loaded relations in place of missing ones.
 */
export function hostMeaning(
  schema: Schema,
  host: Host,
  program: Program,
  limits: Limits,
  hasEquality: boolean,
  regExp: RegExpEngine | undefined,
  arriving: (missing: Missing) => Host = () => host,
): Meaning {
  const equality: Equality = (left, right) => {
    const equal = host.equal(left, right)
    return typeof equal === 'boolean' ? equal : Promise.resolve(equal)
  }
  const values = withOrder(equalityMeaning(schema, equality, hasEquality))
  return {
    ...withClasses(values, host),
    schema,
    limits,
    regExp,
    ask(goal, bindings, missing) {
      const query = program.solve(goal, { bindings, limits, host: missing ? arriving(missing) : host, asBody: true })
      try {
        return query.nextSync() !== undefined
      } finally {
        query.close()
      }
    },
  }
}
