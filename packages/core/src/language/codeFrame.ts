import type { Span } from './source.js'

/** How much of a line is shown at most, and how much of that may stand before the place. */
const WIDTH = 120
const BEFORE = 80

/** The line that a span begins on, with carets under the part that it covers; of an endless line just the surroundings. */
export function codeFrame(span: Span): string {
  const { line, column } = span.source.position(span.start)
  const characters = [...span.source.line(line)]
  const from = column > WIDTH ? column - BEFORE : 0
  const shown = characters.slice(from, from + WIDTH)
  const covered = [
    ...span.source.text.slice(span.start, Math.min(span.end, span.start + 2 * WIDTH)).split(/\r?\n/, 1)[0]!,
  ].length
  const start = column - 1 - from
  const carets = Math.max(1, Math.min(covered, shown.length - start))
  // Tabs stay tabs, so that the carets stand right at any width.
  const indent = shown
    .slice(0, start)
    .map((character) => (character === '\t' ? '\t' : ' '))
    .join('')
  const gutter = `${line} | `
  const empty = `${' '.repeat(String(line).length)} | `
  return `${gutter}${from > 0 ? '…' : ''}${shown.join('')}\n${empty}${from > 0 ? ' ' : ''}${indent}${'^'.repeat(carets)}`
}
