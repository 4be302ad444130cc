import { addressOf } from './addressOf.js'
import type { Diagnostic } from './diagnostic.js'

/**
 * Formats a diagnostic as text for people: severity and message, place, the line with carets under
 * the span, the hint.
 *
 * @example
 * ```
 * error: Unexpected token ). [unexpected-token]
 *   at policy.polar:1:12
 * 1 | allow(a, b) if );
 *   |            ^
 * ```
 */
export function formatDiagnostic({ code, severity, message, span, hint }: Diagnostic): string {
  const lines = [`${severity}: ${message} [${code}]`]
  if (span) {
    const { line, column } = span.source.position(span.start)
    lines.push(
      `  at ${span.source.name ?? 'line'}${span.source.name ? ':' : ' '}${line}:${column}`,
      span.source.frame(span),
    )
  }
  if (hint) lines.push(`hint: ${hint}`)
  return `${lines.join('\n')}${addressOf(code)}`
}
