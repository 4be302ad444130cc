import type { Diagnostic } from './diagnostic.js'
import type { Source, Span } from './source.js'

export type TokenType = 'symbol' | 'string' | 'number' | 'boolean' | 'keyword' | 'punctuation' | 'error'

/** A word of the language, with its span. (A type alias, since nearley wants what has an implicit index signature.) */
export type Token = {
  readonly type: TokenType
  /** What the grammar tells tokens apart by: the text of punctuation and keywords, the type of all others. */
  readonly kind: string
  /** As written; nearley compares it with the literals of the grammar. */
  readonly text: string
  readonly source: Source
  readonly start: number
  readonly end: number
  /** Of an `error` token: what is wrong with it. It is reported only if the parser gets that far. */
  readonly diagnostic: Diagnostic | undefined
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '0': '\0' }

/** Text between quotes as it is meant: a backslash goes, and what stands behind it stays, but for `\n`, `\r`, `\t` and `\0`. */
export function resolveEscapes(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(/\\([\s\S])/g, (_, character: string) => ESCAPES[character] ?? character)
}

/** The contents of a string, the text of any other token. */
export function contentsOf({ type, text }: Token): string {
  return type === 'string' ? asName(resolveEscapes(text.slice(1, -1))) : text
}

/**
 * The same text as JavaScript keeps names of properties. A part of a longer text, as it was read, is compared with others several
 * times more slowly, and keeps the whole of it.
 */
function asName(text: string): string {
  return Object.keys({ [text]: true })[0]!
}

export function spanOf({ source, start, end }: Token): Span {
  return { source, start, end }
}
