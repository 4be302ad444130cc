import type { Span } from './source.js'

/** The maximum length of a line that is shown before and after the place. */
const BEFORE = 80
const BEHIND = 80

const INSIDE_PAIR = /^[\uDC00-\uDFFF]/

/**
 * Returns the place of a span, for the end of a message: file, line and column, and the line itself
 * with carets under the span.
 */
export function placeOf(span: Span): string {
  const { name } = span.source
  const { line, column } = span.source.position(span.start)
  return `(${name ? `${name}:` : 'line '}${line}:${column})\n${codeFrame(span)}`
}

/**
 * Returns the line that a span begins on, with carets under the span; only the surroundings of a
 * long line.
 */
export function codeFrame({ source, start, end }: Span): string {
  const { text } = source
  const { line } = source.position(start)
  let from = text.lastIndexOf('\n', start - 1) + 1
  if (start === 0) from = 0
  const cut = start - from > BEFORE
  if (cut) from = start - BEFORE
  if (INSIDE_PAIR.test(text.slice(from, from + 1))) from++
  // The end of a cut line needs no ellipsis: readers look for the place, which is before it.
  const behind = text.slice(start, start + BEHIND).split(/\r?\n/, 1)[0]!
  const before = text.slice(from, start)
  const covered = Math.max(1, [...behind.slice(0, end - start)].length)
  // Tabs stay tabs, so that the carets are aligned at any tab width.
  const indent = [...before].map((character) => (character === '\t' ? '\t' : ' ')).join('')
  const gutter = ' '.repeat(String(line).length)
  return `${line} | ${cut ? '…' : ''}${before}${behind}\n${gutter} | ${cut ? ' ' : ''}${indent}${'^'.repeat(covered)}`
}
