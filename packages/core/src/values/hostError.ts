import { QueryError, RelationNotLoadedError } from '../errors.js'
import type { Code } from '../language/codes.js'

export interface HostErrorDetails {
  readonly hint?: string | undefined
  readonly data?: Readonly<Record<string, unknown>> | undefined
  readonly cause?: unknown
}

/**
 * An error of a host, thrown if the query is wrong or the object is not of the kind that the policy
 * expects. The machine adds the place and the Polar stack, and throws a `QueryError` of the same
 * code.
 */
export class HostError extends Error {
  readonly code: Code
  readonly hint: string | undefined
  readonly data: Readonly<Record<string, unknown>> | undefined

  constructor(code: Code, summary: string, details: HostErrorDetails = {}) {
    super(summary, details)
    this.code = code
    this.hint = details.hint
    this.data = details.data
  }
}

/**
 * Returns the error for an object that may or may not be a row of a model, if the decision depends
 * on it.
 */
export function unknownRow(value: unknown, model: string, how: string): HostError {
  return new HostError('unknown-row', `An object of unknown class is ${how}, and it may be a row of ${model}.`, {
    hint: `declare the relation that leads to it, or call authorizer.as('${model}', row)`,
    data: { value, model },
  })
}

/** Returns the error for an undefined element of a collection or result of a method: it can't be compared. */
export function undefinedValue(what = 'An element of a list'): HostError {
  return new HostError('missing-attribute', `${what} is undefined.`, { hint: 'use null for no value' })
}

/**
 * Returns the error for a context that a decision needs.
 * @param path - The name, and the fields that are read from it, such as `request.ip`.
 */
export function missingContext(path: string): HostError {
  const given = path.split('.').reduceRight((value, name) => `{ ${name}${value && `: ${value}`} }`, '')
  return new HostError('missing-context', `The question has no context "${path}".`, {
    hint: `pass it: authorizer.with(${given})`,
    data: { name: path },
  })
}

/** Converts a host's error for the application, if no running query knows the place. */
export function queryError({ code, message, hint, data, cause }: HostError): QueryError {
  const details = { hint, data, cause }
  return code === 'relation-not-loaded'
    ? new RelationNotLoadedError(code, message, details)
    : new QueryError(code, message, details)
}
