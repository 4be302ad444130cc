import { type Diagnostic, formatDiagnostic } from '@arcturus/core'
import type { Colours, Finding, Output } from './output.js'

/** Converts a diagnostic of the library to a finding with its place. */
export function findingOf({ severity, code, message, hint, span }: Diagnostic): Finding {
  if (!span) return { severity, code, message, hint }
  const start = span.source.position(span.start)
  const end = span.source.position(span.end)
  return {
    severity,
    code,
    message,
    hint,
    file: span.source.name,
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
  }
}

/** Prints a diagnostic with its code frame, or as an annotation. */
export function printDiagnostic(output: Output, diagnostic: Diagnostic): void {
  if (output.format === 'github') output.annotation(findingOf(diagnostic))
  else if (output.format === 'text') output.line(`${coloured(diagnostic, output.colours)}\n`)
}

function coloured(diagnostic: Diagnostic, colours: Colours): string {
  const [first = '', ...rest] = formatDiagnostic(diagnostic).split('\n')
  const paint = diagnostic.severity === 'error' ? colours.red : colours.yellow
  const head = first.replace(/^\w+/, (word) => colours.bold(paint(word)))
  return [
    head,
    ...rest.map((line) =>
      line.startsWith('hint:') ? colours.cyan(line) : /^\s*\|\s*\^/.test(line) ? paint(line) : line,
    ),
  ].join('\n')
}
