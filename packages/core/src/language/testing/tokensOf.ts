import { Source } from '../source.js'
import type { Token } from '../token.js'
import { Tokens } from '../tokens.js'

/** Returns all tokens of a text. */
export function tokensOf(text: string): readonly Token[] {
  const tokens = new Tokens(new Source(text))
  const found: Token[] = []
  for (let token = tokens.peek(); token; token = tokens.peek()) {
    found.push(token)
    tokens.skip()
  }
  return found
}
