import { QueryError, RelationNotLoadedError } from '../errors.js'
import type { Code } from '../language/codes.js'

export interface HostErrorDetails {
  readonly hint?: string | undefined
  readonly data?: Readonly<Record<string, unknown>> | undefined
  readonly cause?: unknown
}

/**
 * What a host throws where the query is at fault or the object is not what the policy takes it for: the machine adds the
 * place and the Polar stack and throws a `QueryError` of the same code.
 */
export class HostError extends Error {
  readonly code: Code
  readonly hint: string | undefined
  readonly data: Readonly<Record<string, unknown>> | undefined

  constructor(code: Code, summary: string, details: HostErrorDetails = {}) {
    super(summary, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.hint = details.hint
    this.data = details.data
  }
}

/** A host's error as the application gets to see it, where no query was running that would know the place. */
export function queryError({ code, message, hint, data, cause }: HostError): QueryError {
  const details = { hint, data, cause }
  return code === 'relation-not-loaded'
    ? new RelationNotLoadedError(code, message, details)
    : new QueryError(code, message, details)
}
