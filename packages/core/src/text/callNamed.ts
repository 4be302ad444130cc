import type { Schema } from '../schema/schema.js'
import { Fault } from '../values/fault.js'
import { showObject } from '../values/show.js'
import type { Account } from './account.js'
import { callMethod } from './call.js'
import type { RegExpEngine } from './engine.js'
import { methodOf } from './plainCall.js'

/**
 * Calls a method of a value by its name, after charging for its worst case.
 * @throws Fault `type-error` for a boolean, `not-a-function`, `unreachable-name`, and as `callMethod`.
 */
export function callNamed(
  schema: Schema,
  value: unknown,
  method: string,
  args: readonly unknown[],
  account: Account,
  regExp: RegExpEngine | undefined,
): unknown {
  const known = methodOf(value, method, args)
  if (known) return callMethod(known, value, method, args, account, regExp)
  if (typeof value === 'boolean')
    throw new Fault('type-error', `Cannot call "${method}" on ${value}: a boolean has no methods.`, { data: { value } })
  // Sound: any value except nil may have the method.
  const own: unknown = (value as Readonly<Record<string, unknown>> | null | undefined)?.[method]
  if (typeof own === 'function') throw unreachable(method)
  throw new Fault('not-a-function', `${showObject(schema, value)} has no method "${method}".`, {
    hint: own === undefined ? undefined : 'remove the parentheses: it is a field',
    data: { value, name: method },
  })
}

/** Returns the error of a name that a policy must not read. */
export function unreachable(name: string): Fault {
  return new Fault('unreachable-name', `A policy must not read "${name}": it leads from data to code.`, {
    data: { name },
  })
}
