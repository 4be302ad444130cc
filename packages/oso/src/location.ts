import type { Span } from '@arcturus/core/internal/oso'

/**
 * Returns the start of a span as oso writes it at the end of a message: the position, the line and
 * a caret.
 */
export function locationOf({ source, start }: Span): string {
  const { line, column } = source.position(start)
  const number = String(line).padStart(3, '0')
  const caret = ' '.repeat(number.length + 2 + column - 1)
  return ` at ${placeOf(source.name, line, column)}:\n\t${number}: ${source.line(line)}\n\t${caret}^\n`
}

/** `line 1, column 2 of file policy.polar` */
export function placeOf(file: string | undefined, line: number, column: number): string {
  return `line ${line}, column ${column}${file === undefined ? '' : ` of file ${file}`}`
}
