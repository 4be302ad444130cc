import type { Code } from '../../language/codes.js'
import type { Span } from '../../language/source.js'

export interface FaultDetails {
  /** What the error points at. */
  readonly span?: Span | undefined
  readonly hint?: string | undefined
  readonly data?: Readonly<Record<string, unknown>> | undefined
  readonly cause?: unknown
}

/** What a step throws when the query can't go on; whoever drives the machine makes a `QueryError` of it, with the stack. */
export class Fault {
  readonly code: Code
  readonly summary: string
  readonly details: FaultDetails
  constructor(code: Code, summary: string, details: FaultDetails = {}) {
    this.code = code
    this.summary = summary
    this.details = details
  }
}
