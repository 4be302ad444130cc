import type { Code } from '../../language/codes.js'
import type { Span } from '../../language/source.js'

export interface FaultDetails {
  /** The place of the error. */
  readonly span?: Span | undefined
  readonly hint?: string | undefined
  readonly data?: Readonly<Record<string, unknown>> | undefined
  readonly cause?: unknown
}

/**
 * A step throws it if the query can't go on. The driver of the machine makes a `QueryError` of it,
 * with the stack.
 */
export class Fault {
  constructor(
    readonly code: Code,
    readonly summary: string,
    readonly details: FaultDetails = {},
  ) {}
}

/** Returns the error of a synchronous query that would have to wait. */
export function asyncValue(span: Span | undefined): Fault {
  return new Fault('async-value', 'A synchronous query needs the value of a promise.', {
    span,
    hint: 'use isAllowed, authorize or query, and await the result',
  })
}
