import type { Diagnostic } from './diagnostic.js'
import type { Span } from './source.js'

export type TokenType = 'symbol' | 'string' | 'number' | 'boolean' | 'keyword' | 'punctuation' | 'error'

/** A word of the language. (A type alias, since nearley wants what has an implicit index signature.) */
export type Token = {
  readonly type: TokenType
  /** As written; nearley compares it with the literals of the grammar. */
  readonly text: string
  /** The contents of a string with its escapes resolved; else the text. */
  readonly value: string
  readonly span: Span
  /** Of an `error` token: what is wrong with it. It is reported only if the parser gets that far. */
  readonly diagnostic: Diagnostic | undefined
}
