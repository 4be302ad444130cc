import { Lexer } from './lexer.js'
import type { Source, Span } from './source.js'
import type { Token } from './token.js'

/** How many tokens are read before those that lie behind are forgotten. */
const CHUNK = 256

/** The tokens of a text, read on demand, with a position to read on from. */
export class Tokens {
  readonly source: Source
  readonly #lexer: Lexer
  #buffer: Token[] = []
  #at = 0
  #last: Token | undefined

  constructor(source: Source) {
    this.source = source
    this.#lexer = new Lexer(source)
  }

  /** The token at the position, or one behind it; undefined at the end. */
  peek(ahead = 0): Token | undefined {
    const wanted = this.#at + ahead
    while (this.#buffer.length <= wanted) {
      const token = this.#lexer.next()
      if (!token) return undefined
      this.#buffer.push(token)
    }
    return this.#buffer[wanted]
  }

  /** Moves the position by one token. */
  skip(): void {
    if (!this.peek()) return
    this.#last = this.#buffer[this.#at++]
    if (this.#at < CHUNK) return
    this.#buffer = this.#buffer.slice(this.#at)
    this.#at = 0
  }

  /** The token that was skipped last; undefined before all others. */
  get last(): Token | undefined {
    return this.#last
  }

  /** Where the last token that was read ends: the place of what is missing there. */
  get end(): Span {
    return { source: this.source, start: this.#lexer.end, end: this.#lexer.end }
  }
}
