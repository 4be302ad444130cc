import type { Code } from './codes.js'
import type { Span } from './source.js'

/** Something to say about a policy, with the place. */
export interface Diagnostic {
  /** Stable; the table of all codes is `codes.ts`. */
  readonly code: Code
  readonly severity: 'error' | 'warning'
  /** One sentence, without the place. */
  readonly message: string
  /** Undefined only where there is no text to point at. */
  readonly span: Span | undefined
  /** What to do about it, such as `did you mean "maintainer"?`. */
  readonly hint?: string
  /** Facts for those who map diagnostics to another form (editors, the drop-in), such as the name that was not found. */
  readonly data?: Readonly<Record<string, unknown>>
}
