/**
 * A place in a source. `line` and `column` count from 1; `column` counts characters (code points),
 * not UTF-16 units.
 */
export interface Position {
  readonly line: number
  readonly column: number
}

/** One text of Polar: the contents of a file, a string given to the API, or a query. */
export class Source {
  readonly text: string
  /** The file name, as passed to the API. */
  readonly name: string | undefined
  #lineStarts: readonly number[] | undefined
  #hasPairs: boolean | undefined

  constructor(text: string, name?: string) {
    this.text = text
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

/** Returns the text of a span. */
export function spanText(span: Span): string {
  return span.source.text.slice(span.start, span.end)
}
