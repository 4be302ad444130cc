import type { Diagnostic } from './diagnostic.js'
import type { Source, Span } from './source.js'

export type TokenType = 'symbol' | 'string' | 'number' | 'boolean' | 'keyword' | 'punctuation' | 'error'

/**
 * A word of the language, with its span. (A type alias, since nearley needs an implicit index
 * signature.)
 */
export type Token = {
  readonly type: TokenType
  /**
   * How the grammar distinguishes tokens: the text of punctuation and keywords, the type of all
   * others.
   */
  readonly kind: string
  /** As written; nearley compares it with the literals of the grammar. */
  readonly text: string
  readonly source: Source
  readonly start: number
  readonly end: number
  /**
   * Of an `error` token: its diagnostic, which is reported only if the parser reaches the token.
   */
  readonly diagnostic?: Diagnostic
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '0': '\0' }

/**
 * Resolves the escapes of a text between quotes: a backslash is removed and the next character
 * stays, except for `\n`, `\r`, `\t` and `\0`.
 */
export function resolveEscapes(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(/\\([\s\S])/g, (_, character: string) => ESCAPES[character] ?? character)
}

/** Returns the contents of a string, or the text of any other token. */
export function contentsOf({ type, text }: Token): string {
  return type === 'string' ? asName(resolveEscapes(text.slice(1, -1))) : text
}

/**
 * Returns the same text in JavaScript's form for names of properties.
 * A slice of a longer text takes several times as long to compare, and keeps the whole text in
 * memory.
 */
function asName(text: string): string {
  return Object.keys({ [text]: true })[0]!
}

export function spanOf({ source, start, end }: Token): Span {
  return { source, start, end }
}
