import { Lexer } from './lexer.js'
import type { Source, Span } from './source.js'
import type { Token } from './token.js'

/** How many tokens are read before the earlier ones are dropped. */
const CHUNK = 256

/** The tokens of a text, read on demand, with a current position. */
export class Tokens {
  readonly #lexer: Lexer
  readonly #buffer: Token[] = []
  /** How many tokens of the buffer were read. Later places have old ones, since it is never made shorter. */
  #length = 0
  #at = 0
  #last: Token | undefined

  constructor(readonly source: Source) {
    this.#lexer = new Lexer(source)
  }

  /** Returns the token at the position, or `ahead` tokens after it; undefined at the end. */
  peek(ahead = 0): Token | undefined {
    const wanted = this.#at + ahead
    return wanted < this.#length ? this.#buffer[wanted] : this.#read(wanted)
  }

  /** Returns a token that is not read yet; undefined at the end. */
  #read(wanted: number): Token | undefined {
    while (this.#length <= wanted) {
      const known = this.#length
      this.#length = this.#lexer.read(this.#buffer, known)
      if (this.#length === known) return undefined
    }
    return this.#buffer[wanted]
  }

  /**
   * Returns the tokens from the position to the first `terminator`; undefined if they are more than
   * `limit`, or end before, or one is invalid.
   */
  through(terminator: string, limit: number): Token[] | undefined {
    const first = this.#at
    for (let at = first; at < first + limit; at++) {
      const token = at < this.#length ? this.#buffer[at] : this.#read(at)
      if (!token || token.type === 'error') return undefined
      if (token.kind === terminator) return this.#buffer.slice(first, at + 1)
    }
    return undefined
  }

  /** Moves the position by one token, or more that were read already. */
  skip(count = 1): void {
    if (!this.peek()) return
    this.#at += count
    this.#last = this.#buffer[this.#at - 1]
    if (this.#at < CHUNK) return
    this.#buffer.copyWithin(0, this.#at, this.#length)
    this.#length -= this.#at
    this.#at = 0
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
