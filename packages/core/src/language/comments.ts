import type { Source, Span } from './source.js'
import { Tokens } from './tokens.js'

/** A comment, from its `#` to the end of its line. */
export interface Comment {
  /** As written, with its `#`. */
  readonly text: string
  readonly span: Span
}

const COMMENT = /#[^\n\r]*/g

/** Returns the comments of a text, in order. Text that is no token is skipped. */
export function commentsOf(source: Source): readonly Comment[] {
  const { text } = source
  if (!text.includes('#')) return []
  const found: Comment[] = []
  const tokens = new Tokens(source)
  let end = 0
  const search = (until: number): void => {
    for (const { 0: comment, index } of text.slice(end, until).matchAll(COMMENT)) {
      const start = end + index
      found.push({ text: comment, span: { source, start, end: start + comment.length } })
    }
  }
  for (let token = tokens.peek(); token; token = tokens.peek()) {
    search(token.start)
    end = token.end
    tokens.skip()
  }
  search(text.length)
  return found
}
