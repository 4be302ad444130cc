/**
 * A place in a source. `line` and `column` count from 1; `column` counts characters (code points),
 * not UTF-16 units.
 */
export interface Position {
  readonly line: number
  readonly column: number
}

/** The maximum lengths of a line that are shown before and after a place. */
const shownBefore = 80
const shownBehind = 80

const insidePair = /^[\uDC00-\uDFFF]/

/** One text of Polar: the contents of a file, a string given to the API, or a query. */
export class Source {
  readonly text: string
  /** The file name, as passed to the API. */
  readonly name: string | undefined
  #lineStarts: readonly number[] | undefined
  #hasPairs: boolean | undefined

  /** @param text - The text. A byte order mark at its start is no part of it. */
  constructor(text: string, name?: string) {
    this.text = text.startsWith('\uFEFF') ? text.slice(1) : text
    this.name = name
  }

  /** Returns the position of an offset (in UTF-16 units) into `text`. */
  position(offset: number): Position {
    const starts = this.#starts()
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (starts[middle]! <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: this.#characters(starts[low]!, offset) + 1 }
  }

  /**
   * Returns the text of a line, counted from 1, without its line break; empty if there is no such
   * line.
   */
  line(line: number): string {
    const start = this.#starts()[line - 1]
    if (start === undefined) return ''
    const end = this.text.indexOf('\n', start)
    return this.text.slice(start, end === -1 ? undefined : end).replace(/\r$/, '')
  }

  /**
   * Returns the place of a span of this source, for the end of a message: file, line and column, and
   * the line itself with carets under the span.
   */
  place(span: Span): string {
    const { line, column } = this.position(span.start)
    return `(${this.name ? `${this.name}:` : 'line '}${line}:${column})\n${this.frame(span)}`
  }

  /**
   * Returns the line that a span begins on, with carets under the span; only the surroundings of a
   * long line.
   */
  frame({ start, end }: Span): string {
    const { text } = this
    const { line } = this.position(start)
    let from = text.lastIndexOf('\n', start - 1) + 1
    if (start === 0) from = 0
    const cut = start - from > shownBefore
    if (cut) from = start - shownBefore
    if (insidePair.test(text.slice(from, from + 1))) from++
    // The end of a cut line needs no ellipsis: readers look for the place, which is before it.
    const behind = text.slice(start, start + shownBehind).split(/\r?\n/, 1)[0]!
    const before = text.slice(from, start)
    const covered = Math.max(1, [...behind.slice(0, end - start)].length)
    // Tabs stay tabs, so that the carets are aligned at any tab width.
    const indent = [...before].map((character) => (character === '\t' ? '\t' : ' ')).join('')
    const gutter = ' '.repeat(String(line).length)
    return `${line} | ${cut ? '…' : ''}${before}${behind}\n${gutter} | ${cut ? ' ' : ''}${indent}${'^'.repeat(covered)}`
  }

  /** Returns the number of characters between two offsets. */
  #characters(start: number, end: number): number {
    // Nearly all texts have no character of two units, and then a line of any length takes constant
    // time.
    this.#hasPairs ??= /[\uD800-\uDBFF][\uDC00-\uDFFF]/.test(this.text)
    return this.#hasPairs ? [...this.text.slice(start, end)].length : end - start
  }

  #starts(): readonly number[] {
    if (!this.#lineStarts) {
      const starts = [0]
      for (let at = this.text.indexOf('\n'); at !== -1; at = this.text.indexOf('\n', at + 1)) starts.push(at + 1)
      this.#lineStarts = starts
    }
    return this.#lineStarts
  }
}

/** A part of a source: offsets in UTF-16 units, `end` exclusive. */
export interface Span {
  readonly source: Source
  readonly start: number
  readonly end: number
}

/** Returns the span from the beginning of one span or token to the end of another. */
export function join(from: Span, to: Span): Span {
  return { source: from.source, start: from.start, end: to.end }
}

/** Returns the text of a span. */
export function spanText(span: Span): string {
  return span.source.text.slice(span.start, span.end)
}

/** Returns whether a span is within another one of its source. */
export function contains(outer: Span, { source, start, end }: Span): boolean {
  return outer.source === source && outer.start <= start && end <= outer.end
}
