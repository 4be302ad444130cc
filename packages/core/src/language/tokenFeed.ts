import type { Lexer } from 'nearley'
import type { Token } from './token.js'

/** How deep brackets and `not` may nest; what reads the AST recursively relies on it. */
export const NESTING_LIMIT = 1000

/** Why a feed gave no more tokens. */
export type Stop = 'terminator' | 'error token' | 'too deep' | 'end'

/** Hands the parser the tokens of one statement: up to and with `terminator`, or up to what can not be parsed. */
export class TokenFeed implements Lexer {
  readonly #tokens: readonly Token[]
  readonly #terminator: string | undefined
  /** The index behind the last token given. */
  at: number
  stop: Stop | undefined
  #brackets = 0
  #negations = 0

  constructor(tokens: readonly Token[], from: number, terminator: string | undefined) {
    this.#tokens = tokens
    this.at = from
    this.#terminator = terminator
  }

  next(): Token | undefined {
    if (this.stop) return undefined
    const token = this.#tokens[this.at]
    if (!token) this.stop = 'end'
    else if (token.type === 'error') this.stop = 'error token'
    else if (this.#nesting(token) > NESTING_LIMIT) this.stop = 'too deep'
    if (this.stop) return undefined
    this.at++
    if (token!.text === this.#terminator) this.stop = 'terminator'
    return token
  }

  /** How many brackets are open, and how many `not` follow each other right here. */
  #nesting({ text }: Token): number {
    this.#negations = text === 'not' ? this.#negations + 1 : 0
    if (text === '(' || text === '[' || text === '{') this.#brackets++
    else if (text === ')' || text === ']' || text === '}') this.#brackets--
    return this.#brackets + this.#negations
  }

  // What follows is for lexers that are given text; a feed has its tokens already.
  reset(): void {}
  save(): Record<string, never> {
    return {}
  }
  formatError(): string {
    return ''
  }
  has(_type: string): boolean {
    return true
  }
}

/** Tells the generated grammar that its terminals are types of tokens. */
export const grammarLexer: TokenFeed = new TokenFeed([], 0, undefined)
