import { Lexer } from './lexer.js'
import type { Source, Span } from './source.js'
import type { Token } from './token.js'

/** How many tokens are read before the earlier ones are dropped. */
const CHUNK = 256

/** The tokens of a text, read on demand, with a current position. */
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

  /** Returns the token at the position, or `ahead` tokens after it; undefined at the end. */
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
    if (this.peek()) this.take(1)
  }

  /** Returns tokens that were read already, and moves the position behind them. */
  take(count: number): readonly Token[] {
    const taken = this.#buffer.slice(this.#at, this.#at + count)
    this.#last = taken.at(-1)
    this.#at += count
    if (this.#at >= CHUNK) {
      this.#buffer = this.#buffer.slice(this.#at)
      this.#at = 0
    }
    return taken
  }

  /** The last token that was skipped; undefined at the beginning. */
  get last(): Token | undefined {
    return this.#last
  }

  /** The end of the last token that was read: the place of a missing token. */
  get end(): Span {
    return { source: this.source, start: this.#lexer.end, end: this.#lexer.end }
  }
}
