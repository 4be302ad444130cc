import type { PredictingGrammar } from './lookahead.js'
import type { Token } from './token.js'
import type { Tokens } from './tokens.js'

/** The maximum nesting of brackets and `not`; recursive readers of the AST rely on it. */
export const NESTING_LIMIT = 1000

/** The reason why a feed ended. */
export type Stop = 'terminator' | 'error token' | 'too deep' | 'end'

/**
 * Passes nearley the tokens of one statement: up to and including `terminator`, or up to the first
 * token that can't be parsed.
 */
export class TokenFeed {
  #last: Token | undefined
  #brackets = 0
  #negations = 0
  stop: Stop | undefined
  /** How many `{` are open at the position of the tokens. */
  braces = 0

  constructor(
    private readonly tokens: Tokens,
    private readonly terminator: string | undefined,
    private readonly grammar: PredictingGrammar,
  ) {
    grammar.expect(tokens.peek())
  }

  /**
   * Returns the next token to nearley, which calls this once it has accepted the token before.
   * Only then is that token taken from the tokens. If nearley throws, the tokens are at the
   * unexpected one.
   */
  next(): Token | undefined {
    if (this.stop) return undefined
    if (this.#last) this.#accept(this.#last.text)
    const token = this.tokens.peek()
    if (!this.stop) {
      if (!token) this.stop = 'end'
      else if (token.type === 'error') this.stop = 'error token'
      else if (this.#brackets + this.#negations > NESTING_LIMIT) this.stop = 'too deep'
    }
    this.#last = this.stop ? undefined : token
    if (this.#last) this.grammar.expect(this.tokens.peek(1))
    return this.#last
  }

  #accept(text: string): void {
    this.tokens.skip()
    if (text === this.terminator) this.stop = 'terminator'
    this.#negations = text === 'not' ? this.#negations + 1 : 0
    switch (text) {
      case '{':
        this.braces++
        this.#brackets++
        break
      case '}':
        this.braces--
        this.#brackets--
        break
      case '(':
      case '[':
        this.#brackets++
        break
      case ')':
      case ']':
        this.#brackets--
    }
  }
}
