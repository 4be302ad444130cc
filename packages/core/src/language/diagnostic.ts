import type { Code } from './codes.js'
import type { Span } from './source.js'

/** A message about a policy, with its place. */
export interface Diagnostic {
  /** Stable; the table of all codes is `codes.ts`. */
  readonly code: Code
  readonly severity: 'error' | 'warning'
  /** One sentence, without the place. */
  readonly message: string
  /** Undefined only if there is no text to point at. */
  readonly span: Span | undefined
  /** How to fix it, such as `did you mean "maintainer"?`. */
  readonly hint?: string
  /**
   * Facts for code that converts diagnostics to another form (editors, the drop-in), such as the
   * name that was not found.
   */
  readonly data?: Readonly<Record<string, unknown>>
}
